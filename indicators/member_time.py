"""The time of a figure's members, made small: all that its formulas need, whoever many they are. Pure.

Of a year of ten thousand lines the sums by line and day take a hundred megabytes; a figure needs each member's sums
over all windows and the days of all members together. Both add up: over batches of subjects, and over parts of the
window that follow each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from indicators.axis import Flags, Ints
from indicators.days import MemberDays, member_days
from indicators.policy import Policy
from indicators.sums import Sums, together
from indicators.tables import combined, each


@dataclass(frozen=True, slots=True)
class Members:
    """Whom a figure is about: `counts` says who is in it when; `name` is what it is printed under.

    A group and a carrier may have one name: figures are told apart by what their members have in common, too.
    """

    name: str
    counts: Flags  # shape (subjects, windows)
    common: Literal["subject", "group", "carrier", "kind"]  # subject: one, judged by its own days
    planned: int = 0  # units that were planned, where that is more than there are

    @property
    def key(self) -> str:
        """What tells it apart from all other figures of a kind."""
        return f"{self.common} {self.name}"

    def part(self, windows: slice) -> "Members":
        """The same in some of the windows."""
        return replace(self, counts=self.counts[:, windows])


@dataclass(frozen=True, slots=True)
class MemberTime:
    """Time of those who are members in any window; `rows` are theirs among all subjects, ascending."""

    rows: Ints
    sums: Sums  # of each over the windows in which it is a member, shape (rows, 1)
    days: MemberDays  # of whole days, those of all members together


def member_time(sums: Sums, counts: Flags, whole: Flags, policy: Policy) -> MemberTime:
    """From the sums of subjects by window; `counts` says who is a member when, `whole` which windows are days."""
    rows = np.flatnonzero(counts.any(axis=1))
    mine, inside = sums if len(rows) == len(counts) else sums.of(rows), counts[rows]
    if not inside.all():
        mine = each(lambda column: column * inside, mine)
    return MemberTime(rows, mine.over(axis=1), member_days(_windows(mine, whole), policy))


def _windows(of: Sums, flags: Flags) -> Sums:
    """Those of some windows; where these follow each other nothing is copied."""
    rows = np.flatnonzero(flags)
    chosen = slice(rows[0], rows[-1] + 1) if len(rows) and rows[-1] - rows[0] < len(rows) else rows
    return each(lambda column: column[:, chosen], of)


def below(parts: Sequence[tuple[int, MemberTime]]) -> MemberTime:
    """Batches of subjects as one, each with the number of subjects before it."""
    return MemberTime(
        rows=np.concatenate([first + one.rows for first, one in parts]),
        sums=together([one.sums for _, one in parts]),
        days=combined(sum, [one.days for _, one in parts]),
    )


def followed(first: MemberTime, then: MemberTime) -> MemberTime:
    """Of the same subjects: some windows, and those that follow them."""
    rows = np.union1d(first.rows, then.rows)

    def added(columns: Sequence[Ints]) -> Ints:
        total = np.zeros((len(rows), 1), np.int64)
        for one, column in zip((first, then), columns, strict=True):
            total[np.searchsorted(rows, one.rows)] += column
        return total

    def beside(columns: Sequence[Ints]) -> Ints:
        return np.concatenate(columns, axis=1)

    return MemberTime(
        rows, combined(added, [first.sums, then.sums]), combined(beside, [first.days, then.days])
    )
