"""The fact tables. Every row carries the (incarnation, seq) of its last write; times are whole microseconds UTC.

One row is: `check` the permanent id of (subject, probe, address, source, vantage); `run` a stretch of one
outcome of one check; `watch` a stretch in which one round of one vantage was completed; `packet` the packet
records around down-runs; `quality` five-minute counts until their day is folded into one row of `quality_day`,
its sums, and one of `quality_bins`, its columns; `statement` what a device said by itself of the time before it was
asked; `port` how fast the port that carries a line says it is; `trap` an SNMP trap or inform that was let in;
`throughput` one throughput test, or a report of one; `config_version` a configuration that was in force; `seal` the
digest of a closed day's facts, chained; `incarnation` one life of one process that writes.

What people enter: `maintenance` a window, `fault` a ticket, `inspection` and `repair` a filled-in sheet,
`manual_value` a value that nothing measures, `attestation` that a subject was up or down, `amendment` a responsible
party or how unknown time was, `approval` that a second person agreed to one of these. Rows of these tables are
inserted and never written again; one that corrects or takes back another names it in `supersedes`.

`revision` is a filled form as it was frozen, for ever as it was then; an `approval` of it makes it final.
`revision_file` is a file that belongs to one, such as the scan of its stamped print.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

# The newest migration; tests hold it against the migration folder, so that a start need not ask Alembic.
HEAD = "0009"

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
    Column("token", String(32), nullable=False, unique=True),  # known before the ledger is; never given twice
    Column("notice", Text, nullable=False, server_default=""),  # what was found wrong when it began
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
    Index(None, "incarnation", "seq"),  # what is new since somebody last looked
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
    Column("clock_offset", BigInteger),  # how far our clock was ahead of clock_source; null: 时钟未校准
    Column("clock_error", BigInteger),  # the offset is right within so much
    Column("clock_source", Text),
    *_written(),
    Index(None, "incarnation", "seq"),
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


def _counts() -> list[Column[Any]]:
    return [
        Column("sent", Integer, nullable=False),
        Column("rescued", Integer, nullable=False),
        Column("incomplete", Integer, nullable=False),
        Column("down", Integer, nullable=False),
        Column("answered", Integer, nullable=False),
        Column("rtt_sum", BigInteger, nullable=False),
        Column("rtt_max", BigInteger, nullable=False),
        Column("octets_in", BigInteger),
        Column("octets_out", BigInteger),
        Column("discards_in", BigInteger),
        Column("discards_out", BigInteger),
    ]


# By time first: rows of five minutes are written, folded and read together.
quality = Table(
    "quality",
    metadata,
    Column("started_at", BigInteger, primary_key=True),
    Column("check", ForeignKey("check.id"), primary_key=True),
    *_counts(),
    *_written(),
    sqlite_with_rowid=False,
)

quality_day = Table(
    "quality_day",
    metadata,
    Column("started_at", BigInteger, primary_key=True),  # the start of a day in the calendar's zone
    Column("check", ForeignKey("check.id"), primary_key=True),
    Column("ended_at", BigInteger, nullable=False),
    *_counts(),  # sums of the day; rtt_max its greatest
    *_written(),
    sqlite_with_rowid=False,
)

# Apart from the sums: pages over years read those alone, and they stay when these are let go.
quality_bins = Table(
    "quality_bins",
    metadata,
    Column("started_at", BigInteger, primary_key=True),
    Column("check", ForeignKey("check.id"), primary_key=True),
    Column("bins", LargeBinary, nullable=False),  # the day's five-minute columns, packed
    *_written(),
)

seal = Table(
    "seal",
    metadata,
    Column("started_at", BigInteger, primary_key=True),  # the start of a day in the calendar's zone
    Column("revision", Integer, primary_key=True),  # 1, and one more whenever facts of that day came late
    Column("ended_at", BigInteger, nullable=False),
    Column("place", BigInteger, nullable=False, unique=True),  # its place in the chain, from 1
    Column("digests", Text, nullable=False),  # JSON: the digest and the number of rows of each part
    Column("through", Text, nullable=False),  # JSON: newest seq of every incarnation that wrote since before
    Column("sealed_at", BigInteger, nullable=False),
    Column("chain", String(64), nullable=False),  # SHA-256 over the chain before and all of the above
    *_written(),
)

statement = Table(
    "statement",
    metadata,
    Column("check", ForeignKey("check.id"), primary_key=True),
    Column("said_at", BigInteger, primary_key=True),  # receipt of the answer
    Column("origin", String(16), nullable=False),  # device, interface, nqa, bfd or bgp
    Column("outcome", SmallInteger, nullable=False),  # 0 down, 1 up
    Column("since", BigInteger),  # it has stood so at least since then; null: it does not say
    Column("uptime", BigInteger),  # its sysUpTime, which begins anew after 497 days; null: it does not say
    Column("changes", BigInteger),  # how often it has changed, as the device counts; null: it does not
    *_written(),
)

port = Table(
    "port",
    metadata,
    Column("check", ForeignKey("check.id"), primary_key=True),  # of the interface
    Column("said_at", BigInteger, primary_key=True),  # receipt of the answer
    Column("speed_bps", BigInteger),  # bit/s, until it says another; null: it does not say
    *_written(),
)

trap = Table(
    "trap",
    metadata,
    Column("received_at", BigInteger, primary_key=True),  # the first of `count` alike
    Column("source", String(64), primary_key=True),  # who sent the datagram
    Column("until", BigInteger, nullable=False),  # receipt of the last of them
    Column("count", Integer, nullable=False),
    Column("version", String(4), nullable=False),  # 1, 2c or 3
    Column("kind", String(32), nullable=False),  # linkDown, bfdDown, …; other
    Column("oid", Text, nullable=False),  # snmpTrapOID; of version 1 by RFC 3584 §3.1
    Column("device", Text, nullable=False, server_default=""),  # id of the device or system it speaks of
    Column("interface_index", BigInteger),
    Column("interface_name", Text, nullable=False, server_default=""),
    Column("variables", Text, nullable=False),  # JSON: [identifier, value] pairs; never a community or a key
    *_written(),
)

throughput = Table(
    "throughput",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("circuit", Text, nullable=False),
    Column("direction", String(8), nullable=False),  # receive, send or both, seen from the vantage
    Column("origin", String(8), nullable=False),  # measured here, or attested by somebody
    Column("method", String(8), nullable=False),  # iperf3, http or report
    Column("planned_at", BigInteger),  # the appointment; null: a report
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("valid_until", BigInteger),  # how long the rate stands; null: there is none
    Column("bytes", BigInteger),  # all that the test moved
    Column("rate_bps", BigInteger),  # of payload; null: it failed or was refused, see reason
    Column("cap_bps", BigInteger),  # what the test was not to exceed
    Column("segment", Integer),  # payload of a full packet, from which the rate with headers follows
    Column("other_bps", BigInteger),  # what else went over the line meanwhile, with headers; null: not known
    Column("far_end", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False, server_default=""),
    Column("vantage", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column(
        "reference", Text, nullable=False, server_default=""
    ),  # the report: what it is, or its file's SHA-256
    Column(
        "recorded_at", BigInteger, nullable=False
    ),  # of a test when it began, of a report when it was entered
    Column("recorded_by", Text, nullable=False, server_default=""),
    Column("supersedes", String(32)),  # the report that this one puts right
    *_written(),
    Index(None, "circuit", "started_at"),
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


def _entered(name: str, *own: Column[Any]) -> Table:
    """A table of what people enter: its own columns, and what is known of every entry."""
    return Table(
        name,
        metadata,
        Column("id", String(32), primary_key=True),
        *own,
        Column("reason", Text, nullable=False, server_default=""),
        Column("reference", Text, nullable=False, server_default=""),  # the document it rests on
        Column("file_name", Text, nullable=False, server_default=""),  # what a kept file was called
        Column("file_sha256", String(64), nullable=False, server_default=""),  # it lies under `proofs`
        Column("recorded_at", BigInteger, nullable=False),
        Column("recorded_by", Text, nullable=False),  # who vouches for it
        Column("account", Text, nullable=False),  # of this machine, under which it was entered
        Column("supersedes", String(32), unique=True),  # the entry that this one takes the place of
        Column("cancelled", SmallInteger, nullable=False, server_default="0"),  # 1: takes it back, no more
        *_written(),
    )


def _subject() -> tuple[Column[str], Column[str]]:
    return Column("kind", String(16), nullable=False), Column("subject", Text, nullable=False)


def _stretch() -> tuple[Column[int], Column[int]]:
    return Column("started_at", BigInteger, nullable=False), Column("ended_at", BigInteger, nullable=False)


maintenance = _entered(
    "maintenance",
    Column("subjects", Text, nullable=False),  # JSON: [kind, id] pairs
    *_stretch(),
)

fault = _entered(
    "fault",
    *_subject(),
    Column("reported_at", BigInteger, nullable=False),
    Column("accepted_at", BigInteger),
    Column("arrived_at", BigInteger),
    Column("restored_at", BigInteger),
    Column("party", Text, nullable=False, server_default=""),  # who is held responsible
    Column("cause", Text, nullable=False, server_default=""),
    Column("number", Text, nullable=False, server_default=""),  # the carrier's own
    Column("confirmed_by", Text, nullable=False, server_default=""),  # who signed its times for the office
    Column("party_confirmed_by", Text, nullable=False, server_default=""),  # and for the other side
    Column("suspensions", Text, nullable=False, server_default="[]"),  # JSON: [start, end, reason, signed_by]
)


def _sheet(name: str) -> Table:
    return _entered(
        name,
        Column("form", String(32), nullable=False),
        Column("at", BigInteger, nullable=False),
        Column("subjects", Text, nullable=False),  # JSON: [kind, id] pairs
        Column("fields", Text, nullable=False),  # JSON: [field, text] pairs, in the order of the form
    )


inspection = _sheet("inspection")
repair = _sheet("repair")

manual_value = _entered(
    "manual_value",
    Column("name", Text, nullable=False),  # what a form asks for it by
    Column("value", Text, nullable=False),  # as it was written
    Column("unit", Text, nullable=False, server_default=""),
    *_stretch(),
    Column("kind", String(16)),
    Column("subject", Text),
)

attestation = _entered(
    "attestation",
    *_subject(),
    *_stretch(),
    Column("state", String(8), nullable=False),  # up or down
    Column("origin", String(32), nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("precision", BigInteger),  # microseconds to which its times are told; null: nobody said
)

amendment = _entered(
    "amendment",
    *_subject(),
    *_stretch(),
    Column("what", String(16), nullable=False),  # party or resolve
    Column("value", Text, nullable=False),  # the party; up or down
)

approval = Table(
    "approval",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),  # the table of what was approved
    Column("of", String(32), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("approved_at", BigInteger, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("account", Text, nullable=False),
    *_written(),
    UniqueConstraint("kind", "of"),  # the first stands; nobody can write over it
)

revision = Table(
    "revision",
    metadata,
    Column("id", String(16), primary_key=True),  # the check code: it follows from `content`
    Column("project", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),  # of this project and year, from 1
    Column("program", String(32), nullable=False),  # its version
    Column("started_at", BigInteger, nullable=False),  # the window of what was measured
    Column("ended_at", BigInteger, nullable=False),
    Column("content", Text, nullable=False),  # JSON: digests, cells, measures, and the file's text by place
    Column("texts", Text, nullable=False),  # JSON: plan, scoring profile, policies, configuration
    Column("file_name", Text, nullable=False),
    Column("file_sha256", String(64), nullable=False),  # the form; it lies under `proofs`
    Column("signature", String(128), nullable=False, server_default=""),  # Ed25519, in hexadecimal
    Column("public_key", String(64), nullable=False, server_default=""),
    Column("recorded_at", BigInteger, nullable=False),
    Column("recorded_by", Text, nullable=False),  # 经办
    Column("account", Text, nullable=False),
    *_written(),
    UniqueConstraint("project", "year", "number"),
)

revision_file = Table(
    "revision_file",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("of", String(16), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("file_name", Text, nullable=False),
    Column("file_sha256", String(64), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("account", Text, nullable=False),
    *_written(),
)

ENTERED = (maintenance, fault, inspection, repair, manual_value, attestation, amendment)
