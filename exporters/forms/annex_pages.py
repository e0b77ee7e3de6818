"""The evidence annex of a filled plan as a Word document of its own, or behind a form."""

from docx.document import Document as Word
from docx.enum.section import WD_SECTION

from exporters.forms import annex_tables as tables
from exporters.forms.annex import Annex
from exporters.forms.annex_rows import given_rows, measured_rows
from exporters.forms.annex_words import window
from exporters.forms.filled import FilledPlan
from exporters.forms.paper import footer, heading, new, note, page, title
from exporters.words import Say, words


def annex_document(of: FilledPlan, annex: Annex, lang: str) -> Word:
    """The annex alone, A4 landscape."""
    document = new(landscape=True)
    _fill(document, of, annex, words(lang), chinese=lang == "zh")
    return document


def append(document: Word, of: FilledPlan, annex: Annex, lang: str) -> None:
    """The annex behind what a document holds already, on pages of its own."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.footer.is_linked_to_previous = False
    page(section, landscape=True)
    _fill(document, of, annex, words(lang), chinese=lang == "zh")


def _fill(document: Word, of: FilledPlan, annex: Annex, say: Say, *, chinese: bool) -> None:
    project = of.plan.project
    title(document, say("Evidence annex: {project} {year}").format(project=project.name, year=project.year))
    note(document, say("unit: {unit}").format(unit=project.unit))
    note(document, say("period: {window}").format(window=window(annex, say)))
    note(document, say("time that nobody watched is unknown: neither up nor down; every figure is a bracket"))
    measured_rows(document, of, annex, say, chinese=chinese)
    given_rows(document, of, say)
    heading(document, tables.parts_heading(say))
    for part in annex.parts.values():
        tables.part_tables(document, part, annex, say)
    tables.carriers(document, annex, say)
    tables.people(document, annex, say)
    tables.not_measured(document, annex, say)
    tables.rules(document, annex, say)
    footer(document, stamped(of, say))


def stamped(of: FilledPlan, say: Say) -> str:
    """Which revision it is evidence of; of what is not frozen, that."""
    if of.revision is None:
        return say("not frozen")
    return say("revision {revision}, check code {code}").format(revision=of.revision, code=of.code)
