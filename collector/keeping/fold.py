"""Folding: the five-minute rows of a closed day become its sums and its packed columns, one row of each a check.

A slice of checks is folded in one transaction that takes the five-minute rows out and puts the day rows in: a kill
at any moment leaves every count in one place and none in two. Slices are small and rest between them, because
SQLite knows one writer at a time and the collector must not wait for this.

A five-minute row that comes after its day was folded (a spool, a clock that was set back) stands in place of what
was folded for those minutes, and the sums follow: a collector that starts inside five minutes takes their counts
up, so that the later row holds the earlier one's counts, and the ledger would have kept the later one, too. Where a
day's columns were let go meanwhile, nobody can tell any more what they held of those minutes; there it is added.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.keeping.bins import BIN_MICROS, COUNTS, NONE, PASSED, Ints, empty, pack, sums, unpack
from collector.keeping.days import Day, closed
from collector.ledger import schema
from collector.ledger.store import Batch, Ledger, Row

SLICE_CHECKS = 100  # at 288 rows each some 12 MB and a fifth of a second
REST_SECONDS = 0.1  # SQLite looks again for a free lock at least so often

Rest = Callable[[float], None]


def fold_closed(
    ledger: Ledger, zone: ZoneInfo, now: float, data_dir: Path | None = None, *, rest: Rest = time.sleep
) -> int:
    """Fold every closed day that holds five-minute rows, oldest first; how many there were.

    The ledger must have begun a life. May be stopped at any moment and run as often as one likes.
    """
    with ledger.reading() as connection:
        waiting = _unfolded(connection, closed(connection, zone, now, data_dir))
    for day in waiting:
        fold(ledger, day, rest)
    return len(waiting)


def fold(ledger: Ledger, day: Day, rest: Rest = time.sleep) -> None:
    """Fold the five-minute rows of one day, a slice of checks after the other."""
    for first, last in _slices(ledger):
        if _fold_slice(ledger, day, first, last):
            rest(REST_SECONDS)


def _unfolded(connection: Connection, days: Sequence[Day]) -> list[Day]:
    """Those of these days that hold five-minute rows."""
    at = schema.quality.c.started_at
    oldest = connection.scalar(sa.select(sa.func.min(at)))
    if oldest is None:
        return []
    of_day = sa.select(at).where(at >= sa.bindparam("begin"), at < sa.bindparam("end")).limit(1)
    return [
        day
        for day in days
        if day.ended_at > oldest
        and connection.scalar(of_day, {"begin": day.started_at, "end": day.ended_at}) is not None
    ]


def _slices(ledger: Ledger) -> Iterator[tuple[int, int]]:
    """The first and the last id of every so many checks."""
    check, last = schema.check.c.id, -1
    while True:
        with ledger.reading() as connection:
            found = sa.select(check).where(check > last).order_by(check).limit(SLICE_CHECKS)
            ids = connection.scalars(found).all()
        if not ids:
            return
        last = ids[-1]
        yield ids[0], last


def _fold_slice(ledger: Ledger, day: Day, first: int, last: int) -> bool:
    """Fold the rows of the checks from `first` to `last`; whether there were any."""
    with ledger.engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
            connection.execute(sa.text("LOCK TABLE quality_day IN SHARE ROW EXCLUSIVE MODE"))
        taken = _taken(connection, day, first, last)
        if len(taken):
            batch = _batch(day, taken, _folded(connection, day, first, last))
            ledger.write_within(connection, batch)
    return bool(len(taken))


def _taken(connection: Connection, day: Day, first: int, last: int) -> Ints:
    """Take five-minute rows out of the ledger: check, five minutes from the day's start, counts."""
    table, begins = schema.quality, range(_first_bin(day), day.ended_at, BIN_MICROS)
    counts = [sa.func.coalesce(table.c[name], NONE) for name in COUNTS]
    # Every five minutes by name: the primary key finds a stretch of checks only under a known start.
    found = connection.execute(
        sa.delete(table)
        .where(table.c.started_at.in_(begins), table.c.check.between(first, last))
        .returning(table.c.check, table.c.started_at, *counts)
    )
    taken = np.array([tuple(row) for row in found], np.int64).reshape(-1, 2 + len(COUNTS))
    taken[:, 1] = (taken[:, 1] - _first_bin(day)) // BIN_MICROS
    return taken


def _folded(connection: Connection, day: Day, first: int, last: int) -> dict[int, sa.Row[Any]]:
    """What was folded of this day before, by check; `bins` is None where the columns were let go."""
    sums_of, bins = schema.quality_day, schema.quality_bins
    same = sa.and_(bins.c.started_at == sums_of.c.started_at, bins.c.check == sums_of.c.check)
    of_day = (
        sa.select(sums_of, bins.c.bins)
        .join_from(sums_of, bins, same, isouter=True)
        .where(sums_of.c.started_at == day.started_at, sums_of.c.check.between(first, last))
    )
    return {row.check: row for row in connection.execute(of_day)}


def _batch(day: Day, taken: Ints, folded: dict[int, sa.Row[Any]]) -> Batch:
    """The rows of a day in which the taken five minutes stand in place of what was folded for them."""
    checks, place = np.unique(taken[:, 0], return_inverse=True)
    known = [folded.get(check) for check in checks.tolist()]
    packed = [unpack(row.bins) if row and row.bins else empty(1, 0)[0] for row in known]
    length = -(-(day.ended_at - _first_bin(day)) // BIN_MICROS)
    days = empty(len(checks), max(length, *(len(one[0]) for one in packed)))
    for one, before in zip(days, packed, strict=True):
        one[:, : len(before[0])] = before
    days[place, :, taken[:, 1]] = taken[:, 2:]
    batch = Batch()
    for check, before, one, total in zip(checks.tolist(), known, days, sums(days), strict=True):
        key = {"started_at": day.started_at, "check": check}
        batch.add("quality_day", [{**key, **_sums_row(day, before, total)}])
        if before is None or before.bins is not None:
            batch.add("quality_bins", [{**key, "bins": pack(one)}])
    return batch


def _sums_row(day: Day, before: sa.Row[Any] | None, total: Ints) -> Row:
    if before is not None and before.bins is None:
        total = sums(np.stack([total, _counts(before)], axis=-1)[None])[0]
    values = zip(COUNTS, total.tolist(), strict=True)
    return {
        "ended_at": max(day.ended_at, before.ended_at if before else 0),
        **{name: None if value == NONE and name in PASSED else value for name, value in values},
    }


def _counts(row: sa.Row[Any]) -> Ints:
    values = (row._mapping[name] for name in COUNTS)
    return np.array([NONE if value is None else value for value in values], np.int64)


def _first_bin(day: Day) -> int:
    """The first five minutes that begin in a day: they are counted by UTC, and a zone may lie beside them."""
    return -(-day.started_at // BIN_MICROS) * BIN_MICROS
