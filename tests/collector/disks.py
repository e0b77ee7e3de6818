"""Runs in a mount namespace of its own: a ledger on a disk that fills up, or that becomes read-only.

Usage: disks.py full|readonly FOLDER. Prints what the writer said meanwhile and what the ledger holds in the end.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from collector import writer as writing
from collector.ledger import schema
from collector.ledger.store import Batch, Life, open_ledger, sqlite_url
from collector.opening import Opening
from collector.spool import Heading, Spool
from collector.writer import Writer
from probes.clock import SystemClock
from tests.awaiting import until

FIRST, MORE = 20, 400
TEXT = "x" * 2000  # a row large enough to fill a disk with


def loaded(number: int) -> Batch:
    row = {"digest": f"d{number}", "loaded_at": number, "loaded_by": "office", "text": TEXT}
    return Batch({"config_version": [row]})


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


class Full:
    """A disk of 2 MB, ledger and spool on it, with a file that takes what is left."""

    def __init__(self, folder: Path) -> None:
        mount("-t", "tmpfs", "-o", "size=2m", "none", str(folder))
        self.filler = folder / "filler"

    def spoil(self) -> None:
        with self.filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    def mend(self) -> None:
        self.filler.unlink()


class ReadOnly:
    """The file of the ledger cannot be written; the directory around it can."""

    def __init__(self, folder: Path) -> None:
        self.place = str(folder / "ledger.sqlite")

    def spoil(self) -> None:
        mount("--bind", self.place, self.place)
        mount("-o", "remount,bind,ro", self.place)

    def mend(self) -> None:
        subprocess.run(["umount", self.place], check=True)


def main() -> None:
    kind, folder = sys.argv[1], Path(sys.argv[2])
    writing.RETRY_SECONDS, writing.MEMORY_SECONDS = 0.1, 0.5
    disk = Full(folder) if kind == "full" else ReadOnly(folder)
    life = Life(collector="main", vantage="centre", version="1", now=1.0)
    opening = Opening(sqlite_url(folder), folder, life, [], SystemClock())
    writer = Writer(opening, life, Spool(folder, Heading(life, opening.begin().base)))
    writer.start()
    for number in range(FIRST):
        writer.put(loaded(number))
    until(lambda: writer.waiting_rows == 0, 30)
    opening.close()
    disk.spoil()
    told: dict[str, Any] = {}
    for number in range(FIRST, FIRST + MORE):
        writer.put(loaded(number))
        time.sleep(0.002)
    expected = writing.NOWHERE if kind == "full" else writing.AWAY
    until(lambda: writer.problem == expected and (kind == "full" or writer.spooled_rows == MORE), 30)
    told |= {"problem": writer.problem, "waiting": writer.waiting_rows, "spooled": writer.spooled_rows}
    disk.mend()
    until(lambda: writer.waiting_rows == 0, 30)
    told["closed"] = writer.close(10)
    opening.close()
    ledger = open_ledger(sqlite_url(folder), create=False)
    version = schema.config_version
    with ledger.reading() as connection:
        told["kept"] = list(connection.scalars(sa.select(version.c.loaded_at).order_by(version.c.seq)))
    ledger.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
