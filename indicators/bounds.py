"""Between which moments an outage really began and ended: the measurement error of every single one.

Where a recorded run begins, the packets say so: not before the last contradicting one left, not after the first
confirming one was settled. Where unknown time adjoins, the edge may lie anywhere in it.
"""

from dataclasses import dataclass

import numpy as np

from indicators.axis import LANE, NEVER, Ints, lane_of
from indicators.faults import Faults, Outages
from indicators.observed import Edges
from indicators.threestate import UNKNOWN
from indicators.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Bounds:
    """Microseconds since 1970; NEVER where nothing bounds an edge. Of an open outage the end is NEVER throughout."""

    start: Ints
    start_after: Ints
    start_before: Ints
    end: Ints
    end_after: Ints
    end_before: Ints


def bounds(settled: Timeline, edges: Edges, of: Outages, now: int) -> Bounds:
    """The bounds of all outages; `now` is the moment of judging, microseconds."""
    lane = lane_of(of.start) * LANE
    unknown = settled.where(UNKNOWN)
    after, before = edges.bounds(of.start)
    preceding = np.searchsorted(unknown.end, of.start)
    start_after = _or_stretch(after, of.start, unknown.end, unknown.start, preceding)
    end_after, end_before = edges.bounds(of.end)
    following = np.searchsorted(unknown.start, of.end)
    end_before = _or_stretch(end_before, of.end, unknown.start, unknown.end, following)
    # Nothing after now bounds an end, and nothing at all the beginning of a lane.
    unbounded_end = of.open | (end_before >= lane + now)
    return Bounds(
        start=of.start - lane,
        start_after=np.where(start_after <= lane, NEVER, start_after - lane),
        start_before=before - lane,
        end=np.where(of.open, NEVER, of.end - lane),
        end_after=np.where(of.open, NEVER, end_after - lane),
        end_before=np.where(unbounded_end, NEVER, end_before - lane),
    )


def fault_of(outages: Outages, faults: Faults) -> Ints:
    """Of every outage the row of the fault it belongs to; -1 for one that lies wholly in excluded time."""
    if not len(faults):
        return np.full(len(outages), -1, np.int64)
    row = np.searchsorted(faults.start, outages.end) - 1
    within = (row >= 0) & (faults.end[np.maximum(row, 0)] > outages.start)
    return np.where(within, row, -1)


def _or_stretch(bound: Ints, place: Ints, near: Ints, far: Ints, row: Ints) -> Ints:
    """The bound of each place, or the far end of the unknown stretch whose near end it touches."""
    if not len(near):
        return bound
    at = np.minimum(row, len(near) - 1)
    return np.where(near[at] == place, far[at], bound)
