"""Five-minute counts of every check: how its regular questions went. Counts and no verdicts. Pure.

Loss counts the first packets of regular rounds only. A bin is closed once no question that began in it can
still be open.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from probes.columns import DOWN, UNKNOWN, UP, Answers, Floats, Ints

BIN_SECONDS = 300
_UNCOVERED_SECONDS = 1.0  # of a bin whose octets are known all the same

Counts = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Bin:
    """One five-minute bin; row i is target i."""

    started_at: int  # seconds since 1970 UTC, a multiple of BIN_SECONDS
    sent: Counts  # regular questions asked outside down-runs
    rescued: Counts  # of these: first packet lost, a retry answered
    incomplete: Counts  # of these: left open because we could not see or could not ask
    down: Counts  # regular rounds in which the check was down
    answered: Counts  # how many round-trip times `rtt_sum` adds up
    rtt_sum: Floats  # seconds
    rtt_max: Floats  # seconds
    passed: Floats  # shape (4, targets): octets and discards, each in and out, as far as they are known
    covered: Floats  # for how many seconds of the bin they are; the same shape
    inside: Floats  # shape (2, targets): discards of samples that lie wholly in the bin

    def octets_known(self, targets: Ints) -> Floats:
        """The octets of these in the bin, NaN where a part of it is not known: a part is no measure of the whole."""
        return self._known(slice(0, 2), targets)

    def discards_known(self, targets: Ints) -> Floats:
        """Their discards, likewise. NaN also where it is not known whether there were any.

        A packet that was discarded around the edge of a bin was so on one side of it, nobody knows on which: half a
        packet for each would print as none where it fell, or as one where it did not.
        """
        found = self._known(slice(2, 4), targets)
        return np.where((found == 0) | (self.inside[:, targets] > 0), found, np.nan)

    def _known(self, which: slice, targets: Ints) -> Floats:
        whole = self.covered[which, targets] >= BIN_SECONDS - _UNCOVERED_SECONDS
        return np.where(whole, self.passed[which, targets], np.nan)


@dataclass(slots=True)
class Bins:
    """The bins that are still open, by start, and the newest closed one (for the loss of the last minutes)."""

    targets: int
    open: dict[int, Bin] = field(default_factory=dict)
    closed: Bin | None = None


def count(bins: Bins, answers: Answers) -> None:
    """Add settled questions to the bins in which they began, and octets to those in which they went."""
    _count_passed(bins, answers)
    rows = np.flatnonzero(answers.regular)
    if not len(rows):
        return
    asked = answers.sent[rows, 0] if answers.earlier is None else (answers.sent[:, 0] + answers.earlier)[rows]
    start = (asked // BIN_SECONDS).astype(np.int64) * BIN_SECONDS
    if bins.closed:  # after a backward step of the clock, time that was counted and written comes again
        rows, start = rows[start > bins.closed.started_at], start[start > bins.closed.started_at]
    for one in np.unique(start).tolist():
        _add(_bin(bins, one), answers, rows[start == one])


def count_down(bins: Bins, round_started_at: float, down: Ints) -> None:
    """Count one regular round for targets that were down and therefore asked in the fast rhythm only."""
    start = int(round_started_at // BIN_SECONDS) * BIN_SECONDS
    if bins.closed is None or start > bins.closed.started_at:
        _bin(bins, start).down[down] += 1


def close(bins: Bins, settled_until: float) -> list[Bin]:
    """Take out the bins in which every question has settled."""
    ended = sorted(start for start in bins.open if start + BIN_SECONDS <= settled_until)
    closed = [bins.open.pop(start) for start in ended]
    bins.closed = closed[-1] if closed else bins.closed
    return closed


def loss(bins: Bins) -> Floats:
    """Share of first packets lost in the last five to ten minutes; NaN where none was sent."""
    lost, sent = np.zeros(bins.targets), np.zeros(bins.targets)
    for one in [*bins.open.values(), *([bins.closed] if bins.closed else [])]:
        lost += one.rescued + one.down
        sent += one.sent - one.incomplete + one.down
    share: Floats = np.divide(lost, sent, out=np.full(bins.targets, np.nan), where=sent > 0)
    return share


def empty(start: int, targets: int) -> Bin:
    """A bin in which nothing was counted yet."""
    sent, rescued, incomplete, down, answered = np.zeros((5, targets), np.int32)
    rtt_sum, rtt_max = np.zeros((2, targets))
    passed, covered = np.zeros((2, 4, targets))
    inside = np.zeros((2, targets))
    return Bin(start, sent, rescued, incomplete, down, answered, rtt_sum, rtt_max, passed, covered, inside)


def _count_passed(bins: Bins, answers: Answers) -> None:
    """Spread what went through an interface evenly over the time in which it went; definitions.md §5."""
    for row, octets in answers.octets.items():
        target, ended = int(answers.target[row]), float(answers.received_at[row])
        amounts = np.array([octets.received, octets.sent, octets.discards_in, octets.discards_out])
        known = np.flatnonzero(~np.isnan(amounts))
        for start, seconds in _parts(ended - octets.seconds, ended):
            if bins.closed is None or start > bins.closed.started_at:
                one = _bin(bins, start)
                one.passed[known, target] += amounts[known] * (seconds / octets.seconds)
                one.covered[known, target] += seconds
                if ended - octets.seconds >= start and ended <= start + BIN_SECONDS:
                    one.inside[:, target] += np.nan_to_num(amounts[2:])


def _parts(begun: float, ended: float) -> Iterator[tuple[int, float]]:
    """The bins a stretch lies in, and how many of its seconds in each."""
    start = int(begun // BIN_SECONDS) * BIN_SECONDS
    while start < ended:
        yield start, min(ended, start + BIN_SECONDS) - max(begun, start)
        start += BIN_SECONDS


def _bin(bins: Bins, start: int) -> Bin:
    if start not in bins.open:
        bins.open[start] = empty(start, bins.targets)
    return bins.open[start]


def _add(one: Bin, answers: Answers, rows: Ints) -> None:
    target, outcome = answers.target[rows], answers.outcome[rows]
    np.add.at(one.sent, target[outcome != DOWN], 1)
    np.add.at(one.down, target[outcome == DOWN], 1)
    np.add.at(one.incomplete, target[outcome == UNKNOWN], 1)
    np.add.at(one.rescued, target[(outcome == UP) & (answers.answered[rows] > 0)], 1)
    rtt = answers.rtt[rows]
    known = ~np.isnan(rtt)
    np.add.at(one.answered, target[known], 1)
    np.add.at(one.rtt_sum, target[known], rtt[known])
    np.maximum.at(one.rtt_max, target[known], rtt[known])
