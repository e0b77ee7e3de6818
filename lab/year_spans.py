"""Spans of time beside each other: what lies in both, in one alone, and how much of every five minutes. Pure.

Spans are sorted lists of half-open (begin, end) that lie apart; whole microseconds since 1970 UTC.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from lab.year_affairs import BIN
from lab.year_world import Span, Spans

Ints = NDArray[np.int64]


def common(a: Spans, b: Spans) -> Spans:
    """What lies in both."""
    found, at = [], 0
    for begin, end in a:
        while at < len(b) and b[at][1] <= begin:
            at += 1
        row = at
        while row < len(b) and b[row][0] < end:
            found.append((max(begin, b[row][0]), min(end, b[row][1])))
            row += 1
    return found


def without(a: Spans, b: Spans) -> Spans:
    """What lies in the first and not in the second."""
    found = []
    for begin, end in a:
        at = begin
        for first, last in common([(begin, end)], b):
            if at < first:
                found.append((at, first))
            at = last
        if at < end:
            found.append((at, end))
    return found


def length(spans: Iterable[Span]) -> int:
    """How long they are together."""
    return sum(end - begin for begin, end in spans)


def covered(spans: Spans, begin: int, bins: int) -> Ints:
    """How much of each of so many five minutes from `begin` on lies in them; microseconds."""
    found, last = np.zeros(bins, np.int64), begin + bins * BIN
    for start, end in common(spans, [(begin, last)]):
        first, behind = (start - begin) // BIN, -(-(end - begin) // BIN)
        edges = begin + np.arange(first, behind + 1, dtype=np.int64) * BIN
        inside = np.clip(edges, start, end)
        found[first:behind] += inside[1:] - inside[:-1]
    return found
