"""Runs inside the practice network: starts what watches and kills it, again and again, in several lanes at once.

Usage: killing.py NETWORK DATA TIMES. Every lane has a data directory of its own below DATA, in which it leaves
lives.json: when each life began and ended. One line is cut at half time of all lanes.
"""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lab import control
from tests.awaiting import deadline_in

LINE = "sanya-ct"
LIFE_SECONDS = (0.1, 3.5)
BEGUN_SECONDS = 20.0  # a busy machine takes that long to start a program
SERVICE = "service"


class Lane:
    """One collector on its own data directory, killed at random; `chance` decides when and how."""

    def __init__(self, network: Path, folder: Path, times: int, seed: int) -> None:
        self.network = network
        self.folder = folder
        self.times = times
        self.chance = random.Random(seed)
        self.lives: list[tuple[float, float]] = []
        folder.mkdir()

    def live(self) -> None:
        """Every life, and a last one that ends in peace."""
        for life in range(self.times + 1):
            self.before()
            (self.folder / "feed.sock").unlink(missing_ok=True)
            begun = time.time()
            asker = subprocess.Popen(
                [sys.executable, "-m", "collector.ask", "-c", self.network, "--data", self.folder]
            )
            if life == self.times:
                self.begun()
                time.sleep(8)
                asker.terminate()
            else:
                self.wait()
                asker.kill()
            asker.wait()
            self.lives.append((begun, time.time()))
        (self.folder / "lives.json").write_text(json.dumps(self.lives), encoding="utf-8")

    def before(self) -> None:
        """What happens between two lives."""

    def begun(self) -> None:
        """Wait until it is about to ask."""
        deadline = deadline_in(BEGUN_SECONDS)
        while not (self.folder / "feed.sock").exists() and time.monotonic() < deadline:
            time.sleep(0.02)

    def wait(self) -> None:
        """How long a life lasts: some end while they start, most some time after."""
        if self.chance.random() < 0.7:
            self.begun()
        time.sleep(self.chance.uniform(*LIFE_SECONDS))


class PowerCuts(Lane):
    """Now and then the end of what was written last is lost or half written."""

    def before(self) -> None:
        log = self.folder / "ledger.sqlite-wal"
        if not log.exists() or self.chance.random() < 0.5:
            return
        size = log.stat().st_size
        lost = min(size, self.chance.randrange(1, 8192))
        with log.open("r+b") as file:
            if self.chance.random() < 0.5:
                file.truncate(size - lost)
            else:
                file.seek(size - lost)
                file.write(bytes(lost))
        (self.folder / "ledger.sqlite-shm").unlink(missing_ok=True)


class Absences(Lane):
    """The ledger is somewhere else for a part of every other life, from before its start or in its middle."""

    def wait(self) -> None:
        with self.away() if self.chance.random() < 0.5 else self.here():
            super().wait()

    @contextmanager
    def here(self) -> Iterator[None]:
        yield

    @contextmanager
    def away(self) -> Iterator[None]:
        time.sleep(self.chance.choice([0.0, 1.5]))
        names = [path.name for path in self.folder.glob("ledger.sqlite*")]
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        for name in names:
            with suppress(FileNotFoundError):  # SQLite took its log away in this moment
                (self.folder / name).rename(elsewhere / name)
        try:
            yield
            # Long enough for what is seen to be put on the disk, every now and then.
            time.sleep(self.chance.choice([0, 0, 6.0]))
        finally:
            for path in elsewhere.iterdir():
                path.rename(self.folder / path.name)
            elsewhere.rmdir()


class Service(Lane):
    """The whole service goes on; what it is made of is killed: what asks, what tells, or both."""

    def live(self) -> None:
        command = ["run", "-c", str(self.network), "--data", str(self.folder), "--practice"]
        service = subprocess.Popen([sys.executable, "-m", "collector.cli", *command])
        begun = {name: time.time() for name in ("ask", "tell")}
        for _ in range(self.times):
            self.wait()
            names = self.chance.choice([["ask"], ["tell"], ["ask", "tell"]])
            for name in names:
                if child := _child(service.pid, name):
                    os.kill(child, 9)
                    if name == "ask":
                        self.lives.append((begun[name], time.time()))
                        begun[name] = time.time()
        time.sleep(15)
        service.terminate()
        service.wait()
        self.lives.append((begun["ask"], time.time()))
        (self.folder / "lives.json").write_text(json.dumps(self.lives), encoding="utf-8")


LANES = {"plain": Lane, "power": PowerCuts, "absent": Absences, SERVICE: Service}


def _child(parent: int, name: str) -> int:
    """The pid of the process `collector.<name>` below a parent; 0 when there is none."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            status = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if f"collector.{name}".encode() in words and int(status[1]) == parent and status[0] != "Z":
            return int(folder.name)
    return 0


def main() -> None:
    network, folder, times = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    lanes = [kind(network, folder / name, times, seed) for seed, (name, kind) in enumerate(LANES.items())]
    threads = [threading.Thread(target=lane.live) for lane in lanes]
    for thread in threads:
        thread.start()
    half = times * sum(LIFE_SECONDS) / 4
    time.sleep(half * 0.7)
    control.cut(folder, LINE)
    time.sleep(half * 0.6)
    control.restore(folder, LINE)
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
