"""Reading facts back: runs, watches, packets, totals. Queries only; no judgement and no writing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from collector.ledger import schema
from collector.ledger.store import micros

DOWN = 0
_SHORTLY = 3  # so many down-runs of one check may begin within two rounds, and one that ends there
_PART = 10_000  # rows held in memory at a time where a whole year is read
Micros = NDArray[np.int64]
DownRun = tuple[int, int, int | None, str]
Stretch = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class Watched:
    """The stretches in which a round was watched, sorted; times in microseconds."""

    started_at: Micros
    ended_at: Micros

    def seconds(self, begin: Micros, end: Micros) -> NDArray[np.float64]:
        """How much of each [begin, end) was watched."""
        return self.micros(begin, end) / 1e6

    def micros(self, begin: Micros, end: Micros) -> Micros:
        """The same in whole microseconds, without any rounding."""
        return self._until(np.maximum(begin, end)) - self._until(begin)

    def differs_from(self, other: "Watched") -> int | None:
        """The first moment that only one of the two was watching; None where they agree."""
        ours, theirs = self._corners(), other._corners()
        common = min(len(ours), len(theirs))
        apart = np.flatnonzero(ours[:common] != theirs[:common])
        if len(apart):
            return int(min(ours[apart[0]], theirs[apart[0]]))
        rest = [*ours[common:].tolist(), *theirs[common:].tolist()]
        return rest[0] if rest else None

    def _corners(self) -> Micros:
        """Where the stretches begin and end, by turns; those of no length are none."""
        long = self.started_at < self.ended_at
        return np.stack([self.started_at[long], self.ended_at[long]], axis=1).ravel()

    def _until(self, at: Micros) -> Micros:
        """What was watched before each moment: the stretches that were over, and part of the one it lies in."""
        if not len(self.started_at):
            return np.zeros(len(at), np.int64)
        lengths = self.ended_at - self.started_at
        before = np.cumsum(lengths) - lengths
        place = np.searchsorted(self.started_at, at, side="right") - 1
        inside = np.minimum(at, self.ended_at[place]) - self.started_at[place]
        return np.where(place < 0, 0, before[place] + inside)


def watched(connection: Connection, round_name: str) -> Watched:
    """When a round was watched, by any vantage."""
    watch = schema.watch
    rows = connection.execute(
        sa.select(watch.c.started_at, watch.c.ended_at)
        .where(watch.c.round == round_name)
        .order_by(watch.c.started_at)
    ).all()
    table = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 2)
    return united(table[:, 0], table[:, 1])


def united(started_at: Micros, ended_at: Micros) -> Watched:
    """Stretches that overlap, of two vantages or after a backward step of the clock, become one."""
    if not len(started_at):
        return Watched(started_at, ended_at)
    reach = np.maximum.accumulate(ended_at)
    first = np.concatenate([[True], started_at[1:] > reach[:-1]])
    last = np.concatenate([first[1:], [True]])
    return Watched(started_at[first], reach[last])


def newest_life(connection: Connection) -> tuple[int, str] | None:
    """Number and token of the life that began last; None in a ledger that nobody has written."""
    table = schema.incarnation
    newest = sa.select(table.c.id, table.c.token).order_by(table.c.id.desc()).limit(1)
    row = connection.execute(newest).first()
    return None if row is None else (row.id, row.token)


def newest_rows(connection: Connection, table: sa.Table) -> dict[int, int]:
    """The newest number of every incarnation among the rows of a table: one look into its index for each."""
    life = schema.incarnation.c.id
    newest = sa.select(sa.func.max(table.c.seq)).where(table.c.incarnation == life).scalar_subquery()
    return {one: seq for one, seq in connection.execute(sa.select(life, newest)) if seq is not None}


def down_runs(connection: Connection, *, newer: tuple[int, int] | None = None) -> Iterator[list[DownRun]]:
    """Check, start, end or None, and round of all down-runs, or of those newer than (life, number); in parts."""
    run = schema.run
    statement = sa.select(run.c.check, run.c.started_at, run.c.ended_at, run.c.round).where(
        run.c.outcome == DOWN
    )
    if newer is not None:
        statement = statement.where(run.c.incarnation == newer[0], run.c.seq > newer[1])
    with connection.execute(statement.execution_options(yield_per=_PART)) as found:
        for part in found.partitions():
            yield [tuple(row) for row in part]


def watched_stretches(connection: Connection, *, newer: tuple[int, int] | None = None) -> list[Stretch]:
    """Round, vantage, start and sure end of all watches, or of those newer than (life, number).

    The last interval of a watch that goes on may still turn out to have been blind: it is not sure yet.
    """
    watch = schema.watch
    sure = sa.case((watch.c.reason == "", watch.c.ended_at - watch.c.interval), else_=watch.c.ended_at)
    end = sa.case((sure < watch.c.started_at, watch.c.started_at), else_=sure)
    statement = sa.select(watch.c.round, watch.c.vantage, watch.c.started_at, end)
    if newer is not None:
        statement = statement.where(watch.c.incarnation == newer[0], watch.c.seq > newer[1])
    return [tuple(row) for row in connection.execute(statement)]


def runs(
    connection: Connection,
    *,
    checks: Sequence[int] | None = None,
    begin: float | None = None,
    end: float | None = None,
) -> list[sa.Row[Any]]:
    """Runs that overlap [begin, end) in seconds, of these checks or all, with their check; oldest first."""
    run, check = schema.run, schema.check
    statement = sa.select(run, check.c.kind, check.c.subject, check.c.address).join(check)
    if checks is not None:
        statement = statement.where(run.c.check.in_(checks))
    if begin is not None:
        statement = statement.where(sa.or_(run.c.ended_at.is_(None), run.c.ended_at > micros(begin)))
    if end is not None:
        statement = statement.where(run.c.started_at < micros(end))
    return list(connection.execute(statement.order_by(run.c.started_at, run.c.check)))


def runs_in_order(connection: Connection) -> Iterator[sa.Row[Any]]:
    """Every run by check and start, without what no rule asks for; a few at a time, however many there are."""
    run = schema.run
    asked = ("check", "round", "started_at", "started_after", "started_before")
    ends = ("ended_at", "ended_after", "ended_before")
    statement = sa.select(*(run.c[name] for name in asked + ends)).order_by(run.c.check, run.c.started_at)
    yield from connection.execute(statement, execution_options={"yield_per": _PART})


def recent(connection: Connection, limit: int) -> list[sa.Row[Any]]:
    """The newest runs that followed another run of their check, with the start of that one."""
    run, check = schema.run, schema.check
    before, earlier = run.alias("before"), run.alias("earlier")
    # By its key, so that a look into the index finds it: a line that flaps has a million runs that may end here.
    last = (
        sa.select(sa.func.max(earlier.c.started_at))
        .where(earlier.c.check == run.c.check, earlier.c.started_at < run.c.started_at)
        .scalar_subquery()
    )
    followed = (before.c.check == run.c.check) & (before.c.started_at == last)
    return list(
        connection.execute(
            sa.select(
                run.c.started_at,
                run.c.outcome,
                run.c.reason,
                check.c.kind,
                check.c.subject,
                before.c.started_at.label("before_started_at"),
            )
            .select_from(run.join(check).join(before, followed))
            .where(before.c.ended_at == run.c.started_at)
            .order_by(run.c.started_at.desc())
            .limit(limit)
        )
    )


def watches(
    connection: Connection, *, begin: float | None = None, end: float | None = None
) -> list[sa.Row[Any]]:
    """Watches that overlap [begin, end), by vantage and round, oldest first."""
    watch = schema.watch
    statement = sa.select(watch).order_by(watch.c.vantage, watch.c.round, watch.c.started_at)
    if begin is not None:
        statement = statement.where(watch.c.ended_at > micros(begin))
    if end is not None:
        statement = statement.where(watch.c.started_at < micros(end))
    return list(connection.execute(statement))


def packets(connection: Connection, check: int, run_started_at: int) -> list[sa.Row[Any]]:
    """The packet records of one down-run from two rounds before it on, in the order they were sent.

    A packet is kept once: those before this run may be kept with the down-runs that came shortly before it.
    """
    packet, run = schema.packet, schema.run
    own = sa.and_(packet.c.check == check, packet.c.run_started_at == run_started_at)
    shortly = (
        sa.select(run.c.started_at)
        .where(run.c.check == check, run.c.started_at < run_started_at, run.c.outcome == DOWN)
        .order_by(run.c.started_at.desc())
        .limit(_SHORTLY)
    )
    shared = sa.and_(
        packet.c.check == check,
        packet.c.run_started_at.in_(shortly),
        packet.c.until >= _two_rounds_before(connection, check, run_started_at),
        packet.c.sent_at < run_started_at,
    )
    return list(connection.execute(sa.select(packet).where(own | shared).order_by(packet.c.sent_at)))


def _two_rounds_before(connection: Connection, check: int, run_started_at: int) -> int:
    """From when on the packets before a run belong to it; its last answered one does, however long ago it was."""
    run, watch = schema.run, schema.watch
    vantage = sa.select(schema.check.c.vantage).where(schema.check.c.id == check).scalar_subquery()
    interval = (
        sa.select(watch.c.interval)
        .where(watch.c.vantage == vantage, watch.c.round == run.c.round)
        .order_by(watch.c.started_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    own = sa.and_(run.c.check == check, run.c.started_at == run_started_at)
    row = connection.execute(sa.select(run.c.started_after, interval.label("interval")).where(own)).first()
    answered = row.started_after if row else None
    two_rounds = run_started_at - (row.interval or 0) * 5 // 2 if row else run_started_at
    return two_rounds if answered is None else min(answered, two_rounds)


def has_config(connection: Connection, digest: str) -> bool:
    """Whether the text of a configuration is kept."""
    version = schema.config_version
    kept = sa.select(version.c.digest).where(version.c.digest == digest, version.c.text != "").limit(1)
    return connection.scalar(kept) is not None


def newest_config(connection: Connection) -> str | None:
    """The text of the configuration that was loaded last; None in an empty ledger.

    It is kept once, with the first time it was loaded.
    """
    version, first = schema.config_version, schema.config_version.alias("first")
    newest = sa.select(version.c.digest).order_by(version.c.incarnation.desc(), version.c.seq.desc()).limit(1)
    text: str | None = connection.scalar(
        sa.select(first.c.text)
        .where(first.c.digest == newest.scalar_subquery())
        .order_by(sa.func.length(first.c.text).desc())
        .limit(1)
    )
    return text


def statements(
    connection: Connection,
    *,
    checks: Sequence[int] | None = None,
    begin: float | None = None,
    end: float | None = None,
) -> Iterator[sa.Row[Any]]:
    """What devices said of the time before, `begin` ≤ said < `end`, of these checks or all, by check and time."""
    table = schema.statement
    wanted = sa.select(table).order_by(table.c.check, table.c.said_at)
    if checks is not None:
        wanted = wanted.where(table.c.check.in_(checks))
    if begin is not None:
        wanted = wanted.where(table.c.said_at >= micros(begin))
    if end is not None:
        wanted = wanted.where(table.c.said_at < micros(end))
    yield from connection.execute(wanted, execution_options={"yield_per": _PART})


def traps(
    connection: Connection, *, begin: float | None = None, end: float | None = None, device: str | None = None
) -> list[Any]:
    """Traps and informs, in the order they came; `begin` ≤ received < `end`, of one device where it is named."""
    table = schema.trap
    wanted = sa.select(table).order_by(table.c.received_at, table.c.source)
    if begin is not None:
        wanted = wanted.where(table.c.received_at >= micros(begin))
    if end is not None:
        wanted = wanted.where(table.c.received_at < micros(end))
    if device is not None:
        wanted = wanted.where(table.c.device == device)
    return list(connection.execute(wanted))


def throughput(
    connection: Connection,
    *,
    begin: float | None = None,
    end: float | None = None,
    circuits: Sequence[str] | None = None,
) -> list[Any]:
    """Throughput tests and reports by when they began; `begin` ≤ started < `end`, of these circuits or all."""
    table = schema.throughput
    wanted = sa.select(table).order_by(table.c.started_at, table.c.id)
    if begin is not None:
        wanted = wanted.where(table.c.started_at >= micros(begin))
    if end is not None:
        wanted = wanted.where(table.c.started_at < micros(end))
    if circuits is not None:
        wanted = wanted.where(table.c.circuit.in_(circuits))
    return list(connection.execute(wanted))
