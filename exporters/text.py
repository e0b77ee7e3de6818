"""Rows as every printing command shows them: a plain table for the terminal, CSV, JSON.

A row is a mapping from column keys to values. A column is as wide as what stands in it, East Asian wide
characters counted as two. Titles, and codes such as `up`, are in the reader's words in tables only; CSV and
JSON are read by programs and keep the keys and codes.
"""

import csv
import io
import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal

from exporters.figures import NONE
from exporters.words import Say

Rows = Sequence[Mapping[str, object]]
Form = Literal["text", "json", "csv"]
NOTHING: tuple[object, ...] = (None, "", [], ())

# Column keys and codes that tables translate; the message catalogue has each with blanks for underscores.
TITLES = (
    "a_address", "a_contact", "accepted", "address", "after", "against_measured", "approved", "approved_by",
    "arrived", "at", "availability", "basis", "before", "blocked", "bracket", "cancelled", "carrier",
    "cause", "check", "cid", "circuit", "circuits", "code", "column", "commit_rate", "community",
    "contract", "count", "counted_seconds", "coverage", "day", "deducted", "delay", "derived", "device",
    "direction", "disputed", "distance", "down_seconds", "due", "end", "end_after", "end_before",
    "end_beyond_seconds", "end_within", "ended_at", "fault", "fault_phone", "faults", "fee", "field",
    "fields", "files", "form", "from", "frozen", "group", "heading", "id", "in_service_from",
    "in_service_until", "indicator", "interface", "interfaces", "kind", "lacking", "lasted",
    "limit_seconds", "line", "loss_ratio", "loss_share", "made_at", "members", "message", "monthly_fee", "months",
    "name", "new", "note", "number", "oid", "old", "origin", "other", "outcome", "party", "party_by",
    "path", "place", "policy", "port", "printed", "program", "project", "proposal", "protocol",
    "public_key", "rate", "reason", "received", "recomputed", "recorded", "recorded_by", "reference",
    "reported", "restored", "result", "round", "row", "rows", "rtt", "rtt_seconds", "rtts", "rule",
    "seconds", "sent", "session", "settled_down", "settled_up", "severity", "sha256", "signed_by", "since",
    "site", "size", "source", "speaks_for_it", "start", "start_after", "start_before",
    "start_beyond_seconds", "start_within", "started_at", "state", "stretches", "subject", "subjects",
    "sufficient", "superseded_by", "suspensions", "tag", "target", "termination_a", "termination_z", "test",
    "their_end", "their_start", "to", "type", "undecided", "unit", "unknown_seconds", "upstream", "user",
    "valid_until", "value", "vendor", "verdict", "version", "view", "watched_until", "what", "why", "year",
    "z_address", "z_contact",
)  # fmt: skip
# A title that is spelt as a reason is, and means something else.
TITLE_OF = {"loss": "loss_share"}
CODES = (
    "state",
    "outcome",
    "severity",
    "path",
    "kind",
    "reason",
    "direction",
    "origin",
    "why",
    "view",
    "verdict",
    "basis",
)


def write(name: str, rows: Rows, form: Form, say: Say) -> str:
    """Rows as text, CSV, or JSON under their name; `say` gives the reader's words for tables."""
    if form == "json":
        return json.dumps({name: rows}, ensure_ascii=False, indent=1) + "\n"
    return as_csv(rows) if form == "csv" else as_table(rows, say)


def width(text: str) -> int:
    """Columns of a terminal that a text takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def as_table(rows: Rows, say: Say) -> str:
    """Rows as an aligned table with a line of titles, numbers to the right; columns without a value are left out."""
    keys = [key for key in _keys(rows) if any(row.get(key) not in NOTHING for row in rows)]
    titles = [say(TITLE_OF.get(key, key).replace("_", " ")) for key in keys]
    cells = [[_cell(key, row.get(key), say) for key in keys] for row in rows]
    widths = [max(map(width, column)) for column in zip(titles, *cells, strict=True)]
    right = [all(_is_number(row.get(key)) for row in rows) for key in keys]
    # Without a row or a value there is nothing to head.
    lines = [titles, ["-" * size for size in widths], *cells] if keys else []
    return "".join(_line(line, widths, right) for line in lines)


def as_csv(rows: Rows) -> str:
    """Rows as CSV with a line of keys; a list is joined by blanks, and where there is no value nothing stands."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _keys(rows), restval="", lineterminator="\n")
    if rows:
        writer.writeheader()
        writer.writerows({key: _plain(value) for key, value in row.items()} for row in rows)
    return out.getvalue()


def _keys(rows: Rows) -> list[str]:
    return list(dict.fromkeys(key for row in rows for key in row))


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _plain(value: object) -> object:
    """A value on one line: texts in a list joined, anything deeper as JSON."""
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return " ".join(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple | dict) else value


def _cell(key: str, value: object, say: Say) -> str:
    if value in NOTHING:
        return NONE
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(_plain(value))
    text = say(text) if key in CODES else text
    # Names come from files: an escape sequence in one must not reach the terminal.
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _line(cells: list[str], widths: list[int], right: list[bool]) -> str:
    padded = [
        " " * (size - width(cell)) + cell if to_right else cell + " " * (size - width(cell))
        for cell, size, to_right in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(padded).rstrip() + "\n"
