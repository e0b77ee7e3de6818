"""The indicators on the page: those that something was promised of, then the few that everybody asks for.

Figures come as they were judged; here they are chosen, ordered and written, and held against their targets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exporters.measures import between, figure, words
from exporters.promised import USED, Running, group_names, promised, running
from exporters.reading import Overview
from exporters.words import Say
from indicators.catalogue import CATALOGUE
from indicators.measure import EVERYBODY
from indicators.percentages import Way, towards

_ALWAYS = ("availability", "normal_days", "restored_within")
_MOST = 60


@dataclass(frozen=True, slots=True)
class Score:
    """One indicator of a group, as shown.

    `verdict` is met, missed or open, of days `within` the margin so far; empty where there is no target.
    """

    indicator: str
    of: str
    kind: str
    day: str
    month: str
    year: str
    bracket: str
    coverage: str
    insufficient: bool
    target: str
    verdict: str
    left: str
    forecast: str


def scores(overview: Overview, say: Say, lang: str) -> list[Score]:
    """The rows of the page, promised ones first."""
    names = {**group_names(overview), EVERYBODY: say("all together")}
    chosen = sorted(
        _chosen(running(overview.standing)),
        key=lambda one: (one.year.target is None, one.year.kind, one.year.subject),
    )
    return [_score(one, names, say, lang) for one in chosen[:_MOST]]


def _chosen(found: tuple[Running, ...]) -> list[Running]:
    """Promised figures, and those of everybody that nothing was promised of."""
    usual = [
        one
        for one in found
        if one.year.indicator in _ALWAYS and one.year.subject == EVERYBODY and one.year.kind in USED
    ]
    return [*promised(found), *(one for one in usual if one.year.target is None)]


def _score(of: Running, names: dict[str, str], say: Say, lang: str) -> Score:
    year, outlook = of.year, of.outlook
    entry = CATALOGUE[year.indicator]
    way = towards(entry.bad)

    def over(period: str) -> str:
        one = of.periods.get(period)
        return "—" if one is None else figure(one, one.bracket.value, way, say)

    return Score(
        indicator=words(entry.name, lang == "zh"),
        of=names.get(year.subject, year.subject),
        kind=year.kind,
        day=over("day"),
        month=over("month"),
        year=over("year"),
        bracket=between(year, say),
        coverage="—" if year.bracket.coverage is None else f"{year.bracket.coverage:.1%}",
        insufficient=not year.sufficient,
        target="" if year.target is None else figure(year, year.target, Way.HALF_UP, say),
        verdict=of.verdict,
        left="" if outlook is None else _days(outlook["left"], say),
        forecast="" if outlook is None else _forecast(outlook, say),
    )


def _days(bracket: dict[str, float | None], say: Say) -> str:
    value = bracket["value"]
    return "—" if value is None else say("{days} days").format(days=f"{value:.0f}")


def _forecast(outlook: Mapping[str, Any], say: Say) -> str:
    """Median and interval of normal days at the year's end."""
    median, low, high = (outlook[name]["value"] for name in ("median", "low", "high"))
    if median is None:
        return "—"
    return say("{median} days ({low}–{high})").format(
        median=f"{median:.0f}", low=f"{low:.0f}", high=f"{high:.0f}"
    )
