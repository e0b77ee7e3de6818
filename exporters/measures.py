"""Measures as people and programs read them: JSON rows, and figures rounded towards their bad end.

The numbers come from `indicators`; nothing is computed here. Names and rules in words are the catalogue's.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from exporters.figures import NONE, duration, rfc3339
from exporters.words import Say
from indicators.catalogue import CATALOGUE, Text, Unit
from indicators.measure import Bracket, Measure
from indicators.percentages import Way, percent, rounded, towards

# Of shares of time what is not in them; a share of things is 1 only where it is all of them.
_REST = {"availability": "down_seconds", "fault_rate": "up_seconds", "downtime_rate": "up_seconds"}
_DECIMALS: Mapping[Unit, int] = {
    "ratio": 2,
    "days": 0,
    "circuits": 0,
    "faults per 100 line-months": 2,
    "bit/s": 0,
}


def row(of: Measure, zone: tzinfo) -> dict[str, object]:
    """One measure as JSON: flat, null where there is no value."""
    bracket = of.bracket
    return {
        "indicator": of.indicator,
        "kind": of.kind,
        "subject": of.subject,
        "view": of.view,
        "from": rfc3339(of.begin, zone, "seconds"),
        "to": rfc3339(of.end, zone, "seconds"),
        "value": bracket.value,
        "lower": bracket.lower,
        "upper": bracket.upper,
        "coverage": bracket.coverage,
        "sufficient": of.sufficient,
        "basis": of.basis,
        "unit": of.unit,
        "formula": of.formula,
        "policy": of.policy,
        "policy_name": of.policy_name,
        "target": of.target,
        "evidence": dict(bracket.evidence),
    }


def measure_of(told: Mapping[str, Any]) -> Measure:
    """The measure that a row tells of."""
    bracket = Bracket(told["value"], told["lower"], told["upper"], told["coverage"], told["evidence"])
    return Measure(
        indicator=told["indicator"],
        kind=told["kind"],
        subject=told["subject"],
        view=told["view"],
        begin=datetime.fromisoformat(told["from"]).timestamp(),
        end=datetime.fromisoformat(told["to"]).timestamp(),
        bracket=bracket,
        unit=told["unit"],
        formula=told["formula"],
        policy=told["policy"],
        policy_name=told["policy_name"],
        basis=told["basis"],
        target=told["target"],
        sufficient=told["sufficient"],
    )


def line(of: Measure, say: Say, chinese: bool) -> dict[str, object]:
    """One measure as a line of a table."""
    entry, bracket = CATALOGUE[of.indicator], of.bracket
    return {
        "indicator": words(entry.name, chinese),
        "kind": of.kind,
        "subject": of.subject,
        "view": of.view,
        "basis": of.basis,
        "policy": of.policy_name,
        "value": figure(of, bracket.value, towards(entry.bad), say),
        "bracket": between(of, say),
        "coverage": _share(bracket.coverage, Way.DOWN, complete=bracket.coverage == 1),
        "target": figure(of, of.target, Way.HALF_UP, say),
        "sufficient": "" if of.sufficient else say("insufficient data"),
    }


def words(text: Text, chinese: bool) -> str:
    """A text of the catalogue in the reader's language."""
    return text.zh if chinese else text.en


def between(of: Measure, say: Say) -> str:
    """The bracket: its lower end rounded down, its upper end up."""
    bracket = of.bracket
    if bracket.lower is None or bracket.upper is None:
        return NONE
    return f"{figure(of, bracket.lower, Way.DOWN, say)} … {figure(of, bracket.upper, Way.UP, say)}"


def figure(of: Measure, value: float | None, way: Way, say: Say) -> str:
    """A value in the unit of its indicator, rounded one way; 100 % only where nothing was down or unknown."""
    unit = CATALOGUE[of.indicator].unit
    if value is None:
        return NONE
    if unit == "ratio":
        return _share(value, way, complete=_nothing_missing(of, value))
    if unit == "seconds":
        return duration(float(rounded(value, 0, way)), say)
    return f"{rounded(value, _DECIMALS[unit], way):f}"


def _share(value: float | None, way: Way, *, complete: bool) -> str:
    return NONE if value is None else f"{percent(value, way, all_of_it=complete)} %"


def _nothing_missing(of: Measure, value: float) -> bool:
    """Whether a share of 1 is really all of it: a float may be 1.0 although a second of a year was lost."""
    rest = _REST.get(of.indicator)
    return value == 1 and not (rest and of.bracket.evidence.get(rest))
