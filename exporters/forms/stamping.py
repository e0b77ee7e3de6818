"""Putting revision and check code into the footer of a form, and into its properties. All else stays as it is."""

from pathlib import Path
from zipfile import ZipFile

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from openpyxl import load_workbook

from config.errors import LinewalkerError
from exporters.forms.places import NAMED, cleared, edges_of

_DRAWN = ("xl/drawings/", "xl/media/", "xl/charts/")


def stamp(form: Path, into: Path, code: str, words: str) -> None:
    """Copy a form with `words`, which hold the check code, in its footer; what stood there of an earlier one goes.

    Raises LinewalkerError for a workbook with drawings, which would be lost.
    """
    (_document if form.suffix.lower() == ".docx" else _workbook)(form, into, code, words)


def _document(form: Path, into: Path, code: str, words: str) -> None:
    document = Document(str(form))
    document.core_properties.identifier = NAMED + code
    for number, section in enumerate(document.sections):
        footer = section.footer
        if number and footer.is_linked_to_previous:
            continue
        for old in footer.paragraphs:
            _clear(old)
        last = footer.paragraphs[-1] if footer.paragraphs else None
        # A paragraph without text may hold the number of the page.
        paragraph = last if last is not None and not last.runs else footer.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.add_run(words).font.size = Pt(8)
    document.save(str(into))


def _clear(paragraph: Paragraph) -> None:
    """Take what is said of an earlier code out of a paragraph; the number of the page stays."""
    for run in paragraph.runs:
        text = cleared(run.text)
        if text != run.text:
            if text.strip():
                run.text = text
            else:
                run._element.getparent().remove(run._element)
    if cleared(paragraph.text) != paragraph.text:  # said in several pieces
        paragraph._element.getparent().remove(paragraph._element)


def _workbook(form: Path, into: Path, code: str, words: str) -> None:
    with ZipFile(form) as parts:
        drawn = next((name for name in parts.namelist() if name.startswith(_DRAWN)), None)
    if drawn:
        raise LinewalkerError(
            "{file} holds a picture, a shape or a chart ({part}), which would be lost; expected a workbook without",
            file=form,
            part=drawn,
        )
    book = load_workbook(form)
    try:
        book.properties.identifier = NAMED + code
        for sheet in book.worksheets:
            for _, edge in edges_of(sheet):
                if edge.text:
                    edge.text = cleared(edge.text).strip() or None
            edges = dict(edges_of(sheet))
            right = edges["oddFooter right"]
            right.text = "\n".join(filter(None, (right.text, words)))
        book.save(into)
    finally:
        book.close()
