"""The evidence annex of a filled plan as a Word document of its own, or behind a form."""

import io

from docx import Document
from docx.document import Document as Word
from docx.enum.section import WD_SECTION

from exporters.forms import annex_tables as tables
from exporters.forms.annex import Annex
from exporters.forms.annex_rows import given_rows, measured_rows
from exporters.forms.annex_words import window
from exporters.forms.filled import FilledPlan
from exporters.forms.paper import HEADINGS, dress, footer, heading, new, note, page, saved, title
from exporters.forms.voice import Voice


def annex_document(of: FilledPlan, annex: Annex, lang: str) -> Word:
    """The annex alone, A4 landscape."""
    document = new(landscape=True)
    _fill(document, of, annex, Voice(lang))
    return document


def appended(form: bytes, of: FilledPlan, annex: Annex, lang: str) -> bytes:
    """A form with the annex behind it, on pages of its own."""
    document = Document(io.BytesIO(form))
    dress(document, HEADINGS)
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.footer.is_linked_to_previous = False
    page(section, landscape=True)
    _fill(document, of, annex, Voice(lang))
    return saved(document)


def _fill(document: Word, of: FilledPlan, annex: Annex, voice: Voice) -> None:
    project = of.plan.project
    title(
        document,
        voice.say("Evidence annex: {project} {year}").format(project=project.name, year=project.year),
    )
    note(document, voice.say("unit: {unit}").format(unit=project.unit))
    note(document, voice.say("period: {window}").format(window=window(annex, voice)))
    note(
        document,
        voice.say("time that nobody watched is unknown: neither up nor down; every figure is a bracket"),
    )
    measured_rows(document, of, annex, voice)
    given_rows(document, of, voice)
    heading(document, tables.parts_heading(voice))
    for part in annex.parts.values():
        tables.part_tables(document, part, annex, voice)
    tables.carriers(document, annex, voice)
    tables.people(document, annex, voice)
    tables.not_measured(document, annex, voice)
    tables.rules(document, annex, voice)
    footer(document, stamped(of, voice))


def stamped(of: FilledPlan, voice: Voice) -> str:
    """Which revision it is evidence of; of what is not frozen, that."""
    if of.revision is None:
        return voice.say("not frozen")
    return voice.say("revision {revision}, check code {code}").format(revision=of.revision, code=of.code)
