"""Copying every row of one ledger into another, of either kind, in bounded memory.

What the rows mean, and which ledger is copied where, is not here.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.ledger import schema

_BATCH = 2_000  # the widest rows, folded days, are a few kB each


def copy(source: Connection, target: Connection) -> None:
    """Copy all rows into a ledger of the same schema that has none, in the transactions of both connections.

    Rows keep their ids, and the ids the target gives from now on follow those.
    """
    for table in schema.metadata.sorted_tables:
        found = source.execute(sa.select(table), execution_options={"yield_per": _BATCH})
        for rows in found.mappings().partitions():
            target.execute(sa.insert(table), [dict(row) for row in rows])
    if target.dialect.name == "postgresql":
        _number_on(target)


def url_of(place: Path) -> str:
    """The URL of an embedded ledger in a file."""
    return sa.URL.create("sqlite", database=str(place)).render_as_string(hide_password=False)


def counts(connection: Connection) -> dict[str, int]:
    """How many rows every table holds."""
    tables = schema.metadata.sorted_tables
    return {
        table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in tables
    }


def _number_on(target: Connection) -> None:
    # SQLite goes on behind the greatest id by itself; a sequence knows nothing of rows that bring their own.
    for table in (schema.check, schema.incarnation):
        sequence = sa.func.pg_get_serial_sequence(f'"{table.name}"', "id")
        greatest = sa.select(sa.func.max(table.c.id)).scalar_subquery()
        numbered = sa.func.setval(sequence, sa.func.coalesce(greatest, 1), greatest.is_not(None))
        target.execute(sa.select(numbered))
