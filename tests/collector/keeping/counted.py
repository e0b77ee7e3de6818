"""Five-minute rows and folded days written by hand; no tests here."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from collector.keeping.bins import BIN_MICROS
from collector.keeping.days import Day, days
from collector.ledger import schema
from collector.ledger.store import Batch, Ledger
from tests.collector import facts

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = 1_772_337_600  # 2026-03-01 12:00 +08:00
[TODAY] = days(NOON, NOON, SHANGHAI)
NEXT_NIGHT = TODAY.ended_at / facts.S + 3600  # when TODAY is closed


def five_minutes(check: int, at: int, **counted: int | None) -> dict[str, Any]:
    """Five minutes from `at` (microseconds): 30 questions, every one answered in 5 ms."""
    clean = {"sent": 30, "rescued": 0, "incomplete": 0, "down": 0, "answered": 30,
             "rtt_sum": 150_000, "rtt_max": 5_000, "octets_in": None, "octets_out": None, "discards_in": None,
             "discards_out": None}  # fmt: skip
    return {"started_at": at, "check": check, **clean, **counted}


def begins(day: Day) -> range:
    """When the five minutes of a day begin, in microseconds."""
    return range(day.started_at, day.ended_at, BIN_MICROS)


def a_day(check: int, day: Day = TODAY, **counted: int | None) -> list[dict[str, Any]]:
    """A day that was asked from its start to its end."""
    return [five_minutes(check, at, **counted) for at in begins(day)]


def count(ledger: Ledger, rows: Iterable[dict[str, Any]]) -> None:
    ledger.write(Batch({"quality": list(rows)}))


def day_row(check: int, day: Day, **counted: int | None) -> dict[str, Any]:
    """The sums of a folded day on which all went well."""
    row = five_minutes(check, day.started_at, sent=8640, answered=8640, rtt_sum=43_200_000)
    return {**row, "ended_at": day.ended_at, **counted}


def rows_of(ledger: Ledger, table: sa.Table) -> list[dict[str, Any]]:
    """All rows by their key, without the numbers of their last write."""
    with ledger.reading() as connection:
        found = connection.execute(sa.select(table).order_by(*table.primary_key)).mappings().all()
    written = ("incarnation", "seq")
    return [{name: value for name, value in row.items() if name not in written} for row in found]


def total(ledger: Ledger, name: str = "sent") -> int:
    """How much the ledger has counted, folded or not."""
    with ledger.reading() as connection:
        parts = [connection.scalar(sa.select(sa.func.sum(table.c[name])))
                 for table in (schema.quality, schema.quality_day)]  # fmt: skip
    return sum(int(part or 0) for part in parts)
