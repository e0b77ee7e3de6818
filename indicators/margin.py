"""停机余量: how many days may still be lost under `normal_days ≥ target` (definitions, §6). Pure.

Four numbers, in days, and none stands for another:

    allowed in the year   the days that count, less the normal days that are needed
    allowed so far        its part of the days that are closed: who has used more is using it up too fast
    used                  closed days that were not normal
    left                  allowed in the year − used; below 0 the target is missed

A closed day is LOST (D above the limit), NORMAL (D and K together within it), TAKEN for normal (watched enough,
though K could carry it over the limit) or UNDECIDED. What nobody watched is never down, so the value of *used* holds
LOST days only. In its upper end, and so in the lower end of *left*, TAKEN and UNDECIDED days were lost, too.
Therefore closed = normal days + used + undecided.

*Excused* days (T = 0) are in none of it: neither closed nor to come.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from indicators.bins import exact
from indicators.measure import Bracket, nothing

LOST, NORMAL, TAKEN, UNDECIDED = range(4)


@dataclass(frozen=True, slots=True)
class Year:
    """The days of one calendar year that count, in order, as ordinals (`date.toordinal`).

    `closed` has a state for each of its days; `to_come` are the others, the running day among them. `target` is the
    number of normal days of a whole year of `year_days`, 365 or 366. A part-year in service pro-rates it: with fewer
    days that count than the year has, fewer normal ones are needed.
    """

    closed: Sequence[int]
    states: Sequence[int]
    to_come: Sequence[int]
    target: float
    year_days: int

    def __post_init__(self) -> None:
        """Refuse a year that cannot be. Raises ValueError."""
        every = [*self.closed, *self.to_come]
        if len(self.closed) != len(self.states) or any(a >= b for a, b in pairwise(every)):
            raise ValueError("a year needs one state for each closed day, and its days in order")
        if self.year_days not in {365, 366} or len(every) > self.year_days:
            raise ValueError(f"{len(every)} days of a year of {self.year_days}")
        if not 0 <= self.target <= self.year_days:
            raise ValueError(f"a target of {self.target} days in a year of {self.year_days}")

    @property
    def days(self) -> int:
        """How many days count."""
        return len(self.closed) + len(self.to_come)

    @property
    def prorated(self) -> Fraction:
        """The target for the days that count."""
        return exact(self.target) * self.days / self.year_days

    @property
    def needed(self) -> int:
        """Normal days that meet it: whole ones."""
        return math.ceil(self.prorated)

    @property
    def allowed(self) -> int:
        """Days that may be lost; never below 0."""
        return self.days - self.needed

    def count(self, *states: int) -> int:
        """Closed days in one of these states."""
        return sum(state in states for state in self.states)


@dataclass(frozen=True, slots=True)
class Margin:
    """The four numbers, in days. The bad end is the lower one, of `used` the upper one."""

    allowed: Bracket
    allowed_so_far: Bracket
    used: Bracket
    left: Bracket


def margin(year: Year) -> Margin:
    """What is allowed, used and left; `used` and `left` have no value while no closed day is decided."""
    target = {
        "target": year.target,
        "year_days": year.year_days,
        "days": year.days,
        "prorated": year.days < year.year_days,
        "prorated_target": float(year.prorated),
        "needed": year.needed,
    }
    so_far = year.allowed * len(year.closed) / year.days if year.days else 0.0
    return Margin(
        Bracket(year.allowed, year.allowed, year.allowed, None, target),
        Bracket(so_far, so_far, so_far, None, {"closed": len(year.closed), "days": year.days}),
        *_used_and_left(year),
    )


def _used_and_left(year: Year) -> tuple[Bracket, Bracket]:
    names = ("lost", "normal", "taken", "undecided")
    counted = {name: year.count(state) for state, name in enumerate(names)}
    closed, lost = len(year.closed), counted["lost"]
    most = closed - counted["normal"]
    coverage = 1 - counted["undecided"] / closed if closed else None
    if closed and counted["undecided"] == closed:
        return nothing(0.0, **counted), nothing(0.0, **counted)
    return (
        Bracket(lost, lost, most, coverage, counted),
        Bracket(year.allowed - lost, year.allowed - most, year.allowed - lost, coverage, counted),
    )
