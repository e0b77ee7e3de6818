"""A month of a carrier's lines as it is stated: plain values that the statement and its forms are made from."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from indicators.contracts import Contract
from indicators.entered import Ticket
from indicators.paying import Account, Deduction, Fault


@dataclass(frozen=True, slots=True)
class Because:
    """Why a fault does not count as confirmed: a sentence, and what is filled in."""

    text: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Times:
    """When a fault was: microseconds since 1970, None where nothing bounds an edge or while it is open."""

    start: int
    start_after: int | None
    start_before: int
    end: int | None
    end_after: int | None
    end_before: int | None


@dataclass(frozen=True, slots=True)
class PaidFault:
    """A fault of a line in a month: how it counts, when it was, why it is disputed, and its ticket."""

    fault: Fault
    times: Times
    why: Because | None
    ticket: Ticket | None


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A line of a contract in the days [begin, end) of a month in which it is paid; sums are microseconds."""

    contract: Contract
    circuit: str
    name: str
    path: str
    begin: int
    end: int
    total: int
    down: int
    unknown: int
    faults: tuple[PaidFault, ...]
    account: Account

    def told(self) -> Iterator[Deduction]:
        """The deductions that are, or may be, more than nothing."""
        return (one for one in self.account.deductions if one.amount.possible > 0)


@dataclass(frozen=True, slots=True)
class Statement:
    """The month of one carrier; `policy` is the digest of the rules that faults were judged by, `made` when."""

    organisation: str
    carrier: str
    year: int
    month: int
    zone: str
    policy: str
    made: int
    lines: tuple[PaidLine, ...]

    @property
    def fee(self) -> Decimal:
        """Of all lines."""
        return sum((one.account.fee for one in self.lines), Decimal(0))

    @property
    def deducted(self) -> Decimal:
        """What is certain."""
        return sum((one.account.deducted.certain for one in self.lines), Decimal(0))

    @property
    def undecided(self) -> Decimal:
        """What more may be due of confirmed faults."""
        return sum((undecided(one.account) for one in self.lines), Decimal(0))

    @property
    def disputed(self) -> Decimal:
        """What more may be due of faults that are not confirmed, and of unknown time."""
        return sum((disputed(one.account) for one in self.lines), Decimal(0))


def undecided(of: Account) -> Decimal:
    """What more may be due by the confirmed faults, because their times are not sure."""
    return of.deducted.confirmed - of.deducted.certain


def disputed(of: Account) -> Decimal:
    """What more may be due by all else."""
    return of.deducted.possible - of.deducted.confirmed
