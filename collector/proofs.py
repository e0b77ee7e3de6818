"""Files that prove what was entered: kept under their SHA-256 in `proofs` of the data directory, never changed.

The ledger holds name and digest of a file, so that a copy can be told from another one for ever.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from config.errors import LinewalkerError, MachineError

FOLDER = "proofs"
_MOST_BYTES = 100 << 20
_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Proof:
    """A file that was kept: what it was called, and the SHA-256 of what it holds."""

    name: str = ""
    sha256: str = ""


def keep(path: Path, data_dir: Path) -> Proof:
    """Keep a copy of a file. Raises LinewalkerError for one that cannot be read or is too large to be a proof."""
    folder = data_dir / FOLDER
    with _told(path), path.open("rb") as file:
        if os.fstat(file.fileno()).st_size > _MOST_BYTES:
            raise LinewalkerError("{place} is too large; expected at most 100 MB", place=path)
        return Proof(path.name, _keep(file, folder))


def digest(path: Path) -> str:
    """The SHA-256 of a file. Raises LinewalkerError for one that cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise LinewalkerError(
            "{place} cannot be read: {error}; expected the file that entries rest on",
            place=path,
            error=error.strerror,
        ) from error


def _keep(file: BinaryIO, folder: Path) -> str:
    """Copy what is read into the folder under its digest; half a copy is never there under its name."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as part:
        try:
            digest = hashlib.sha256()
            while piece := file.read(_AT_ONCE):
                digest.update(piece)
                part.write(piece)
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).chmod(0o444)
            Path(part.name).replace(folder / digest.hexdigest())
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    return digest.hexdigest()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in one sentence why a file could not be kept."""
    try:
        yield
    except (FileNotFoundError, IsADirectoryError) as error:
        if error.filename != str(path):
            raise
        raise LinewalkerError("there is no file {place}; expected the one to be kept", place=path) from error
    except OSError as error:
        raise MachineError(
            "{place} cannot be kept: {error}; nothing was entered", place=path, error=error.strerror
        ) from error


def state(sha256: str, data_dir: Path) -> str:
    """How the copy of a file is there: `kept`, `missing`, or `changed`."""
    path = data_dir / FOLDER / sha256
    try:
        with path.open("rb") as file:
            return "kept" if hashlib.file_digest(file, "sha256").hexdigest() == sha256 else "changed"
    except OSError:
        return "missing"


def carry(source: Path, target: Path) -> int:
    """Copy the files that are kept beside a ledger to where its copy lies, as far as they are not there; how many.

    A file that is not what its name says is left out: it proves nothing, and the ledger check tells of it. Raises
    MachineError.
    """
    count = 0
    try:
        for path in sorted((source / FOLDER).glob("[0-9a-f]*")):
            if not (target / FOLDER / path.name).exists() and state(path.name, source) == "kept":
                with path.open("rb") as file:
                    _keep(file, target / FOLDER)
                count += 1
    except OSError as error:
        raise MachineError(
            "the files of {source} cannot be copied to {target}: {error}; the ledger was copied",
            source=source / FOLDER,
            target=target / FOLDER,
            error=error.strerror,
        ) from error
    return count
