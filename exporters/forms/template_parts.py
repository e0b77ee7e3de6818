"""What would be lost if openpyxl saved a workbook: measured, by saving it once and comparing the two files.

So nothing has to be known of what openpyxl understands. What no reader of a form could miss is not counted as lost.
"""

import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from exporters.forms import template_sheet

# Made anew by Excel itself, or told nowhere in the form.
_HARMLESS = re.compile(
    r"calcChain|printerSettings|sharedStrings|thumbnail|docProps|customXml|theme|\.rels$|\[Content_Types\]|drawings/.*\.vml$"
)
# By what a kind of part is called: what people call it.
_WORDS = {
    "media": "inserted pictures",
    "charts": "inserted charts",
    "drawings": "drawn objects",
    "ctrlProps": "form controls",
    "activeX": "form controls",
    "embeddings": "embedded files",
    "externalLinks": "links to other workbooks",
    "pivotTables": "pivot tables",
    "pivotCache": "pivot tables",
    "slicers": "table slicers",
    "slicerCaches": "table slicers",
    "threadedComments": "threaded comments",
    "persons": "threaded comments",
    "richData": "pictures inside cells",
    "_xmlsignatures": "digital signatures",
    "queryTables": "queries of data",
    "diagrams": "inserted diagrams",
}
_SHAPES = {
    "sp": "drawn shapes",
    "cxnSp": "drawn shapes",
    "grpSp": "drawn shapes",
    "pic": "inserted pictures",
    "graphicFrame": "inserted charts",
}
_OF_SHEET = {
    "drawing": "drawn objects",
    "picture": "a picture behind the cells",
    "legacyDrawingHF": "pictures in the header or footer",
    "controls": "form controls",
    "oleObjects": "embedded files",
    "extLst": "conditional formats, lists or sparklines of newer versions of Excel",
    "customSheetViews": "views of single users",
    "phoneticPr": "phonetic signs",
    "customProperties": "properties of sheets",
    "webPublishItems": "web pages",
}
_ALWAYS = {
    "charts": "inserted charts",
    "externalLinks": "links to other workbooks",
    "pivotTables": "pivot tables",
}
"""What openpyxl writes again in its own way, and so does not leave as the office made it."""
WORDS = tuple(dict.fromkeys([*_WORDS.values(), *_SHAPES.values(), *_OF_SHEET.values()]))
"""Everything that may be said to be lost."""


def lost(raw: bytes) -> dict[str, list[str]]:
    """What would be lost by filling this workbook, by what people call it, with the parts or sheets where it is."""
    written = io.BytesIO()
    template_sheet.load(raw).save(written)
    before, after = _counted(raw), _counted(written.getvalue())
    found: dict[str, list[str]] = {}
    for (words, where), count in before.items():
        if count > after[(words, where)] or words in _ALWAYS.values():
            found.setdefault(words, [])
            if where and where not in found[words]:
                found[words].append(where)
    return found


def _counted(raw: bytes) -> Counter[tuple[str, str]]:
    """How often each thing that may be lost occurs, by what it is called and in which sheet."""
    found: Counter[tuple[str, str]] = Counter()
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        sheets = _sheets(parts)
        for name in parts.namelist():
            if name in sheets:
                for tag in _tags(parts.read(name), deep=False):
                    if tag in _OF_SHEET:
                        found[(_OF_SHEET[tag], sheets[name])] += 1
                continue
            if re.match(r"xl/drawings/[^/]*\.xml$", name):
                for tag in _tags(parts.read(name), deep=True):
                    if tag in _SHAPES:
                        found[(_SHAPES[tag], "")] += 1
                continue
            folder = next((one for one in name.split("/") if one in _WORDS), "")
            if folder and not _HARMLESS.search(name):
                found[(_WORDS[folder], "")] += 1
        if "xl/sharedStrings.xml" in parts.namelist() and b"<rPh" in parts.read("xl/sharedStrings.xml"):
            found[("phonetic signs", "")] += 1
    return found


def _sheets(parts: zipfile.ZipFile) -> dict[str, str]:
    """The titles of the sheets by the parts that hold them."""
    targets = {}
    for one in ET.fromstring(parts.read("xl/_rels/workbook.xml.rels")):  # noqa: S314 - our own copy was read by openpyxl
        target = one.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        targets[one.get("Id", "")] = path
    found = {}
    for one in ET.fromstring(parts.read("xl/workbook.xml")).iter():  # noqa: S314
        if one.tag.endswith("}sheet"):
            id_ = next((value for key, value in one.items() if key.endswith("}id")), "")
            found[targets.get(id_, "")] = one.get("name", "")
    return found


def _tags(part: bytes, *, deep: bool) -> Iterator[str]:
    root = ET.fromstring(part)  # noqa: S314
    for one in root.iter() if deep else root:
        yield one.tag.rpartition("}")[2]
