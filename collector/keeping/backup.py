"""Copies of the ledger, made while the collector writes, verified, and let go when they are old.

A backup is an embedded ledger in one file, whatever database holds the ledger, and a manifest beside it. Bringing
one back is in `restore.py`.
"""

import datetime as dt
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector import proofs
from collector.app import is_practice
from collector.keeping import manifest
from collector.keeping.copying import copy, url_of
from collector.keeping.manifest import Manifest
from collector.ledger.store import Ledger, upgrade
from collector.version import VERSION
from config.errors import LedgerError, LinewalkerError, MachineError
from config.model import Config

_NAME = re.compile(r"ledger-(\d{8})T\d{6}Z\.sqlite")
_PART = ".part"
_ABANDONED_SECONDS = 86_400
_RESERVE = 32 << 20  # left free for the collector, which often writes to the same disk
_PAGES = 2_048  # copied in one go: between two, Ctrl-C is heard


@dataclass(frozen=True, slots=True)
class Found:
    """One backup as it lies there now; `reason` says why its `state` is not `verified`."""

    place: Path
    manifest: Manifest | None
    state: str  # verified, damaged, or no manifest
    reason: str = ""


def directory(config: Config, data_dir: Path) -> Path:
    """Where backups are kept."""
    named = config.storage.backups.directory
    return Path(named) if named else data_dir / "backups"


def back_up(config: Config, ledger: Ledger, data_dir: Path, now: float) -> Path | None:
    """Make the backup of a day, and let go those of days beyond the ones that are kept; None where none are wanted.

    Raises LinewalkerError when it could not be made and verified; then every older one stays.
    """
    kept = config.storage.backups.keep
    if not kept:
        return None
    place = place_for(config, data_dir, now)
    made = make(ledger, place, now, practice=is_practice(data_dir))
    proofs.carry(data_dir, place.parent)
    _let_go(place.parent, made.contents.first, kept, now)
    return place


def place_for(config: Config, data_dir: Path, now: float) -> Path:
    """The name of a backup made now; its directory is made only where nobody named another."""
    folder = directory(config, data_dir)
    if not config.storage.backups.directory:
        with _told(folder):
            folder.mkdir(parents=True, exist_ok=True)
    return folder / f"ledger-{_utc(now):%Y%m%dT%H%M%SZ}.sqlite"


def make(ledger: Ledger, place: Path, now: float, *, practice: bool) -> Manifest:
    """Copy a ledger as it stands at one moment into a file, which is there only once it was read again.

    Never holds up whoever writes the ledger. Raises LinewalkerError when something is there already, when the copy
    cannot be written, or when it is not what it should be; then nothing of it stays.
    """
    _refuse_present(place)
    part = place.with_name(place.name + _PART)
    with _told(place):
        part.open("xb").close()
    try:
        with _told(place):
            with _snapshot(ledger) as connection:
                held = manifest.contents(connection)
                _require_room(connection, place)
                _fill(connection, part)
            _to_disk(part)
            made = manifest.of(
                part, place.name, held, made_at=_written(now), version=VERSION, practice=practice
            )
            _put_in_place(part, place, made)
    finally:
        for left in part.parent.glob(f"{part.name}*"):
            left.unlink()
    return made


def listed(folder: Path) -> list[Found]:
    """Every backup in a directory by its name's time, each held against its manifest."""
    places = [path for path in folder.glob("ledger-*.sqlite") if _NAME.fullmatch(path.name)]
    return [_look(place) for place in sorted(places)]


def _look(place: Path) -> Found:
    try:
        said = manifest.read(place)
        if said is None:
            return Found(place, None, "no manifest")
        manifest.check_bytes(place, manifest.digest(place), said, place.stat().st_size)
    except LedgerError as error:
        return Found(place, None, "damaged", str(error))
    return Found(place, said, "verified")


def _refuse_present(place: Path) -> None:
    for path in (place, manifest.beside(place)):
        if path.exists():
            raise LinewalkerError("{place} is there already; name a file that is not", place=path)


@contextmanager
def _told(place: Path) -> Iterator[None]:
    """Say in one sentence why a backup could not be made."""
    try:
        yield
    except (OSError, sqlite3.Error, sa.exc.DBAPIError) as error:
        raise MachineError(
            "no backup was made at {place}: {error}; older ones are as they were. Make room there, or name another"
            " directory under storage.backups",
            place=place,
            error=_briefly(error),
        ) from error


def _briefly(error: Exception) -> str:
    if isinstance(error, sa.exc.DBAPIError):
        error = error.orig if isinstance(error.orig, Exception) else error
    return (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__


@contextmanager
def _snapshot(ledger: Ledger) -> Iterator[Connection]:
    """A connection that sees the ledger as it stands now, whatever is written meanwhile."""
    engine = ledger.engine
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with engine.connect().execution_options(**options) as connection:
            yield connection
        return
    with engine.connect() as connection:
        # Python begins a transaction of SQLite only when something is written; this one is for reading.
        connection.exec_driver_sql("BEGIN")
        yield connection


def _require_room(connection: Connection, place: Path) -> None:
    if connection.dialect.name != "sqlite":
        return
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    needed = pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one() + _RESERVE
    free = shutil.disk_usage(place.parent).free
    if free < needed:
        raise MachineError(
            "no backup was made at {place}: it needs {needed} MB and {free} MB are free; older ones are as they were."
            " Make room there, or name another directory under storage.backups",
            place=place,
            needed=-(-needed // 10**6),
            free=free // 10**6,
        )


def _fill(connection: Connection, part: Path) -> None:
    """Write the rows a connection sees into an empty file, as an embedded ledger without companions."""
    # EXCLUSIVE: then SQLite needs no memory shared with others, which network file systems do not have.
    pragmas = ("locking_mode=EXCLUSIVE", "synchronous=OFF")
    if connection.dialect.name == "sqlite":
        # Not VACUUM INTO, which keeps no writer waiting either: this sees what the open transaction sees.
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)  # noqa: S101 - what the dialect stands for
        with closing(sqlite3.connect(part)) as target:
            for pragma in pragmas:
                target.execute(f"PRAGMA {pragma}")
            source.backup(target, pages=_PAGES, sleep=0)
            target.execute("PRAGMA journal_mode=DELETE")
        return
    engine = sa.create_engine(url_of(part), poolclass=sa.pool.NullPool)
    with engine.connect() as rows_into:
        for pragma in pragmas:
            rows_into.exec_driver_sql(f"PRAGMA {pragma}")
        upgrade(rows_into, "head")
        copy(connection, rows_into)
        rows_into.commit()


def _to_disk(path: Path) -> None:
    """Have a file on the disk and out of memory, so that reading it again reads the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _put_in_place(part: Path, place: Path, made: Manifest) -> None:
    # The manifest first: a backup without one would never be let go.
    said = manifest.beside(part)
    said.write_bytes(manifest.write(made))
    _to_disk(said)
    said.rename(manifest.beside(place))
    part.rename(place)
    sync_directory(place.parent)


def sync_directory(folder: Path) -> None:
    """Have the names in a directory on the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _let_go(folder: Path, ledger: str, keep: int, now: float) -> None:
    """Remove backups of this ledger from before the newest `keep` days that have one, and what a kill left behind."""
    ours = {
        path: _NAME.fullmatch(path.name) for path in folder.glob("ledger-*.sqlite") if _is_of(path, ledger)
    }
    days = {path: match[1] for path, match in ours.items() if match}
    wanted = sorted(set(days.values()))[-keep:]
    try:
        for path, day in days.items():
            if day not in wanted:
                path.unlink()
                manifest.beside(path).unlink()
        for path in folder.glob(f"ledger-*.sqlite{_PART}*"):
            if path.stat().st_mtime < now - _ABANDONED_SECONDS:
                path.unlink()
    except OSError as error:
        raise MachineError(
            "old backups in {place} cannot be removed: {error}; the new one is made",
            place=folder,
            error=error.strerror,
        ) from error


def _is_of(place: Path, ledger: str) -> bool:
    with suppress(LedgerError):
        said = manifest.read(place)
        return said is not None and said.file == place.name and said.contents.first == ledger
    return False


def _utc(now: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(now, dt.UTC)


def _written(now: float) -> str:
    return _utc(now).replace(microsecond=0).isoformat()
