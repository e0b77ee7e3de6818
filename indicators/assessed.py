"""From judged subjects to indicators: who belongs to a figure, and which formula makes it. Pure; no language.

What is `Assessed` is one kind of subjects in one view, window by window (its windows are calendar days, cut where the
reporting window begins and ends). A figure is made of *members*: which subject counts in which of the windows. So a
line that changed its group in March counts for each group in its own months.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indicators import counts, days, failover, restoring, shares
from indicators.axis import Flags, Ints
from indicators.catalogue import CATALOGUE, Kind, View
from indicators.faults import Faults
from indicators.measure import Bracket, nothing
from indicators.member_time import Members, MemberTime, member_time
from indicators.policy import Policy
from indicators.sums import Sums
from indicators.threestate import UNKNOWN

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class FaultTable:
    """Faults that began in the window, of all subjects: `subject` is a row, times are microseconds since 1970."""

    subject: Ints
    faults: Faults

    def __len__(self) -> int:
        return len(self.subject)

    def chosen(self, flags: Flags) -> "FaultTable":
        """Some of them."""
        return FaultTable(self.subject[flags], self.faults.chosen(flags))


@dataclass(frozen=True, slots=True)
class Tickets:
    """Tickets reported in the window, by row of their subject: how long until each step, and whether it was taken."""

    subject: Ints
    reported_at: Ints
    responded: restoring.Answers
    arrived: restoring.Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed(ABC):
    """Subjects of one kind in one view over one reporting window."""

    kind: Kind
    view: View
    subjects: tuple[str, ...]
    edges: Ints  # of the windows, microseconds since 1970; one more than there are windows
    whole: Flags  # of each window, whether it is a whole calendar day that is over
    faults: FaultTable  # those that began before its end; of earlier ones perhaps only some
    state: NDArray[np.int8]  # raw, at the moment of judging
    targets: NDArray[np.float64]  # availability that each subject was promised
    switches: failover.Switches | None = None  # services with a check of their own only
    tickets: Tickets | None = None

    @abstractmethod
    def time(self, members: Members, policy: Policy) -> MemberTime:
        """The time of a figure's members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement(Assessed):
    """With the sums of every subject in every window, so that any figure can be made."""

    sums: Sums  # shape (subjects, windows)

    def time(self, members: Members, policy: Policy) -> MemberTime:
        """That of any members."""
        return member_time(self.sums, members.counts, self.whole, policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condensed(Assessed):
    """With no more than some figures need: of each, by its key, the time of its members."""

    times: Mapping[str, MemberTime]

    def time(self, members: Members, policy: Policy) -> MemberTime:  # noqa: ARG002 - the times are by one policy
        """That of members whose figure was asked for before; KeyError: it was not."""
        return self.times[members.key]


@dataclass(frozen=True, slots=True)
class _Figure:
    """What every formula is given."""

    of: Assessed
    members: Members
    time: MemberTime
    faults: FaultTable  # that began in the window, of members of that day
    policy: Policy

    @property
    def sums(self) -> Sums:
        """Of each member, over all of its windows."""
        return self.time.sums


def alike(one: Assessed, other: Assessed) -> bool:
    """Whether both views rest on the very same facts, because nothing hangs on anything."""
    return one.faults is other.faults


def brackets(
    of: Assessed, members: Members, policy: Policy, known: Mapping[str, Bracket] | None = None
) -> Mapping[str, Bracket]:
    """Every time-based indicator of this kind in this view, by id; `known` are those of a view that is alike."""
    names = [
        name
        for name, row in CATALOGUE.items()
        if name in _FORMULAS and of.view in row.views and of.kind in row.of
    ]
    found = {name: known[name] for name in names if known and name in known}
    if len(found) < len(names):
        figure = _figure(of, members, policy)
        found |= {name: _FORMULAS[name](figure) for name in names if name not in found}
    return {name: found[name] for name in names}


def _figure(of: Assessed, members: Members, policy: Policy) -> _Figure:
    return _Figure(of, members, of.time(members, policy), began(of, members.counts), policy)


def day_verdicts(of: Assessed, members: Members, policy: Policy) -> days.Verdicts:
    """The verdict on each whole day, shape (1, days)."""
    return _verdicts(of, members, of.time(members, policy), policy)


def _verdicts(of: Assessed, members: Members, time: MemberTime, policy: Policy) -> days.Verdicts:
    if members.common == "subject":
        return days.verdicts(time.days.sums, policy)
    return days.group_verdicts(time.days, long_faults(of, members.counts, policy), policy)


def long_faults(of: Assessed, counts_: Flags, policy: Policy) -> days.LongFaults:
    """On which whole days a member's fault overlaps that runs longer than a single one may."""
    whole = np.flatnonzero(of.whole)
    begin, end = of.edges[:-1][whole], of.edges[1:][whole]
    most = round(policy.max_single * MICRO)

    def on_days(clock: Ints) -> Flags:
        hit = np.zeros(len(whole), np.bool_)
        for row in np.flatnonzero(clock > most).tolist():
            first = np.searchsorted(end, of.faults.faults.start[row], side="right")
            last = np.searchsorted(begin, of.faults.faults.end[row])
            hit[first:last] |= counts_[of.faults.subject[row], whole[first:last]]
        return hit

    one = of.faults.faults
    return days.LongFaults(on_days(one.shortest), on_days(one.clock), on_days(one.longest))


def began(of: Assessed, counts_: Flags) -> FaultTable:
    """The faults that began in a window in which their subject is a member."""
    start = of.faults.faults.start
    window = np.searchsorted(of.edges, start, side="right") - 1
    inside = (window >= 0) & (window < len(of.edges) - 1)
    inside &= counts_[of.faults.subject, np.clip(window, 0, len(of.edges) - 2)]
    return of.faults.chosen(inside)


def _normal_days(one: _Figure) -> Bracket:
    return days.normal_days(_verdicts(one.of, one.members, one.time, one.policy))


def _line_days(one: _Figure) -> Bracket:
    return shares.faulty_line_days(one.time.days)


def _met(one: _Figure) -> counts.Met:
    return counts.met(one.sums, one.of.targets[one.time.rows], one.policy.min_coverage)


def _up_now(one: _Figure) -> Bracket:
    now = one.members.counts[:, -1] if one.members.counts.shape[1] else np.zeros(0, np.bool_)
    state = one.of.state[now]
    return counts.up_now(state, UNKNOWN) if len(state) else nothing()


def _responded(one: _Figure) -> Bracket:
    return _tickets(one, lambda of: restoring.answered_within(of.responded, one.policy.respond_within))


def _arrived(one: _Figure) -> Bracket:
    return _tickets(one, lambda of: restoring.answered_within(of.arrived, one.policy.arrive_within))


def _tickets(one: _Figure, formula: Callable[[Tickets], Bracket]) -> Bracket:
    tickets = one.of.tickets
    if tickets is None:
        return nothing()
    window = np.searchsorted(one.of.edges, tickets.reported_at, side="right") - 1
    inside = (window >= 0) & (window < len(one.of.edges) - 1)
    inside &= one.members.counts[tickets.subject, np.clip(window, 0, len(one.of.edges) - 2)]
    return formula(
        Tickets(
            tickets.subject[inside],
            tickets.reported_at[inside],
            tickets.responded.chosen(inside),
            tickets.arrived.chosen(inside),
        )
    )


def _failover(one: _Figure) -> Bracket:
    switches = one.of.switches
    return (
        nothing()
        if switches is None
        else failover.failover(switches.of_members(one.of.edges, one.members.counts))
    )


def _failover_gap(one: _Figure) -> Bracket:
    switches = one.of.switches
    if switches is None:
        return nothing()
    return failover.failover_gap(switches.of_members(one.of.edges, one.members.counts))


_FORMULAS: Mapping[str, Callable[[_Figure], Bracket]] = {
    "availability": lambda one: shares.availability(one.sums),
    "normal_days": _normal_days,
    "fault_rate": lambda one: shares.fault_rate(one.sums),
    "fault_rate_lines": lambda one: shares.faulty_lines(one.sums),
    "fault_rate_line_days": _line_days,
    "fault_frequency": lambda one: shares.fault_frequency(one.sums, len(one.faults), one.policy.month_days),
    "downtime_rate": lambda one: shares.fault_rate(one.sums),
    "restored_within": lambda one: restoring.restored_within(one.faults.faults, one.policy.restore_within),
    "responded_within": _responded,
    "arrived_within": _arrived,
    "mttr": lambda one: restoring.mttr(one.faults.faults, one.sums),
    "mtbf": lambda one: restoring.mtbf(one.faults.faults, one.sums),
    "circuits_normal": lambda one: counts.circuits_normal(_met(one)),
    "circuits_up_now": _up_now,
    "connected_ratio": lambda one: counts.connected_ratio(
        _met(one), max(one.members.planned, int(one.members.counts.any(axis=1).sum()))
    ),
    "failover": _failover,
    "failover_gap": _failover_gap,
    "clean_lines": lambda one: shares.clean_lines(one.sums),
    "downtime_p95": lambda one: shares.downtime_p95(one.sums),
}
