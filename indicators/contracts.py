"""What a contract over leased lines says of money: fees by line and day, and rules by which faults lower them.

Money is exact: yuan as decimals, percentages of the monthly fee as decimals, times as whole microseconds. Every
amount is rounded half up to 分 once, where it arises. What a rule makes of a length of time never falls as that
length grows, so that a bracket of times gives a bracket of amounts by its two ends.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from indicators.axis import NEVER
from indicators.percentages import Way, rounded

CENT = Decimal("0.01")
WHOLE = Decimal(100)
Clock = Literal["measured", "ticket"]
"""Whose times govern: those measured here, or those of the ticket that both sides signed."""

ENDLESS = -NEVER - 1
"""A length of time of which nothing says how long it is."""


@dataclass(frozen=True, slots=True)
class AvailabilitySteps:
    """Per cent of the fee where the month's availability is below a share; of several steps the dearest counts."""

    id: str
    steps: tuple[tuple[Fraction, Decimal], ...]
    each: bool = False

    def percent(self, down: int, total: int) -> Decimal:
        """By (total − down) ÷ total, as an exact fraction. Of no time at all nothing is deducted."""
        if total <= 0:
            return Decimal(0)
        reached = Fraction(total - min(down, total), total)
        return max((percent for below, percent in self.steps if reached < below), default=Decimal(0))


@dataclass(frozen=True, slots=True)
class DowntimeSteps:
    """Per cent of the fee where the month's down-time adds up to so many microseconds; the dearest counts."""

    id: str
    steps: tuple[tuple[int, Decimal], ...]
    each: bool = False

    def percent(self, down: int, total: int) -> Decimal:  # noqa: ARG002 - as every rule
        """By `down` alone."""
        return max((percent for least, percent in self.steps if down >= least), default=Decimal(0))


@dataclass(frozen=True, slots=True)
class OverLimit:
    """So much for every step of time over a limit, of a fault (`each`) or of all faults of the month, up to a cap.

    `begun`: a step that is begun counts whole; else only one that is full.
    """

    id: str
    limit: int
    every: int
    per_step: Decimal
    each: bool = True
    begun: bool = True
    cap: Decimal = WHOLE

    def percent(self, down: int, total: int) -> Decimal:  # noqa: ARG002 - as every rule
        """By how many steps lie between the limit and `down`."""
        over = max(0, down - self.limit)
        steps = -(-over // self.every) if self.begun else over // self.every
        return min(self.cap, steps * self.per_step)


@dataclass(frozen=True, slots=True)
class RestoreLimit:
    """So much for each fault that lasted longer than a limit."""

    id: str
    limit: int
    for_each: Decimal
    each: bool = True

    def percent(self, down: int, total: int) -> Decimal:  # noqa: ARG002 - as every rule
        """All of it, or nothing."""
        return self.for_each if down > self.limit else Decimal(0)


Rule = AvailabilitySteps | DowntimeSteps | OverLimit | RestoreLimit
"""Per cent of the monthly fee for so much of so many microseconds; `each`: asked of every fault by itself."""


@dataclass(frozen=True, slots=True)
class Fee:
    """From this day on (None: ever since) a line costs so many yuan a month."""

    since: dt.date | None
    monthly: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a contract; `fees` in the order of their days."""

    circuit: str
    fees: tuple[Fee, ...]

    def on(self, day: dt.date) -> Decimal:
        """What a month costs at the price of a day."""
        return next(
            (fee.monthly for fee in reversed(self.fees) if fee.since is None or fee.since <= day), Decimal(0)
        )


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract with one carrier, in force on the days [begin, until)."""

    id: str
    carrier: str
    begin: dt.date
    until: dt.date | None
    lines: tuple[Line, ...]
    rules: tuple[Rule, ...]
    number: str = ""
    name: str = ""
    clock: Clock = "measured"
    cap: Decimal = WHOLE  # per cent of a line's fee of the month, over all rules

    def on(self, day: dt.date) -> bool:
        """Whether it is in force on a day."""
        return self.begin <= day and (self.until is None or day < self.until)


def cents(amount: Fraction) -> Decimal:
    """Yuan, half up to 分."""
    return rounded(amount, 2, Way.HALF_UP)


def fee_of(line: Line, days: Iterable[dt.date], month_days: int) -> Decimal:
    """The fee of some days of a month of `month_days`: every day its share of the price that holds on it."""
    return cents(sum((Fraction(line.on(day)) / month_days for day in days), Fraction(0)))


def share_of(fee: Decimal, percent: Decimal) -> Decimal:
    """So many per cent of a fee, half up to 分."""
    return cents(Fraction(fee) * Fraction(percent) / 100)


def of_carrier(contracts: Sequence[Contract], carrier: str | None) -> tuple[Contract, ...]:
    """Those with a carrier; None: all."""
    return tuple(one for one in contracts if carrier is None or one.carrier == carrier)
