"""What is said of a backup in the small JSON file beside it, and holding a backup against that.

Making backups and bringing them back is not here; nothing here writes to a ledger.
"""

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.engine import Connection

from collector.keeping.copying import counts
from collector.ledger import schema
from config.errors import LedgerError


@dataclass(frozen=True, slots=True)
class Contents:
    """What a ledger holds, as far as two copies of it must agree."""

    head: str  # the version of its tables
    rows: dict[str, int]  # by table
    first: str  # token and start of its first life: which ledger this is, also after it was restored
    newest: str  # token of its newest life
    watched_until: str | None  # RFC 3339, UTC
    seal: str | None  # the newest link of the chain of sealed days


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup: its bytes, who made it and when (RFC 3339, UTC), and what it holds."""

    file: str
    sha256: str
    size: int
    made_at: str
    version: str
    practice: bool  # facts of the practice network
    contents: Contents


_FORM = TypeAdapter(Manifest)


def beside(place: Path) -> Path:
    """Where the manifest of a backup lies."""
    return place.with_name(f"{place.name}.json")


def write(manifest: Manifest) -> bytes:
    """A manifest as it is kept."""
    return _FORM.dump_json(manifest, indent=1) + b"\n"


def read(place: Path) -> Manifest | None:
    """The manifest of a backup; None if there is none. Raises LedgerError when it cannot be read."""
    try:
        return _FORM.validate_json(beside(place).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise LedgerError(
            "the manifest {manifest} is damaged: {error}", manifest=beside(place), error=_briefly(error)
        ) from error


def _briefly(error: OSError | ValidationError) -> str:
    if isinstance(error, OSError):
        return error.strerror or ""
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()


def moment(micros: int) -> str:
    """A moment of the ledger as a manifest shows it."""
    return (dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(microseconds=micros)).isoformat()


def contents(connection: Connection) -> Contents:
    """What a ledger of this program's version holds."""
    life, watch, seal = schema.incarnation, schema.watch, schema.seal
    first = connection.execute(
        sa.select(life.c.token, life.c.started_at).order_by(life.c.id).limit(1)
    ).first()
    watched = connection.scalar(sa.select(sa.func.max(watch.c.ended_at)))
    return Contents(
        head=connection.scalar(sa.text("SELECT version_num FROM alembic_version")) or "",
        rows=counts(connection),
        first=f"{first.token}@{first.started_at}" if first else "",
        newest=connection.scalar(sa.select(life.c.token).order_by(life.c.id.desc()).limit(1)) or "",
        watched_until=None if watched is None else moment(watched),
        seal=connection.scalar(sa.select(seal.c.chain).order_by(seal.c.place.desc()).limit(1)),
    )


@contextmanager
def looking(place: Path) -> Iterator[Connection]:
    """A connection to a backup that writes nothing, not even beside it: it may lie on a medium that is full."""
    engine = sa.create_engine("sqlite://", creator=lambda: _open(place), poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        yield connection


def _open(place: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(place.resolve()))}?mode=ro&immutable=1", uri=True)


def digest(place: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_bytes(place: Path, sha256: str, manifest: Manifest, size: int) -> None:
    """Hold the bytes of a backup against its manifest; raises LedgerError."""
    if size != manifest.size:
        raise LedgerError(
            "{place} is not as it was written: it has {size} bytes, its manifest says {written}",
            place=place,
            size=size,
            written=manifest.size,
        )
    if sha256 != manifest.sha256:
        raise LedgerError(
            "{place} is not as it was written: its SHA-256 begins {found}, its manifest says {written}",
            place=place,
            found=sha256[:12],
            written=manifest.sha256[:12],
        )


def check_whole(place: Path, named: Path | None = None) -> str:
    """Hold a ledger file against SQLite's own rules; its version. Raises LedgerError, in which it is `named`."""
    named = named or place
    try:
        with closing(_open(place)) as connection:
            [found] = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if found == "ok":
                [head] = connection.execute("SELECT version_num FROM alembic_version").fetchone()
                return str(head)
    except (sqlite3.Error, TypeError) as error:
        raise LedgerError("{place} is not a whole ledger: {error}", place=named, error=error) from error
    raise LedgerError("{place} is not a whole ledger: {error}", place=named, error=found)


def check_known(head: str, place: Path) -> None:
    """Refuse a backup that a newer program made; raises LedgerError."""
    if head > schema.HEAD:
        raise LedgerError(
            "{place} was made by a newer Linewalker ({found}, this program knows {head}):"
            " use that version or a newer one",
            place=place,
            found=head,
            head=schema.HEAD,
        )


def of(part: Path, name: str, held: Contents, *, made_at: str, version: str, practice: bool) -> Manifest:
    """The manifest of a backup that was just written under `part`, once everything was found in it again.

    `held` is what the ledger held at the moment of the copy. Raises LedgerError when the copy is another.
    """
    try:
        check_whole(part)
    except LedgerError as error:
        raise LedgerError(
            "the copy is damaged, and perhaps the ledger itself: {error}; no backup is kept,"
            " older ones are as they were",
            error=error.values["error"],
        ) from error
    with looking(part) as connection:
        found = contents(connection)
    if found != held:
        raise LedgerError("{place} does not hold what the ledger held; it is not kept", place=part)
    return Manifest(name, digest(part), part.stat().st_size, made_at, version, practice, found)
