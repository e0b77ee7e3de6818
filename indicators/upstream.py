"""Whose fault it is: down-time behind something that was itself down or unknown says nothing of the line.

While the device or circuit X that a check depends on is down or unknown, the check's own down-time is unknown;
up-time always counts. X stands as it was seen, before any masking, settling or confirmation of its own: what is
behind a dead core switch is masked by what is between, because that is dead as well.

X's time is taken at its widest, from its last answer before to its first answer after, and the child's own ± is
added to it: a line whose first silent packet left a moment before its router's is not taken for a culprit.
"""

from dataclasses import dataclass

import numpy as np

from indicators.axis import LANE, Ints, Stretches, lane_of, rows_of, stretches
from indicators.observed import Edges
from indicators.threestate import DOWN, UNKNOWN, UP
from indicators.timeline import Cause, Timeline, changed


@dataclass(frozen=True, slots=True)
class Dependences:
    """From when until when a child hangs on a parent; microseconds since 1970."""

    child: Ints  # lane among the children
    parent: Ints  # lane among the parents
    begin: Ints
    end: Ints


def widest(parents: Timeline, edges: Edges) -> Stretches:
    """Where each parent was not up, from its last answer before to its first answer after."""
    return widened(parents.chosen(parents.state != UP), edges)


def widened(away: Stretches, edges: Edges) -> Stretches:
    """Stretches in which parents were away, each from its last answer before to its first answer after."""
    earliest, _ = edges.bounds(away.start)
    _, latest = edges.bounds(away.end)
    lane_end = (lane_of(away.start) + 1) * LANE
    return stretches(np.minimum(earliest, away.start), np.clip(latest, away.end, lane_end))


def behind(away: Stretches, on: Dependences) -> Stretches:
    """The stretches in which the children's parents were away, on the children's lanes."""
    first = np.searchsorted(away.start, on.parent * LANE)
    count = np.searchsorted(away.start, (on.parent + 1) * LANE) - first
    rows, of = rows_of(first, count), np.repeat(np.arange(len(on.child)), count)
    shift = (on.child - on.parent)[of] * LANE
    # Each absence only while the child hangs on that very parent: it may hang on another before and after.
    begin, end = (on.child * LANE + on.begin)[of], (on.child * LANE + on.end)[of]
    return stretches(np.maximum(away.start[rows] + shift, begin), np.minimum(away.end[rows] + shift, end))


def masked(line: Timeline, edges: Edges, away: Stretches) -> Timeline:
    """The down-time of each child while its parent was away is unknown, for that reason."""
    hidden = _within_their_bounds(line.where(DOWN), edges, away) if len(away) else away
    return changed(line, hidden, DOWN, UNKNOWN, Cause.UPSTREAM)


def _within_their_bounds(down: Stretches, edges: Edges, away: Stretches) -> Stretches:
    """What of each down-time lies in a parent's absence, widened by that down-time's own bounds."""
    _, start_before = edges.bounds(down.start)
    end_after, _ = edges.bounds(down.end)
    early, late = start_before - down.start, down.end - end_after
    first = np.searchsorted(away.end, down.start - late, side="right")
    count = np.maximum(np.searchsorted(away.start, down.end + early) - first, 0)
    rows, of = rows_of(first, count), np.repeat(np.arange(len(down)), count)
    return stretches(
        np.maximum(away.start[rows] - early[of], down.start[of]),
        np.minimum(away.end[rows] + late[of], down.end[of]),
    )
