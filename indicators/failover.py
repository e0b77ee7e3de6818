"""Switch-over 主备切换: whether redundant services outlived the faults of their members. Definitions, §1 and §4.

Only a service with a check of its own can tell. Members up while the service is down: a failed switch-over 切换失败.
"""

from indicators.axis import (
    LANE,
    Flags,
    Ints,
    Stretches,
    covers,
    intersection,
    lane_of,
    measure,
    stretches,
    union,
)
from indicators.measure import Bracket, nothing, share
from indicators.threestate import DOWN, UNKNOWN, UP
from indicators.timeline import Timeline

MICRO = 1_000_000


def survived(service: Timeline, start: Ints, end: Ints) -> tuple[Flags, Flags]:
    """Of member faults [start, end), on their service's lane: whether it surely survived, and whether it surely not.

    `service` is settled. Where it was neither seen down nor watched throughout, nobody knows.
    """
    down = measure(service.where(DOWN), start, end) > 0
    unsure = measure(service.where(UNKNOWN), start, end) > 0
    return ~down & ~unsure, down


def failover(service: Timeline, start: Ints, end: Ints) -> Bracket:
    """Member faults the service survived ÷ member faults of redundant services."""
    good, bad = survived(service, start, end)
    yes, no, number = int(good.sum()), int(bad.sum()), len(start)
    evidence = {"member_faults": number, "survived": yes, "not_survived": no}
    if yes + no == 0:
        return nothing(share(yes + no, number), **evidence)
    open_ = number - yes - no
    return Bracket(yes / (yes + no), yes / number, (yes + open_) / number, (yes + no) / number, evidence)


def failover_gap(service: Timeline, start: Ints, end: Ints) -> Bracket:
    """The longest gap of a service in seconds: its longest settled outage that overlaps a member fault."""
    faults = stretches(start, end)
    shortest = _longest_touching(service.where(DOWN), faults)
    longest = _longest_touching(union(service.where(DOWN), service.where(UNKNOWN)), faults)
    good, bad = survived(service, start, end)
    decided = int((good | bad).sum())
    evidence = {"member_faults": len(start)}
    if not decided:
        return nothing(share(decided, len(start)), **evidence)
    return Bracket(shortest, shortest, max(shortest, longest), decided / len(start), evidence)


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


def _longest_touching(gaps: Stretches, faults: Stretches) -> float:
    begin, end = _holding(gaps, faults)
    return float((end - begin).max(initial=0)) / MICRO


def _holding(holders: Stretches, held: Stretches) -> tuple[Ints, Ints]:
    """Those stretches of `holders` that overlap any of `held`."""
    touched = measure(held, holders.start, holders.end) > 0
    touched |= covers(held, holders.start)
    return holders.start[touched], holders.end[touched]
