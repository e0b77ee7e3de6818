"""Putting revision and check code into the footer of a form, and into its properties. All else stays as it is."""

from pathlib import Path
from zipfile import ZipFile

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from openpyxl import load_workbook

from config.errors import LinewalkerError
from exporters.forms.places import NAMED, edges_of, says_code, without_code

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
        for old in [one for one in footer.paragraphs if says_code(one.text)]:
            old._element.getparent().remove(old._element)
        first = (
            footer.paragraphs[0] if len(footer.paragraphs) == 1 and not footer.paragraphs[0].text else None
        )
        paragraph = first or footer.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.add_run(words).font.size = Pt(8)
    document.save(str(into))


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
                    edge.text = without_code(edge.text) or None
            edges = dict(edges_of(sheet))
            right = edges["oddFooter right"]
            right.text = "\n".join(filter(None, (right.text, words)))
        book.save(into)
    finally:
        book.close()
