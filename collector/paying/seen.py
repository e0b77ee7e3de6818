"""The faults of circuits in the line view, each with how sure its times are, and their sums over any stretch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from collector.judging.judge import Case, batches
from collector.judging.roster import Subject
from exporters.paid import Times
from indicators.axis import LANE, Ints, Stretches, intersection, lane_of, measure
from indicators.bounds import Bounds, bounds, fault_of
from indicators.contracts import ENDLESS
from indicators.judged import View
from indicators.paying import Span
from indicators.threestate import DOWN, UNKNOWN


@dataclass(frozen=True, slots=True)
class Seen:
    """A fault as judged; `last` is until when it was surely down, microseconds since 1970.

    `around_start` and `around_end` are by how much that edge may lie earlier and later, as it was recorded: beside
    unknown time it is its own bounds, because what is unknown is counted by itself.
    """

    id: str
    times: Times
    clock: Span
    last: int
    around_start: tuple[int, int]
    around_end: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Lane:
    """A circuit judged: its faults that touch the window, and what its time adds up to."""

    subject: Subject
    faults: tuple[Seen, ...]
    lane: int
    counted: Stretches
    down: Stretches
    unknown: Stretches

    def total(self, begin: int, end: int) -> int:
        """Microseconds that count in [begin, end)."""
        return self._in(self.counted, begin, end)

    def unknown_in(self, begin: int, end: int) -> int:
        """Those of them of which nobody knows."""
        return self._in(self.unknown, begin, end)

    def down_in(self, begin: int, end: int) -> int:
        """Those of them in which it was down."""
        return self._in(self.down, begin, end)

    def down_of(self, fault: Seen, begin: int, end: int) -> Span:
        """Down-time of a fault in [begin, end), as its edges bound it; what is unknown in it is not in it."""
        down = self._in(self.down, max(fault.times.start, begin), max(begin, min(fault.last, end)))
        shorter = longer = 0
        if fault.times.start >= begin:
            shorter, longer = fault.around_start[1], fault.around_start[0]
        if fault.last < end:
            shorter, longer = shorter + fault.around_end[0], longer + fault.around_end[1]
        return Span(max(0, down - shorter), down + longer)

    def _in(self, of: Stretches, begin: int, end: int) -> int:
        place = np.array([begin, end], np.int64) + self.lane * LANE
        return int(measure(of, place[:1], place[1:])[0])


def seen(of: Case, subjects: Sequence[Subject], begin: int, end: int) -> Iterator[Lane]:
    """Each of some circuits with its faults that overlap [begin, end), in their order."""
    for batch in batches(of, subjects, begin):
        view = batch.line
        found = _faults(view, batch.subjects, of.source.now, begin, end)
        down = intersection(view.settled.where(DOWN), view.counted)
        unknown = intersection(view.settled.where(UNKNOWN), view.counted)
        for lane, one in enumerate(batch.subjects):
            yield Lane(one, tuple(found.get(lane, ())), lane, view.counted, down, unknown)


def _faults(view: View, subjects: Sequence[Subject], now: int, begin: int, end: int) -> dict[int, list[Seen]]:
    """The faults of each lane."""
    found: dict[int, list[Seen]] = {}
    faults = view.faults
    edges = bounds(view.settled, view.edges, view.outages, now)
    owner = fault_of(view.outages, faults)
    sure_start, sure_end = view.edges.bounds(faults.start), view.edges.bounds(faults.end)
    lanes = lane_of(faults.start)
    base = lanes * LANE
    for row in np.flatnonzero((faults.start - base < end) & (faults.end - base > begin)).tolist():
        lane, zero = int(lanes[row]), int(base[row])
        place = int(faults.start[row]), int(faults.end[row])
        around = [
            (at - int(after[row]), int(before[row]) - at)
            for at, (after, before) in zip(place, (sure_start, sure_end), strict=True)
        ]
        first, last = np.flatnonzero(owner == row)[[0, -1]].tolist()
        found.setdefault(lane, []).append(
            Seen(
                f"{subjects[lane].id}@{(place[0] - zero) // 1_000_000}",
                _times(edges, view, first, last, place, zero),
                clock=_clock(view, row, around[0][1] + around[1][0], around[0][0] + around[1][1]),
                last=place[1] - zero,
                around_start=around[0],
                around_end=around[1],
            )
        )
    return found


def _clock(view: View, row: int, shorter: int, longer: int) -> Span:
    faults = view.faults
    least = max(0, int(faults.shortest[row]) - shorter)
    return Span(least, int(faults.longest[row]) + longer if faults.ended[row] else ENDLESS)


def _times(edges: Bounds, view: View, first: int, last: int, place: tuple[int, int], lane: int) -> Times:
    """Start with its bounds and end with its bounds: those of the outages, unless it begins or ends within one."""
    begin, end = place[0] - lane, place[1] - lane
    start_after, start_before = _or_none(edges.start_after, first), int(edges.start_before[first])
    if int(view.outages.start[first]) < place[0]:
        start_after = start_before = begin
    if int(view.outages.end[last]) > place[1]:
        return Times(begin, start_after, start_before, end, end, end)
    closed = _or_none(edges.end, last)
    return Times(
        begin,
        start_after,
        start_before,
        closed,
        _or_none(edges.end_after, last),
        _or_none(edges.end_before, last),
    )


def _or_none(column: Ints, row: int) -> int | None:
    value = int(column[row])
    return None if value < 0 else value
