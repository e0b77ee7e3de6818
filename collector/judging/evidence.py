"""The walk from a figure to its packets: what a judgement of a subject or a group rests on, as plain values.

A figure → the seconds and faults it is made of → the outages of its view → the recorded runs behind each → the
packets that were sent and answered. And beside it the time nobody knows of, with its reasons, who watched, from
where, under which configuration, and the seals of the days it rests on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.judging.circumstances import on_lanes
from collector.judging.judge import Case, batches
from collector.judging.listing import Outage, of_view
from collector.judging.roster import CHECK_KIND, Subject
from collector.judging.window import Period
from collector.ledger import reading, schema
from indicators.axis import Stretches, intersection, lane_of, moment_of
from indicators.catalogue import View as ViewName
from indicators.judged import View
from indicators.threestate import UNKNOWN
from indicators.timeline import Cause

_DOWN = 0
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Check:
    """By what a subject was asked: the permanent identity of the check."""

    id: int
    probe: str
    address: str
    source: str
    vantage: str


@dataclass(frozen=True, slots=True)
class Packet:
    """Packets as they were sent and answered; times in microseconds."""

    sent: int
    until: int
    count: int
    received: int | None
    by: str


@dataclass(frozen=True, slots=True)
class Run:
    """A recorded run; times in microseconds, None where the ledger has none."""

    check: int
    state: int
    start: int
    start_after: int | None
    start_before: int | None
    end: int | None
    reason: str
    packets: tuple[Packet, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """A stretch of counted time that is not known, and why; microseconds."""

    subject: str
    start: int
    end: int
    cause: str
    reason: str  # of the watch that ended before it, or what the recorded run says


@dataclass(frozen=True, slots=True)
class Seal:
    """The seal of a closed day: its start in microseconds and the value of the chain."""

    day: int
    chain: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands behind the figures of some subjects in one view over one period.

    `checks` and `watches` are those of the subjects that are named by an outage or a gap, of a single one its own.
    """

    subjects: tuple[Subject, ...]
    view: ViewName
    checks: tuple[Check, ...]
    outages: tuple[tuple[Outage, tuple[Run, ...]], ...]
    more_outages: int
    unknown: tuple[Unknown, ...]
    more_unknown: int
    unknown_by_cause: dict[str, int] = field(default_factory=dict)
    watches: int = 0
    configurations: tuple[tuple[str, int], ...] = ()  # digest, and when it was loaded
    seals: tuple[Seal, ...] = ()

    @property
    def derived(self) -> dict[str, tuple[str, ...]]:
        """Of subjects without a check of their own what they are derived from."""
        return {
            one.id: tuple(sorted({name for era in one.eras for name in era.members}))
            for one in self.subjects
            if one.derived
        }


def evidence(
    of: Case, subjects: Sequence[Subject], view: ViewName, over: Period, most: int, group: str | None = None
) -> Evidence:
    """All of it; of outages and unknown stretches the longest `most`, in the order of time.

    `subjects` are of one kind. Of members of a `group` only the days count on which they belonged to it.
    """
    outages, gaps = _Longest[Outage](most), _Longest[Unknown](most)
    causes: Counter[str] = Counter()
    for batch in batches(of, subjects, over.begin):
        found = batch.line if view == "line" else batch.business
        inside = inside_of(batch.subjects, over, group)
        within = {one.id: days_in(one, group) for one in batch.subjects}
        listed = of_view(of, batch.subjects, view, found, over.begin, over.end)
        outages.add((one, one.down + one.unknown) for one in listed if touches(one, within[one.subject]))
        gaps.add((one, one.end - one.start) for one in _gaps(found, batch.subjects, inside, causes))
    shown = sorted(outages.kept(), key=lambda one: one.start)
    named = sorted(gaps.kept(), key=lambda one: one.start)
    connection = of.source.connection
    told_of = {one.subject for one in shown} | {one.subject for one in named}
    who = told_of if group else {one.id for one in subjects}
    checks = {one.id: tuple(_checks(connection, one)) for one in subjects if one.id in who}
    every = tuple(one for each in checks.values() for one in each)
    return Evidence(
        subjects=tuple(subjects),
        view=view,
        checks=every,
        outages=tuple((one, tuple(_runs(connection, checks[one.subject], one))) for one in shown),
        more_outages=outages.more,
        unknown=tuple(_with_reason(connection, checks[one.subject], one) for one in named),
        more_unknown=gaps.more,
        unknown_by_cause=dict(causes),
        watches=_watches(connection, every, over),
        configurations=tuple(configurations(connection, over)),
        seals=tuple(_seals(connection, shown)),
    )


class _Longest(Generic[Row]):
    """The longest of some rows, so many of them that they can be shown; of the others only how many there are."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: list[tuple[Row, int]] = []
        self._seen = 0

    def add(self, rows: Iterable[tuple[Row, int]]) -> None:
        """Add rows with their lengths; of those that are equally long the first stay."""
        found = list(rows)
        self._seen += len(found)
        self._kept = sorted((*self._kept, *found), key=lambda pair: -pair[1])[: self._most]

    def kept(self) -> list[Row]:
        """The longest."""
        return [row for row, _ in self._kept]

    @property
    def more(self) -> int:
        """How many are left out."""
        return self._seen - len(self._kept)


def days_in(one: Subject, group: str | None) -> list[tuple[int, int]]:
    """When a subject belonged to a group; without one always."""
    return [(era.begin, era.end) for era in one.eras if group is None or era.group == group]


def touches(one: Outage, within: Sequence[tuple[int, int]]) -> bool:
    """Whether an outage overlaps one of some stretches."""
    return any(one.start < end and (one.end is None or one.end > begin) for begin, end in within)


def inside_of(subjects: Sequence[Subject], over: Period, group: str | None) -> Stretches:
    """The period on the lane of each subject, as far as it belonged to the group."""
    return on_lanes(
        (lane, max(begin, over.begin), min(end, over.end))
        for lane, one in enumerate(subjects)
        for begin, end in days_in(one, group)
        if begin < over.end and end > over.begin
    )


def unknown_time(view: View, inside: Stretches) -> Iterator[tuple[str, Stretches]]:
    """Counted time inside that is settled neither up nor down, by what left it unknown."""
    window, line = intersection(view.counted, inside), view.settled
    for cause in np.unique(line.cause[line.state == UNKNOWN]).tolist():
        part = intersection(line.chosen((line.state == UNKNOWN) & (line.cause == cause)), window)
        yield Cause(cause).name.lower(), part


def _gaps(
    view: View, subjects: Sequence[Subject], inside: Stretches, causes: Counter[str]
) -> Iterator[Unknown]:
    """Counted time inside that is settled neither up nor down, by what left it unknown; its sums go to `causes`."""
    for name, part in unknown_time(view, inside):
        if total := int(part.length.sum()):
            causes[name] += total
        for lane, (start, end) in zip(lane_of(part.start).tolist(), _pairs(part), strict=True):
            yield Unknown(subjects[lane].id, start, end, name, "")


def _pairs(of: Stretches) -> Iterator[tuple[int, int]]:
    return zip(moment_of(of.start).tolist(), (moment_of(of.start) + of.length).tolist(), strict=True)


def _checks(connection: Connection, subject: Subject) -> Iterator[Check]:
    check = schema.check
    mine = sa.and_(check.c.kind == CHECK_KIND[subject.kind], check.c.subject == subject.id)
    columns = (check.c.id, check.c.probe, check.c.address, check.c.source, check.c.vantage)
    for row in connection.execute(sa.select(*columns).where(mine).order_by(check.c.id)):
        yield Check(*row)


def _runs(connection: Connection, checks: Sequence[Check], outage: Outage) -> Iterator[Run]:
    """The runs that overlap an outage, the one before and the one after it, down-runs with their packets."""
    run = schema.run
    begin = outage.start - 1 if outage.start_after is None else min(outage.start_after, outage.start - 1)
    end = outage.end_before or outage.end or outage.start + outage.down + outage.unknown
    touching = sa.and_(
        run.c.check.in_([one.id for one in checks]),
        run.c.started_at <= end,
        sa.or_(run.c.ended_at.is_(None), run.c.ended_at >= begin),
    )
    for row in connection.execute(sa.select(run).where(touching).order_by(run.c.started_at)):
        yield Run(
            check=row.check,
            state=row.outcome,
            start=row.started_at,
            start_after=row.started_after,
            start_before=row.started_before,
            end=row.ended_at,
            reason=row.reason,
            packets=tuple(_packets(connection, row)) if row.outcome == _DOWN else (),
        )


def _packets(connection: Connection, run: Any) -> Iterator[Packet]:
    for one in reading.packets(connection, run.check, run.started_at):
        yield Packet(*(one._mapping[name] for name in ("sent_at", "until", "count", "received_at", "by")))


def _with_reason(connection: Connection, checks: Sequence[Check], gap: Unknown) -> Unknown:
    """An unwatched stretch with what ended the watch before it."""
    if gap.cause != Cause.NOT_WATCHED.name.lower() or not checks:
        return gap
    watch = schema.watch
    mine = sa.and_(watch.c.vantage.in_({one.vantage for one in checks}), watch.c.round.in_(_rounds(checks)))
    last = (
        sa.select(watch.c.reason)
        .where(mine, watch.c.started_at <= gap.start + 1)
        .order_by(watch.c.started_at.desc())
        .limit(1)
    )
    return replace(gap, reason=connection.scalar(last) or "")


def _rounds(checks: Sequence[Check]) -> sa.Select[Any]:
    return sa.select(schema.run.c.round).where(schema.run.c.check.in_([one.id for one in checks])).distinct()


def _watches(connection: Connection, checks: Sequence[Check], over: Period) -> int:
    """How many watches held the subject's rounds within the period."""
    watch = schema.watch
    mine = sa.and_(
        watch.c.vantage.in_({one.vantage for one in checks}),
        watch.c.round.in_(_rounds(checks)),
        watch.c.started_at < over.end,
        watch.c.ended_at > over.begin,
    )
    return connection.scalar(sa.select(sa.func.count()).select_from(watch).where(mine)) or 0


def configurations(connection: Connection, over: Period) -> Iterator[tuple[str, int]]:
    """Those in force within the period: loaded in it, and the last one before it."""
    version = schema.config_version
    rows = connection.execute(
        sa.select(version.c.digest, version.c.loaded_at)
        .where(version.c.loaded_at < over.end)
        .order_by(version.c.loaded_at)
    ).all()
    before = [row for row in rows if row.loaded_at < over.begin][-1:]
    for row in [*before, *(row for row in rows if row.loaded_at >= over.begin)]:
        yield row.digest, row.loaded_at


def _seals(connection: Connection, outages: Sequence[Outage]) -> Iterator[Seal]:
    """The newest seals of the days on which these outages began."""
    seal = schema.seal
    seen = set[int]()
    for one in outages:
        inside = sa.and_(seal.c.started_at <= one.start, seal.c.ended_at > one.start)
        row = connection.execute(
            sa.select(seal.c.started_at, seal.c.chain).where(inside).order_by(seal.c.revision.desc()).limit(1)
        ).first()
        if row is not None and row.started_at not in seen:
            seen.add(row.started_at)
            yield Seal(row.started_at, row.chain)
