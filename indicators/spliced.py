"""Two judgements of the same subjects, of days that are closed and of what came after, as one. Pure.

Sums of closed days never change. A fault is *final* once its subject was surely up, after it, for as long as any two
outages of one fault may lie apart: nothing later can lengthen it, join it or take it away. Of each subject the
closed judgement says since when it `stands_alone`: faults that began before come from it, the others from the later
one, which knows how they went on.
"""

from dataclasses import replace

import numpy as np

from indicators.assessed import Condensed, FaultTable
from indicators.axis import LANE, Ints, Stretches, intersection, lane_of, moment_of
from indicators.failover import Switches
from indicators.member_time import followed
from indicators.tables import combined, each

NEVER_ALONE = -1


def stands_alone(up: Stretches, lanes: int, until: int, gap: int) -> Ints:
    """Of each lane, when the last settled up-time of at least `gap` before `until` began; NEVER_ALONE: there is none.

    `up` is settled; `until` and `gap` are microseconds.
    """
    start = np.arange(lanes, dtype=np.int64) * LANE
    before = intersection(up, Stretches(start, start + until))
    long = before.length >= gap
    found = np.full(lanes, NEVER_ALONE, np.int64)
    # Sorted by start: of several of a lane the last one stays.
    found[lane_of(before.start[long])] = moment_of(before.start[long])
    return found


def spliced(closed: Condensed, recent: Condensed, alone: Ints) -> Condensed:
    """Both as one. The windows of `recent` follow those of `closed`; `alone` is per subject, microseconds.

    Raises ValueError where they are not of the same subjects, or do not adjoin.
    """
    if closed.subjects != recent.subjects or closed.edges[-1] != recent.edges[0]:
        raise ValueError("two judgements that do not belong together")
    return replace(
        recent,
        edges=np.concatenate([closed.edges, recent.edges[1:]]),
        whole=np.concatenate([closed.whole, recent.whole]),
        times={name: followed(closed.times[name], then) for name, then in recent.times.items()},
        faults=joined_faults(final(closed.faults, alone), later(recent.faults, alone)),
        switches=_switches(closed.switches, recent.switches, alone),
    )


def final(of: FaultTable, alone: Ints) -> FaultTable:
    """The faults that nothing later can change."""
    return of.chosen(of.faults.start < alone[of.subject])


def later(of: FaultTable, alone: Ints) -> FaultTable:
    """The others."""
    return of.chosen(of.faults.start >= alone[of.subject])


def joined_faults(*parts: FaultTable) -> FaultTable:
    """Tables of faults as one, by subject and start."""
    joined = combined(np.concatenate, parts)
    order = np.lexsort((joined.faults.start, joined.subject))
    return each(lambda column: column[order], joined)


def _switches(closed: Switches | None, recent: Switches | None, alone: Ints) -> Switches | None:
    """Switch-overs as faults: those from before a service stood alone are final."""
    parts = []
    if closed is not None:
        parts.append(closed.chosen(closed.at < alone[closed.service]))
    if recent is not None:
        parts.append(recent.chosen(recent.at >= alone[recent.service]))
    return combined(np.concatenate, parts) if parts else None
