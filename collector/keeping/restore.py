"""Bringing a backup back as the ledger: looked over, brought up to date, marked as restored, put in place at once.

All of that happens to a copy beside the ledger. Whenever this is killed, the ledger is the old one or the new one:
a file takes another's name, or a transaction ends. What is replaced is kept aside, never removed, and so are facts
that waited to be written to it. Not to be taken for `collector/restore.py`, which takes up the thread after a start.
"""

import datetime as dt
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.keeping import manifest
from collector.keeping.backup import sync_directory
from collector.keeping.copying import copy, url_of
from collector.keeping.manifest import Contents, Manifest
from collector.ledger import schema
from collector.ledger.store import Life, engine_of, open_ledger, upgrade
from collector.spool import FOLDER as SPOOL
from collector.version import VERSION
from config.errors import LedgerError, LinewalkerError, MachineError

_WAIT_SECONDS = 5
_COMPANIONS = ("-wal", "-shm", "-journal")
_OURS = {*schema.metadata.tables, "alembic_version"}
_IN_USE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: the ledger restored and what it holds, and where what it replaced is kept, if anything was."""

    place: str
    contents: Contents
    replaced: str = ""
    spool: Path | None = None


def restore(backup: Path, url: str, data_dir: Path, *, now: float, by: str, replace: bool) -> Restored:
    """Put a backup in the place of the ledger at `url`; the caller holds the data directory.

    Raises LinewalkerError when the backup is not as it was written or is of a newer program, when a ledger is there
    already and it is not to `replace` that, and when the machine does not let us; then all stays as it was.
    """
    target = sa.engine.make_url(url)
    place = Path(target.database or "") if target.get_backend_name() == "sqlite" else None
    said = _looked_over(backup)
    with _told(backup), _workshop(place or data_dir / "ledger.sqlite") as part:
        _require_vacant(url, place, replace=replace)
        _bring(backup, part, said)
        held = _marked(part, said, now, _notice(backup, part, said, by))
        stamp = f"before-restore-{dt.datetime.fromtimestamp(now, dt.UTC):%Y%m%dT%H%M%SZ}"
        with _spool_aside(data_dir, stamp) as spool:
            replaced = _swap(part, place, stamp) if place else _load(part, url, stamp)
    shown = str(place) if place else target.render_as_string(hide_password=True)
    return Restored(shown, held, replaced, spool)


def _looked_over(backup: Path) -> Manifest | None:
    """The manifest of a backup, if it has one, once its size agrees; raises LedgerError."""
    if not backup.is_file():
        raise LedgerError("there is no backup {place}", place=backup)
    companion = backup.with_name(f"{backup.name}-wal")
    if companion.exists() and companion.stat().st_size:
        raise LedgerError(
            "{place} is a ledger in use, not a backup: part of it is in {companion}; make a backup of it with"
            " `linewalker backup`",
            place=backup,
            companion=companion.name,
        )
    said = manifest.read(backup)
    if said:
        manifest.check_bytes(backup, said.sha256, said, backup.stat().st_size)
    return said


def _bring(backup: Path, part: Path, said: Manifest | None) -> None:
    """Copy a backup, and look over the copy: what is restored is what was looked at."""
    shutil.copyfile(backup, part)
    if said:
        manifest.check_bytes(backup, manifest.digest(part), said, part.stat().st_size)
    manifest.check_known(manifest.check_whole(part, backup), backup)


def _notice(backup: Path, part: Path, said: Manifest | None, by: str) -> str:
    made = f"made {said.made_at}" if said else "without a manifest"
    return f"restored from the backup {backup.name} (SHA-256 {manifest.digest(part)[:12]}, {made}) by {by}"


def _marked(part: Path, said: Manifest | None, now: float, notice: str) -> Contents:
    """Bring a ledger up to date and begin the life that restored it; what it held before that life."""
    ledger = open_ledger(url_of(part), create=True)
    try:
        with ledger.reading() as connection:
            held = manifest.contents(connection)
            newest = sa.select(schema.incarnation.c.vantage).order_by(schema.incarnation.c.id.desc()).limit(1)
            vantage = connection.scalar(newest) or ""
        # An older one has been brought up to date, and its digest was right.
        if said and said.contents.head == held.head and said.contents != held:
            raise LedgerError("{place} does not hold what its manifest says", place=said.file)
        ledger.begin(Life(collector="restore", vantage=vantage, version=VERSION, now=now), notice)
        with ledger.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    finally:
        ledger.close()
    return held


def _require_vacant(url: str, place: Path | None, *, replace: bool) -> None:
    if replace:
        return
    if place:
        taken = place.exists()
    else:
        engine = engine_of(url, create=True)
        with engine.connect() as connection:
            taken = bool(_present(connection))
        engine.dispose()
    if taken:
        raise LinewalkerError(
            "there is a ledger already; with --replace the backup takes its place and it is kept aside"
        )


@contextmanager
def _told(backup: Path) -> Iterator[None]:
    """Say in one sentence why a backup could not be restored."""
    try:
        yield
    except (OSError, sqlite3.Error, sa.exc.DBAPIError) as error:
        told = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        raise MachineError(
            "{place} was not restored: {error}; the ledger is as it was",
            place=backup,
            error=str(told).strip(),
        ) from error


@contextmanager
def _workshop(place: Path) -> Iterator[Path]:
    """Where a ledger is prepared, on the disk it will be kept on; what a killed restore left there goes first."""
    folder = place.with_name(f"{place.name}.restoring")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder / place.name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _spool_aside(data_dir: Path, stamp: str) -> Iterator[Path | None]:
    """Set aside the facts that wait for the ledger that is replaced; they come back if it is not."""
    spool = data_dir / SPOOL
    if not spool.exists():
        yield None
        return
    aside = spool.with_name(f"{SPOOL}.{stamp}")
    spool.rename(aside)
    try:
        yield aside
    except BaseException:
        aside.rename(spool)
        raise


def _swap(part: Path, place: Path, stamp: str) -> str:
    """Let a prepared ledger take the name of the embedded one; where that one is kept."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    aside = place.with_name(f"{place.name}.{stamp}")
    companions = _linked(place, aside)
    try:
        holding = _hold(place) if place.exists() else None
    except LedgerError:
        _remove(companions.values())
        raise
    with closing(holding) if holding else nullcontext():
        if place.exists():
            aside.hardlink_to(place)
        # They are in the ledger by now, or it is damaged or gone: then SQLite would take them for the new one's.
        _remove(companions.values() if holding else companions)
        part.replace(place)
        sync_directory(place.parent)
    return str(aside) if aside.exists() else ""


def _linked(place: Path, aside: Path) -> dict[Path, Path]:
    """What SQLite keeps beside a ledger, under a second name, too: it removes the first even of a damaged one."""
    pairs = [(place.with_name(place.name + end), aside.with_name(aside.name + end)) for end in _COMPANIONS]
    found = {companion: kept for companion, kept in pairs if companion.exists()}
    for companion, kept in found.items():
        kept.hardlink_to(companion)
    return found


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _hold(place: Path) -> sqlite3.Connection | None:
    """Hold an embedded ledger with nobody else in it and nothing beside it; None if it is too damaged for that."""
    connection = sqlite3.connect(place, timeout=_WAIT_SECONDS, isolation_level=None)
    try:
        # Out of WAL mode goes only the last who has the file open. Who came later would not notice that the file
        # has another name, and would remove the companions of the new one.
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.DatabaseError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF in _IN_USE:
            raise LedgerError(
                "the ledger at {place} is being read or written; end what does it and try again", place=place
            ) from error
        return None
    return connection


def _load(part: Path, url: str, stamp: str) -> str:
    """Copy a prepared ledger into a database server in one transaction; the schema where the old tables are kept."""
    engine = engine_of(url, create=True)
    try:
        with engine.begin() as target, manifest.looking(part) as source:
            aside = _tables_aside(target, stamp)
            upgrade(target, "head")
            copy(source, target)
    finally:
        engine.dispose()
    return aside


def _tables_aside(target: Connection, stamp: str) -> str:
    present = _present(target)
    if not present:
        return ""
    quoted = target.dialect.identifier_preparer.quote
    aside = stamp.replace("-", "_").lower()
    target.execute(sa.schema.CreateSchema(aside))
    for name in present:
        target.exec_driver_sql(f"ALTER TABLE {quoted(name)} SET SCHEMA {quoted(aside)}")
    return aside


def _present(connection: Connection) -> list[str]:
    return sorted(_OURS & set(sa.inspect(connection).get_table_names()))
