"""The practice network with the real service in it, for tests that break lines and read the ledger afterwards."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config.load import load
from config.model import Config
from tests.awaiting import deadline_in
from tests.namespace import ROOT
from tests.programs import process_of
from tests.typed import typed

EXAMPLES = ROOT / "config" / "examples"
TRANSPORT = EXAMPLES / "hainan-transport-fees-2020" / "network.yaml"


def linewalker(*words: str | Path, lang: str = "en", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """One command as a user types it, to its end."""
    return typed(cwd, *words, lang=lang)


@dataclass(frozen=True, slots=True)
class Cut:
    """What was really done to a line, in seconds since 1970 UTC."""

    line: str
    begin: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class DownRun:
    """One recorded down-run of a subject, in seconds since 1970 UTC; None where nothing bounds it."""

    subject: str
    started_after: float | None
    started_at: float
    started_before: float
    ended_after: float | None
    ended_at: float | None
    ended_before: float | None

    def overlaps(self, cut: Cut) -> bool:
        end = self.ended_before or float("inf")
        return (self.started_after or 0.0) <= cut.end and cut.begin <= end


@dataclass(frozen=True, slots=True)
class Practice:
    """A running practice network."""

    config: Config
    folder: Path
    process: subprocess.Popen[bytes]

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the ledger as it is on the disk now."""
        place = self.folder / "ledger.sqlite"
        with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(sql, values).fetchall()

    def await_watch(self, seconds: float = 20) -> None:
        """Wait until a round was recorded."""
        self.await_rows("SELECT 1 FROM watch WHERE reason = ''", seconds=seconds)

    def await_rows(self, sql: str, *values: object, seconds: float) -> list[tuple[Any, ...]]:
        """Wait until a query of the ledger finds something."""
        deadline = deadline_in(seconds)
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the practice network has ended"
            try:
                if rows := self.query(sql, *values):
                    return rows
            except sqlite3.OperationalError:
                pass  # not made yet
            time.sleep(0.1)
        raise AssertionError(f"nothing found within {seconds} s: {sql}")

    def down_runs(self, kind: str = "circuit") -> list[DownRun]:
        """Every recorded down-run of one kind of subject, oldest first."""
        rows = self.query(
            "SELECT c.subject, started_after, started_at, started_before, ended_after, ended_at, ended_before"
            ' FROM run JOIN "check" c ON c.id = run."check" WHERE outcome = 0 AND c.kind = ? ORDER BY started_at',
            kind,
        )
        return [DownRun(row[0], *(None if v is None else v / 1e6 for v in row[1:])) for row in rows]  # type: ignore[arg-type]

    def pid(self, module: str) -> int:
        """The process of the service that runs a module; 0 while there is none."""
        return process_of(module, str(self.folder))

    def truth(self) -> list[Cut]:
        """The cuts that were made, all of them ended."""
        done = json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))
        return [
            Cut(one["line"], _seconds(one["from"]), _seconds(one["to"]))
            for one in done
            if one["what"] == "cut"
        ]

    def stop(self) -> float:
        """End it as Ctrl-C would; how long that took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        return time.monotonic() - begun


def _seconds(written: str) -> float:
    return datetime.fromisoformat(written).timestamp()


@contextmanager
def practice(
    network: Path, folder: Path, inner: list[str] | None = None, listener: socket.socket | None = None
) -> Iterator[Practice]:
    """The service watching a practice network until the block ends.

    Its page is inside the network, where nobody outside reaches it, unless it is given an open socket to listen on.
    """
    run = [
        sys.executable,
        "-m",
        "collector.cli",
        "run",
        "-c",
        str(network),
        "--data",
        str(folder),
        "--practice",
    ]
    fds = [listener.fileno()] if listener else []
    run += ["--listen-fd", str(fds[0])] if fds else []
    argv = [
        sys.executable,
        "-m",
        "lab",
        "--config",
        str(network),
        "--data",
        str(folder),
        "--",
        *(inner or run),
    ]
    with (folder.parent / f"{folder.name}.log").open("wb") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log, cwd=ROOT, pass_fds=fds)
        try:
            yield Practice(load(network), folder, process)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
