"""Two lists of faults of one line held against each other: which of ours is which of theirs, and where times differ.

One of ours goes with at most one of theirs. The pair that overlaps longest is matched first, then the next of those
that are left, and so on. How long two overlap is the same from either side, and so is which pair goes first: whoever
swaps the lists gets the same pairs, swapped. Two that lie apart by less than the tolerance overlap by what is left
of it, because one clock may be so far from the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stretch:
    """A fault [start, end) of one list; `end` None: not over. The true edges lie within their bounds.

    Microseconds. A list that gives no bounds has the edges themselves.
    """

    start: int
    end: int | None
    start_after: int
    start_before: int
    end_after: int | None
    end_before: int | None


def exact(start: int, end: int | None) -> Stretch:
    """A fault whose times are given as sure."""
    return Stretch(start, end, start, start, end, end)


def overlap(one: Stretch, other: Stretch, tolerance: int, now: int) -> int:
    """By how much both are down together, microseconds, up to `tolerance` more; not above 0: they are two faults."""
    ends = (now if each.end is None else each.end for each in (one, other))
    return min(ends) - max(one.start, other.start) + tolerance


def matched(
    ours: Sequence[Stretch], theirs: Sequence[Stretch], tolerance: int, now: int
) -> list[tuple[int, int]]:
    """Pairs of places in both lists, by the first list's places."""
    pairs = [
        (row, column)
        for row, one in enumerate(ours)
        for column, other in enumerate(theirs)
        if overlap(one, other, tolerance, now) > 0
    ]
    pairs.sort(key=lambda pair: _order(ours, theirs, pair, tolerance, now))
    taken, taken_theirs, found = set[int](), set[int](), []
    for row, column in pairs:
        if row not in taken and column not in taken_theirs:
            taken.add(row)
            taken_theirs.add(column)
            found.append((row, column))
    return sorted(found)


def _order(
    ours: Sequence[Stretch], theirs: Sequence[Stretch], pair: tuple[int, int], tolerance: int, now: int
) -> tuple[int, ...]:
    """The longest overlap first; then what is the same from either side: how far the edges lie apart, and where."""
    one, other = ours[pair[0]], theirs[pair[1]]
    ends = sorted(now if each.end is None else each.end for each in (one, other))
    starts = sorted((one.start, other.start))
    apart = starts[1] - starts[0] + ends[1] - ends[0]
    return -overlap(one, other, tolerance, now), apart, *starts, *ends, *sorted(pair)


def differs(one: Stretch, other: Stretch, tolerance: int) -> tuple[int, int | None]:
    """By how much start and end lie apart beyond both lists' bounds and the tolerance; 0 where they do not.

    The end is None where one of them is over and the other is not.
    """
    start = _apart((one.start_after, one.start_before), (other.start_after, other.start_before))
    if one.end is None or other.end is None:
        return max(0, start - tolerance), 0 if one.end is other.end else None
    end = _apart(_bounds(one, one.end), _bounds(other, other.end))
    return max(0, start - tolerance), max(0, end - tolerance)


def _bounds(of: Stretch, end: int) -> tuple[int, int]:
    return end if of.end_after is None else of.end_after, end if of.end_before is None else of.end_before


def _apart(one: tuple[int, int], other: tuple[int, int]) -> int:
    return max(0, one[0] - other[1], other[0] - one[1])
