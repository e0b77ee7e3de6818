"""Outages and faults: what settled down-time adds up to, with the shortest and the longest clock of each fault.

Outages
=======
An outage begins and ends with settled D; D parts that only K separates are one outage with an unknown part.

Faults
======
Only D inside the time that counts (T) makes faults: one that begins in excluded maintenance begins, as a fault, when
the maintenance ends. Outages of one subject are one fault if the measured up-time between them totals less than
`merge_gap`; K counts nothing. One count, one clock from the first start to the last end, running only in T.

Bounds. Where K inside was up the fault falls into parts, and its shortest clock is that of the longest part; where K
in and around it was down it may reach further, and join others: its longest clock is that of the whole. `merge_gap`
applies both times. A fault is never added or taken away by what is not known.

Open. Nobody is ever seen down at the very moment of judging: the last question lies some seconds back, and what
follows it is unknown. So a fault that nothing says has ended is open if less than LAG since its end is unknown.
"""

from dataclasses import dataclass

import numpy as np

from indicators.axis import (
    LANE,
    Flags,
    Ints,
    Stretches,
    intersection,
    lane_of,
    measure,
    whole,
    without,
)
from indicators.threestate import DOWN, UNKNOWN, UP
from indicators.timeline import Timeline

LAG = 180_000_000
"""How far what is surely known may lie behind the moment of judging while a round goes on; microseconds."""


@dataclass(frozen=True, slots=True)
class Outages:
    """Outages of all lanes, sorted: places, and the D and K microseconds between them."""

    start: Ints
    end: Ints
    down: Ints
    unknown: Ints
    open: Flags  # going on at the moment of judging

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults of all lanes, sorted: places of first start and last end; clocks in microseconds of T.

    `ended` is False where nothing says that it ended: then `open` tells whether it goes on at the moment of judging,
    or nobody knows.
    """

    start: Ints
    end: Ints
    down: Ints
    clock: Ints
    shortest: Ints
    longest: Ints
    ended: Flags
    open: Flags

    def __len__(self) -> int:
        return len(self.start)

    def chosen(self, flags: Flags) -> "Faults":
        """Some of them."""
        return Faults(*(getattr(self, name)[flags] for name in self.__dataclass_fields__))


def outages(settled: Timeline, now: int, lag: int = LAG) -> Outages:
    """All outages; `now` is the moment of judging, microseconds since 1970."""
    down, up = settled.where(DOWN), settled.where(UP)
    first, last = _ends_of_groups(_groups(down, _between(down, up), 1))
    start, end = down.start[first], down.end[last]
    went_down = measure(down, start, end)
    ended, is_open = _endings(up, settled.where(UNKNOWN), end, now, lag)
    return Outages(start, end, went_down, end - start - went_down, is_open & ~ended)


def faults(
    settled: Timeline,
    counted: Stretches,
    merge_gap: int,
    now: int,
    suspended: Stretches | None = None,
    lag: int = LAG,
) -> Faults:
    """All faults in the time that counts; the clock stands still while it is `suspended` with a signature.

    `merge_gap`, `now` and `lag` are microseconds.
    """
    down, up = settled.where(DOWN), settled.where(UP)
    runs = counted if suspended is None else without(counted, suspended)
    parts = intersection(down, counted)
    group = _groups(parts, _between(parts, up), merge_gap)
    first, last = _ends_of_groups(group)
    start, end = parts.start[first], parts.end[last]
    ended, is_open = _endings(up, settled.where(UNKNOWN), end, now, lag)
    return Faults(
        start=start,
        end=end,
        down=measure(parts, start, end),
        clock=measure(runs, start, end),
        shortest=_shortest(parts, group, down, merge_gap, runs),
        longest=_longest(start, settled, counted, merge_gap, runs),
        ended=ended,
        open=is_open & ~ended,
    )


def _between(parts: Stretches, up: Stretches) -> Ints:
    """How much up-time lies between each part and the next."""
    return measure(up, parts.end[:-1], parts.start[1:])


def _groups(parts: Stretches, between: Ints, gap: int) -> Ints:
    """Which fault each part belongs to, counted from 0: a new one after `gap` of up-time, and in a new lane."""
    if not len(parts):
        return np.empty(0, np.int64)
    apart = (between >= gap) | (lane_of(parts.start[1:]) != lane_of(parts.start[:-1]))
    return np.concatenate([[0], np.cumsum(apart)])


def _ends_of_groups(group: Ints) -> tuple[Ints, Ints]:
    """Rows of the first and the last part of each group."""
    first = np.flatnonzero(np.diff(group, prepend=-1))
    return first, np.append(first[1:], len(group)) - 1 if len(group) else first


def _endings(up: Stretches, unknown: Stretches, end: Ints, now: int, lag: int) -> tuple[Flags, Flags]:
    """Whether a later up-time shows that it ended; whether too little is unknown since then for it to have ended."""
    lane = lane_of(end - 1) * LANE
    ended = measure(up, end, lane + LANE) > 0
    return ended, measure(unknown, end, np.maximum(end, lane + now)) < lag


def _shortest(parts: Stretches, group: Ints, down: Stretches, gap: int, runs: Stretches) -> Ints:
    """Of each fault the clock of its longest part, where what is unknown was up: all that was not down."""
    between = parts.start[1:] - parts.end[:-1] - _between(parts, down)
    piece = _groups(parts, between, gap)
    first, last = _ends_of_groups(piece)
    clock = measure(runs, parts.start[first], parts.end[last])
    owner = group[first]
    longest = np.zeros(owner[-1] + 1 if len(owner) else 0, np.int64)
    np.maximum.at(longest, owner, clock)
    return longest


def _longest(start: Ints, settled: Timeline, counted: Stretches, gap: int, runs: Stretches) -> Ints:
    """Of each fault the clock of the one that holds it, where what is unknown was down."""
    parts = intersection(settled.chosen(settled.state != UP), counted)
    # Within one stretch that counts nothing but up-time lies between two parts.
    between = parts.start[1:] - parts.end[:-1]
    of = np.searchsorted(counted.start, parts.start, side="right")
    cut = np.flatnonzero(of[1:] != of[:-1])
    between[cut] = measure(settled.where(UP), parts.end[cut], parts.start[cut + 1])
    group = _groups(parts, between, gap)
    first, last = _ends_of_groups(group)
    holder = group[np.searchsorted(parts.start, start, side="right") - 1]
    return measure(runs, parts.start[first[holder]], parts.end[last[holder]])


def in_all_time(lanes: int, now: int) -> Stretches:
    """Every lane from its beginning until the moment of judging: for whoever excludes nothing."""
    every = whole(lanes)
    return Stretches(every.start, every.start + now)
