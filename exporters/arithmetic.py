"""The arithmetic of a figure for whoever reckons it again: each number in words, and formulas with numbers put in.

Formulas and their numbers come from `indicators`; here they are written down, first in letters and words.
"""

from collections.abc import Iterable, Iterator, Mapping
from string import Formatter

from exporters.because import BECAUSE
from exporters.figures import duration
from exporters.measures import figure
from exporters.words import Say
from indicators.catalogue import CATALOGUE
from indicators.measure import Measure
from indicators.percentages import Way, towards

_LETTERS = {"up_seconds": "U", "down_seconds": "D", "unknown_seconds": "K"}
_SECONDS = "_seconds"
_SELDOM = "attested_"  # numbers that are told only where there is something of them


def numbers(of: Iterable[tuple[str, object]], say: Say) -> list[str]:
    """Each number on a line of its own, with its letter if formulas write one; durations in both ways."""
    return [
        f"{_called(name, say)} = {_measured(name, value, say)}"
        for name, value in of
        if value or not name.startswith(_SELDOM)
    ]


def flat(of: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Numbers by name; those that stand together under one, such as reasons, one by one where they are not 0."""
    for name, value in of.items():
        if isinstance(value, Mapping):
            yield from (
                (BECAUSE.get(str(each), str(each)), number_) for each, number_ in value.items() if number_
            )
        else:
            yield name, value


def worked_out(measure: Measure, say: Say) -> Iterator[tuple[str, str, str, str]]:
    """Value and ends of the bracket: what it is, its formula with numbers, the result, and how that is printed."""
    entry, bracket = CATALOGUE[measure.indicator], measure.bracket
    for name, formula, value, way in (
        ("value", entry.worked, bracket.value, towards(entry.bad)),
        ("lower end", entry.worked_lower, bracket.lower, Way.DOWN),
        ("upper end", entry.worked_upper, bracket.upper, Way.UP),
    ):
        told = worked(formula, bracket.evidence, say)
        if told and value is not None:
            yield say(name), told, result(value), figure(measure, value, way, say)


def worked(formula: str, of: Mapping[str, object], say: Say) -> str:
    """A formula in letters and words, then with its numbers; empty if there is none, or a number is missing."""
    names = {name for _, name, *_ in Formatter().parse(formula) if name}
    if not names or not names <= of.keys():
        return ""
    in_words = {name: _LETTERS.get(name) or _words(name, say) for name in names}
    in_numbers = {name: number(of[name]) for name in names}
    return f"{formula.format(**in_words)} = {formula.format(**in_numbers)}"


def number(value: object) -> str:
    """A number of the evidence, seconds to the microsecond in which they were counted."""
    return f"{value:,.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def result(value: float) -> str:
    """What a formula comes to, with so many digits that a share is written 1 only where it is."""
    return f"{value:.12g}"


def _called(name: str, say: Say) -> str:
    letter = _LETTERS.get(name)
    return f"{letter} {_words(name, say)}" if letter else _words(name, say)


def _words(name: str, say: Say) -> str:
    return say(name.replace("_", " "))


def _measured(name: str, value: object, say: Say) -> str:
    if not name.endswith(_SECONDS) or not isinstance(value, float):
        return number(value)
    return say("{seconds} s ({time})").format(seconds=number(value), time=duration(value, say))
