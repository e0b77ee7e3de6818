"""Retention: the five-minute columns of old days on which all went well are let go. Nothing else ever is.

Sums stay for ever, and so do columns that show a rescue, an open question or a round down, all columns in the window
of a frozen form, and every run, watch, packet and configuration. There is no other statement in this program that
removes a fact without putting another in its place.
"""

import calendar
import datetime as dt
import time
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from collector.keeping.days import days
from collector.ledger import schema
from collector.ledger.store import Ledger

SLICE_ROWS = 500
REST_SECONDS = 0.1
# One falls due a day. A clock that was set years ahead by mistake must not cost all columns at once.
DAYS_AT_ONCE = 7

_DAY, _BINS = schema.quality_day, schema.quality_bins
_CITED = sa.exists().where(
    schema.revision.c.started_at <= _BINS.c.started_at, schema.revision.c.ended_at > _BINS.c.started_at
)
_CLEAN = ~_CITED & sa.exists().where(
    _DAY.c.started_at == _BINS.c.started_at,
    _DAY.c.check == _BINS.c.check,
    _DAY.c.rescued == 0,
    _DAY.c.incomplete == 0,
    _DAY.c.down == 0,
)


def let_go(
    ledger: Ledger, zone: ZoneInfo, now: float, months: int, *, rest: Callable[[float], None] = time.sleep
) -> int:
    """Let go the columns of days older than so many months at `now`; how many checks' days that were.

    The oldest DAYS_AT_ONCE days at the most, in transactions of SLICE_ROWS rows; may be stopped at any moment.
    """
    gone = 0
    for started_at in _old_days(ledger, kept_from(now, months, zone)):
        while checks := _clean(ledger, started_at):
            with ledger.engine.begin() as connection:
                connection.execute(
                    sa.delete(_BINS).where(_BINS.c.started_at == started_at, _BINS.c.check.in_(checks))
                )
            gone += len(checks)
            rest(REST_SECONDS)
    return gone


def kept_from(now: float, months: int, zone: ZoneInfo) -> int:
    """The start of the first day whose columns are kept at `now`, in microseconds since 1970 UTC.

    It bears today's date so many months ago, or the last of that month where it has no such date.
    """
    today = dt.datetime.fromtimestamp(now, zone).date()
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    date = min(today.day, calendar.monthrange(year, month + 1)[1])
    noon = dt.datetime(year, month + 1, date, 12, tzinfo=zone).timestamp()
    return days(noon, noon, zone)[0].started_at


def _old_days(ledger: Ledger, before: int) -> Iterator[int]:
    """When the oldest days begin that have anything to let go."""
    at, after = _BINS.c.started_at, -1
    for _ in range(DAYS_AT_ONCE):
        with ledger.reading() as connection:
            due = sa.select(at).where(at > after, at < before, _CLEAN).order_by(at).limit(1)
            found = connection.scalar(due)
        if found is None:
            return
        after = found
        yield found


def _clean(ledger: Ledger, started_at: int) -> list[int]:
    """Some checks that went well on a day and have columns of it."""
    with ledger.reading() as connection:
        due = sa.select(_BINS.c.check).where(_BINS.c.started_at == started_at, _CLEAN).limit(SLICE_ROWS)
        return list(connection.scalars(due))
