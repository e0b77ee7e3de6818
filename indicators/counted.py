"""The time that counts: T is the window, less what is not in service, outside hours, or in excluded maintenance.

Precedence: not in service or outside hours → excluded maintenance → not watched → upstream → measured. What comes
first is taken out first, so that T = U + D + K holds of whatever is left.

Maintenance
===========
A window is *agreed* only if it was recorded before it began and while none of its subjects was out; else it is
*retroactive*: marked, and not applied unless the policy says so. A window on X also excludes the measured down-time
of what depends on X while X is known down; a window on a member never excludes its service.
"""

from dataclasses import dataclass

import numpy as np

from indicators.axis import LANE, Flags, Ints, Stretches, intersection, stretches, without
from indicators.threestate import DOWN, UNKNOWN, UP
from indicators.timeline import Cause, Timeline, changed


@dataclass(frozen=True, slots=True)
class Windows:
    """Maintenance windows, a row for every subject of each; microseconds since 1970."""

    window: Ints  # which of them, counted from 0
    lane: Ints
    begin: Ints
    end: Ints
    recorded_at: Ints

    def stretches(self, flags: Flags) -> Stretches:
        """Where some of them lie."""
        place = self.lane[flags] * LANE
        return stretches(place + self.begin[flags], place + self.end[flags])


def agreed(windows: Windows, settled: Timeline) -> Flags:
    """Of every row whether its window was agreed: recorded before it began, and while no subject of it was out."""
    out = settled.state_at(windows.lane * LANE + windows.recorded_at) == DOWN
    late = windows.recorded_at >= windows.begin
    bad = np.bincount(windows.window, weights=out | late) > 0
    flags: Flags = ~bad[windows.window]
    return flags


def behind_maintenance(measured: Timeline, windows: Stretches, known_down: Stretches) -> Stretches:
    """The measured down-time of children while what they depend on is in agreed maintenance and known down.

    `windows` and `known_down` are those of the parents, on the children's lanes; `measured` is not masked.
    """
    return intersection(measured.where(DOWN), intersection(windows, known_down))


def counted(in_service: Stretches, hours: Stretches, maintenance: Stretches, now: int) -> Stretches:
    """T of every lane until the moment of judging, before any reporting window."""
    served = intersection(in_service, hours)
    lanes = np.unique(served.start // LANE) * LANE
    return without(intersection(served, Stretches(lanes, lanes + now)), maintenance)


def as_up(settled: Timeline, maintenance: Stretches) -> Timeline:
    """Maintenance that the policy counts as up: whatever was seen meanwhile."""
    changed_ = changed(settled, maintenance, DOWN, UP, Cause.MEASURED)
    return changed(changed_, maintenance, UNKNOWN, UP, Cause.MEASURED)


def resolved(raw: Timeline, up: Stretches, down: Stretches) -> Timeline:
    """Unknown time that a signed paper settles, as attested; what was measured stays as it was."""
    only_up = without(up, down)  # two papers that contradict each other: the worse one stands
    return changed(changed(raw, down, UNKNOWN, DOWN, Cause.ATTESTED), only_up, UNKNOWN, UP, Cause.ATTESTED)
