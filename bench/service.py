"""One running service under measurement: started as users start it, and what all its processes cost together."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench import account
from collector.keeping import outcome
from exporters.standing import FILES

T = TypeVar("T", int, float)

_TICK = os.sysconf("SC_CLK_TCK")
_END_SECONDS = 90.0  # very many checks have their counts written at the end
_JUDGED_WITHIN_SECONDS = 120.0
_CPU_FIELDS = slice(11, 15)  # utime, stime, cutime, cstime, counted from behind the name


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes over all processes: shared pages once (proportional), and as often as they are mapped (resident)."""

    proportional: int
    resident: int


class Service:
    """`linewalker run` on a configuration, with its descendants."""

    def __init__(self, network: Path, kept: Path) -> None:
        self.kept = kept
        kept.mkdir(exist_ok=True)
        # What is done once a day was done a moment ago: it is no part of a round.
        outcome.write(outcome.Outcome(at=time.time(), succeeded_at=time.time()), kept)
        linewalker = Path(sys.executable).with_name("linewalker")
        argv = [str(linewalker), "run", "-c", str(network), "--data", str(kept)]
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def pids(self) -> dict[int, str]:
        """Every process of the service and what it is."""
        return {self.process.pid: "parent"} | {pid: _named(pid) for pid in _descendants(self.process.pid)}

    def cpu(self) -> dict[str, float]:
        """User and system seconds of each process, of its ended children too; of those of one name together."""
        return self._by_name(_cpu)

    def memory(self) -> Memory:
        """What all processes hold now."""
        found = [_memory(pid) for pid in self.pids()]
        return Memory(sum(one.proportional for one in found), sum(one.resident for one in found))

    def shares(self) -> dict[str, int]:
        """Proportional bytes of each process; of those of one name together."""
        return self._by_name(lambda pid: _memory(pid).proportional)

    def _by_name(self, of: Callable[[int], T]) -> dict[str, T]:
        found = dict[str, T]()
        for pid, name in self.pids().items():
            found[name] = found[name] + of(pid) if name in found else of(pid)
        return found

    def watched_until(self) -> float | None:
        """The end of the newest watch, seconds since 1970: it moves once a completed round."""
        found = self.asked("SELECT max(ended_at) FROM watch")
        return found[0][0] / 1e6 if found and found[0][0] else None

    def asked(self, query: str) -> list[tuple[float, ...]]:
        """The answer of the ledger; nothing while there is none."""
        place = self.kept / "ledger.sqlite"
        try:
            with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True, timeout=10)) as connection:
                return connection.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []

    def next_round(self, after: float | None, within: float) -> float:
        """Wait for the watch to grow beyond `after`; its new end."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            until = self.watched_until()
            if until is not None and (after is None or until > after):
                return until
            if self.process.poll() is not None:
                raise account.RunError(f"the service ended with {self.process.returncode}")
            time.sleep(0.1)
        raise account.RunError(f"no round was completed within {within:g} s")

    def await_judged(self) -> None:
        """Wait until month and year were judged for the first time, of a network that just began."""
        deadline = time.monotonic() + _JUDGED_WITHIN_SECONDS
        while not (self.kept / FILES["year"]).exists():
            if time.monotonic() > deadline:
                raise account.RunError(f"nothing was judged within {_JUDGED_WITHIN_SECONDS:g} s")
            time.sleep(0.5)


@contextmanager
def running(network: Path, kept: Path) -> Iterator[Service]:
    """A service that is ended whatever happens."""
    service = Service(network, kept)
    try:
        yield service
    finally:
        account.end(service.process, _END_SECONDS)


def _descendants(pid: int) -> Iterator[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in map(int, children):
        yield child
        yield from _descendants(child)


def _named(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return "ended"
    return next((word.removeprefix("collector.") for word in words if word.startswith("collector.")), "other")


def cpu_of(pid: int) -> float:
    """User and system seconds of a process and all its descendants."""
    return _cpu(pid) + sum(map(_cpu, _descendants(pid)))


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[_CPU_FIELDS])) / _TICK


def _memory(pid: int) -> Memory:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return Memory(0, 0)
    sizes = {line.split()[0]: int(line.split()[1]) * 1024 for line in lines[1:]}
    return Memory(sizes.get("Pss:", 0), sizes.get("Rss:", 0))
