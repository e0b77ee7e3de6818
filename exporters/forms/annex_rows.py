"""The rows of a plan in the annex: every measured one reckoned out, every other one with who gave it."""

from collections.abc import Iterator

from docx.document import Document as Word

from exporters.arithmetic import flat, numbers, worked_out
from exporters.figures import NONE
from exporters.forms.annex import Annex, Scope
from exporters.forms.annex_words import basis, scope
from exporters.forms.filled import FilledPlan, FilledRow
from exporters.forms.paper import Cell, heading, note, table
from exporters.measures import between, figure, words
from exporters.words import Say
from indicators.catalogue import CATALOGUE
from indicators.measure import Measure
from indicators.percentages import towards

_KEY, _VALUE = 4.2, 21.4


def measured_rows(document: Word, of: FilledPlan, annex: Annex, say: Say, *, chinese: bool) -> None:
    """Every measured row: formula with its numbers, policy, coverage, bracket."""
    heading(document, say("1. Measured rows, reckoned out"))
    for row in of.rows:
        if row.measure is not None:
            heading(document, row.row.level3, 2)
            pairs = [
                (Cell(key, "F2F2F2"), value) for key, value in _told(row, row.measure, annex, say, chinese)
            ]
            table(document, [say("what"), say("how")], pairs, (_KEY, _VALUE))
    note(document, say("a value is rounded towards its bad side, a lower end down and an upper end up"))


def _told(
    row: FilledRow, measure: Measure, annex: Annex, say: Say, chinese: bool
) -> Iterator[tuple[str, str]]:
    entry, bracket = CATALOGUE[measure.indicator], measure.bracket
    part = annex.part(measure)
    yield say("target"), row.row.target or NONE
    yield say("in the form"), row.actual or NONE
    yield say("indicator"), f"{words(entry.name, chinese)} ({entry.formula})"
    yield say("rule"), words(entry.says, chinese)
    yield say("of whom"), scope(Scope.of(measure), part.title if part else measure.subject, say)
    yield say("basis"), basis(measure.basis, say)
    yield say("value"), figure(measure, bracket.value, towards(entry.bad), say)
    yield say("bracket"), between(measure, say)
    yield say("coverage"), _coverage(measure, say)
    yield say("policy"), f"{measure.policy_name} {measure.policy[:16]}"
    yield say("numbers"), "\n".join(numbers(flat(bracket.evidence), say)) or NONE
    for name, formula, result, printed in worked_out(measure, say):
        yield say("{name}, reckoned out").format(name=name), f"{formula} = {result} → {printed}"
    if row.open is not None:
        yield (
            say("open"),
            say("the bracket crosses an edge: nothing is filled before further evidence decides"),
        )


def _coverage(of: Measure, say: Say) -> str:
    if of.bracket.coverage is None:
        return NONE
    text = f"{of.bracket.coverage:.4%}"
    return text if of.sufficient else f"{text} ({say('insufficient data')})"


def given_rows(document: Word, of: FilledPlan, say: Say) -> None:
    """Rows whose value a person gave, and rows without any."""
    heading(document, say("2. Rows that are not measured"))
    rows = [_given(row, say) for row in of.rows if row.measure is None]
    if not rows:
        note(document, say("none: every row is measured"))
        return
    titles = [say("row"), say("target"), say("value"), say("given by"), say("by when"), say("proof")]
    table(document, titles, rows, (7.0, 4.0, 4.0, 3.5, 2.6, 4.5))


def _given(of: FilledRow, say: Say) -> list[str | Cell]:
    manual = of.row.manual
    if manual is None:
        empty = say("nothing gives it a value") if not of.actual else say("as printed in the form")
        return [of.row.level3, of.row.target, of.actual or NONE, empty, NONE, NONE]
    when = manual.when.isoformat() if manual.when else NONE
    value = of.actual or of.outcome or say("not given yet")
    fill = "" if of.actual or of.outcome else "FFF2CC"
    return [of.row.level3, of.row.target, Cell(value, fill), manual.who or NONE, when, manual.proof or NONE]
