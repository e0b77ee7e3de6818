"""The rows of a plan in the annex: every measured one reckoned out, every other one with who gave it."""

from collections.abc import Iterator

from docx.document import Document as Word

from exporters.arithmetic import flat, numbers, worked_out
from exporters.figures import NONE
from exporters.forms.annex import Annex, Scope
from exporters.forms.annex_words import basis, scope
from exporters.forms.filled import FilledPlan, FilledRow
from exporters.forms.paper import Cell, Cells, heading, note, table
from exporters.forms.voice import Voice
from exporters.measures import between, figure, words
from indicators.catalogue import CATALOGUE
from indicators.measure import Measure
from indicators.percentages import towards

_WIDTHS = (3.6, 9.2, 3.6, 9.2)


def measured_rows(document: Word, of: FilledPlan, annex: Annex, voice: Voice) -> None:
    """Every measured row: formula with its numbers, policy, coverage, bracket."""
    heading(document, voice.say("1. Measured rows, reckoned out"))
    for row in of.rows:
        if row.measure is not None:
            heading(document, row.row.level3, 2)
            short, long = list(_short(row, row.measure, annex, voice)), _long(row, row.measure, voice)
            rows: list[Cells] = [
                [_key(short[at][0]), short[at][1], _key(short[at + 1][0]), short[at + 1][1]]
                for at in range(0, len(short), 2)
            ]
            rows += [[_key(name), Cell(text, span=3)] for name, text in long]
            table(document, (), rows, _WIDTHS, whole=True)
    note(document, voice.say("a value is rounded towards its bad side, a lower end down and an upper end up"))


def _key(text: str) -> Cell:
    return Cell(text, "F2F2F2")


def _short(row: FilledRow, measure: Measure, annex: Annex, voice: Voice) -> Iterator[tuple[str, str]]:
    """What takes half a line, an even number of them."""
    entry, bracket, say = CATALOGUE[measure.indicator], measure.bracket, voice.say
    part = annex.part(measure)
    yield say("indicator"), f"{words(entry.name, voice.chinese)} ({entry.formula})"
    yield say("of whom"), scope(Scope.of(measure), part.title if part else measure.subject, voice)
    yield say("target"), row.row.target or NONE
    yield say("in the form"), row.actual or NONE
    yield say("value"), figure(measure, bracket.value, towards(entry.bad), say)
    yield say("bracket"), between(measure, say)
    yield say("coverage"), _coverage(measure, voice)
    yield say("basis"), basis(measure.basis, voice)


def _long(row: FilledRow, measure: Measure, voice: Voice) -> Iterator[tuple[str, str]]:
    entry, say = CATALOGUE[measure.indicator], voice.say
    yield say("rule"), words(entry.says, voice.chinese)
    yield say("policy"), f"{measure.policy_name} {measure.policy[:16]}"
    yield say("numbers"), voice.joined(numbers(flat(measure.bracket.evidence), say)) or NONE
    for name, formula, result, printed in worked_out(measure, say):
        yield say("{name}, reckoned out").format(name=name), f"{formula} = {result} → {printed}"
    if row.amends is not None:
        alone = figure(row.amends, row.amends.bracket.value, towards(entry.bad), say)
        yield say("measured alone"), voice.joined((alone, between(row.amends, say)))
    if row.built_in is not None:
        other = figure(row.built_in, row.built_in.bracket.value, towards(entry.bad), say)
        told = voice.joined((other, between(row.built_in, say)))
        yield say("by the built-in policy, because ours was adopted late"), told
    if row.open is not None:
        yield (
            say("open"),
            say("the bracket crosses an edge: nothing is filled before further evidence decides"),
        )


def _coverage(of: Measure, voice: Voice) -> str:
    if of.bracket.coverage is None:
        return NONE
    text = f"{of.bracket.coverage:.4%}"
    return text if of.sufficient else f"{text} ({voice.say('insufficient data')})"


def given_rows(document: Word, of: FilledPlan, voice: Voice) -> None:
    """Rows whose value a person gave, and rows without any."""
    heading(document, voice.say("2. Rows that are not measured"))
    rows = [_given(row, voice) for row in of.rows if row.measure is None]
    if not rows:
        note(document, voice.say("none: every row is measured"))
        return
    titles = [
        voice.say("row"),
        voice.say("target"),
        voice.say("value"),
        voice.say("given by"),
        voice.say("by when"),
        voice.say("proof"),
    ]
    table(document, titles, rows, (7.0, 4.0, 4.0, 3.5, 2.6, 4.5))


def _given(of: FilledRow, voice: Voice) -> list[str | Cell]:
    manual = of.row.manual
    if manual is None:
        empty = (
            voice.say("nothing gives it a value") if not of.actual else voice.say("as printed in the form")
        )
        return [of.row.level3, of.row.target, of.actual or NONE, empty, NONE, NONE]
    when = manual.when.isoformat() if manual.when else NONE
    value = of.actual or of.outcome or voice.say("not given yet")
    fill = "" if of.actual or of.outcome else "FFF2CC"
    return [of.row.level3, of.row.target, Cell(value, fill), manual.who or NONE, when, manual.proof or NONE]
