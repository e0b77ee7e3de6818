"""Judged batches as one judgement over a reporting window: sums by calendar day, faults, states, tickets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from collector.judging.judge import Case, Judged, batches
from collector.judging.roster import CHECK_KIND, Subject
from indicators.assessed import FaultTable, Judgement, Tickets
from indicators.axis import LANE, Flags, Ints, lane_of, moment_of
from indicators.calendar import day_edges, wholly_inside
from indicators.catalogue import Kind
from indicators.catalogue import View as ViewName
from indicators.entered import Ticket
from indicators.failover import Switches
from indicators.faults import LAG, Faults
from indicators.judged import View
from indicators.policy import Policy
from indicators.restoring import Answers
from indicators.sums import Sums, sums, together
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


def judgements(of: Case, kind: Kind, subjects: Sequence[Subject], over: Period) -> dict[ViewName, Judgement]:
    """Subjects of one kind in both views over a window."""
    return judged_window(of, kind, batches(of, subjects, over.begin), over)


@dataclass(frozen=True, slots=True)
class _Part:
    """What a judgement is made of, of one batch in one view: all that is kept of it."""

    sums: Sums
    faults: FaultTable
    state: NDArray[np.int8]


def judged_window(of: Case, kind: Kind, found: Iterable[Judged], over: Period) -> dict[ViewName, Judgement]:
    """Batches of one kind, judged so that they are right from the window's begin on, in both views.

    Batches are taken one by one, so that only one of them need be in memory.
    """
    subjects, switched = list[Subject](), list[Switches]()
    line, business = list[_Part](), list[_Part]()
    for one in found:
        first = len(subjects)
        line.append(_part(of, one.line, first, over))
        business.append(line[-1] if one.business is one.line else _part(of, one.business, first, over))
        if one.switches is not None:
            switched.append(replace(one.switches, service=one.switches.service + first))
        subjects += one.subjects
    judged_line = _judgement(of, kind, subjects, line, switched, over)
    alike = all(one is other for one, other in zip(line, business, strict=True))
    judged_business = judged_line if alike else _judgement(of, kind, subjects, business, switched, over)
    return {
        "line": replace(judged_line, tickets=_tickets(of, subjects)),
        "business": replace(judged_business, view="business"),
    }


def _part(of: Case, view: View, first: int, over: Period) -> _Part:
    return _Part(
        sums(view.settled, view.counted, over.edges),
        _table(view, first, over),
        _state(view.raw, of.source.now),
    )


def _judgement(
    of: Case,
    kind: Kind,
    subjects: Sequence[Subject],
    parts: Sequence[_Part],
    switched: Sequence[Switches],
    over: Period,
) -> Judgement:
    return Judgement(
        kind=kind,
        view="line",
        subjects=tuple(one.id for one in subjects),
        edges=over.edges,
        whole=over.whole,
        sums=together([one.sums for one in parts]) if parts else _no_sums(over),
        faults=_faults([one.faults for one in parts]),
        state=np.concatenate([*(one.state for one in parts), np.empty(0, np.int8)]),
        targets=np.array([_target(one, of.source.policy) for one in subjects], np.float64),
        switches=_switches(switched),
    )


def _target(one: Subject, policy: Policy) -> float:
    return policy.availability_target if one.promised is None else one.promised


def _table(of: View, first: int, over: Period) -> FaultTable:
    """The faults of a batch that began before the window ended, by row of all, in moments instead of places."""
    lane = lane_of(of.faults.start)
    moved = replace(of.faults, start=moment_of(of.faults.start), end=of.faults.end - lane * LANE)
    return FaultTable(lane + first, moved).chosen(moved.start < over.end)


def _faults(parts: Sequence[FaultTable]) -> FaultTable:
    names = Faults.__dataclass_fields__
    if not parts:
        none, flags = np.empty(0, np.int64), np.empty(0, np.bool_)
        return FaultTable(none, Faults(none, none, none, none, none, none, flags, flags))
    columns = (np.concatenate([getattr(one.faults, name) for one in parts]) for name in names)
    return FaultTable(np.concatenate([one.subject for one in parts]), Faults(*columns))


def _state(line: Timeline, now: int) -> NDArray[np.int8]:
    """How everybody stands at the moment of judging, by the last round that is sure."""
    state, until = line.latest()
    found: NDArray[np.int8] = np.where(until >= now - LAG, state, np.int8(UNKNOWN))
    return found


def _switches(found: Sequence[Switches]) -> Switches | None:
    if not found:
        return None
    names = Switches.__dataclass_fields__
    return Switches(*(np.concatenate([getattr(one, name) for one in found]) for name in names))


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
