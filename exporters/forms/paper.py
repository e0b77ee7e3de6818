"""Word documents for evidence and reports: pages, headings, tables with coloured cells, the footer. No facts here."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from exporters.forms.a4 import BODY, HEAD, LATIN, cell_of, clean, letters, page_number, paper, put_table

_EPOCH = (1980, 1, 1, 0, 0, 0)
_SIZES = {"Normal": 12, "Title": 18, "Heading 1": 14, "Heading 2": 12}
HEADINGS = ("Title", "Heading 1", "Heading 2")
_SIZE = {"table": 17, "small": 14}  # half points


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, and what is particular about it; `fill` is RRGGBB, `span` how many columns it takes."""

    text: str
    fill: str = ""
    right: bool = False
    centre: bool = False
    bold: bool = False
    span: int = 1


Cells = Sequence[str | Cell]


def new(*, landscape: bool = False) -> Word:
    """An empty document, A4, with our fonts, in which nothing tells when or by whom it was made."""
    document = Document()
    dress(document, _SIZES)
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "", "", ""
    properties.created = properties.modified = datetime(*_EPOCH, tzinfo=UTC).replace(tzinfo=None)
    page(document.sections[0], landscape=landscape)
    return document


def dress(document: Word, styles: Iterable[str]) -> None:
    """Give some styles of a document our fonts, black; its others stay as they are."""
    for name in styles:
        style = document.styles[name]
        font = style.font
        font.name, font.size = LATIN, Pt(_SIZES[name])
        font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), BODY if name == "Normal" else HEAD)


def page(section: Section, *, landscape: bool) -> None:
    """Make the pages of a section A4, upright or lying."""
    paper(section, lying=landscape)
    section.left_margin = section.right_margin = Cm(2.0 if landscape else 2.6)
    section.top_margin = section.bottom_margin = Cm(2.0 if landscape else 2.5)


def title(document: Word, text: str) -> None:
    """The title of a document, in the middle."""
    paragraph = document.add_paragraph(style="Title")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    border = paragraph._p.get_or_add_pPr().find(qn("w:pBdr"))
    if border is not None:
        border.getparent().remove(border)
    bottom = document.styles["Title"].element.pPr.find(qn("w:pBdr"))
    if bottom is not None:
        bottom.getparent().remove(bottom)
    paragraph.add_run(text)


def heading(document: Word, text: str, level: int = 1) -> None:
    """A heading that stays with what follows it."""
    document.add_heading(text, level)


def says(document: Word, text: str, *, indent: bool = True, bold: bool = False) -> Paragraph:
    """A paragraph; Chinese ones begin two characters in."""
    paragraph = document.add_paragraph()
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(24)
    paragraph.paragraph_format.space_after = Pt(3)
    paragraph.paragraph_format.line_spacing = 1.4
    paragraph.add_run(clean(text)).bold = bold
    return paragraph


def note(document: Word, text: str, *, above: bool = False) -> None:
    """A smaller line below a table, or `above` it and never parted from it."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = above
    paragraph.paragraph_format.space_after = Pt(2)
    paragraph.add_run(clean(text)).font.size = Pt(9)


def to_fill_in(document: Word, text: str) -> None:
    """A place where a person has to write: yellow, so that none is overlooked."""
    paragraph = says(document, "")
    run = paragraph.add_run(f"【{clean(text)}】")
    run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def table(
    document: Word,
    titles: Sequence[str],
    rows: Iterable[Cells],
    widths: Sequence[float],
    *,
    size: str = "table",
    whole: bool = False,
) -> None:
    """A table; its line of titles, if it has one, is repeated on every page; `widths` in centimetres.

    One that is to stay `whole` begins on a new page rather than break: only for what fits on one.
    """
    named = [Cell(one, "E7E6E6", centre=True, bold=True) for one in titles]
    head = _row(named, widths, size, head=True, keep=True) if named else ""
    body = "".join(_row(cells, widths, size, keep=whole) for cells in rows)
    put_table(document, widths, head + body, colour="808080", margins={"left": 50, "right": 50})
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def _row(cells: Cells, widths: Sequence[float], size: str, *, head: bool = False, keep: bool) -> str:
    told, left = list[str](), list(widths)
    for one in (cell if isinstance(cell, Cell) else Cell(cell) for cell in cells):
        mine, left = left[: one.span], left[one.span :]
        told.append(_cell(one, sum(mine), size, keep=keep))
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{''.join(told)}</w:tr>"


def _cell(one: Cell, width: float, size: str, *, keep: bool) -> str:
    span = f'<w:gridSpan w:val="{one.span}"/>' if one.span > 1 else ""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{one.fill}"/>' if one.fill else ""
    side = "right" if one.right else "center" if one.centre else "left"
    about = f'<w:spacing w:before="0" w:after="0"/><w:jc w:val="{side}"/>'
    text = letters(one.text, _SIZE[size], bold=one.bold)
    kept = "<w:keepNext/>" if keep else ""
    return cell_of(width, span + shade, f"<w:p><w:pPr>{kept}{about}</w:pPr>{text}</w:p>")


def footer(document: Word, text: str) -> None:
    """What stands below every page, with its number."""
    paragraph = document.sections[-1].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run(f"{clean(text)}  " if text else "").font.size = Pt(9)
    for run in page_number(paragraph):
        run.font.size = Pt(9)


def saved(document: Word) -> bytes:
    """The document as a file, the same bytes for the same content."""
    made, fixed = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as written, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as out:
        for one in written.infolist():
            entry = zipfile.ZipInfo(one.filename, _EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            out.writestr(entry, written.read(one))
    return fixed.getvalue()
