"""Reading facts back: runs, watches, packets, totals. Queries only; no judgement and no writing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from collector.ledger import schema
from collector.ledger.store import micros

DOWN = 0
Micros = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Watched:
    """The stretches in which a round was watched, sorted; times in microseconds."""

    started_at: Micros
    ended_at: Micros

    def seconds(self, begin: Micros, end: Micros) -> NDArray[np.float64]:
        """How much of each [begin, end) was watched."""
        return self._until(end) - self._until(begin)

    def _until(self, at: Micros) -> NDArray[np.float64]:
        """Watched seconds before each moment: a line through the corners of the stretches."""
        if not len(self.started_at):
            return np.zeros(len(at))
        corners = np.stack([self.started_at, self.ended_at], axis=1).ravel()
        lengths = (self.ended_at - self.started_at) / 1e6
        heights = np.repeat(np.concatenate([[0.0], np.cumsum(lengths)]), 2)[1:-1]
        until: NDArray[np.float64] = np.interp(at, corners, heights)
        return until


def watched(connection: Connection, round_name: str) -> Watched:
    """When a round was watched, by any vantage."""
    watch = schema.watch
    rows = connection.execute(
        sa.select(watch.c.started_at, watch.c.ended_at)
        .where(watch.c.round == round_name)
        .order_by(watch.c.started_at)
    ).all()
    table = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 2)
    return _united(table[:, 0], table[:, 1])


def _united(started_at: Micros, ended_at: Micros) -> Watched:
    """Stretches that overlap, of two vantages or after a backward step of the clock, become one."""
    if not len(started_at):
        return Watched(started_at, ended_at)
    reach = np.maximum.accumulate(ended_at)
    first = np.concatenate([[True], started_at[1:] > reach[:-1]])
    last = np.concatenate([first[1:], [True]])
    return Watched(started_at[first], reach[last])


def down_runs(connection: Connection) -> list[sa.Row[Any]]:
    """Every down-run: check, round, start, and end or None."""
    run = schema.run
    return list(
        connection.execute(
            sa.select(run.c.check, run.c.round, run.c.started_at, run.c.ended_at)
            .where(run.c.outcome == DOWN)
            .order_by(run.c.check, run.c.started_at)
        )
    )


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


def recent(connection: Connection, limit: int) -> list[sa.Row[Any]]:
    """The newest runs that followed another run of their check, with the start of that one."""
    run, check = schema.run, schema.check
    before = run.alias("before")
    joined = run.join(check).join(
        before, (before.c.check == run.c.check) & (before.c.ended_at == run.c.started_at)
    )
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
            .select_from(joined)
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
    """The packet records kept with one down-run, in the order they were sent."""
    packet = schema.packet
    return list(
        connection.execute(
            sa.select(packet)
            .where(packet.c.check == check, packet.c.run_started_at == run_started_at)
            .order_by(packet.c.sent_at)
        )
    )


def newest_config(connection: Connection) -> str | None:
    """The text of the configuration that was loaded last; None in an empty ledger."""
    version = schema.config_version
    text: str | None = connection.scalar(
        sa.select(version.c.text).order_by(version.c.incarnation.desc(), version.c.seq.desc()).limit(1)
    )
    return text
