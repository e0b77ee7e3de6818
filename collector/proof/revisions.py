"""The revisions in a ledger: reading them, adding one, approving one, filing what belongs to one. Nothing is changed.

A revision waits until a second person approves it; only the newest of its project and year can be approved, the form
of a half year beside that of the year. All of a project and year are numbered in one row.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.entered import same_person
from collector.entering import Author
from collector.ledger import schema
from collector.ledger.store import Batch, Ledger, Life, brief, seconds
from collector.proof.content import Content, code_of, read_content
from collector.proofs import Proof
from collector.version import VERSION
from config.errors import LedgerError, LinewalkerError, MachineError

KIND = "revision"


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision as it stands: its row, and who approved it."""

    row: Mapping[str, Any]
    approved_by: str = ""
    approved_at: int | None = None

    @property
    def code(self) -> str:
        """The check code under which it is known."""
        return str(self.row["id"])

    @property
    def state(self) -> str:
        """Whether it is final."""
        return "frozen" if self.approved_by else "waiting"

    @property
    def content(self) -> Content:
        """What it says. Raises LedgerError where nobody can read it any more."""
        try:
            return read_content(self.row["content"])
        except ValueError as error:
            raise self._spoilt() from error

    @property
    def texts(self) -> dict[str, Any]:
        """The texts of its basis. Raises LedgerError where nobody can read them any more."""
        try:
            found: dict[str, Any] = json.loads(self.row["texts"])
        except ValueError as error:
            raise self._spoilt() from error
        return found

    @property
    def sound(self) -> bool:
        """Whether its content is the one from which its code followed."""
        return code_of(self.row["content"]) == self.code

    def _spoilt(self) -> LedgerError:
        text = "revision {code} in the ledger cannot be read; `linewalker ledger check` says what was changed"
        return LedgerError(text, code=self.code)


def listed(connection: Connection) -> list[Revision]:
    """Every revision by project, year and number."""
    table, approval = schema.revision, schema.approval
    agreed = {
        row["of"]: row
        for row in connection.execute(sa.select(approval).where(approval.c.kind == KIND)).mappings()
    }
    wanted = sa.select(table).order_by(table.c.project, table.c.year, table.c.number)
    return [_revision(dict(row), agreed.get(row["id"])) for row in connection.execute(wanted).mappings()]


def find(connection: Connection, wanted: str) -> Revision:
    """The revision with this code, or with this number where only one has it. Raises LinewalkerError."""
    everyone = listed(connection)
    code = wanted.upper().replace("-", "")
    found = [one for one in everyone if one.code.replace("-", "") == code]
    found = found or [one for one in everyone if str(one.row["number"]) == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        raise LinewalkerError(
            "{count} revisions have the number {number}; name one by its check code: {codes}",
            count=len(found),
            number=wanted,
            codes=", ".join(one.code for one in found),
        )
    raise LinewalkerError("there is no revision {wanted}; `linewalker revisions` lists them", wanted=wanted)


def next_number(connection: Connection, project: str, year: int) -> int:
    """The number of the next revision of a project and year."""
    table = schema.revision
    newest = sa.select(sa.func.max(table.c.number)).where(table.c.project == project, table.c.year == year)
    return (connection.scalar(newest) or 0) + 1


def line_of(connection: Connection, one: Revision) -> list[Revision]:
    """All revisions of the same form: of its project and year, and of the half year or of the whole."""
    project, year = one.row["project"], one.row["year"]
    alike = (
        each for each in listed(connection) if (each.row["project"], each.row["year"]) == (project, year)
    )
    return [each for each in alike if each.content.half == one.content.half]


def before(connection: Connection, one: Revision) -> Revision | None:
    """The revision of the same form that was made before this one."""
    earlier = [each for each in line_of(connection, one) if each.row["number"] < one.row["number"]]
    return earlier[-1] if earlier else None


def add(
    ledger: Ledger, content: Content, texts: str, proof: Proof, signed: tuple[str, str], author: Author
) -> None:
    """Add a revision, which then waits; `signed` are signature and public key. The ledger has begun a life."""
    row = {
        "id": content.code,
        "project": content.project,
        "year": content.year,
        "number": content.number,
        "program": content.program,
        "started_at": content.begin,
        "ended_at": content.end,
        "content": content.text,
        "texts": texts,
        "file_name": proof.name,
        "file_sha256": proof.sha256,
        "signature": signed[0],
        "public_key": signed[1],
        **_vouched(author),
    }
    _write(ledger, "revision", row)


def approve(ledger: Ledger, wanted: str, note: str, author: Author, vantage: str) -> Revision:
    """Make a revision final; who filled it cannot. The revision as it was. Raises LinewalkerError."""
    with ledger.reading() as connection:
        one = find(connection, wanted)
        newest = line_of(connection, one)[-1].row["number"]
    if one.approved_by:
        raise LinewalkerError("{id} was approved by {by} already", id=one.code, by=one.approved_by)
    if not one.sound:
        raise LedgerError("revision {code} was changed in the ledger; it cannot be approved", code=one.code)
    if newest > one.row["number"]:
        raise LinewalkerError(
            "revision {number} was made after {code}; expected the newest one to be approved",
            number=newest,
            code=one.code,
        )
    filled_by = str(one.row["recorded_by"])
    if same_person(filled_by, author.by):
        raise LinewalkerError(
            "{id} was entered by {author}; expected a second person to approve it, named with --by",
            id=one.code,
            author=filled_by,
        )
    row = {
        "id": secrets.token_hex(8),
        "kind": KIND,
        "of": one.code,
        "note": note,
        "approved_at": author.now,
        "approved_by": author.by,
        "account": author.account,
    }
    begin(ledger, author, vantage)
    _write(ledger, "approval", row)
    return one


def file(ledger: Ledger, one: Revision, proof: Proof, note: str, author: Author, vantage: str) -> None:
    """Note a kept file as belonging to a revision."""
    kept = {"file_name": proof.name, "file_sha256": proof.sha256, **_vouched(author)}
    begin(ledger, author, vantage)
    _write(ledger, "revision_file", {"id": secrets.token_hex(8), "of": one.code, "note": note, **kept})


def files(connection: Connection, one: Revision) -> list[Mapping[str, Any]]:
    """The files that belong to a revision, in the order in which they were filed."""
    table = schema.revision_file
    wanted = sa.select(table).where(table.c.of == one.code).order_by(table.c.recorded_at, table.c.id)
    return [dict(row) for row in connection.execute(wanted).mappings()]


def begin(ledger: Ledger, author: Author, vantage: str) -> None:
    """Begin the life that writes. Raises MachineError where the ledger cannot be written."""
    try:
        ledger.begin(Life(collector="records", vantage=vantage, version=VERSION, now=seconds(author.now)))
    except sa.exc.DBAPIError as error:
        raise _unwritable(error) from error


def _revision(row: dict[str, Any], agreed: sa.RowMapping | None) -> Revision:
    # Refused when it is entered; who wrote it past that has approved nothing.
    if agreed is None or same_person(agreed["approved_by"], row["recorded_by"]):
        return Revision(row)
    return Revision(row, agreed["approved_by"], agreed["approved_at"])


def _vouched(author: Author) -> dict[str, Any]:
    return {"recorded_at": author.now, "recorded_by": author.by, "account": author.account}


def _write(ledger: Ledger, table: str, row: Mapping[str, Any]) -> None:
    batch = Batch()
    batch.add(table, [row])
    try:
        ledger.write(batch)
    except sa.exc.IntegrityError as error:
        raise LedgerError(
            "somebody else froze or approved the same form at the same time; nothing was entered"
        ) from error
    except sa.exc.DBAPIError as error:
        raise _unwritable(error) from error


def _unwritable(error: sa.exc.DBAPIError) -> MachineError:
    return MachineError("the ledger cannot be written: {error}; nothing was entered", error=brief(error))
