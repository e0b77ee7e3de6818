"""Judged batches as one judgement over a reporting window: sums by calendar day, faults, states, tickets."""

from collections.abc import Sequence
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
    return judged_window(of, kind, list(batches(of, subjects, over.begin)), over)


def judged_window(of: Case, kind: Kind, found: Sequence[Judged], over: Period) -> dict[ViewName, Judgement]:
    """Batches of one kind, judged so that they are right from the window's begin on, in both views."""
    return {view: _judgement(of, kind, view, found, over) for view in ("line", "business")}


def _judgement(of: Case, kind: Kind, name: ViewName, found: Sequence[Judged], over: Period) -> Judgement:
    views = [one.line if name == "line" else one.business for one in found]
    subjects = [one for batch in found for one in batch.subjects]
    first = np.cumsum([0, *(len(one.subjects) for one in found)])[:-1].tolist()
    return Judgement(
        kind=kind,
        view=name,
        subjects=tuple(one.id for one in subjects),
        edges=over.edges,
        whole=over.whole,
        sums=_no_sums(over)
        if not views
        else together([sums(v.settled, v.counted, over.edges) for v in views]),
        faults=_faults([_table(v, row, over) for v, row in zip(views, first, strict=True)]),
        state=_states([v.raw for v in views], of.source.now),
        targets=np.array([_target(one, of.source.policy) for one in subjects], np.float64),
        switches=_switches([one.switches for one in found], first),
        tickets=_tickets(of, subjects) if name == "line" else None,
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


def _states(lines: Sequence[Timeline], now: int) -> NDArray[np.int8]:
    """How everybody stands at the moment of judging, by the last round that is sure."""
    found = [
        np.where(until >= now - LAG, state, np.int8(UNKNOWN))
        for state, until in (one.latest() for one in lines)
    ]
    return np.concatenate(found) if found else np.empty(0, np.int8)


def _switches(parts: Sequence[Switches | None], first: Sequence[int]) -> Switches | None:
    found = [
        replace(one, service=one.service + row)
        for one, row in zip(parts, first, strict=True)
        if one is not None
    ]
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
