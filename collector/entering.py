"""Writing what people enter, beside a running collector, by a life of its own. Nothing that stands is ever changed.

A correction is another row that names the one it takes the place of. Two people who correct or approve the same row
at the same time are told apart by the database: the second of them has entered nothing.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector import entered
from collector.ledger import schema
from collector.ledger.store import Batch, Ledger, Life, brief, seconds
from collector.proofs import Proof
from collector.version import VERSION
from config.errors import LedgerError, LinewalkerError, MachineError

Row = dict[str, Any]
_WRITTEN = ("incarnation", "seq")
_OF_EVERY_ENTRY = frozenset(
    {
        "id",
        "reason",
        "reference",
        "file_name",
        "file_sha256",
        "recorded_at",
        "recorded_by",
        "account",
        "supersedes",
    }
    | {"cancelled", "precision", *_WRITTEN}
)
_WRITERS: dict[str, Callable[[Any], str]] = {
    "subjects": entered.write_pairs,
    "fields": entered.write_pairs,
    "suspensions": entered.write_suspensions,
}
_EMPTY = {"cancelled": 0, "suspensions": "[]"}


@dataclass(frozen=True, slots=True)
class Author:
    """Who enters something: who vouches for it, under which account of this machine, and when (microseconds)."""

    by: str
    account: str
    now: int


@dataclass(frozen=True, slots=True)
class Desk:
    """Where entries of one kind (a table) are made; `lists` is the command that lists them."""

    ledger: Ledger
    kind: str
    lists: str
    author: Author
    vantage: str

    def enter(
        self, many: Iterable[Mapping[str, Any]], proof: Proof, corrects: str | None = None
    ) -> list[str]:
        """Enter rows, all or none, and give their ids; `corrects` names the entry that a row takes the place of."""
        if corrects is not None:
            with self.ledger.reading() as connection:
                self._standing(connection, corrects)
        rows = [self._row(values, proof, corrects) for values in many]
        self._write(self.kind, rows)
        return [row["id"] for row in rows]

    def new(self, many: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Those of some rows that say something which is not in force already, each once."""
        with self.ledger.reading() as connection:
            there = {one.id for one in entered.in_force(connection, self.kind)}
            rows = connection.execute(sa.select(self._table)).mappings()
            known = {self._own(dict(row)) for row in rows if row["id"] in there}
        fresh = {own: values for values in many if (own := self._own(self._filled(values))) not in known}
        return list(fresh.values())

    def update(self, id_: str, changes: Mapping[str, Any], proof: Proof) -> tuple[str, str]:
        """Enter an entry anew with changes, in the place of the newest of its line; the ids of both."""
        with self.ledger.reading() as connection:
            last = self.newest(connection, id_)
        return self.enter([{**last, "recorded_by": "", **changes}], proof, corrects=last["id"])[0], last["id"]

    def newest(self, connection: Connection, id_: str) -> Row:
        """The row that stands at the end of the line in which an id is. Raises LinewalkerError if it is in none."""
        for one in entered.newest(connection, self.kind):
            if id_ in (one.id, *(before.id for before in one.earlier)):
                return self._standing(connection, one.id)
        raise self._unknown(id_)

    def cancel(self, id_: str, reason: str, proof: Proof) -> str:
        """Take an entry back; what it said stays there to be read."""
        with self.ledger.reading() as connection:
            standing = self._standing(connection, id_)
        taken_back = {**standing, "recorded_by": "", "reason": reason, "cancelled": 1}
        return self.enter([taken_back], proof, corrects=id_)[0]

    def approve(self, id_: str, note: str) -> str:
        """Note that a second person agreed to an entry; who entered it. The same one is refused."""
        return self.approve_all([id_], note)[id_]

    def approve_all(self, ids: Sequence[str], note: str) -> dict[str, str]:
        """The same of several entries, all or none; who entered each."""
        with self.ledger.reading() as connection:
            authors = {id_: self._unapproved(connection, id_) for id_ in ids}
        common = {
            "kind": self.kind,
            "note": note,
            "approved_at": self.author.now,
            "approved_by": self.author.by,
            "account": self.author.account,
        }
        self._write("approval", [{**common, "id": secrets.token_hex(8), "of": id_} for id_ in authors])
        return authors

    def waiting(self, sha256: str) -> list[str]:
        """The entries that rest on a file, by its digest, and wait for approval. Raises LinewalkerError for none."""
        with self.ledger.reading() as connection:
            standing = entered.in_force(connection, self.kind)
        found = [one.id for one in standing if one.file_sha256 == sha256 and one.approved_by is None]
        if not found:
            raise LinewalkerError(
                "no entry that waits for approval rests on this very file; `{command}` lists all entries",
                command=self.lists,
            )
        return found

    def _unapproved(self, connection: Connection, id_: str) -> str:
        """Who entered what may be approved here and now. Raises LinewalkerError for all else."""
        author = str(self._standing(connection, id_)["recorded_by"])
        self._refuse_approved(connection, id_)
        if entered.same_person(author, self.author.by):
            raise LinewalkerError(
                "{id} was entered by {author}; expected a second person to approve it, named with --by",
                id=id_,
                author=author,
            )
        return author

    @property
    def _table(self) -> sa.Table:
        return schema.metadata.tables[self.kind]

    def _row(self, values: Mapping[str, Any], proof: Proof, corrects: str | None) -> Row:
        author = self.author
        return self._filled(values) | {
            "id": secrets.token_hex(8),
            # What replaces an entry rests on the same file, unless it brings another.
            "file_name": proof.name or values.get("file_name", ""),
            "file_sha256": proof.sha256 or values.get("file_sha256", ""),
            "recorded_at": author.now,
            "recorded_by": values.get("recorded_by") or author.by,
            "account": author.account,
            "supersedes": corrects,
        }

    def _filled(self, values: Mapping[str, Any]) -> Row:
        """A value for every column, as the ledger holds it."""
        row: Row = {}
        for column in self._table.c:
            name, value = column.name, values.get(column.name)
            if value is None:
                value = None if column.nullable else _EMPTY.get(name, "")
            elif name in _WRITERS and not isinstance(value, str):
                value = _WRITERS[name](value)
            row[name] = value
        return {name: value for name, value in row.items() if name not in _WRITTEN}

    def _own(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """What a row says, whoever entered it and why."""
        return tuple(row[column.name] for column in self._table.c if column.name not in _OF_EVERY_ENTRY)

    def _standing(self, connection: Connection, id_: str) -> Row:
        """The row of an entry that is the newest of its line and not cancelled. Raises LinewalkerError otherwise."""
        table = self._table
        row = connection.execute(sa.select(table).where(table.c.id == id_)).mappings().first()
        if row is None:
            raise self._unknown(id_)
        later = connection.scalar(sa.select(table.c.id).where(table.c.supersedes == id_))
        if later is not None:
            raise LinewalkerError("{id} was corrected by {later} already; name that one", id=id_, later=later)
        if row["cancelled"]:
            raise LinewalkerError("{id} says that an entry is cancelled; enter it anew instead", id=id_)
        return {name: value for name, value in row.items() if name not in _WRITTEN}

    def _refuse_approved(self, connection: Connection, id_: str) -> None:
        table = schema.approval
        wanted = sa.select(table.c.approved_by).where(table.c.kind == self.kind, table.c.of == id_)
        by = connection.scalar(wanted)
        if by is not None:
            raise LinewalkerError("{id} was approved by {by} already", id=id_, by=by)

    def _unknown(self, id_: str) -> LinewalkerError:
        return LinewalkerError("there is no entry {id}; `{command}` lists them", id=id_, command=self.lists)

    def _write(self, table: str, rows: list[Row]) -> None:
        batch = Batch()
        batch.add(table, rows)
        now = seconds(self.author.now)
        try:
            self.ledger.begin(Life(collector="records", vantage=self.vantage, version=VERSION, now=now))
            self.ledger.write(batch)
        except sa.exc.IntegrityError as error:
            raise LedgerError(
                "somebody else corrected or approved the same entry at the same time; nothing was entered"
            ) from error
        except sa.exc.DBAPIError as error:
            raise MachineError(
                "the ledger cannot be written: {error}; nothing was entered", error=brief(error)
            ) from error
