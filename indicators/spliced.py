"""Two judgements of the same subjects, of days that are closed and of what came after, as one. Pure.

Sums of closed days never change. A fault is *final* once its subject was surely up, after it, for as long as any two
outages of one fault may lie apart: nothing later can lengthen it, join it or take it away. Of each subject the
closed judgement says since when it `stands_alone`: faults that began before come from it, the others from the later
one, which knows how they went on.
"""

from dataclasses import fields, replace

import numpy as np

from indicators.assessed import FaultTable, Judgement
from indicators.axis import LANE, Ints, Stretches, intersection, lane_of, moment_of
from indicators.failover import Switches
from indicators.faults import Faults
from indicators.sums import Sums

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


def spliced(closed: Judgement, recent: Judgement, alone: Ints) -> Judgement:
    """Both as one. The windows of `recent` follow those of `closed`; `alone` is per subject, microseconds.

    Raises ValueError where they are not of the same subjects, or do not adjoin.
    """
    if closed.subjects != recent.subjects or closed.edges[-1] != recent.edges[0]:
        raise ValueError("two judgements that do not belong together")
    return replace(
        recent,
        edges=np.concatenate([closed.edges, recent.edges[1:]]),
        whole=np.concatenate([closed.whole, recent.whole]),
        sums=Sums(
            *(
                np.concatenate([getattr(one.sums, each.name) for one in (closed, recent)], axis=1)
                for each in fields(Sums)
            )
        ),
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
    subject = np.concatenate([one.subject for one in parts])
    columns = [np.concatenate([getattr(one.faults, each.name) for one in parts]) for each in fields(Faults)]
    order = np.lexsort((columns[0], subject))
    return FaultTable(subject[order], Faults(*(column[order] for column in columns)))


def _switches(closed: Switches | None, recent: Switches | None, alone: Ints) -> Switches | None:
    """Switch-overs as faults: those from before a service stood alone are final."""
    parts = []
    if closed is not None:
        parts.append(closed.chosen(closed.at < alone[closed.service]))
    if recent is not None:
        parts.append(recent.chosen(recent.at >= alone[recent.service]))
    if not parts:
        return None
    return Switches(
        *(np.concatenate([getattr(one, each.name) for one in parts]) for each in fields(Switches))
    )


def between(of: Judgement, begin: int, end: int) -> Judgement:
    """The part of a judgement whose windows lie in [begin, end), microseconds; both are edges of windows."""
    first, last = np.searchsorted(of.edges, [begin, end]).tolist()
    sums = Sums(*(getattr(of.sums, each.name)[:, first:last] for each in fields(Sums)))
    faults = of.faults.faults
    return replace(
        of,
        edges=of.edges[first : last + 1],
        whole=of.whole[first:last],
        sums=sums,
        faults=of.faults.chosen((faults.end > begin) & (faults.start < end)),
    )
