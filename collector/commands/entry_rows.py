"""Entries as rows: all that is known of one for programs, and on a line as people read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from collector.ledger.store import seconds
from config.record_forms import BY_ID
from exporters.figures import rfc3339
from indicators.entered import (
    Amendment,
    Attestation,
    Entered,
    Maintenance,
    ManualValue,
    Record,
    Subject,
    Suspension,
    Ticket,
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """How entries of a kind (a table) are listed: the command, their name in JSON, and the columns of their table."""

    kind: str
    command: str
    name: str
    columns: tuple[str, ...]


_ENDING = ("approved_by", "superseded_by", "cancelled")
MAINTENANCE = Shape(
    "maintenance", "maintenance", "maintenance",
    ("id", "subjects", "from", "to", "reason", "reference", "recorded_by", *_ENDING),
)  # fmt: skip
FAULTS = Shape(
    "fault", "faults", "faults",
    ("id", "subject", "reported", "accepted", "arrived", "restored", "party", "cause", "number", "suspensions",
     "recorded_by", *_ENDING),
)  # fmt: skip
_SHEET = ("id", "form", "at", "subjects", "fields", "recorded_by", *_ENDING)
INSPECTION = Shape("inspection", "records inspection", "inspections", _SHEET)
REPAIR = Shape("repair", "records repair", "repairs", _SHEET)
MANUAL_VALUE = Shape(
    "manual_value", "records manual-value", "manual_values",
    ("id", "name", "value", "unit", "from", "to", "subject", "reference", "recorded_by", *_ENDING),
)  # fmt: skip
ATTESTATION = Shape(
    "attestation", "records attestation", "attestations",
    ("id", "subject", "from", "to", "state", "origin", "reference", "signed_by", "recorded_by", *_ENDING),
)  # fmt: skip
AMENDMENT = Shape(
    "amendment", "amend", "amendments",
    ("id", "subject", "from", "to", "what", "value", "reason", "reference", "recorded_by", *_ENDING),
)  # fmt: skip
_MOMENTS = ("from", "to", "at", "reported", "accepted", "arrived", "restored")


def told(one: Entered, root: str, superseded_by: str | None, zone: str) -> Row:
    """All that is known of an entry, as JSON and CSV hold it; `root` is the first of its line."""
    return {
        "id": one.id,
        "root": root,
        **_own(one, ZoneInfo(zone)),
        "reason": one.reason,
        "reference": one.reference,
        "file": one.file_name,
        "sha256": one.file_sha256,
        "recorded": _at(one.recorded_at, ZoneInfo(zone)),
        "recorded_by": one.recorded_by,
        "account": one.account,
        "approved": _at(one.approved_at, ZoneInfo(zone)),
        "approved_by": one.approved_by,
        "note": one.note,
        "supersedes": one.supersedes,
        "superseded_by": superseded_by,
        "cancelled": one.cancelled,
    }


def _own(one: Entered, zone: ZoneInfo) -> Row:
    """What is particular to its kind."""
    match one:
        case Maintenance():
            return {"subjects": _ids(one.subjects), **_stretch(one, zone)}
        case Ticket():
            return _ticket(one, zone)
        case Record():
            fields = dict(one.fields)
            return {
                "form": one.form,
                "at": _at(one.at, zone),
                "subjects": _ids(one.subjects),
                "fields": fields,
            }
        case ManualValue():
            subject = one.subject.id if one.subject else None
            value = {"name": one.name, "value": one.value, "unit": one.unit}
            return {**value, **_stretch(one, zone), "subject": subject}
        case Attestation():
            signed = {"state": one.state, "origin": one.origin, "signed_by": one.signed_by}
            precise = None if one.precision is None else seconds(one.precision)
            return {"subject": one.subject.id, **_stretch(one, zone), **signed, "precision_seconds": precise}
        case Amendment():
            return {"subject": one.subject.id, **_stretch(one, zone), "what": one.what, "value": one.value}
    raise TypeError(type(one).__name__)


def _ids(subjects: tuple[Subject, ...]) -> list[str]:
    return [subject.id for subject in subjects]


def _stretch(one: Maintenance | ManualValue | Attestation | Amendment, zone: ZoneInfo) -> Row:
    return {"from": _at(one.begin, zone), "to": _at(one.end, zone)}


def _ticket(one: Ticket, zone: ZoneInfo) -> Row:
    moments = {
        name: _at(getattr(one, f"{name}_at"), zone)
        for name in ("reported", "accepted", "arrived", "restored")
    }
    texts = {
        name: getattr(one, name)
        for name in ("party", "cause", "number", "confirmed_by", "party_confirmed_by")
    }
    suspensions = [_suspension(part, zone) for part in one.suspensions]
    return {"subject": one.subject.id, **moments, **texts, "suspensions": suspensions}


def _suspension(one: Suspension, zone: ZoneInfo) -> Row:
    stretch = {"from": _at(one.begin, zone), "to": _at(one.end, zone)}
    return {**stretch, "reason": one.reason, "signed_by": one.signed_by}


def _at(moment: int | None, zone: ZoneInfo) -> str | None:
    return None if moment is None else rfc3339(seconds(moment), zone, "microseconds")


def shown(row: Mapping[str, Any], shape: Shape, language: str) -> Row:
    """An entry on a line, as people read it."""
    ready = {**row, **{name: (row.get(name) or "")[:16].replace("T", " ") for name in _MOMENTS}}
    ready["cancelled"] = "×" if row["cancelled"] else ""
    ready["suspensions"] = len(row.get("suspensions", ())) or None
    if form := BY_ID.get(row.get("form", "")):
        ready["form"] = form.en if language == "en" else form.zh
        titles = {field.field: field.en if language == "en" else field.zh for field in form.fields}
        ready["fields"] = [f"{titles.get(name, name)}={text}" for name, text in row["fields"].items()]
    return {name: ready.get(name) for name in shape.columns}
