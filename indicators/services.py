"""Services that have no check of their own: up if at least k of their members are, three-valued, at every moment.

A member that is masked or not watched is unknown, never left out: the service is up if k are up, down if even the
unknown ones would not make k, else unknown. Members and k may change from a day on; each such time is an era.
"""

from dataclasses import dataclass

import numpy as np

from indicators.axis import LANE, Ints, rows_of
from indicators.threestate import DOWN, UNKNOWN, UP
from indicators.timeline import Cause, Timeline, timeline


@dataclass(frozen=True, slots=True)
class Membership:
    """From when until when a line counts for a service, and how many the service needs meanwhile."""

    service: Ints  # lane among the services
    member: Ints  # lane among the lines
    begin: Ints  # microseconds since 1970; the same for all members of an era
    end: Ints
    needs: Ints  # k


def derived(services: int, lines: Timeline, of: Membership) -> Timeline:
    """The raw history of every service from the raw histories of its members."""
    place, up, maybe, needs = _steps(lines, of)
    order = np.argsort(place, kind="stable")
    at = place[order]
    ups, maybes, k = (np.cumsum(one[order]) for one in (up, maybe, needs))
    last = np.append(at[1:] != at[:-1], True) if len(at) else np.empty(0, np.bool_)
    at, ups, maybes, k = at[last], ups[last], maybes[last], k[last]
    state = np.where(ups >= k, UP, np.where(maybes < k, DOWN, UNKNOWN)).astype(np.int8)
    end = np.append(at[1:], at[-1:] + 1)
    there = (k > 0) & (state != UNKNOWN)
    cause = np.full(int(there.sum()), Cause.MEASURED, np.int8)
    return timeline(services, at[there], end[there], state[there], cause)


def _steps(lines: Timeline, of: Membership) -> tuple[Ints, Ints, Ints, Ints]:
    """Where the number of up members, of possibly up members, and k change, and by how much."""
    first = np.searchsorted(lines.at, of.member * LANE + of.begin, side="right") - 1
    count = np.searchsorted(lines.at, of.member * LANE + of.end) - first
    row = np.repeat(np.arange(len(of.member)), count)
    rows = rows_of(first, count)
    shift = (of.service - of.member)[row] * LANE
    begin = np.maximum(lines.at[rows] + shift, (of.service * LANE + of.begin)[row])
    end = np.minimum(lines.end[rows] + shift, (of.service * LANE + of.end)[row])
    state = lines.state[rows]
    up, maybe = (state == UP).astype(np.int64), (state != DOWN).astype(np.int64)
    eras = np.unique(np.stack([of.service, of.begin, of.end, of.needs]), axis=1)
    era_begin, era_end, k = eras[0] * LANE + eras[1], eras[0] * LANE + eras[2], eras[3]
    none = np.zeros(2 * len(k), np.int64)
    return (
        np.concatenate([begin, end, era_begin, era_end]),
        np.concatenate([up, -up, none]),
        np.concatenate([maybe, -maybe, none]),
        np.concatenate([np.zeros(2 * len(row), np.int64), k, -k]),
    )
