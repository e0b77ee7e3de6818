"""Restores a backup over a ledger, killed each time some steps later; a process of its own, because it forks.

Usage: dying.py BACKUP FOLDER URL STRIDE. A step is a file touched or a statement sent. FOLDER is brought back to what
it was before every attempt; a URL that is no file is not. Prints after each attempt which ledger is there.
"""

import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config  # noqa: F401 - their import opens files, which are no steps of ours
import sqlalchemy as sa

from collector.keeping import manifest
from collector.keeping.copying import url_of
from collector.keeping.restore import restore
from collector.ledger.store import open_ledger
from tests.collector.keeping.filled import rows_of

STEPS = ("os.", "shutil.", "sqlite3.connect")
NOW = 1_767_240_000.0


class Death:
    """Comes at one step."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.steps = 0

    def audit(self, event: str, _arguments: Any) -> None:
        if event.startswith(STEPS) and not event.startswith(("os.fork", "os.kill")):
            self.step()

    def step(self, *_: Any) -> None:
        self.steps += 1
        if self.steps == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def attempt(backup: Path, folder: Path, url: str, at: int) -> bool:
    """Restore in a child that dies at a step; whether it did."""
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        assert os.WIFSIGNALED(status) or status == 0
        return os.WIFSIGNALED(status)
    death = Death(at)
    sys.addaudithook(death.audit)
    sa.event.listen(sa.Engine, "before_cursor_execute", death.step)
    restore(backup, url, folder, now=NOW + at, by="operator", replace=True)
    os._exit(0)


def rows(url: str) -> dict[str, Any]:
    """What is in a ledger, but for the lives that restored it."""
    ledger = open_ledger(url, create=False)
    with ledger.reading() as connection:
        found = rows_of(connection)
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    ledger.close()
    return without_restores(found)


def without_restores(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "incarnation": [one for one in found["incarnation"] if one[1] != "restore"]}


def main() -> None:
    backup, folder, url, stride = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    before = folder.with_name("before")
    shutil.copytree(folder, before)
    old = rows(url)
    with manifest.looking(backup) as connection:
        new = rows_of(connection)
    for at in count(1, stride):
        shutil.rmtree(folder)
        shutil.copytree(before, folder)
        died = attempt(backup, folder, url, at)
        found = rows(url)
        kept = [rows(url_of(path)) for path in folder.glob("ledger.sqlite.before-restore-*Z")]
        print("old" if found == old else "new" if found == new else "neither", kept == [old] or found == old)
        if not died:
            return


if __name__ == "__main__":
    main()
