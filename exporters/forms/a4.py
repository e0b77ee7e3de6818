"""What our Word files have in common: the paper, its fonts, the XML of tables, the number of a page. No facts here.

Tables are written as XML at once; cell by cell through the library a large form would take minutes.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from docx.document import Document as Word
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Cm
from docx.text.paragraph import Paragraph
from docx.text.run import Run

BODY, HEAD, LATIN = "宋体", "黑体", "Times New Roman"
_TWIPS = 567  # of a centimetre


def paper(section: Section, *, lying: bool) -> None:
    """Make the pages of a section A4, upright or lying."""
    short, long = Cm(21), Cm(29.7)
    section.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if lying else (short, long)


def put_table(
    document: Word, widths: Sequence[float], rows: str, *, colour: str, margins: dict[str, int]
) -> None:
    """Put a table of rows in XML behind all else; `widths` in centimetres, `margins` of cells in twips."""
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="{colour}"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    around = "".join(f'<w:{side} w:w="{twips}" w:type="dxa"/>' for side, twips in margins.items())
    columns = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in widths)
    made: Any = parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{_twips(sum(widths))}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>{around}</w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>"
    )
    document.element.body.insert_element_before(made, "w:sectPr")


def cell_of(width: float, about: str, paragraph: str) -> str:
    """A cell in XML: what is particular about it, and its paragraph."""
    of = f'<w:tcW w:w="{_twips(width)}" w:type="dxa"/>{about}<w:vAlign w:val="center"/>'
    return f"<w:tc><w:tcPr>{of}</w:tcPr>{paragraph}</w:tc>"


def letters(text: str, half_points: int, *, bold: bool) -> str:
    """A text in XML, in its own lines."""
    lines = escape(clean(text)).split("\n")
    told = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)
    return f'<w:r><w:rPr>{"<w:b/>" if bold else ""}<w:sz w:val="{half_points}"/></w:rPr>{told}</w:r>'


def page_number(paragraph: Paragraph) -> Iterator[Run]:
    """Put the number of the page at the end of a paragraph, run by run."""
    for kind, instruction in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        element.text = instruction
        run._r.append(element)
        yield run


def clean(text: str) -> str:
    """Without what XML cannot hold: names come from files."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _twips(centimetres: float) -> int:
    return round(centimetres * _TWIPS)
