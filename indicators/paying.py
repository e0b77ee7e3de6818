"""What a month's faults deduct from the fee of a line: what is certain, what hangs on times, what is disputed.

Three amounts stand for every deduction, each at least as high as the one before:

certain    by the confirmed faults, each at its shortest: this is deducted
confirmed  by the confirmed faults, each at its longest, and unknown time beside them as down: 待定
possible   by all faults that may be the carrier's, confirmed or not, and all unknown time as down: 争议

A fault that somebody else is held responsible for enters none of them. A fault over a month's end is judged, where a
rule judges faults one by one, in the month in which it began and with all of its clock; its down-time falls into the
months in which it lay.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from indicators.contracts import ENDLESS, Contract, Rule, share_of

Standing = Literal["confirmed", "disputed", "others"]
"""Both sides confirmed it · one of them did not, or the path is unproven · somebody else is held responsible."""


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time that lies within two bounds; microseconds, ENDLESS where nothing says that it is over."""

    least: int
    most: int

    def capped(self, most: int) -> "Span":
        """The same of what cannot be longer."""
        return Span(min(self.least, most), min(self.most, most))


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of a line as it counts for its fee; `within` is its down-time in the month without what is unknown.

    `begins` tells whether it began in the days of the month in which the contract is in force.
    """

    id: str
    standing: Standing
    clock: Span
    within: Span
    begins: bool


@dataclass(frozen=True, slots=True)
class Levels:
    """The three of something: certain ≤ confirmed ≤ possible."""

    certain: Decimal
    confirmed: Decimal
    possible: Decimal

    @property
    def is_open(self) -> bool:
        """Whether more than what is certain may be due."""
        return self.possible > self.certain

    def capped(self, most: Decimal) -> "Levels":
        """None of them above a cap."""
        return Levels(min(self.certain, most), min(self.confirmed, most), min(self.possible, most))


@dataclass(frozen=True, slots=True)
class Deduction:
    """What a rule deducts: of one fault, or (`fault` None) of the month; the times are those it rests on."""

    rule: str
    fault: str | None
    time: Span  # of confirmed faults
    possible: int  # the longest with all that is disputed or unknown
    percent: Levels
    amount: Levels


@dataclass(frozen=True, slots=True)
class Account:
    """What is due for a line: its fee, what is deducted, and the most the contract lets be deducted."""

    fee: Decimal
    deductions: tuple[Deduction, ...]
    cap: Decimal
    deducted: Levels

    @property
    def due(self) -> Decimal:
        """The fee less what is certain."""
        return self.fee - self.deducted.certain


@dataclass(frozen=True, slots=True)
class Month:
    """A line in the days of a month in which a contract is in force: microseconds that count, and unknown ones."""

    fee: Decimal
    total: int
    unknown: int
    faults: tuple[Fault, ...]


def account(contract: Contract, month: Month) -> Account:
    """The whole account of a line."""
    found = tuple(one for rule in contract.rules for one in _of_rule(rule, month))
    cap = share_of(month.fee, contract.cap)
    summed = Levels(*(sum((getattr(one.amount, name) for one in found), Decimal(0)) for name in _LEVELS))
    return Account(month.fee, found, cap, summed.capped(cap))


_LEVELS = ("certain", "confirmed", "possible")


def _of_rule(rule: Rule, month: Month) -> Iterator[Deduction]:
    mine = [one for one in month.faults if one.standing != "others"]
    if rule.each:
        for one in mine:
            if one.begins:
                time = one.clock if one.standing == "confirmed" else Span(0, 0)
                yield _deduction(rule, month, one.id, time, one.clock.most)
        return
    sure = [one.within for one in mine if one.standing == "confirmed"]
    least, most = _sum(sure)
    time = Span(least, most + month.unknown if sure else 0).capped(month.total)
    possible = min(month.total, _sum(one.within for one in mine)[1] + month.unknown)
    yield _deduction(rule, month, None, time, max(possible, time.most))


def _sum(spans: Iterable[Span]) -> tuple[int, int]:
    found = list(spans)
    return sum(one.least for one in found), min(ENDLESS, sum(one.most for one in found))


def _deduction(rule: Rule, month: Month, fault: str | None, time: Span, possible: int) -> Deduction:
    percent = Levels(*(rule.percent(one, month.total) for one in (time.least, time.most, possible)))
    amount = Levels(*(share_of(month.fee, getattr(percent, name)) for name in _LEVELS))
    return Deduction(rule.id, fault, time, possible, percent, amount)
