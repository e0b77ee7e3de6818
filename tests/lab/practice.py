"""A practice network with the tests' own asker as its collector."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lab import enter

ASKER = Path(__file__).with_name("asker.py")
Target = str | tuple[str, str]
Ping = tuple[float, float | None]


@dataclass(frozen=True, slots=True)
class Practice:
    """A running practice network."""

    data: Path
    process: "subprocess.Popen[str]"

    def ask(
        self, targets: Sequence[Target], *, count: int = 1, every: float = 0.0, within: float = 0.2
    ) -> list[list[Ping]]:
        """Ping each target so often; an answer may come `within` seconds of the last."""
        assert self.process.stdin
        assert self.process.stdout
        pairs = [[target, None] if isinstance(target, str) else list(target) for target in targets]
        asked = {"targets": pairs, "count": count, "every": every, "within": within}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answers: list[list[Ping]] = json.loads(self.process.stdout.readline())
        return answers

    def answers(self, *targets: Target) -> list[bool]:
        """Which of them answer just now."""
        return [pings[0][1] is not None for pings in self.ask(targets)]

    def watching(self, target: Target, *, count: int, every: float) -> "Future[list[Ping]]":
        """Ping a target in the background."""
        future: Future[list[Ping]] = Future()

        def watch() -> None:
            future.set_result(self.ask([target], count=count, every=every)[0])

        threading.Thread(target=watch, daemon=True).start()
        return future

    def truth(self) -> list[dict[str, Any]]:
        """What truth.json says, times as seconds since 1970."""
        rows: list[dict[str, Any]] = json.loads((self.data / "truth.json").read_text(encoding="utf-8"))
        for row in rows:
            for key in ("from", "to"):
                row[key] = row[key] and datetime.fromisoformat(row[key]).timestamp()
        return rows


@contextmanager
def practice(network: Path, data: Path, scenario: Path | None = None) -> Iterator[Practice]:
    """Build a network, wait until its collector is ready, and end it all afterwards."""
    argv = enter.command(network, data, [sys.executable, str(ASKER)], scenario)
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            assert process.stdout.readline() == "ready\n"
            yield Practice(data, process)
        finally:
            process.stdin.close()
            assert process.wait(60) == 0
