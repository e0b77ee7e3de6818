"""Many histories laid end to end on one long axis, so that one pass over flat arrays treats them all.

Each subject has a *lane* of its own, 2⁵² microseconds long: 142 years from 1970 on. The *place* of a moment is
lane number × LANE + microseconds since 1970 UTC. A set of stretches of many subjects is then one sorted set of
half-open stretches [start, end) that never reach over the end of a lane, and whatever is true of one subject's set
(union, intersection, length within a window) is one operation for all of them. A single subject is lane 0.

At most MOST_LANES subjects go into one batch: beyond that the end of the last lane would not fit into 63 bits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

LANE = 1 << 52
MOST_LANES = (1 << 11) - 1
NEVER = np.iinfo(np.int64).min  # a moment that is not known, as a null of the ledger


@dataclass(frozen=True)  # without slots: what is worked out once stays with it
class Stretches:
    """Sorted stretches [start, end) that neither overlap nor touch; places, each within one lane."""

    start: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.start)

    @property
    def length(self) -> Ints:
        """Microseconds of each."""
        return self.end - self.start

    @cached_property
    def before(self) -> Ints:
        """Microseconds of all that lie before each, and, last, of all of them."""
        return np.concatenate([[0], np.cumsum(self.length)])


def stretches(start: Ints, end: Ints) -> Stretches:
    """Sorted stretches from any, which may overlap or touch, lie in any order, or have no length.

    Two stretches that touch at the end of a lane stay two.
    """
    long = end > start
    begin, until = start[long], end[long]
    order = order_of(begin)
    begin, until = begin[order], until[order]
    if not len(begin):
        return Stretches(begin, until)
    reach = np.maximum.accumulate(until)
    first = np.ones(len(begin), np.bool_)
    # At the beginning of a lane several may begin, which are one; what touches it from the lane before is another.
    touches = begin[1:] == reach[:-1]
    first[1:] = (begin[1:] > reach[:-1]) | (touches & begins_lane(begin[1:]))
    last = np.append(first[1:], True)
    return Stretches(begin[first], reach[last])


def order_of(places: Ints) -> Ints | slice:
    """The rows in the order of their places: a slice of all where they are in order already, as most are."""
    if (places[1:] >= places[:-1]).all():
        return slice(None)
    return np.argsort(places, kind="stable")


def none() -> Stretches:
    """No stretch at all."""
    return Stretches(np.empty(0, np.int64), np.empty(0, np.int64))


def whole(lanes: int) -> Stretches:
    """All of every lane."""
    start = np.arange(lanes, dtype=np.int64) * LANE
    return Stretches(start, start + LANE)


def on_lane(lane: int, pairs: Iterable[tuple[int, int]]) -> Stretches:
    """Stretches of one subject from pairs of microseconds since 1970."""
    table = np.array(list(pairs), np.int64).reshape(-1, 2) + lane * LANE
    return stretches(table[:, 0], table[:, 1])


def union(*sets: Stretches) -> Stretches:
    """What lies in any of them."""
    return stretches(np.concatenate([s.start for s in sets]), np.concatenate([s.end for s in sets]))


def intersection(a: Stretches, b: Stretches) -> Stretches:
    """What lies in both. Pieces of sets whose stretches lie apart lie apart again: nothing is sorted or joined."""
    few, many = (a, b) if len(a) < len(b) else (b, a)
    if not len(few):
        return few
    of, rows = overlapping(many, few)
    return Stretches(np.maximum(many.start[of], few.start[rows]), np.minimum(many.end[of], few.end[rows]))


def overlapping(many: Stretches, few: Stretches) -> tuple[Ints | slice, Ints]:
    """The rows of both that overlap, pair by pair in order; of `many` perhaps as the slice of all.

    The stretches of either may touch.
    """
    first = np.searchsorted(few.end, many.start, side="right")
    count = np.searchsorted(few.start, many.end) - first
    if (count == 1).all():
        return slice(None), first
    return np.repeat(np.arange(len(many)), count), rows_of(first, count)


def without(a: Stretches, b: Stretches) -> Stretches:
    """What lies in `a` and not in `b`."""
    if not len(a) or not len(b):
        return a
    start = np.concatenate([a.start[:1], b.end])
    end = np.concatenate([b.start, a.end[-1:]])
    return intersection(a, _real(start, end))


def _real(start: Ints, end: Ints) -> Stretches:
    long = end > start
    return Stretches(start[long], end[long])


def measure_until(of: Stretches, place: Ints) -> Ints:
    """How many microseconds of the stretches lie before each place, over all lanes."""
    if not len(of):
        return np.zeros(len(place), np.int64)
    # A place before all of them is taken for one where the first begins.
    row = np.maximum(np.searchsorted(of.start, place, side="right") - 1, 0)
    start = of.start[row]
    inside = np.clip(place, start, of.end[row]) - start
    inside += of.before[row]
    return inside


def measure(of: Stretches, start: Ints, end: Ints) -> Ints:
    """How many microseconds of the stretches lie in each [start, end)."""
    return measure_until(of, end) - measure_until(of, start)


def covers(of: Stretches, place: Ints) -> Flags:
    """Whether each place lies in one of the stretches."""
    found = np.searchsorted(of.start, place, side="right") - 1
    inside: Flags = (found >= 0) & (place < of.end[found]) if len(of) else np.zeros(len(place), np.bool_)
    return inside


def ascending(places: Ints) -> Ints:
    """All places once, in order; a stable sort merges what is sorted in parts already."""
    at = np.sort(places, kind="stable")
    first = np.ones(len(at), np.bool_)
    first[1:] = at[1:] != at[:-1]
    return at[first]


def numbered(of: Ints) -> tuple[Ints, Ints]:
    """Of a sorted column, every value that occurs, and which of them stands in each row."""
    first = np.append(True, of[1:] != of[:-1])[: len(of)]
    return of[first], np.cumsum(first) - 1


def lane_of(place: Ints) -> Ints:
    """Whose each place is."""
    return place >> 52


def begins_lane(place: Ints) -> Flags:
    """Whether each place is where a lane begins."""
    flags: Flags = (place & (LANE - 1)) == 0
    return flags


def moment_of(place: Ints) -> Ints:
    """Microseconds since 1970 of each place."""
    return place & (LANE - 1)


def windows(lanes: int, edges: Ints) -> tuple[Ints, Ints]:
    """Starts and ends of the windows between successive moments, in every lane; shape (lanes, windows)."""
    shift = (np.arange(lanes, dtype=np.int64) * LANE)[:, None]
    return shift + edges[:-1], shift + edges[1:]


def rows_of(first: Ints, count: Ints) -> Ints:
    """first, first + 1, … of each, `count` of them, one after the other."""
    ends = np.cumsum(count)
    rows: Ints = np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - (ends - count), count)
    return rows
