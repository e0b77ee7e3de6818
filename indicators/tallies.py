"""What five minutes were, counted by circuit and window: the parts of which figures of bandwidth are made. Pure.

Counts add up over circuits and over windows. A bin belongs to the window in which it begins.
"""

from dataclasses import dataclass

import numpy as np

from indicators.bandwidth import Reason
from indicators.bins import BIN, Flags, Ints

REASONS, VERDICTS = len(Reason), 4


@dataclass(frozen=True, slots=True)
class Tallies:
    """`reasons`, shape (circuits, windows, reasons), and verdicts of congestion, shape (circuits, windows, 4)."""

    reasons: Ints
    congestion: Ints

    @classmethod
    def nothing(cls, circuits: int, windows: int) -> "Tallies":
        """Of circuits of which no bin was counted yet."""
        shape = circuits, windows
        return cls(np.zeros((*shape, REASONS), np.int64), np.zeros((*shape, VERDICTS), np.int64))

    def of(self, counts: Flags) -> tuple[Ints, Ints]:
        """Reasons and verdicts summed over the circuits and windows that count, shape (circuits, windows)."""
        return self.reasons[counts].sum(axis=0), self.congestion[counts].sum(axis=0)

    def windows(self, chosen: slice) -> "Tallies":
        """Some of the windows."""
        return Tallies(self.reasons[:, chosen], self.congestion[:, chosen])

    def followed(self, by: "Tallies") -> "Tallies":
        """The same circuits over these windows and those that follow."""
        return Tallies(
            np.concatenate([self.reasons, by.reasons], axis=1),
            np.concatenate([self.congestion, by.congestion], axis=1),
        )


def window_of(begin: int, bins: int, edges: Ints) -> Ints:
    """In which window, between successive `edges`, each bin from `begin` on begins; microseconds."""
    at = begin + np.arange(bins, dtype=np.int64) * BIN
    return np.clip(np.searchsorted(edges, at, side="right") - 1, 0, max(len(edges) - 2, 0)).astype(np.int64)


def by_window(codes: Ints, window: Ints, windows: int, kinds: int) -> Ints:
    """How many bins of each window have each code; shape (windows, kinds)."""
    flat = np.bincount(window * kinds + codes, minlength=windows * kinds)
    return flat.reshape(windows, kinds).astype(np.int64)
