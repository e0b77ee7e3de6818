"""Where the values of a filled plan stand in a written form, found again by what stands beside them. Pure.

A line of a table belongs to a row of the plan where it holds the row's own name; its cells are told apart by their
values and, where two are alike, by the heading above them. So it does not matter who laid out the form.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from config import form_mapping
from config.form_grids import plain_words
from config.form_mapping import heading_of
from exporters.forms.filled import FilledPlan, cells
from exporters.forms.places import Place

# What a column is called besides, without blanks; in English as the value is, too.
_ALSO: Mapping[str, tuple[str, ...]] = {
    "target": ("performancegoal",),
    "actual": ("完成情况", "执行情况", "valuereached", "reachedjanuary"),
    "grade": ("等级",),
    "arrived": ("到位",),
}
HEADINGS = {last: (*words, last, *_ALSO.get(last, ())) for last, words in form_mapping.HEADINGS.items()}
_JUDGED = frozenset({"actual", "score", "grade"})
_TOTALS = {"total.score": ("总分", "合计", "平均得分", "Total"), "total.grade": ("等次", "等级", "Grade")}


@dataclass(frozen=True, slots=True)
class Anchors:
    """Places by the names of values; `other` are values for which the form shows another text, with that text."""

    places: Mapping[str, str]
    other: Mapping[str, str] = field(default_factory=dict)


def anchored(of: FilledPlan, places: Sequence[Place]) -> Anchors:
    """Find the values of a plan among the places of a form."""
    values = {name: text for name, text in cells(of).items() if text}
    lines = _Lines(places)
    found: dict[str, str] = {}
    other: dict[str, str] = {}
    named = [(f"rows.{one.row.id}", one.row.level3) for one in of.rows]
    named += [(f"money.{one.money.id}", one.money.name) for one in of.money]
    for name, title in named:
        mine = {last: values[full] for last in HEADINGS if (full := f"{name}.{last}") in values}
        line = lines.take(title, mine)
        for last, place in line.assigned(mine).items():
            found[f"{name}.{last}"] = place.name
        for last, text in line.contradicted(mine).items():
            other[f"{name}.{last}"] = text
    for name, words in _TOTALS.items():
        if name in values and (beside := lines.beside(words, values[name])):
            found[name] = beside
    return Anchors(found | _alone(values, places, found), other)


def _alone(values: Mapping[str, str], places: Sequence[Place], found: Mapping[str, str]) -> dict[str, str]:
    """Values of which the whole text of some place consists and that stand in no line of their own."""
    by_text = {one.text: one.name for one in reversed(places)}
    free = (name for name in values if name.partition(".")[0] in ("project", "goal", "signatures"))
    return {name: by_text[values[name]] for name in free if name not in found and values[name] in by_text}


@dataclass(frozen=True, slots=True)
class _Line:
    """The cells of one line with the headings above them."""

    cells: Sequence[tuple[Place, str]] = ()

    def assigned(self, values: Mapping[str, str]) -> dict[str, Place]:
        """A cell for each value: first under its own heading, then the first that says the same."""
        found: dict[str, Place] = {}
        for under_heading in (True, False):
            for last, text in values.items():
                if last not in found:
                    free = (one for one in self.cells if one[0] not in found.values() and _says(one[0], text))
                    place = next((one for one, heading in free if not under_heading or heading == last), None)
                    if place:
                        found[last] = place
        return found

    def contradicted(self, values: Mapping[str, str]) -> dict[str, str]:
        """What is judged and stands otherwise under its own heading; of several such cells one has to be right."""
        found: dict[str, str] = {}
        for last in values.keys() & _JUDGED:
            shown = [
                one.text.partition("\n")[0] for one, heading in self.cells if one.text and heading == last
            ]
            if shown and values[last] not in shown:
                found[last] = shown[0]
        return found


class _Lines:
    """The lines of all tables of a form; each belongs to one row of the plan at most."""

    def __init__(self, places: Sequence[Place]) -> None:
        by_line: dict[str, list[Place]] = {}
        for one in places:
            if one.line:
                by_line.setdefault(one.line, []).append(one)
        self._lines: dict[str, list[tuple[Place, str]]] = {}
        above: dict[tuple[str, int], str] = {}
        for name, line in by_line.items():
            table = name.rpartition(" ")[0]
            headings = {one.column: found for one in line if (found := _heading(one.text))}
            # One word alone may as well be a value, such as a grade.
            if len(headings) > 1:
                above |= {(table, column): found for column, found in headings.items()}
            self._lines[name] = [(one, above.get((table, one.column), "")) for one in line]

    def take(self, title: str, values: Mapping[str, str]) -> _Line:
        """The line that has this title and, of several, says most of these values; an empty one if there is none."""
        fitting = [
            name for name, cells_ in self._lines.items() if any(one.text == title for one, _ in cells_)
        ]
        if not title or not fitting:
            return _Line()
        best = max(fitting, key=lambda name: len(_Line(self._lines[name]).assigned(values)))
        return _Line(self._lines.pop(best))

    def beside(self, words: Iterable[str], text: str) -> str:
        """The place of a text in a line in which one of these words stands; empty if there is none."""
        return next(self._beside(tuple(words), text), "")

    def _beside(self, words: Sequence[str], text: str) -> Iterator[str]:
        for line in self._lines.values():
            if any(word in one.text for one, _ in line for word in words):
                yield from (one.name for one, _ in line if one.text == text)


def _says(place: Place, text: str) -> bool:
    """Whether a place holds a value; below it an annotated form says how it came about."""
    return place.text.partition("\n")[0] == text


def _heading(text: str) -> str:
    """Which value a heading stands above; empty for what is none."""
    return heading_of(plain_words(text).lower(), HEADINGS)
