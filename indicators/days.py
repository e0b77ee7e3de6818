"""Normal days 正常运行天数: which calendar days were normal, of one subject and of a group. Definitions, §4.

A day is normal if its downtime is within the limit, and enough of it was watched to say so, or even all its unknown
time as downtime would leave it within. It is decided if D > limit, or D+K ≤ limit, or coverage ≥ min_coverage. A day
on which nothing counts (T = 0) is *excused*: listed, and in no figure.
"""

from dataclasses import dataclass

import numpy as np

from indicators.axis import Flags, Ints
from indicators.measure import Bracket, nothing, share
from indicators.policy import Policy
from indicators.sums import Sums

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Of every day: normal as far as is known, surely, and possibly; whether it is decided, or excused."""

    normal: Flags
    surely: Flags
    possibly: Flags
    decided: Flags
    excused: Flags


def verdicts(of: Sums, policy: Policy) -> Verdicts:
    """The verdict of every subject on every day; `of` has a window a day, shape (subjects, days)."""
    total = of.total
    return _within(of, total, limits(total, policy), policy)


def _within(of: Sums, total: Ints, limit: Ints, policy: Policy) -> Verdicts:
    within, surely = of.down <= limit, of.down + of.unknown <= limit
    enough = of.up + of.down >= policy.min_coverage * total
    there = total > 0
    return Verdicts(
        normal=there & within & (enough | surely),
        surely=there & surely,
        possibly=there & within,
        decided=there & (~within | surely | enough),
        excused=~there,
    )


def limits(total: Ints, policy: Policy) -> Ints:
    """The downtime a normal day of so much T may hold, in microseconds."""
    if policy.max_downtime is not None:
        return np.full_like(total, round(policy.max_downtime * MICRO))
    allowed: Ints = np.floor(policy.max_downtime_share * total + 1e-6).astype(np.int64)
    return allowed


@dataclass(frozen=True, slots=True)
class LongFaults:
    """Of every day, whether a member's fault that overlaps it runs longer than a single one may; shape (days,)."""

    certainly: Flags  # even its shortest clock does
    recorded: Flags  # its recorded clock does
    possibly: Flags  # its longest clock does


def no_long_faults(days: int) -> LongFaults:
    """None on any day."""
    none = np.zeros(days, np.bool_)
    return LongFaults(none, none, none)


@dataclass(frozen=True, slots=True)
class MemberDays:
    """What the members of a figure had of every day, together: all that a group's verdicts need of them.

    Adds up over members. Counts have shape (1, days): members that were there (T > 0), with D > 0, with D > 0 or
    K > 0, and, by their own verdicts, normal surely, possibly, as is decided, and unless that is decided otherwise.
    """

    sums: Sums  # of all of them together, shape (1, days)
    there: Ints
    faulty: Ints
    maybe_faulty: Ints
    surely: Ints
    possibly: Ints
    normal: Ints
    not_refuted: Ints


def member_days(of: Sums, policy: Policy) -> MemberDays:
    """Members' days added up; `of` has a window a day, shape (members, days)."""
    own = verdicts(of, policy)
    flags = (
        ~own.excused,
        of.down > 0,
        (of.down > 0) | (of.unknown > 0),
        own.surely,
        own.possibly,
        own.normal & own.decided,
        own.normal | ~own.decided & ~own.excused,
    )
    return MemberDays(of.over(axis=0), *(one.sum(axis=0, keepdims=True) for one in flags))


def group_verdicts(of: MemberDays, long: LongFaults, policy: Policy) -> Verdicts:
    """The verdict of a group on every day, shape (1, days), by the policy's rule for groups."""
    if policy.group_days.rule == "mean":
        return _by_mean(of, long, policy)
    wanted = 1.0 if policy.group_days.rule == "all" else policy.group_days.share

    def enough(members: Ints) -> Flags:
        return np.asarray((of.there > 0) & (members >= wanted * of.there - 1e-9))

    surely = enough(of.surely)
    # The day is decided when its decided members decide it, whatever the others turn out to be.
    settled_normal = enough(of.normal)
    settled_not = (of.there > 0) & ~enough(of.not_refuted)
    decided = settled_normal | settled_not | surely
    return Verdicts(settled_normal, surely, enough(of.possibly), decided, of.there == 0)


def _limit_together(of: MemberDays, total: Ints, policy: Policy) -> Ints:
    """What all members may be down for together, so that their mean keeps the limit of one."""
    limit = limits(total, policy)
    return limit if policy.max_downtime is None else limit * of.there


def _by_mean(of: MemberDays, long: LongFaults, policy: Policy) -> Verdicts:
    total = of.sums.total
    mean = _within(of.sums, total, _limit_together(of, total, policy), policy)
    normal = mean.normal & ~long.recorded
    surely = mean.surely & ~long.possibly
    possibly = mean.possibly & ~long.certainly
    unsure = long.possibly & ~long.certainly & mean.possibly
    decided = ~mean.excused & (mean.decided | long.certainly) & ~unsure
    return Verdicts(normal & decided, surely, possibly, decided, mean.excused)


def normal_days(of: Verdicts) -> Bracket:
    """How many days were normal; `of` is one subject's or one group's, any shape."""
    there, decided = int((~of.excused).sum()), int(of.decided.sum())
    evidence = {
        "days": there,
        "decided_days": decided,
        "not_normal_days": int((of.decided & ~of.normal).sum()),
        "excused_days": int(of.excused.sum()),
        "undecided_days": there - decided,
    }
    coverage = share(decided, there)
    if not decided:
        return nothing(coverage, **evidence)
    return Bracket(
        float((of.normal & of.decided).sum()),
        float(of.surely.sum()),
        float(of.possibly.sum()),
        coverage,
        evidence,
    )
