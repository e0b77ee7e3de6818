"""Switch-over 主备切换: whether redundant services outlived the faults of their members. Definitions, §1 and §4.

Only a service with a check of its own can tell. Members up while the service is down: a failed switch-over 切换失败.
"""

from dataclasses import dataclass

import numpy as np

from indicators.axis import (
    LANE,
    Flags,
    Ints,
    Stretches,
    covers,
    intersection,
    lane_of,
    measure,
    moment_of,
    rows_of,
    stretches,
    union,
)
from indicators.measure import Bracket, nothing, share
from indicators.threestate import DOWN, UNKNOWN, UP
from indicators.timeline import Timeline

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Switches:
    """Faults of members of redundant services, and what became of the service meanwhile.

    `service` is a row, `at` the start in microseconds since 1970. `survived` and `failed` are both False where the
    service was not watched throughout. `gap` and `longest_gap` are the longest outage of the service that overlaps
    the fault, in microseconds, with what is unknown taken as up and as down.
    """

    service: Ints
    at: Ints
    survived: Flags
    failed: Flags
    gap: Ints
    longest_gap: Ints

    def of_members(self, edges: Ints, counts: Flags) -> "Switches":
        """Those that began in a window in which their service is a member; `counts` has shape (services, windows)."""
        window = np.searchsorted(edges, self.at, side="right") - 1
        inside = (window >= 0) & (window < len(edges) - 1)
        inside &= counts[self.service, np.clip(window, 0, len(edges) - 2)]
        return self.chosen(inside)

    def chosen(self, flags: Flags) -> "Switches":
        """Some of them."""
        return Switches(*(getattr(self, name)[flags] for name in self.__dataclass_fields__))


def switches(service: Timeline, start: Ints, end: Ints) -> Switches:
    """What settled services did during member faults [start, end), sorted places on their services' lanes."""
    down, unknown = service.where(DOWN), service.where(UNKNOWN)
    failed = measure(down, start, end) > 0
    return Switches(
        service=lane_of(start),
        at=moment_of(start),
        survived=~failed & (measure(unknown, start, end) == 0),
        failed=failed,
        gap=_longest_overlapping(down, start, end),
        longest_gap=_longest_overlapping(union(down, unknown), start, end),
    )


def failover(of: Switches) -> Bracket:
    """Member faults the service survived ÷ member faults of redundant services."""
    yes, no, number = int(of.survived.sum()), int(of.failed.sum()), len(of.at)
    evidence = {"member_faults": number, "survived": yes, "not_survived": no}
    if yes + no == 0:
        return nothing(share(yes + no, number), **evidence)
    open_ = number - yes - no
    return Bracket(yes / (yes + no), yes / number, (yes + open_) / number, (yes + no) / number, evidence)


def failover_gap(of: Switches) -> Bracket:
    """The longest gap of a service in seconds: its longest settled outage that overlaps a member fault."""
    decided, evidence = int((of.survived | of.failed).sum()), {"member_faults": len(of.at)}
    if not decided:
        return nothing(share(decided, len(of.at)), **evidence)
    gap, longest = float(of.gap.max()) / MICRO, float(of.longest_gap.max()) / MICRO
    return Bracket(gap, gap, longest, decided / len(of.at), evidence)


def failed_switchovers(service: Timeline, members_up: Stretches) -> Stretches:
    """Where a service is settled down while a member is up, both on the service's lane."""
    down = service.where(DOWN)
    while_up = intersection(down, members_up)
    return stretches(*_holding(down, while_up))


def members_up(members: Timeline, service: Ints, lanes: int) -> Stretches:
    """Where at least one member was up; `service` says on which of `lanes` each member's lane counts."""
    up = members.where(UP)
    own = lane_of(up.start)
    shift = (service[own] - own) * LANE
    inside = service[own] < lanes
    return stretches((up.start + shift)[inside], (up.end + shift)[inside])


def _longest_overlapping(gaps: Stretches, start: Ints, end: Ints) -> Ints:
    """Of each [start, end) the longest of the stretches that overlap it; 0 where none does."""
    first = np.searchsorted(gaps.end, start, side="right")
    count = np.maximum(np.searchsorted(gaps.start, end) - first, 0)
    longest = np.zeros(len(start), np.int64)
    np.maximum.at(longest, np.repeat(np.arange(len(start)), count), gaps.length[rows_of(first, count)])
    return longest


def _holding(holders: Stretches, held: Stretches) -> tuple[Ints, Ints]:
    """Those stretches of `holders` that overlap any of `held`."""
    touched = measure(held, holders.start, holders.end) > 0
    touched |= covers(held, holders.start)
    return holders.start[touched], holders.end[touched]
