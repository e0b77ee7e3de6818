"""The arithmetic of a figure for whoever reckons it again: each number in words, and formulas with numbers put in.

Formulas and their numbers come from `indicators`; here they are written down, first in letters and words.
"""

from collections.abc import Iterable, Mapping
from string import Formatter

from exporters.figures import duration
from exporters.words import Say

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
