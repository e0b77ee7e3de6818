"""A Word template: its placeholders and loops, and filling it. What holds no placeholder stays as it is."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import TemplateError

from config.form_grids import cells_of_line, paragraphs_of, rows_of, tables_of, text_of
from exporters.forms.filled import FilledPlan
from exporters.forms.template_names import MARKS, TAG, Marks, context, environment, unmarked

_OF_ELEMENTS = re.compile(r"(\{[{%])(?:tr|tc|p|r)\s")


class _Template(DocxTemplate):  # type: ignore[misc] # it ships no types
    """A template whose tables keep the widths that were given to them."""

    def fix_tables(self, xml: str) -> Any:
        """The body; no column is added or taken away, so no width needs mending."""
        return parse_xml(xml.encode())

    def fix_docpr_ids(self, tree: Any) -> None:
        """Give pictures that a loop repeats numbers of their own; the others keep theirs."""
        seen: set[int] = set()
        for picture in tree.iter(qn("wp:docPr")):
            number = int(picture.get("id", "0"))
            if number in seen:
                number = max(seen) + 1
                picture.set("id", str(number))
            seen.add(number)


def fill(raw: bytes, filled: FilledPlan, mapped: Mapping[str, str]) -> tuple[bytes, dict[str, list[str]]]:
    """The filled document, and at which places each value stands. `mapped` names the value of a place.

    Raises jinja2.TemplateError for what the template's own language refuses, KeyError for a place there is not.
    """
    marks = Marks([])
    values = context(filled)
    template = _Template(io.BytesIO(_with_mapped(raw, mapped)))
    template.render(values, environment(marks.mark), autoescape=True)
    written = io.BytesIO()
    template.save(written)
    found: dict[str, list[str]] = {}
    for place, element in places(Document(io.BytesIO(written.getvalue()))):
        for name in marks.found(text_of(element)):
            found.setdefault(name, []).append(place)
    return _without_marks(written.getvalue()), found


def places(document: Any) -> Iterator[tuple[str, Any]]:
    """Every paragraph outside of tables, every cell, header and footer with its place."""
    body = document.element.body
    for number, paragraph in enumerate(paragraphs_of(body), 1):
        yield f"paragraph {number}", paragraph
    for number, table in enumerate(tables_of(body), 1):
        for row, line in enumerate(rows_of(table), 1):
            for cell, column, _ in cells_of_line(line):
                yield f"table {number} row {row} column {column}", cell
    for number, (kind, edge) in enumerate(_edges(document), 1):
        yield f"{kind} {number}", edge


def _edges(document: Any) -> Iterator[tuple[str, Any]]:
    for section in document.sections:
        for kind in ("header", "footer"):
            for name in (kind, f"first_page_{kind}", f"even_page_{kind}"):
                part = getattr(section, name)
                if not part.is_linked_to_previous:
                    yield kind, part._element


def texts(raw: bytes) -> dict[str, str]:
    """Every text by its place, without marks."""
    return {place: unmarked(text_of(one)) for place, one in places(Document(io.BytesIO(raw)))}


def tags(raw: bytes) -> Iterator[tuple[str, str]]:
    """Every tag with its place, as Jinja will see it."""
    for place, text in texts(raw).items():
        for tag in TAG.findall(text):
            yield place, plain_tag(tag)


def plain_tag(tag: str) -> str:
    """A tag without what only says which element of Word it concerns, and with straight quotation marks."""
    return _OF_ELEMENTS.sub(r"\1 ", tag).translate(str.maketrans("‘’“”", "''\"\""))


def syntax_error(raw: bytes) -> TemplateError | None:
    """What is wrong with the tags as a whole, such as a loop that never ends."""
    template = _Template(io.BytesIO(raw))
    template.init_docx()
    try:
        environment().from_string(template.patch_xml(template.get_xml()))
    except TemplateError as error:
        return error
    return None


def _with_mapped(raw: bytes, mapped: Mapping[str, str]) -> bytes:
    """The template in which a placeholder stands at each mapped place."""
    if not mapped:
        return raw
    document = Document(io.BytesIO(raw))
    known = dict(places(document))
    for place, name in mapped.items():
        _write(known[place], f"{{{{ {name} }}}}")
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _write(cell: Any, text: str) -> None:
    """Put a text into a cell or a paragraph, in the letters it has: those of its first run, else of its paragraph."""
    paragraphs = [cell] if cell.tag == qn("w:p") else cell.p_lst
    first = paragraphs[0]
    letters = _letters(first)
    for paragraph in paragraphs:
        for run in list(paragraph.iter(qn("w:r"))):
            run.getparent().remove(run)
    for paragraph in paragraphs[1:]:
        cell.remove(paragraph)
    run = OxmlElement("w:r")
    if letters is not None:
        run.append(letters)
    shown = OxmlElement("w:t")
    shown.text = text
    run.append(shown)
    first.append(run)


def _letters(paragraph: Any) -> Any:
    """How the text of a paragraph looks: a copy of what its first run says, else of what its end says."""
    for run in paragraph.iter(qn("w:r")):
        found = run.find(qn("w:rPr"))
        return None if found is None else deepcopy(found)
    end = paragraph.find(f"{qn('w:pPr')}/{qn('w:rPr')}")
    return None if end is None else deepcopy(end)


def _without_marks(raw: bytes) -> bytes:
    """The file without marks, whatever part they came into."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            part = old.read(member)
            new.writestr(member, MARKS.sub(b"", part) if member.filename.endswith(".xml") else part)
    return written.getvalue()


def broken_tags(raw: bytes) -> Sequence[tuple[str, str]]:
    """Texts that begin a tag and do not end it, or use wide braces, with their places."""
    found = []
    for place, text in texts(raw).items():
        rest = TAG.sub("", text)
        if any(mark in rest for mark in ("{{", "}}", "{%", "%}", "｛｛", "｝｝")):
            found.append((place, text.strip()))
    return found
