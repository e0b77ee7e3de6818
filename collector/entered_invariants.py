"""`ledger check`: what must hold of what people entered. Only who wrote past the commands can have broken it.

- Every entry can be read, and ends after it begins.
- What it takes the place of is an earlier entry of the same kind, and nothing else takes that place.
- An approval is of an entry that is there, was made after it, and by somebody else.
- The file that was kept with it is there and is still what it was.
- The check code of a frozen form follows from what was frozen.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector import entered
from collector.ledger import schema
from collector.proof.content import code_of
from config.errors import Finding, LedgerError
from indicators.entered import Entered

ProofState = Callable[[str], str]


class Authored(Protocol):
    """What somebody entered, and may rest on a file."""

    @property
    def recorded_at(self) -> int:
        """When, microseconds since 1970 UTC."""

    @property
    def recorded_by(self) -> str:
        """Who vouches for it."""

    @property
    def file_name(self) -> str:
        """What its file was called."""

    @property
    def file_sha256(self) -> str:
        """Under which digest that is kept; empty where there is none."""


def entered_violations(connection: Connection, proof: ProofState) -> Iterator[Finding]:
    """Everything that does not hold; `proof` says of a digest whether its file is kept, missing or changed."""
    known: dict[tuple[str, str], Authored] = {}
    for kind in entered.KINDS:
        try:
            found = entered.entries(connection, kind)
        except LedgerError as error:
            yield Finding("entry-unreadable", "error", kind, error.text, error.values)
            continue
        known |= {(kind, one.id): one for one in found}
        yield from _of_kind(kind, found, proof)
    for table in (schema.revision, schema.revision_file):
        for row in connection.execute(sa.select(table).order_by(table.c.recorded_at, table.c.id)):
            known[table.name, row.id] = row
            yield from _of_file(f"{table.name} {row.id}", row, proof)
            if table is schema.revision and code_of(row.content) != row.id:
                text = "its content was changed: the check code does not follow from it"
                yield Finding("revision-code", "error", f"revision {row.id}", text)
    yield from _of_approvals(connection, known)


def _of_kind(kind: str, found: list[Entered], proof: ProofState) -> Iterator[Finding]:
    by_id = {one.id: one for one in found}
    replaced = Counter(one.supersedes for one in found if one.supersedes)
    for one in found:
        place = f"{kind} {one.id}"
        begin, end = entered.span(one)
        if end <= begin:
            yield Finding("entry-backwards", "error", place, "it ends before it begins")
        before = by_id.get(one.supersedes or "")
        if one.supersedes and (before is None or before.recorded_at > one.recorded_at):
            yield Finding(
                "entry-replaces-none", "error", place,
                "it takes the place of {other}, which is no earlier entry of its kind", {"other": one.supersedes},
            )  # fmt: skip
        if replaced[one.id] > 1:
            text = "{count} entries take its place; there may be one"
            yield Finding("entry-replaced-twice", "error", place, text, {"count": replaced[one.id]})
        yield from _of_file(place, one, proof)


def _of_file(place: str, one: Authored, proof: ProofState) -> Iterator[Finding]:
    state = proof(one.file_sha256) if one.file_sha256 else "kept"
    values: dict[str, object] = {"file": one.file_name, "sha256": one.file_sha256[:12]}
    if state == "changed":
        yield Finding(
            "proof-changed", "error", place, "the kept copy of {file} was changed: {sha256}…", values
        )
    elif state == "missing":
        text = "the kept copy of {file} is not in `proofs` of the data directory: {sha256}…"
        yield Finding("proof-missing", "warning", place, text, values)


def _of_approvals(connection: Connection, known: Mapping[tuple[str, str], Authored]) -> Iterator[Finding]:
    table = schema.approval
    for row in connection.execute(sa.select(table).order_by(table.c.approved_at, table.c.id)).mappings():
        place, of = f"approval {row['id']}", known.get((row["kind"], row["of"]))
        values: dict[str, object] = {"kind": row["kind"], "id": row["of"], "by": row["approved_by"]}
        if of is None:
            yield Finding(
                "approval-of-none", "error", place, "it approves {kind} {id}, which is not there", values
            )
        elif entered.same_person(of.recorded_by, row["approved_by"]):
            text = "{by} entered {kind} {id} and approved it, too; it counts as not approved"
            yield Finding("approval-own", "error", place, text, values)
        elif row["approved_at"] < of.recorded_at:
            yield Finding(
                "approval-early", "error", place, "it was made before {kind} {id} was entered", values
            )
