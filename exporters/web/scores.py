"""The indicators on the page: those that something was promised of, then the few that everybody asks for.

Figures come as they were judged; here they are chosen, ordered and written, and held against their targets.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from exporters.measures import between, figure, measure_of, words
from exporters.reading import Overview
from exporters.words import Say
from indicators.catalogue import CATALOGUE
from indicators.measure import Measure, against
from indicators.percentages import Way, towards

_ALWAYS = ("availability", "normal_days", "restored_within")
_EVERYBODY = "all"
_KINDS = ("circuits", "services", "systems")
_BY_DAYS = "normal_days"
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
    standing = overview.standing
    by_period: dict[tuple[str, ...], dict[str, Measure]] = {}
    for row in standing.measures:
        key = (row["indicator"], row["kind"], row["subject"], row["view"])
        by_period.setdefault(key, {})[row["period"]] = measure_of(row)
    outlooks: dict[tuple[str, ...], dict[str, Any]] = {
        (one["indicator"], one["kind"], one["subject"], one["view"]): one for one in standing.outlooks
    }
    names = _group_names(overview, say)
    chosen = sorted(
        _chosen(by_period), key=lambda key: (by_period[key]["year"].target is None, key[1], key[2])
    )
    return [_score(by_period[key], outlooks.get(key), names, say, lang) for key in chosen[:_MOST]]


def _chosen(by_period: dict[tuple[str, ...], dict[str, Measure]]) -> Iterator[tuple[str, ...]]:
    """Promised figures, and those of everybody, each in the view that its catalogue names first."""
    users = {(indicator, subject) for indicator, kind, subject, _ in by_period if kind in _KINDS}
    for key, periods in by_period.items():
        indicator, kind, subject, view = key
        if "year" not in periods or view != CATALOGUE[indicator].views[0]:
            continue
        # What was promised of a group's lines was not promised of its routers, too.
        promised = periods["year"].target is not None and (
            kind in _KINDS or (indicator, subject) not in users
        )
        if promised or (indicator in _ALWAYS and subject == _EVERYBODY and kind in _KINDS):
            yield key


def _score(
    periods: dict[str, Measure], outlook: dict[str, Any] | None, names: dict[str, str], say: Say, lang: str
) -> Score:
    year = periods["year"]
    entry = CATALOGUE[year.indicator]
    way = towards(entry.bad)

    def of(period: str) -> str:
        one = periods.get(period)
        return "—" if one is None else figure(one, one.bracket.value, way, say)

    return Score(
        indicator=words(entry.name, lang == "zh"),
        of=names.get(year.subject, year.subject),
        kind=year.kind,
        day=of("day"),
        month=of("month"),
        year=of("year"),
        bracket=between(year, say),
        coverage="—" if year.bracket.coverage is None else f"{year.bracket.coverage:.1%}",
        insufficient=not year.sufficient,
        target="" if year.target is None else figure(year, year.target, Way.HALF_UP, say),
        verdict=_verdict(year, entry.bad, outlook),
        left="" if outlook is None else _days(outlook["left"], say),
        forecast="" if outlook is None else _forecast(outlook, say),
    )


def _verdict(year: Measure, bad: str, outlook: dict[str, Any] | None) -> str:
    """Days are promised for the whole year: until it is over none is met, and what is left decides."""
    if year.target is None:
        return ""
    if year.indicator == _BY_DAYS and outlook is not None:
        lower, upper = outlook["left"]["lower"], outlook["left"]["upper"]
        return "open" if lower is None or lower < 0 <= upper else "missed" if upper < 0 else "within"
    return against(year.bracket, year.target, bad)


def _days(bracket: dict[str, float | None], say: Say) -> str:
    value = bracket["value"]
    return "—" if value is None else say("{days} days").format(days=f"{value:.0f}")


def _forecast(outlook: dict[str, Any], say: Say) -> str:
    """Median and interval of normal days at the year's end."""
    median, low, high = (outlook[name]["value"] for name in ("median", "low", "high"))
    if median is None:
        return "—"
    return say("{median} days ({low}–{high})").format(
        median=f"{median:.0f}", low=f"{low:.0f}", high=f"{high:.0f}"
    )


def _group_names(overview: Overview, say: Say) -> dict[str, str]:
    """What people call the groups."""
    named = {
        one.group: one.group_name or one.group
        for kind in overview.kinds.values()
        for one in kind.subjects
        if one.group
    }
    return {**named, _EVERYBODY: say("all together")}
