"""What the seal of a day is made of: SHA-256 over the facts of that day, part by part. Queries only, no writing.

A part is a kind of record. Its text holds one line a record, a JSON array of the named columns without nulls at its
end, in the order of the table's primary key. A record once sealed never changes, however the collector goes on
writing honestly:

| Part | Columns | In the day of |
|---|---|---|
| `run` | check, started_at, outcome, round, started_after, started_before, reason, trace | started_at |
| `run end` | check, started_at, ended_at, ended_after, ended_before, incarnation, seq | ended_at |
| `watch` | vantage, round, then start and end as far as they lie in the day, interval, span | each it overlaps |
| `watch end` | all, once it has a reason | ended_at |
| `packet` | all | until |
| `quality_day` | all | started_at |
| `quality_bins` and `troubled quality_bins` | all; of the packed columns, SHA-256 | started_at |
| `statement` | all | said_at |
| `port` | all | said_at |
| `trap` | all | until |
| `throughput` | all | recorded_at |
| `maintenance`, `fault`, `inspection`, `repair`, `manual_value`, `attestation`, `amendment` | all | recorded_at |
| `approval` | all | approved_at |
| `revision`, `revision_file` | all | recorded_at |
| `config_version` | all | loaded_at |
| `check` | all | the first seal made after it was written |
| `incarnation` | all | the first seal made after it began |

A watch that still goes on and has not come past the day's end is in no seal of that day yet. `quality_bins` are
those of checks with whom all went well, which are let go one day; the troubled ones stay for ever. A trace comes
minutes after its run and a day is sealed an hour after its end, so that both are sealed together.
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.keeping.chain import NOT_YET, Seal, Stamps
from collector.keeping.days import Day
from collector.ledger import schema

Key = tuple[Any, ...]
Columns = tuple[sa.ColumnElement[Any], ...]
_AT_ONCE = 2_000


@dataclass(slots=True)
class Tally:
    """One part of one day as it was counted: its records, those that came late, and what stood open."""

    rows: int = 0
    late: int = 0
    open: list[Key] = field(default_factory=list)
    sha: Any = field(default_factory=hashlib.sha256)

    def add(self, text: bytes) -> None:
        """Count one record in."""
        self.rows += 1
        self.sha.update(text)

    def as_sealed(self) -> dict[str, Any]:
        """What a seal says about this part."""
        found = {"rows": self.rows, "sha256": self.sha.hexdigest()}
        return found | {"open": self.open} if self.open else found


@dataclass(frozen=True, slots=True)
class Sheet:
    """One day that is being counted: all of it, or only what a seal of it can have known.

    A seal at `place` knew the rows that were there then, by their stamps. Those of them that stood `open` (by part,
    their keys) have been written again since, and are known by their keys. All other rows came late.
    """

    day: Day
    place: int = NOT_YET
    open: Mapping[str, Collection[Key]] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)

    def add(self, part: str, record: Sequence[Any], place: int, key: Key) -> Tally:
        """Count one record that was there at a place of the chain; its tally."""
        tally = self.tallies.get(part)
        if tally is None:
            tally = self.tallies[part] = Tally()
        if place <= self.place or key in self.open.get(part, ()):
            tally.add(line(record))
        else:
            tally.late += 1
        return tally


class Sheets:
    """Sheets of days that do not overlap, found by the moment."""

    def __init__(self, sheets: Iterable[Sheet]) -> None:
        self.all = sorted(sheets, key=lambda one: one.day)
        self._starts = [one.day.started_at for one in self.all]
        self.begin = self._starts[0] if self.all else 0
        self.end = self.all[-1].day.ended_at if self.all else 0

    def at(self, moment: int) -> Sheet | None:
        """The sheet of the day in which a moment lies."""
        place = bisect_right(self._starts, moment) - 1
        found = self.all[place] if place >= 0 else None
        return found if found and moment < found.day.ended_at else None

    def over(self, begin: int, end: int) -> Iterator[Sheet]:
        """The sheets of the days that [begin, end) overlaps; an empty stretch overlaps none."""
        for place in range(max(bisect_right(self._starts, begin) - 1, 0), len(self.all)):
            day = self.all[place].day
            if day.started_at >= end:
                return
            if begin < min(end, day.ended_at):
                yield self.all[place]


@dataclass(frozen=True, slots=True)
class Part:
    """Records of rows that lie in the day of one moment of theirs, `at`; `keys` order them.

    `standing` is true of the rows that will be written again, and `stamped` holds incarnation and seq.
    """

    name: str
    source: sa.FromClause
    at: sa.ColumnElement[int]
    keys: Columns
    columns: Columns
    stamped: Columns
    where: sa.ColumnElement[bool] = field(default_factory=sa.true)
    standing: sa.ColumnElement[bool] = field(default_factory=sa.false)


# All columns, as they stand in a record. One that a migration adds must be null in the rows that are there, and goes
# to the end: nulls at the end of a record are left out, so that no seal is changed by it.
_COUNTS = (
    "sent",
    "rescued",
    "incomplete",
    "down",
    "answered",
    "rtt_sum",
    "rtt_max",
    "octets_in",
    "octets_out",
)
_WRITTEN = ("incarnation", "seq")
_ENTERED = (
    "reason", "reference", "file_name", "file_sha256", "recorded_at", "recorded_by", "account", "supersedes",
    "cancelled", *_WRITTEN,
)  # fmt: skip
_SUBJECT, _STRETCH, _SHEET = (
    ("kind", "subject"),
    ("started_at", "ended_at"),
    ("form", "at", "subjects", "fields"),
)
COLUMNS = {
    "watch": (
        "vantage", "round", "started_at", "ended_at", "reason", "stepped_to", "origin", "interval", "span",
        "clock_offset", "clock_error", "clock_source", *_WRITTEN,
    ),
    "packet": ("check", "run_started_at", "sent_at", "until", "count", "received_at", "by", *_WRITTEN),
    "quality_day": (
        "started_at", "check", "ended_at", *_COUNTS, *_WRITTEN, "discards_in", "discards_out",
    ),
    "quality_bins": ("started_at", "check", "bins", *_WRITTEN),
    "statement": ("check", "said_at", "origin", "outcome", "since", "uptime", "changes", *_WRITTEN),
    "port": ("check", "said_at", "speed_bps", *_WRITTEN),
    "trap": (
        "received_at", "source", "until", "count", "version", "kind", "oid", "device", "interface_index",
        "interface_name", "variables", *_WRITTEN,
    ),
    "throughput": (
        "id", "circuit", "direction", "origin", "method", "planned_at", "started_at", "ended_at", "valid_until",
        "bytes", "rate_bps", "cap_bps", "segment", "other_bps", "far_end", "source", "vantage", "reason", "reference",
        "recorded_at", "recorded_by", "supersedes", *_WRITTEN,
    ),
    "maintenance": ("id", "subjects", *_STRETCH, *_ENTERED),
    "fault": (
        "id", *_SUBJECT, "reported_at", "accepted_at", "arrived_at", "restored_at", "party", "cause", "number",
        "confirmed_by", "party_confirmed_by", "suspensions", *_ENTERED,
    ),
    "inspection": ("id", *_SHEET, *_ENTERED),
    "repair": ("id", *_SHEET, *_ENTERED),
    "manual_value": ("id", "name", "value", "unit", *_STRETCH, *_SUBJECT, *_ENTERED),
    "attestation": ("id", *_SUBJECT, *_STRETCH, "state", "origin", "signed_by", *_ENTERED, "precision"),
    "amendment": ("id", *_SUBJECT, *_STRETCH, "what", "value", *_ENTERED),
    "approval": ("id", "kind", "of", "note", "approved_at", "approved_by", "account", *_WRITTEN),
    "revision": (
        "id", "project", "year", "number", "program", *_STRETCH, "content", "texts", "file_name", "file_sha256",
        "signature", "public_key", "recorded_at", "recorded_by", "account", *_WRITTEN,
    ),
    "revision_file": (
        "id", "of", "note", "file_name", "file_sha256", "recorded_at", "recorded_by", "account", *_WRITTEN,
    ),
    "config_version": ("digest", "loaded_at", "loaded_by", "text", *_WRITTEN),
    "check": ("id", "kind", "subject", "probe", "address", "source", "vantage", *_WRITTEN),
    "incarnation": ("id", "collector", "vantage", "version", "started_at", "token", "notice"),
}  # fmt: skip


def _part(table: sa.Table, at: str, *columns: str, name: str = "", **more: Any) -> Part:
    """A part of a table; all its columns where none are named."""
    c = table.c
    chosen = tuple(c[one] for one in columns or COLUMNS[table.name])
    source = more.pop("source", table)
    keys = tuple(table.primary_key)
    return Part(name or table.name, source, c[at], keys, chosen, (c.incarnation, c.seq), **more)


def _bins(name: str, where: sa.ColumnElement[bool]) -> Part:
    """The columns of days, by what their sums say."""
    bins, sums = schema.quality_bins, schema.quality_day
    same = sa.and_(bins.c.started_at == sums.c.started_at, bins.c.check == sums.c.check)
    return _part(bins, "started_at", name=name, source=bins.join(sums, same), where=where)


_RUN, _WATCH, _DAY = schema.run.c, schema.watch.c, schema.quality_day.c
_CLEAN = sa.and_(_DAY.rescued == 0, _DAY.incomplete == 0, _DAY.down == 0)
WATCH, SUMS, CHECK, LIFE = "watch", "quality_day", "check", "incarnation"
BINS, TROUBLED = "quality_bins", "troubled quality_bins"
FOLDED = (SUMS, BINS, TROUBLED)
PARTS = (
    _part(
        schema.run, "started_at",
        "check", "started_at", "outcome", "round", "started_after", "started_before", "reason", "trace",
        standing=_RUN.ended_at.is_(None),
    ),
    _part(
        schema.run, "ended_at",
        "check", "started_at", "ended_at", "ended_after", "ended_before", "incarnation", "seq",
        name="run end",
    ),
    _part(schema.watch, "ended_at", name="watch end", where=_WATCH.reason != ""),
    _part(schema.packet, "until"),
    _part(schema.quality_day, "started_at"),
    _bins(BINS, _CLEAN),
    _bins(TROUBLED, sa.not_(_CLEAN)),
    _part(schema.statement, "said_at"),
    _part(schema.port, "said_at"),
    _part(schema.trap, "until"),
    _part(schema.throughput, "recorded_at"),
    *(_part(table, "recorded_at") for table in schema.ENTERED),
    _part(schema.approval, "approved_at"),
    _part(schema.revision, "recorded_at"),
    _part(schema.revision_file, "recorded_at"),
    _part(schema.config_version, "loaded_at"),
)  # fmt: skip
NAMES = frozenset({WATCH, *(part.name for part in PARTS)})


def line(record: Sequence[Any]) -> bytes:
    """The line of a record; bytes stand as their SHA-256, and nulls at its end are left out."""
    while record and record[-1] is None:
        record = record[:-1]
    return _encode(record).encode() + b"\n"


def count(connection: Connection, sheets: Sheets, stamps: Stamps, names: Collection[str] = NAMES) -> None:
    """Read the facts of these days and count them into their sheets: every part, or those named."""
    if not sheets.all:
        return
    for part in PARTS:
        if part.name in names:
            _count(connection, part, sheets, stamps)
    if WATCH in names:
        _count_watches(connection, sheets, stamps)


def moments(
    connection: Connection, known: Mapping[int, int | None], before: int
) -> Iterator[tuple[str, int, int]]:
    """Where the rows of some lives lie that are newer than the newest known number of theirs: part, begin, end.

    A row that lies in a single moment ends one microsecond later. None begins at or after `before`.
    """
    for part in PARTS:
        if part.name not in (BINS, TROUBLED):
            newer = _newer(part.stamped, known)
            found: sa.Select[Any] = sa.select(part.at).where(part.where, newer, part.at < before)
            for (at,) in _streamed(connection, found.distinct()):
                # Columns are always written with their sums, and are too big to be looked through.
                for name in FOLDED if part.name == SUMS else (part.name,):
                    yield name, at, at + 1
    stretches = sa.select(_WATCH.started_at, _WATCH.ended_at).where(
        _newer((_WATCH.incarnation, _WATCH.seq), known), _WATCH.started_at < before
    )
    for begin, end in _streamed(connection, stretches):
        yield WATCH, begin, end


def _newer(stamped: Columns, known: Mapping[int, int | None]) -> sa.ColumnElement[bool]:
    incarnation, number = stamped
    return sa.or_(*(sa.and_(incarnation == one, number > (seq or 0)) for one, seq in known.items()))


def checks(connection: Connection, stamps: Stamps) -> dict[int, Tally]:
    """The check rows by the place of the first seal that knew them."""
    return _by_place(_ordered(connection, schema.check), lambda row: stamps.place(row.incarnation, row.seq))


def lives(connection: Connection, stamps: Stamps) -> dict[int, Tally]:
    """The lives by the place of the first seal that knew them."""
    return _by_place(_ordered(connection, schema.incarnation), lambda row: stamps.first(row.id))


def sheet_of(seal: Seal, said: Mapping[str, Any]) -> Sheet:
    """The sheet that counts what a seal has known; `said` are its digests."""
    return Sheet(seal.day, seal.place, {name: open_keys(said, name) for name in ("run", WATCH)})


def open_keys(said: Mapping[str, Any], name: str) -> frozenset[Key]:
    """The keys of the rows of a part that stood open when it was sealed."""
    part = said.get(name)
    found = part.get("open") if isinstance(part, dict) else None
    keys = found if isinstance(found, list) else []
    return frozenset(tuple(key) for key in keys if isinstance(key, list) and all(map(_plain, key)))


def _count(connection: Connection, part: Part, sheets: Sheets, stamps: Stamps) -> None:
    names, last = len(part.keys), len(part.keys) + 4
    columns = (part.at, *part.stamped, part.standing, *part.keys, *part.columns)
    chosen = (
        sa.select(*(column.label(f"c{place}") for place, column in enumerate(columns)))
        .select_from(part.source)
        .where(part.where, part.at >= sheets.begin, part.at < sheets.end)
        .order_by(*_in_order(connection, part.keys))
    )
    for row in _streamed(connection, chosen):
        sheet = sheets.at(row[0])
        if sheet is not None:
            key = row[4 : 4 + names]
            tally = sheet.add(part.name, row[last:], stamps.place(row[1], row[2]), key)
            if row[3] and sheet.place == NOT_YET:
                tally.open.append(key)


def _count_watches(connection: Connection, sheets: Sheets, stamps: Stamps) -> None:
    """Count the watches clipped to each day they overlap, as soon as they can change there no more."""
    chosen = (
        sa.select(schema.watch)
        .where(_WATCH.started_at < sheets.end, _WATCH.ended_at > sheets.begin)
        .order_by(*_in_order(connection, tuple(schema.watch.primary_key)))
    )
    for row in _streamed(connection, chosen):
        key, place = (row.vantage, row.round, row.started_at), stamps.place(row.incarnation, row.seq)
        for sheet in sheets.over(row.started_at, row.ended_at):
            begin, end = max(row.started_at, sheet.day.started_at), min(row.ended_at, sheet.day.ended_at)
            if row.reason or row.ended_at >= sheet.day.ended_at:
                record = (row.vantage, row.round, begin, end, row.interval, row.span)
                tally = sheet.add(WATCH, record, place, key)
                if not row.reason and sheet.place == NOT_YET:
                    tally.open.append(key)


def _by_place(rows: Iterable[Any], place: Any) -> dict[int, Tally]:
    found: dict[int, Tally] = {}
    for row in rows:
        found.setdefault(place(row), Tally()).add(line(tuple(row)))
    return found


def _ordered(connection: Connection, table: sa.Table) -> Iterator[Any]:
    columns = (table.c[name] for name in COLUMNS[table.name])
    return _streamed(connection, sa.select(*columns).order_by(table.c.id))


def _streamed(connection: Connection, chosen: sa.Select[Any]) -> Iterator[Any]:
    yield from connection.execute(chosen, execution_options={"yield_per": _AT_ONCE})


def _in_order(connection: Connection, keys: Columns) -> list[sa.ColumnElement[Any]]:
    """The same order everywhere: texts by their code points, whatever language a server was set up in."""
    if connection.dialect.name != "postgresql":
        return list(keys)
    return [sa.collate(key, "C") if isinstance(key.type, sa.String) else key for key in keys]


def _plain(value: object) -> bool:
    return isinstance(value, str | int)


def _short(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(value).hexdigest()
    raise TypeError(type(value).__name__)


_encode = json.JSONEncoder(separators=(",", ":"), default=_short).encode
