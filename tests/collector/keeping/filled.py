"""A ledger with rows in every table, and its rows to compare; no tests here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.ledger import schema
from collector.ledger.store import Batch, Ledger, Life, Row, open_ledger
from config.load import load
from tests.collector.facts import S, end, enrolled, run, watch
from tests.practice import TRANSPORT

WATCHED_UNTIL = 2_000  # seconds since 1970
PACKETS = 5

_WRITTEN_BY_THE_LEDGER = ("incarnation", "seq")


def filled(url: str, bins: int = 3) -> Ledger:
    """An open ledger, in the middle of its second life, with so many five-minute rows of each of two checks."""
    first = open_ledger(url, create=True)
    first.begin(Life(collector="main", vantage="centre", version="0.0.9", now=1.0))
    first.close()
    ledger = open_ledger(url, create=True)
    ledger.begin(Life(collector="main", vantage="centre", version="0.1.0", now=5.0), "the clock stood still")
    a, b = enrolled(ledger, "haikou-ct", "三亚主用")
    rows: dict[str, Sequence[Row]] = {
        "run": [run(a, 10, 1), run(a, 1_000, 0), run(b, 12, 1)],
        "watch": [watch(10, WATCHED_UNTIL, clock_offset=-1_200, clock_source="ntp 10.0.0.1")],
        "config_version": [_config()],
        "packet": [_any(schema.packet, a, number) for number in range(PACKETS)],
        "quality": [_any(schema.quality, check, at) for at in range(bins) for check in (a, b)],
    }
    for table in schema.metadata.sorted_tables:
        if table.name not in (*rows, "check", "incarnation"):
            rows[table.name] = [_any(table, a, number) for number in range(2)]
    ledger.write(Batch(rows, ends=[end(a, 10, 1_000)]))
    return ledger


def _any(table: sa.Table, check: int, number: int) -> dict[str, Any]:
    """Some row of a table, another for every number."""
    columns = [column for column in table.columns if column.name not in _WRITTEN_BY_THE_LEDGER]
    return {column.name: check if column.foreign_keys else _value(column, number) for column in columns}


def _value(column: sa.Column[Any], number: int) -> object:
    if column.nullable and number % 2:
        return None
    if isinstance(column.type, sa.String):
        return f"{number}海口"
    if isinstance(column.type, sa.LargeBinary):
        return bytes(range(256)) * (number + 1)
    return number * 300 * S if isinstance(column.type, sa.BigInteger) else number


def _config() -> dict[str, Any]:
    loaded = load(TRANSPORT)
    return {"digest": loaded.digest, "loaded_at": 5 * S, "loaded_by": "值班员", "text": loaded.text}


def all_rows(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in the order of the keys."""
    with ledger.reading() as connection:
        return rows_of(connection)


def rows_of(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """The same, as a connection sees them."""
    return {
        table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
        for table in schema.metadata.sorted_tables
    }


def names(folder: Path) -> list[str]:
    """What lies in a directory."""
    return sorted(path.name for path in folder.iterdir())
