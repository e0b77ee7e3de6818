"""Facts that wait beside the data while the ledger is away: one file a life, batches in the order they came.

A file holds a beginning of what its life saw, never a selection: what a crash or a full disk took away is its end.
So to write it to the ledger is as if the collector had been killed there. Every line carries its own checksum;
reading stops at the first that does not hold.
"""

import json
import logging
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Any

from collector.ledger.store import Batch, Life

log = logging.getLogger(__name__)

FOLDER = "spool"
_SUFFIX = ".spool"


@dataclass(frozen=True, slots=True)
class Heading:
    """Whose facts a file holds, and the token of the life which the ledger must know to take them."""

    life: Life
    base: str
    size: int = 0  # bytes it takes at the head of a file


class Spool:
    """The file of one life; made when the first batch is put into it and gone when the last is taken out."""

    def __init__(self, data_dir: Path, heading: Heading) -> None:
        self._folder = data_dir / FOLDER
        self._heading = heading
        self._place: Path | None = None
        self._taken = 0  # bytes
        self._offered = (0, 0)  # the byte after what `first` gave, and how many rows that was
        self.rows = 0

    def append(self, batches: Sequence[Batch]) -> None:
        """Put batches behind those that wait; on the disk when this returns. Raises OSError, and then holds none."""
        if self._place is None:
            self._begin()
        assert self._place  # noqa: S101 - made above
        _extend(self._place, b"".join(_line(_of_batch(batch)) for batch in batches))
        self.rows += sum(map(len, batches))

    def first(self, rows: int) -> list[Batch]:
        """The batches that have waited longest, about so many rows; they wait on until `take`."""
        found: list[Batch] = []
        self._offered = (self._taken, 0)
        for after, value in _values(self._place, self._taken) if self._place else ():
            batch = _to_batch(value)
            found.append(batch)
            self._offered = (after, self._offered[1] + len(batch))
            if self._offered[1] >= rows:
                break
        return found

    def take(self) -> None:
        """What `first` gave last is in the ledger: it waits no longer."""
        after, rows = self._offered
        self._taken, self.rows = after, self.rows - rows
        if self._place and self.rows <= 0:
            self._place.unlink()
            self._place, self._taken, self.rows = None, 0, 0

    def _begin(self) -> None:
        self._folder.mkdir(exist_ok=True)
        number = 1 + max((_number(path) for path in self._folder.iterdir()), default=0)
        place = self._folder / f"{number:06d}{_SUFFIX}"
        heading = _line(_of_heading(self._heading))
        _extend(place, heading)
        self._place, self._taken = place, len(heading)


def waiting(data_dir: Path) -> list[Path]:
    """The files that wait, oldest first."""
    return sorted((data_dir / FOLDER).glob(f"*{_SUFFIX}"))


def heading(place: Path) -> Heading | None:
    """Whose facts a file holds; None where not even that reached the disk."""
    for after, value in _values(place, 0):
        return Heading(Life(**value["life"]), value["base"], after)
    return None


def batches(place: Path, after: int) -> Iterator[tuple[int, Batch]]:
    """What a file holds after its heading, in order, each batch with the byte after it."""
    return ((end, _to_batch(value)) for end, value in _values(place, after))


def set_aside(place: Path, why: str) -> Path:
    """Keep a file whose facts must not be written, under a name that is never read."""
    aside = place.with_suffix(f".{why}")
    place.replace(aside)
    return aside


def _number(path: Path) -> int:
    return int(path.stem) if path.stem.isdigit() else 0


def _extend(place: Path, what: bytes) -> None:
    """Add bytes to a file, all or none. Raises OSError."""
    with place.open("ab", buffering=0) as file:
        before = file.tell()
        try:
            _write(file, what)
        except OSError:
            file.truncate(before)
            raise


def _write(file: RawIOBase, what: bytes) -> None:
    left = memoryview(what)
    while left:
        left = left[file.write(left) or 0 :]  # what no longer fits on a full disk raises at the next turn
    os.fsync(file.fileno())


def _line(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _values(place: Path, start: int) -> Iterator[tuple[int, Any]]:
    """The values of a file from a byte on, each with the byte after it."""
    with place.open("rb") as file:
        file.seek(start)
        for line in file:
            text = line[9:-1]
            if not line.endswith(b"\n") or line[:9] != b"%08x " % zlib.crc32(text):
                log.error("%s is damaged at byte %d: what follows is not written", place.name, start)
                return
            start += len(line)
            yield start, json.loads(text)


def _to_batch(value: dict[str, Any]) -> Batch:
    return Batch(value["rows"], value["ends"], value["traces"], value["seq"])


def _of_batch(batch: Batch) -> dict[str, Any]:
    rows = {table: list(rows) for table, rows in batch.rows.items()}
    return {"seq": batch.seq, "ends": batch.ends, "rows": rows, "traces": batch.traces}


def _of_heading(one: Heading) -> dict[str, Any]:
    life = one.life
    return {
        "base": one.base,
        "life": {
            "token": life.token,
            "collector": life.collector,
            "vantage": life.vantage,
            "version": life.version,
            "now": life.started_at,
        },
    }
