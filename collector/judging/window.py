"""Judged batches as one judgement over a reporting window: sums by calendar day, faults, states, tickets."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from collector.judging.judge import Case, Judged, batches
from collector.judging.roster import CHECK_KIND, Subject
from indicators.assessed import Condensed, FaultTable, Judgement, Tickets
from indicators.axis import LANE, Flags, Ints, lane_of, moment_of
from indicators.calendar import day_edges, wholly_inside
from indicators.catalogue import Kind
from indicators.catalogue import View as ViewName
from indicators.entered import Ticket
from indicators.failover import Switches
from indicators.faults import LAG, Faults
from indicators.judged import View
from indicators.member_time import Members, MemberTime, below, member_time
from indicators.policy import Policy
from indicators.restoring import Answers
from indicators.sums import Sums, sums, together
from indicators.tables import combined
from indicators.threestate import UNKNOWN
from indicators.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Period:
    """A reporting window: its days, cut where it begins and ends; which of them are whole and over."""

    begin: int
    end: int
    edges: Ints
    whole: Flags


def period(begin: int, end: int, zone: ZoneInfo, now: int) -> Period:
    """The days of [begin, end), microseconds; the day that goes on at `now` is not whole until it closes."""
    days = day_edges(begin, end, zone)
    edges = np.clip(days, begin, end)
    whole = wholly_inside(days, begin, min(end, now))
    return Period(begin, end, edges, whole)


@dataclass(frozen=True, slots=True)
class Ask:
    """Figures of some members over a window."""

    over: Period
    whom: tuple[Members, ...]

    def part(self, over: Period) -> "Ask":
        """The same over a part of the window; its edges are edges of the window."""
        first = int(np.searchsorted(self.over.edges, over.begin))
        windows = slice(first, first + len(over.edges) - 1)
        return Ask(over, tuple(one.part(windows) for one in self.whom))


def judgements(of: Case, kind: Kind, subjects: Sequence[Subject], over: Period) -> dict[ViewName, Judgement]:
    """Subjects of one kind in both views over a window, with the sums of each in every window of it."""
    with closing(batches(of, subjects, over.begin, for_figures=True)) as found:
        return judged_window(of, kind, found, over)


def condensed(
    of: Case, kind: Kind, subjects: Sequence[Subject], asks: Sequence[Ask]
) -> list[dict[ViewName, Condensed]]:
    """The same with what the asked figures need only, for each of several windows, judged once for all of them."""
    begin = min(one.over.begin for one in asks)
    with closing(batches(of, subjects, begin, for_figures=True)) as found:
        return condensed_windows(of, kind, found, asks)


def judged_window(of: Case, kind: Kind, found: Iterable[Judged], over: Period) -> dict[ViewName, Judgement]:
    """Batches of one kind, judged so that they are right from the window's begin on, in both views."""
    parts = _Parts[Sums](of, kind, over)
    for one in found:
        parts.add(one, lambda sums_, _first: sums_)
    return parts.views(
        lambda told, times: Judgement(**told, sums=together(times) if times else _no_sums(over))
    )


def condensed_windows(
    of: Case, kind: Kind, found: Iterable[Judged], asks: Sequence[Ask]
) -> list[dict[ViewName, Condensed]]:
    """The same of figures over several windows; only one batch at a time is in memory with the sums of its days."""
    policy = of.source.policy
    parts = [_Parts[_Times](of, kind, ask.over) for ask in asks]
    for one in found:
        for ask, mine in zip(asks, parts, strict=True):
            mine.add(one, partial(_times, ask, policy))
    return [mine.views(partial(_condensed, ask, policy)) for ask, mine in zip(asks, parts, strict=True)]


def _condensed(ask: Ask, policy: Policy, told: dict[str, Any], times: "Sequence[_Times]") -> Condensed:
    return Condensed(**told, times=_of_all(ask, times, policy))


_Times = Mapping[str, tuple[int, MemberTime]]
"""Of a batch by the key of the figure, with the number of subjects before the batch."""


def _times(ask: Ask, policy: Policy, of: Sums, first: int) -> _Times:
    rows = slice(first, first + len(of.up))
    return {one.key: (first, member_time(of, one.counts[rows], ask.over.whole, policy)) for one in ask.whom}


def _of_all(ask: Ask, times: Sequence[_Times], policy: Policy) -> dict[str, MemberTime]:
    if not times:
        return {
            one.key: member_time(_no_sums(ask.over), one.counts, ask.over.whole, policy) for one in ask.whom
        }
    return {one.key: below([batch[one.key] for batch in times]) for one in ask.whom}


_Time = TypeVar("_Time")
_View = TypeVar("_View", Judgement, Condensed)


@dataclass(frozen=True, slots=True)
class _Part(Generic[_Time]):
    """What is kept of a batch in one view."""

    time: _Time
    faults: FaultTable
    state: NDArray[np.int8]


@dataclass(slots=True)
class _Parts(Generic[_Time]):
    """Batches of one kind as they come, of which one judgement over a window is made."""

    of: Case
    kind: Kind
    over: Period
    subjects: list[Subject] = field(default_factory=list)
    line: list[_Part[_Time]] = field(default_factory=list)
    business: list[_Part[_Time]] = field(default_factory=list)
    switched: list[Switches] = field(default_factory=list)

    def add(self, one: Judged, kept: Callable[[Sums, int], _Time]) -> None:
        """Take a batch; `kept` says what is kept of its sums, given the number of subjects before it."""
        first = len(self.subjects)
        self.line.append(self._part(one.line, first, kept))
        alike = one.business is one.line
        self.business.append(self.line[-1] if alike else self._part(one.business, first, kept))
        if one.switches is not None:
            self.switched.append(replace(one.switches, service=one.switches.service + first))
        self.subjects += one.subjects

    def _part(self, view: View, first: int, kept: Callable[[Sums, int], _Time]) -> _Part[_Time]:
        return _Part(
            kept(sums(view.settled, view.counted, self.over.edges), first),
            _table(view, first, self.over),
            _state(view.raw, self.of.source.now),
        )

    def views(self, made: Callable[[dict[str, Any], Sequence[_Time]], _View]) -> dict[ViewName, _View]:
        """Both views; where nothing hangs on anything they are one."""
        line = self._whole(self.line, made)
        alike = all(one is other for one, other in zip(self.line, self.business, strict=True))
        business = line if alike else self._whole(self.business, made)
        return {
            "line": replace(line, tickets=_tickets(self.of, self.subjects)),
            "business": replace(business, view="business"),
        }

    def _whole(
        self, parts: Sequence[_Part[_Time]], made: Callable[[dict[str, Any], Sequence[_Time]], _View]
    ) -> _View:
        policy = self.of.source.policy
        told = {
            "kind": self.kind,
            "view": "line",
            "subjects": tuple(one.id for one in self.subjects),
            "edges": self.over.edges,
            "whole": self.over.whole,
            "faults": combined(np.concatenate, [one.faults for one in parts]) if parts else _no_faults(),
            "state": np.concatenate([*(one.state for one in parts), np.empty(0, np.int8)]),
            "targets": np.array([_target(one, policy) for one in self.subjects], np.float64),
            "switches": combined(np.concatenate, self.switched) if self.switched else None,
        }
        return made(told, [one.time for one in parts])


def _target(one: Subject, policy: Policy) -> float:
    return policy.availability_target if one.promised is None else one.promised


def _table(of: View, first: int, over: Period) -> FaultTable:
    """The faults of a batch that began before the window ended, by row of all, in moments instead of places."""
    lane = lane_of(of.faults.start)
    moved = replace(of.faults, start=moment_of(of.faults.start), end=of.faults.end - lane * LANE)
    return FaultTable(lane + first, moved).chosen(moved.start < over.end)


def _no_faults() -> FaultTable:
    none, flags = np.empty(0, np.int64), np.empty(0, np.bool_)
    return FaultTable(none, Faults(none, none, none, none, none, none, flags, flags))


def _state(line: Timeline, now: int) -> NDArray[np.int8]:
    """How everybody stands at the moment of judging, by the last round that is sure."""
    state, until = line.latest()
    found: NDArray[np.int8] = np.where(until >= now - LAG, state, np.int8(UNKNOWN))
    return found


def _no_sums(over: Period) -> Sums:
    return Sums(*(np.zeros((0, max(len(over.edges) - 1, 0)), np.int64) for _ in Sums.__dataclass_fields__))


def _tickets(of: Case, subjects: Sequence[Subject]) -> Tickets:
    """The tickets of these subjects, by the ticket's own clock: nothing measured enters it."""
    rows = {(CHECK_KIND[one.kind], one.id): row for row, one in enumerate(subjects)}
    mine = [one for one in of.entered.tickets if (one.subject.kind, one.subject.id) in rows]
    return Tickets(
        subject=np.array([rows[one.subject.kind, one.subject.id] for one in mine], np.int64),
        reported_at=np.array([one.reported_at for one in mine], np.int64),
        responded=_answers(mine, [one.accepted_at for one in mine], of.source.now),
        arrived=_answers(mine, [one.arrived_at for one in mine], of.source.now),
    )


def _answers(tickets: Sequence[Ticket], at: Sequence[int | None], now: int) -> Answers:
    pairs = list(zip(tickets, at, strict=True))
    return Answers(
        lasted=np.array([_clock(one, now if when is None else when) for one, when in pairs], np.int64),
        done=np.array([when is not None for _, when in pairs], np.bool_),
    )


def _clock(ticket: Ticket, until: int) -> int:
    """From the report on, less the signed suspensions."""
    still = sum(
        max(0, min(until, until if one.end is None else one.end) - max(ticket.reported_at, one.begin))
        for one in ticket.suspensions
        if one.signed_by
    )
    return max(0, until - ticket.reported_at - still)
