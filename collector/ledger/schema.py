"""The fact tables. Every row carries the (incarnation, seq) of its last write; times are whole microseconds UTC.

One row is: `check` the permanent id of (subject, probe, address, source, vantage); `run` a stretch of one
outcome of one check; `watch` a stretch in which one round of one vantage was completed; `packet` the packet
records around down-runs; `quality` five-minute counts; `config_version` a configuration that was in force;
`incarnation` one start of one collector.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

# The newest migration; tests hold it against the migration folder, so that a start need not ask Alembic.
HEAD = "0001"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column of exactly this type.
_ID = BigInteger().with_variant(Integer(), "sqlite")


def _written() -> tuple[Column[int], Column[int]]:
    return Column("incarnation", BigInteger, nullable=False), Column("seq", BigInteger, nullable=False)


incarnation = Table(
    "incarnation",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("collector", String(64), nullable=False),
    Column("vantage", Text, nullable=False),
    Column("version", String(32), nullable=False),
    Column("started_at", BigInteger, nullable=False),
)

check = Table(
    "check",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("kind", String(16), nullable=False),  # circuit, service, device, system or sentinel
    Column("subject", String(200), nullable=False),
    Column("probe", String(16), nullable=False),
    Column("address", String(200), nullable=False),
    Column("source", String(200), nullable=False, server_default=""),
    Column("vantage", String(200), nullable=False),
    *_written(),
    UniqueConstraint("kind", "subject", "probe", "address", "source", "vantage"),
)

run = Table(
    "run",
    metadata,
    Column("check", ForeignKey("check.id"), primary_key=True),
    Column("started_at", BigInteger, primary_key=True),
    Column("outcome", SmallInteger, nullable=False),  # 0 down, 1 up, 2 unknown
    Column("round", String(64), nullable=False),
    Column("started_after", BigInteger),  # send of the last contradicting packet
    Column("started_before", BigInteger),  # receipt of the first confirming one, for silence its deadline
    Column("ended_at", BigInteger),  # null: the check still stands so
    Column("ended_after", BigInteger),
    Column("ended_before", BigInteger),
    Column("reason", Text, nullable=False, server_default=""),
    Column("trace", Text),  # JSON: the path as it was traced once when a down-run began
    *_written(),
    Index(None, "started_at"),
)

watch = Table(
    "watch",
    metadata,
    Column("vantage", String(200), primary_key=True),
    Column("round", String(64), primary_key=True),
    Column("started_at", BigInteger, primary_key=True),
    Column("ended_at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),  # why it ended; empty while it goes on
    Column("stepped_to", BigInteger),  # where a step of the wall clock went
    Column("origin", BigInteger, nullable=False),  # start of a round; the others follow every `interval`
    Column("interval", BigInteger, nullable=False),
    Column("span", BigInteger, nullable=False),  # over how much of the interval first packets are paced
    Column("clock_offset", BigInteger),  # against clock_source; null: 时钟未校准
    Column("clock_source", Text),
    *_written(),
)

packet = Table(
    "packet",
    metadata,
    Column("check", ForeignKey("check.id"), primary_key=True),
    Column("run_started_at", BigInteger, primary_key=True),
    Column("sent_at", BigInteger, primary_key=True),
    Column("until", BigInteger, nullable=False),  # send of the last of `count` silent packets
    Column("count", Integer, nullable=False),
    Column("received_at", BigInteger),
    Column("by", Text, nullable=False, server_default=""),
    *_written(),
)

quality = Table(
    "quality",
    metadata,
    Column("check", ForeignKey("check.id"), primary_key=True),
    Column("started_at", BigInteger, primary_key=True),
    Column("sent", Integer, nullable=False),
    Column("rescued", Integer, nullable=False),
    Column("incomplete", Integer, nullable=False),
    Column("down", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("rtt_sum", BigInteger, nullable=False),
    Column("rtt_max", BigInteger, nullable=False),
    Column("octets_in", BigInteger),
    Column("octets_out", BigInteger),
    *_written(),
)

config_version = Table(
    "config_version",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("loaded_at", BigInteger, primary_key=True),
    Column("loaded_by", Text, nullable=False),
    Column("text", Text, nullable=False),
    *_written(),
)
