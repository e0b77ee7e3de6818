"""The days of the calendar's zone, and which of them are closed: no fact of theirs is still on its way.

Folding and sealing both begin here, so that they agree. Boundaries are instants in microseconds since 1970 UTC; a
day lasts 23 or 25 hours where the zone says so. Nothing is written here.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.ledger import schema
from collector.ledger.store import micros, seconds

# What was asked at midnight is settled and written long before.
SETTLED_SECONDS = 3600.0
# A vantage that never came back, or a spool nobody can read, does not keep a day open for ever.
PATIENCE_SECONDS = 7 * 86400.0
SPOOLED = "spool/*.spool"


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """One day of a zone, [started_at, ended_at) in microseconds since 1970 UTC."""

    started_at: int
    ended_at: int


def days(first: float, last: float, zone: ZoneInfo) -> list[Day]:
    """Every day of the zone from the one in which `first` lies to the one in which `last` lies, in order.

    `first` and `last` are seconds since 1970 UTC. Nothing lies between two days that follow each other.
    """
    begin, end = (dt.datetime.fromtimestamp(at, zone).date() for at in (first, last))
    dates = [begin + dt.timedelta(count) for count in range((end - begin).days + 2)]
    starts = [_midnight(date, zone) for date in dates]
    return [Day(*pair) for pair in pairwise(starts)]


def closed(connection: Connection, zone: ZoneInfo, now: float, data_dir: Path | None = None) -> list[Day]:
    """All closed days, from that of the first fact to the last closed one, in order; [] if there is none.

    A day is closed when it has been over for SETTLED_SECONDS at `now` (seconds since 1970 UTC) and

    - every watch that still goes on reaches to its end: whoever watched went past it or said why not, and
    - no facts wait in a spool beside the data (`data_dir`; None: there is no such place),

    or when it has been over for PATIENCE_SECONDS. Facts may come later all the same, after the clock was set
    back or with a spool: folding merges them and sealing adds a revision.
    """
    begun = _first_fact(connection)
    if begun is None or begun > micros(now):
        return []
    patient, settled = now - PATIENCE_SECONDS, now - SETTLED_SECONDS
    waits = data_dir is not None and any(data_dir.glob(SPOOLED))
    reached = [] if waits else [seconds(at) for at in _going_on(connection)]
    until = micros(patient if waits else max(patient, min([settled, *reached])))
    return [day for day in days(seconds(begun), now, zone) if day.ended_at <= until]


def _midnight(date: dt.date, zone: ZoneInfo) -> int:
    """The first instant of a date; where the clock skips midnight, that of the skip."""
    return int(dt.datetime.combine(date, dt.time(), zone).timestamp()) * 1_000_000


def _first_fact(connection: Connection) -> int | None:
    """The oldest moment of which anything is known. Packets are no older than the watch they were sent in."""
    columns = (
        schema.watch.c.started_at,
        schema.run.c.started_at,
        schema.quality.c.started_at,
        schema.quality_day.c.started_at,
        schema.config_version.c.loaded_at,
    )
    found = [connection.scalar(sa.select(sa.func.min(column))) for column in columns]
    return min((at for at in found if at is not None), default=None)


def _going_on(connection: Connection) -> Sequence[int]:
    """How far the watches reach that go on: of each round of each vantage the newest, where it has no reason."""
    watch = schema.watch
    # The newest is the one written last: after a backward step of the clock an older one may bear a later time.
    written = (watch.c.incarnation.desc(), watch.c.seq.desc())
    place = sa.func.row_number().over(partition_by=(watch.c.vantage, watch.c.round), order_by=written)
    ranked = sa.select(watch.c.ended_at, watch.c.reason, place.label("place")).subquery()
    newest = sa.select(ranked.c.ended_at).where(ranked.c.place == 1, ranked.c.reason == "")
    return connection.scalars(newest).all()
