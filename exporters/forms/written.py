"""A file that is there whole or not at all: written beside its place, then put there. Nothing is lost by mistake."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from config.errors import LinewalkerError


def require_free(file: Path, *, force: bool) -> None:
    """Raise LinewalkerError where a file would be lost, or could not be put at all."""
    if os.path.isdir(file):  # noqa: PTH112 - which is no error for a name that is too long
        raise LinewalkerError("{file} is a folder; expected the name of a file", file=file)
    if os.path.lexists(file) and not force:
        raise LinewalkerError(
            "{file} exists already; choose another name, or overwrite it with --force", file=file
        )
    if not file.absolute().parent.is_dir():
        raise LinewalkerError("there is no folder {folder} for {file}", folder=file.parent, file=file.name)


@contextmanager
def beside(file: Path, refused: type[LinewalkerError] = LinewalkerError) -> Iterator[IO[bytes]]:
    """A file beside the one that is wanted; it takes its place when it is whole and safe on the disk.

    Raises `refused` where it cannot be written.
    """
    part: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=file.absolute().parent, prefix=".", delete=False) as made:
            part = Path(made.name)
            yield made.file
            made.flush()
            os.fsync(made.fileno())
        part.chmod(0o644)
        part.replace(file)
    except OSError as error:
        raise refused(
            "{file} cannot be written: {why}", file=file, why=error.strerror or str(error)
        ) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def put(file: Path, content: bytes, *, force: bool) -> None:
    """Put a file in its place. Raises LinewalkerError where it is taken or cannot be written."""
    require_free(file, force=force)
    with beside(file) as made:
        made.write(content)
