"""What people entered, read from the ledger as the values of `indicators/entered.py`. Nothing is judged here.

Entries that correct each other form a line: the last of it is in force unless it was cancelled, and holds those it
took the place of. Tables of entries are small, so each is read whole: what a correction moved into a stretch is found
as surely as what lay there from the beginning.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.ledger import schema
from config.errors import LedgerError
from indicators.entered import (
    Amendment,
    Attestation,
    Entered,
    EnteredFacts,
    Maintenance,
    ManualValue,
    Record,
    Subject,
    Suspension,
    Ticket,
)

FOREVER = 1 << 62
"""Where an open ticket ends, in microseconds."""


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, however wide their letters and blanks are written."""
    return _name(one) == _name(other)


def _name(written: str) -> str:
    return "".join(unicodedata.normalize("NFKC", written).casefold().split())


def facts(connection: Connection, begin: int, end: int, known_at: int | None = None) -> EnteredFacts:
    """All that is in force and touches [begin, end), in microseconds; with `known_at`, as it stood then.

    Raises LedgerError where a row cannot be read, which no command of ours wrote so.
    """

    def of(*kinds: str) -> tuple[Any, ...]:
        found = (one for kind in kinds for one in in_force(connection, kind, known_at))
        touching = (one for one in found if _touches(one, begin, end))
        return tuple(sorted(touching, key=lambda one: (*span(one), one.id)))

    return EnteredFacts(
        maintenance=of("maintenance"),
        tickets=of("fault"),
        attestations=of("attestation"),
        amendments=of("amendment"),
        manual_values=of("manual_value"),
        records=of("inspection", "repair"),
    )


def in_force(connection: Connection, kind: str, known_at: int | None = None) -> list[Entered]:
    """The entries of a kind (a table) that nothing took the place of and nobody cancelled, with their `earlier`."""
    return [one for one in newest(connection, kind, known_at) if not one.cancelled]


def newest(connection: Connection, kind: str, known_at: int | None = None) -> list[Entered]:
    """The last entry of every line of a kind, cancelled or not, in the order in which they were recorded."""
    known = {one.id: one for one in entries(connection, kind, known_at)}
    replaced = {one.supersedes for one in known.values()}
    return [replace(one, earlier=_line(one, known)) for one in known.values() if one.id not in replaced]


def entries(connection: Connection, kind: str, known_at: int | None = None) -> list[Entered]:
    """Every entry of a kind that was ever made, in the order in which they were recorded, without their `earlier`."""
    table = schema.metadata.tables[kind]
    approvals = _approvals(connection, kind, known_at)
    wanted = sa.select(table).order_by(table.c.recorded_at, table.c.incarnation, table.c.seq)
    if known_at is not None:
        wanted = wanted.where(table.c.recorded_at <= known_at)
    return [_entry(kind, row, approvals) for row in connection.execute(wanted).mappings()]


def _line(last: Entered, known: Mapping[str, Entered]) -> tuple[Entered, ...]:
    """Those an entry took the place of, oldest first; a circle, which only a forger can make, ends where it began."""
    found: dict[str, Entered] = {}
    before = known.get(last.supersedes or "")
    while before is not None and before.id not in found:
        found[before.id] = before
        before = known.get(before.supersedes or "")
    return tuple(reversed(found.values()))


def _approvals(connection: Connection, kind: str, known_at: int | None) -> dict[str, sa.RowMapping]:
    table = schema.approval
    wanted = sa.select(table).where(table.c.kind == kind)
    if known_at is not None:
        wanted = wanted.where(table.c.approved_at <= known_at)
    return {row["of"]: row for row in connection.execute(wanted).mappings()}


def _entry(kind: str, row: sa.RowMapping, approvals: Mapping[str, sa.RowMapping]) -> Entered:
    approved = approvals.get(row["id"])
    if approved is not None and same_person(approved["approved_by"], row["recorded_by"]):
        approved = None  # refused when it is entered; who wrote it past that has approved nothing
    common = {name: row[name] for name in _COMMON} | {
        "cancelled": bool(row["cancelled"]),
        "approved_by": approved and approved["approved_by"],
        "approved_at": approved and approved["approved_at"],
        "note": approved["note"] if approved else "",
    }
    try:
        return _MAKERS[kind](row, common)
    except (ValueError, TypeError) as error:
        raise LedgerError(
            "{kind} {id} in the ledger cannot be read; `linewalker ledger check` says what was changed",
            kind=kind,
            id=row["id"],
        ) from error


def span(one: Entered) -> tuple[int, int]:
    """From when to when an entry speaks, half-open; a moment is a microsecond long, an open ticket has no end."""
    match one:
        case Ticket():
            last = max(filter(None, (one.reported_at, one.accepted_at, one.arrived_at, one.restored_at)))
            return one.reported_at, FOREVER if one.restored_at is None else last + 1
        case Record():
            return one.at, one.at + 1
        case Maintenance() | Attestation() | Amendment() | ManualValue():
            return one.begin, one.end
    raise TypeError(type(one).__name__)


def _touches(one: Entered, begin: int, end: int) -> bool:
    first, last = span(one)
    return first < end and last > begin


def subjects_of(one: Entered) -> tuple[Subject, ...]:
    """What an entry speaks of."""
    match one:
        case Maintenance() | Record():
            return one.subjects
        case Ticket() | Attestation() | Amendment():
            return (one.subject,)
        case ManualValue() if one.subject:
            return (one.subject,)
    return ()


def _pairs(text: str) -> Iterable[tuple[str, str]]:
    """The pairs of texts in a column of JSON. Raises ValueError or TypeError for anything else."""
    found = [(one, other) for one, other in json.loads(text)]
    if not all(isinstance(part, str) for pair in found for part in pair):
        raise ValueError(text)
    return found


def _subjects(text: str) -> tuple[Subject, ...]:
    return tuple(Subject(kind, id_) for kind, id_ in _pairs(text))


def read_suspensions(text: str) -> tuple[Suspension, ...]:
    """Suspensions from how the ledger holds them. Raises ValueError or TypeError for anything else."""
    found = []
    for begin, end, reason, signed_by in json.loads(text):
        if type(begin) is not int or not (end is None or type(end) is int):
            raise ValueError(text)
        found.append(Suspension(begin=begin, end=end, reason=str(reason), signed_by=str(signed_by)))
    return tuple(found)


def write_suspensions(suspensions: Sequence[Suspension]) -> str:
    """Suspensions as the ledger holds them."""
    rows = [[one.begin, one.end, one.reason, one.signed_by] for one in suspensions]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def write_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """Subjects or fields as the ledger holds them."""
    return json.dumps(list(map(list, pairs)), ensure_ascii=False, separators=(",", ":"))


def _maintenance(row: sa.RowMapping, common: dict[str, Any]) -> Entered:
    return Maintenance(
        subjects=_subjects(row["subjects"]), begin=row["started_at"], end=row["ended_at"], **common
    )


def _ticket(row: sa.RowMapping, common: dict[str, Any]) -> Entered:
    own = {name: row[name] for name in _OF_TICKET}
    subject, suspensions = Subject(row["kind"], row["subject"]), read_suspensions(row["suspensions"])
    return Ticket(subject=subject, suspensions=suspensions, **own, **common)


def _record(kind: Any) -> Callable[[sa.RowMapping, dict[str, Any]], Entered]:
    def made(row: sa.RowMapping, common: dict[str, Any]) -> Entered:
        fields = tuple(_pairs(row["fields"]))
        subjects = _subjects(row["subjects"])
        return Record(kind=kind, form=row["form"], at=row["at"], subjects=subjects, fields=fields, **common)

    return made


def _of_stretch(
    form: Callable[..., Entered], *names: str
) -> Callable[[sa.RowMapping, dict[str, Any]], Entered]:
    def made(row: sa.RowMapping, common: dict[str, Any]) -> Entered:
        subject = None if row["kind"] is None else Subject(row["kind"], row["subject"])
        own = {name: row[name] for name in names}
        return form(subject=subject, begin=row["started_at"], end=row["ended_at"], **own, **common)

    return made


_COMMON = (
    "id", "recorded_at", "recorded_by", "account", "reason", "reference", "file_name", "file_sha256", "supersedes",
)  # fmt: skip
_OF_TICKET = (
    "reported_at", "accepted_at", "arrived_at", "restored_at", "party", "cause", "number", "confirmed_by",
    "party_confirmed_by",
)  # fmt: skip
_MAKERS: dict[str, Callable[[sa.RowMapping, dict[str, Any]], Entered]] = {
    "maintenance": _maintenance,
    "fault": _ticket,
    "inspection": _record("inspection"),
    "repair": _record("repair"),
    "manual_value": _of_stretch(ManualValue, "name", "value", "unit"),
    "attestation": _of_stretch(Attestation, "state", "origin", "signed_by", "precision"),
    "amendment": _of_stretch(Amendment, "what", "value"),
}
KINDS = tuple(_MAKERS)
