"""Reading a ledger as it stood at an earlier moment: what was written later is not seen. Nothing is changed.

Rows of one life come in the order of their numbers, so the newest number of every life tells what was there. Runs and
watches are written again when they end or go on: such a row was there all the same where it reaches to the end of
what was judged. Five-minute counts are merged in place, so they are seen as they are now. Temporary views stand
before the tables of the same names for this connection alone: whoever reads through it reads the earlier ledger.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.keeping.verify import snapshot
from collector.ledger import schema
from collector.ledger.store import Ledger

_GOING_ON = (schema.run, schema.watch)
_WRITTEN_ONCE = (
    schema.packet,
    schema.statement,
    schema.port,
    schema.throughput,
    *schema.ENTERED,
    schema.approval,
    schema.config_version,
)
_SEEN = "linewalker_seen"


@contextmanager
def as_of(ledger: Ledger, through: Mapping[str, int], until: int) -> Iterator[Connection]:
    """A connection that sees what was there when the newest numbers were `through`.

    Of runs and watches also what still went on at `until`, microseconds since 1970 UTC.
    """
    with snapshot(ledger) as connection:
        _remember(connection, through)
        for table in (*_GOING_ON, *_WRITTEN_ONCE):
            _hide_later(connection, table, until)
        try:
            yield connection
        finally:
            connection.rollback()  # takes the views along


def _remember(connection: Connection, through: Mapping[str, int]) -> None:
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE {_SEEN} (incarnation BIGINT PRIMARY KEY, seq BIGINT NOT NULL)"
    )
    seen = sa.table(_SEEN, sa.column("incarnation"), sa.column("seq"))
    rows = [{"incarnation": int(life), "seq": seq} for life, seq in through.items()]
    if rows:
        connection.execute(sa.insert(seen), rows)


def _hide_later(connection: Connection, table: sa.Table, until: int) -> None:
    quoted = connection.dialect.identifier_preparer.quote(table.name)
    place = "main" if connection.dialect.name == "sqlite" else _schema_of(connection)
    there = f"seq <= (SELECT s.seq FROM {_SEEN} s WHERE s.incarnation = t.incarnation)"  # noqa: S608 - our own names
    if table in _GOING_ON:
        there = f"({there} OR ended_at IS NULL OR ended_at >= {int(until)})"
    sql = f"CREATE TEMPORARY VIEW {quoted} AS SELECT * FROM {place}.{quoted} t WHERE {there}"  # noqa: S608 - our names
    connection.exec_driver_sql(sql.replace("%", "%%"))


def _schema_of(connection: Connection) -> str:
    found = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    return connection.dialect.identifier_preparer.quote(str(found))
