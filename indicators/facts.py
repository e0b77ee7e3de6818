"""The facts a judgement reads, as columns. Filled by whoever keeps facts; nothing is judged here.

Times are microseconds since 1970 UTC, NEVER where the ledger has none. `check` counts the rows of `Checks`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indicators.axis import NEVER, Flags, Ints

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Checks:
    """The checks of a batch of subjects; row i is check i."""

    lane: Ints  # whose check it is
    phase: Floats  # its place in every round, 0 ≤ phase < 1
    vantage: Ints  # from where it asks, counted from 0
    primary: Flags  # the check that judges its subject; the others only fill its unknown

    def __len__(self) -> int:
        return len(self.lane)


@dataclass(frozen=True, slots=True)
class Runs:
    """Stretches of one outcome of one check: 0 down, 1 up, 2 our own fault kept us from asking.

    Sorted by check, then by start.
    """

    check: Ints
    outcome: NDArray[np.int8]
    round: Ints  # counted as in `Facts.watches`
    started_at: Ints
    started_after: Ints
    started_before: Ints
    ended_at: Ints  # NEVER: it stands
    ended_after: Ints
    ended_before: Ints

    def __len__(self) -> int:
        return len(self.check)

    def chosen(self, flags: Flags) -> "Runs":
        """Some of them."""
        if flags.all():
            return self
        return Runs(*(getattr(self, name)[flags] for name in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class Watches:
    """When one round of one vantage was completed, and its schedule."""

    started_at: Ints
    ended_at: Ints
    origin: Ints
    interval: Ints
    span: Ints

    def __len__(self) -> int:
        return len(self.started_at)

    @property
    def every(self) -> Ints:
        """The interval of each; a single one where all are alike: numpy divides by one ten times as fast."""
        first = self.interval[:1]
        return first if (self.interval == first).all() else self.interval

    def chosen(self, flags: Flags) -> "Watches":
        """Some of them."""
        return Watches(*(getattr(self, name)[flags] for name in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class Bins:
    """Five minutes of primary checks that may matter for loss: questions due, rescued by a retry, not completed."""

    check: Ints
    started_at: Ints
    due: Ints  # scheduled regular rounds outside recorded down-runs
    rescued: Ints
    incomplete: Ints


@dataclass(frozen=True, slots=True)
class Facts:
    """What was observed of a batch: `lanes` subjects, from whatever vantages."""

    lanes: int
    checks: Checks
    runs: Runs
    watches: Mapping[tuple[int, int], Watches]  # by (vantage, round)
    bins: Bins


def no_bins() -> Bins:
    """No five minutes that matter."""
    empty = np.empty(0, np.int64)
    return Bins(empty, empty, empty, empty, empty)


def or_else(times: Ints, otherwise: Ints) -> Ints:
    """Times, and others where there is none."""
    return np.where(times == NEVER, otherwise, times)
