"""A form as a Word file: A4, Chinese fonts by name, joined cells, lines of titles on every page. No facts here.

Tables are written as XML at once; cell by cell through the library a large form would take minutes.
"""

import datetime as dt
import io
from collections.abc import Iterator
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as Word
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from exporters.forms.sheet import Box, Form, Grid, Page, Side, placed

BODY, TITLE, SIGNED, LATIN = "宋体", "黑体", "仿宋", "Times New Roman"
_TWIPS = 567  # of a centimetre
_TEXT, _SMALL = 18, 15  # half points
_KEPT = "<w:keepNext/>"
_SIDES = {"left": "left", "centre": "center", "right": "right"}
_ALIGNED = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "centre": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
_MADE = dt.datetime(2000, 1, 1)


def word(form: Form) -> bytes:
    """The form as the bytes of a .docx file."""
    document = Document()
    _style(document)
    for number, page in enumerate(form.pages):
        section = document.add_section(WD_SECTION.NEW_PAGE) if number else document.sections[0]
        _paper(section, page)
        _page(document, page)
    _edges(document.sections[0], form)
    _marks(document, form)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def _style(document: Word) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = LATIN, Pt(10.5)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)
    style.paragraph_format.line_spacing = 1.0


def _paper(section: Section, page: Page) -> None:
    short, long = Cm(21), Cm(29.7)
    section.orientation = WD_ORIENT.LANDSCAPE if page.lying else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if page.lying else (short, long)
    section.left_margin = section.right_margin = Cm(1.6)
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(1.6)
    section.footer_distance = section.header_distance = Cm(0.8)


def _page(document: Word, page: Page) -> None:
    _says(document, page.title, size=16, font=TITLE, side="centre").paragraph_format.space_after = Pt(4)
    if page.under:
        _says(document, page.under, side="centre").paragraph_format.space_after = Pt(4)
    for number, grid in enumerate(page.grids):
        if number:
            _gap(document)
        document.element.body.insert_element_before(parse_xml(_table(grid)), "w:sectPr")
    for note in page.notes:
        _says(document, note, size=9).paragraph_format.space_before = Pt(3)
    for at, signature in enumerate(page.signatures):
        line = _says(document, signature, size=12, font=SIGNED)
        line.paragraph_format.space_before = Pt(14)
        line.paragraph_format.keep_with_next = at < len(page.signatures) - 1
    if not (page.notes or page.signatures):
        _gap(document)  # Word wants a paragraph behind a table


def _says(
    document: Word, text: str, *, size: float = 10.5, font: str = BODY, side: Side = "left"
) -> Paragraph:
    paragraph = document.add_paragraph()
    paragraph.alignment = _ALIGNED[side]
    _font(paragraph.add_run(clean(text)), size, font)
    return paragraph


def _font(run: Run, size: float, font: str = BODY) -> None:
    run.font.size = Pt(size)
    run.font.name = LATIN
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _gap(document: Word) -> None:
    """A paragraph so low that two tables touch, which without it would be one."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing = Pt(1)
    paragraph.add_run().font.size = Pt(1)


def _table(grid: Grid) -> str:
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    columns = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in grid.widths)
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{_twips(sum(grid.widths))}" w:type="dxa"/>'
        '<w:jc w:val="center"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:top w:w="28" w:type="dxa"/><w:left w:w="40" w:type="dxa"/><w:bottom w:w="28" w:type="dxa"/>'
        f'<w:right w:w="40" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>{columns}</w:tblGrid>'
        f"{''.join(_lines(grid))}</w:tbl>"
    )


def _lines(grid: Grid) -> Iterator[str]:
    cells: list[dict[int, str]] = [{} for _ in grid.lines]
    # What is said about a value stays on its page.
    noted = {row - 1 for row, line in enumerate(grid.lines) if any(box.small for box in line)}
    for row, column, box in placed(grid):
        # A joined cell goes on in every line it reaches into; there it has no text.
        for more in range(box.rows):
            cells[row + more][column] = _cell(grid, column, box, begins=not more, kept=row + more in noted)
    for row, found in enumerate(cells):
        repeated = "<w:tblHeader/>" if row < grid.repeated else ""
        told = "".join(found[column] for column in sorted(found))
        yield f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="400"/>{repeated}</w:trPr>{told}</w:tr>'


def _cell(grid: Grid, column: int, box: Box, *, begins: bool, kept: bool) -> str:
    width = sum(grid.widths[column : column + box.columns])
    across = f'<w:gridSpan w:val="{box.columns}"/>' if box.columns > 1 else ""
    down = "" if box.rows == 1 else '<w:vMerge w:val="restart"/>' if begins else "<w:vMerge/>"
    inside = _text(box, kept=kept) if begins else f"<w:p><w:pPr>{_KEPT if kept else ''}</w:pPr></w:p>"
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{_twips(width)}" w:type="dxa"/>{across}{down}<w:vAlign w:val="center"/></w:tcPr>'
        f"{inside}</w:tc>"
    )


def _text(box: Box, *, kept: bool) -> str:
    """The paragraph of a cell; its own lines are kept."""
    font = f'<w:rPr>{"<w:b/>" if box.head else ""}<w:sz w:val="{_SMALL if box.small else _TEXT}"/></w:rPr>'
    lines = escape(clean(box.text)).split("\n")
    run = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)
    side = f'<w:jc w:val="{_SIDES[box.side]}"/>'
    return f"<w:p><w:pPr>{_KEPT if kept else ''}{side}</w:pPr><w:r>{font}{run}</w:r></w:p>"


def _edges(section: Section, form: Form) -> None:
    """Header and footer; the sections behind this one take them over."""
    if form.draft:
        above = section.header.paragraphs[0]
        above.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = above.add_run(form.draft)
        _font(run, 14, TITLE)
        run.font.color.rgb = RGBColor(0xC0, 0, 0)
    below = section.footer.paragraphs[0]
    below.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if form.footer:
        _font(below.add_run(f"{clean(form.footer)}    "), 8)
    for kind, instruction in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = below.add_run()
        _font(run, 8)
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        element.text = instruction
        run._r.append(element)


def _marks(document: Word, form: Form) -> None:
    properties = document.core_properties
    properties.author = properties.comments = ""
    properties.created = properties.modified = _MADE
    for name in ("title", "identifier"):
        setattr(properties, name, form.marks.get(name, ""))


def _twips(centimetres: float) -> int:
    return round(centimetres * _TWIPS)


def clean(text: str) -> str:
    """Without what XML cannot hold: names come from files."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
