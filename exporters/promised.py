"""The running indicators held against what was promised: one of each group, in the view its catalogue names first.

Figures come as they were judged. Days are promised for a whole year: until it is over none is met, and what is left
of the margin decides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exporters.measures import measure_of
from exporters.reading import Overview
from exporters.standing import Standing
from indicators.catalogue import CATALOGUE
from indicators.measure import Measure, against

# What was promised of a group's lines was not promised of its routers, too.
USED = ("circuits", "services", "systems")
BY_DAYS = "normal_days"


@dataclass(frozen=True, slots=True)
class Running:
    """One indicator of a group: today's, this month's and this year's, and the year's outlook, if there is one."""

    periods: Mapping[str, Measure]
    outlook: Mapping[str, Any] | None

    @property
    def year(self) -> Measure:
        """This year's."""
        return self.periods["year"]

    @property
    def verdict(self) -> str:
        """met, missed or open, of days `within` the margin so far; empty where nothing was promised."""
        year, outlook = self.year, self.outlook
        if year.target is None:
            return ""
        if year.indicator == BY_DAYS and outlook is not None:
            lower, upper = outlook["left"]["lower"], outlook["left"]["upper"]
            return "open" if lower is None or lower < 0 <= upper else "missed" if upper < 0 else "within"
        return against(year.bracket, year.target, CATALOGUE[year.indicator].bad)


def running(standing: Standing) -> tuple[Running, ...]:
    """All indicators of this year, in the order in which they were judged."""
    by_period: dict[tuple[str, ...], dict[str, Measure]] = {}
    for row in standing.measures:
        key = (row["indicator"], row["kind"], row["subject"], row["view"])
        by_period.setdefault(key, {})[row["period"]] = measure_of(row)
    outlooks: dict[tuple[str, ...], dict[str, Any]] = {
        (one["indicator"], one["kind"], one["subject"], one["view"]): one for one in standing.outlooks
    }
    return tuple(
        Running(periods, outlooks.get(key))
        for key, periods in by_period.items()
        if "year" in periods and key[3] == CATALOGUE[key[0]].views[0]
    )


def group_names(overview: Overview) -> dict[str, str]:
    """What people call the groups of whoever is watched."""
    return {
        one.group: one.group_name or one.group
        for kind in overview.kinds.values()
        for one in kind.subjects
        if one.group
    }


def promised(found: tuple[Running, ...]) -> Iterator[Running]:
    """Those that something was promised of: of a group's users where it has any, else of its devices."""
    users = {(one.year.indicator, one.year.subject) for one in found if one.year.kind in USED}
    for one in found:
        year = one.year
        if year.target is not None and (year.kind in USED or (year.indicator, year.subject) not in users):
            yield one
