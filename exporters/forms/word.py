"""A form as a Word file: A4, Chinese fonts by name, joined cells, lines of titles on every page. No facts here."""

import datetime as dt
import io
from collections.abc import Iterator

from docx import Document
from docx.document import Document as Word
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from exporters.forms.a4 import BODY, HEAD, LATIN, cell_of, clean, letters, page_number, paper, put_table
from exporters.forms.sheet import Box, Form, Grid, Page, Side, placed

SIGNED = "仿宋"
_TEXT, _SMALL = 18, 15  # half points
_KEPT = "<w:keepNext/>"
_MARGINS = {"top": 28, "left": 40, "bottom": 28, "right": 40}
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
    paper(section, lying=page.lying)
    section.left_margin = section.right_margin = Cm(1.6)
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(1.6)
    section.footer_distance = section.header_distance = Cm(0.8)


def _page(document: Word, page: Page) -> None:
    _says(document, page.title, size=16, font=HEAD, side="centre").paragraph_format.space_after = Pt(4)
    if page.under:
        _says(document, page.under, side="centre").paragraph_format.space_after = Pt(4)
    for number, grid in enumerate(page.grids):
        if number:
            _gap(document)
        put_table(document, grid.widths, "".join(_lines(grid)), colour="000000", margins=_MARGINS)
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
    side = f'<w:jc w:val="{_SIDES[box.side]}"/>' if begins else ""
    text = letters(box.text, _SMALL if box.small else _TEXT, bold=box.head) if begins else ""
    return cell_of(width, across + down, f"<w:p><w:pPr>{_KEPT if kept else ''}{side}</w:pPr>{text}</w:p>")


def _edges(section: Section, form: Form) -> None:
    """Header and footer; the sections behind this one take them over."""
    if form.draft:
        above = section.header.paragraphs[0]
        above.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = above.add_run(form.draft)
        _font(run, 14, HEAD)
        run.font.color.rgb = RGBColor(0xC0, 0, 0)
    below = section.footer.paragraphs[0]
    below.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if form.footer:
        _font(below.add_run(f"{clean(form.footer)}    "), 8)
    for run in page_number(below):
        _font(run, 8)


def _marks(document: Word, form: Form) -> None:
    properties = document.core_properties
    properties.author = properties.comments = ""
    properties.created = properties.modified = _MADE
    for name in ("title", "identifier"):
        setattr(properties, name, form.marks.get(name, ""))
