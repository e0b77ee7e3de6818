"""The text 绩效自评报告 as a Word document: chapters as the form has them, facts of the ledger, places for people.

A paragraph is either a fact or a marked place where somebody has to write; nothing is invented between them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from docx.document import Document as Word

from exporters.forms import report_facts as facts
from exporters.forms.annex import Annex
from exporters.forms.annex_pages import stamped
from exporters.forms.filled import FilledPlan
from exporters.forms.paper import Cell, footer, heading, new, says, table, title, to_fill_in
from exporters.forms.report_facts import Fact, Given, Place, Sheet
from exporters.forms.report_rows import indicators
from exporters.forms.voice import Voice
from exporters.words import Say

Passage = Callable[[Given], Iterator[Fact | Place | Sheet]]


@dataclass(frozen=True, slots=True)
class _Chapter:
    """A chapter: its heading, and its sections with what stands in each."""

    heading: str
    sections: tuple[tuple[str, Passage], ...]


def report_document(of: FilledPlan, annex: Annex, lang: str) -> Word:
    """The report, A4 upright."""
    voice = Voice(lang)
    say, given = voice.say, Given(of, annex, voice)
    document = new()
    project = of.plan.project
    title(
        document,
        say("{project}: report on its own evaluation, {year}").format(
            project=project.name, year=project.year
        ),
    )
    for chapter in _chapters(of, say):
        heading(document, chapter.heading)
        for name, passage in chapter.sections:
            if name:
                heading(document, name, 2)
            for one in passage(given):
                _write(document, one)
    says(document, project.unit)
    to_fill_in(document, say("date, seal and signature"))
    footer(document, stamped(of, voice))
    return document


def _write(document: Word, one: Fact | Place | Sheet) -> None:
    if isinstance(one, Fact):
        says(document, one.text)
    elif isinstance(one, Place):
        to_fill_in(document, one.text)
    else:
        rows = [[Cell(cell, bold=number == 0) for number, cell in enumerate(row)] for row in one.rows]
        table(document, one.titles, rows, one.widths)


def _chapters(of: FilledPlan, say: Say) -> tuple[_Chapter, ...]:
    return _of_self_evaluation(say) if of.plan.form != "hainan" else _of_hainan(say)


def _of_self_evaluation(say: Say) -> tuple[_Chapter, ...]:
    """财政部 style, as 益阳 wrote it."""
    return (
        _Chapter(
            say("I. The project"),
            (
                (say("(1) Purpose, contents and scope"), facts.project),
                (say("(2) Goals"), facts.goals),
            ),
        ),
        _Chapter(say("II. How the evaluation was carried out"), (("", facts.method),)),
        _Chapter(say("III. Conclusion"), (("", facts.conclusion),)),
        _Chapter(
            say("IV. What was achieved"),
            (
                (say("(1) Money"), facts.money),
                (say("(2) The overall goal"), facts.overall),
                (say("(3) The indicators"), indicators),
                (say("(4) What was observed"), facts.observed),
            ),
        ),
        _Chapter(
            say("V. Problems and how to mend them"),
            ((say("(1) Problems"), facts.problems), (say("(2) Measures"), facts.measures)),
        ),
        _Chapter(say("VI. Use and publication of the result"), (("", facts.use),)),
    )


def _of_hainan(say: Say) -> tuple[_Chapter, ...]:
    """财政支出项目绩效评价报告, as 海南 asks for it."""
    return (
        _Chapter(
            say("I. The project"),
            (
                (say("(1) Purpose, contents and scope"), facts.project),
                (say("(2) Goals"), facts.goals),
            ),
        ),
        _Chapter(
            say("II. Money: use and management"),
            (
                (say("(1) What arrived and what was spent"), facts.money),
                (say("(2) How it was managed"), facts.management),
            ),
        ),
        _Chapter(say("III. How the project was carried out"), (("", facts.organisation),)),
        _Chapter(
            say("IV. What the project achieved"),
            (
                (say("(1) The indicators"), indicators),
                (say("(2) What was observed"), facts.observed),
                (say("(3) Why goals were not reached"), facts.problems),
            ),
        ),
        _Chapter(say("V. Evaluation and conclusion"), (("", facts.conclusion),)),
        _Chapter(
            say("VI. Experience, problems and proposals"),
            (("", facts.measures),),
        ),
        _Chapter(say("VII. What else has to be said"), (("", facts.other),)),
    )
