"""The small program behind an agent's pass_persist lines: answers for what no kernel can tell.

Its arguments are `router`, `ups` or `room`, a file that says what is true just now (see `linetests.py`; of a room,
what was done to it), and when the agent was started (CLOCK_MONOTONIC). Net-snmp asks on stdin.
"""

import json
import sys
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from lab import line_tables, room_tables
from lab.rows import Oid, Row, oid

_FRESH = 1.0  # seconds; within one walk a table had better not move


def router(truth: Any, uptime: float) -> list[Row]:
    """A router's tables."""
    return line_tables.router(truth or [], uptime, time.time())


def ups(truth: Any, _uptime: float) -> list[Row]:
    """A UPS."""
    return room_tables.ups((truth or {}).get("battery"), time.time())


def room(truth: Any, _uptime: float) -> list[Row]:
    """A room's sensors."""
    done = truth or {}
    return room_tables.room(
        temperature=41 if "hot" in done else 23,
        humidity=88 if "humid" in done else 45,
        door_open="door" in done,
        water="water" in done,
    )


Make = Callable[[Any, float], list[Row]]
KINDS: dict[str, Make] = {"router": router, "ups": ups, "room": room}


class Table:
    """The rows of one kind, made anew when a second has passed; `started` is the agent's start, monotonic seconds."""

    def __init__(self, make: Make, place: Path, started: float) -> None:
        self.make, self.place, self.started = make, place, started
        self.rows: list[Row] = []
        self.ids: list[Oid] = []
        self.made_at = float("-inf")

    def _refresh(self) -> None:
        now = time.monotonic()
        if now - self.made_at < _FRESH:
            return
        try:
            truth = json.loads(self.place.read_bytes())
        except FileNotFoundError:
            truth = None
        self.rows = self.make(truth, now - self.started)
        self.ids = [row[0] for row in self.rows]
        self.made_at = now

    def get(self, asked: Oid) -> Row | None:
        """The row with this very id."""
        self._refresh()
        at = bisect_left(self.ids, asked)
        return self.rows[at] if at < len(self.ids) and self.ids[at] == asked else None

    def following(self, asked: Oid) -> Row | None:
        """The first row behind this id."""
        self._refresh()
        at = bisect_right(self.ids, asked)
        return self.rows[at] if at < len(self.ids) else None


def serve(table: Table, questions: TextIO, answers: TextIO) -> None:
    """Answer until the agent goes away."""
    for line in questions:
        command = line.strip()
        if command == "PING":
            answers.write("PONG\n")
        elif command in ("get", "getnext"):
            asked = oid(questions.readline())
            row = table.get(asked) if command == "get" else table.following(asked)
            answers.write(f".{'.'.join(map(str, row[0]))}\n{row[1]}\n{row[2]}\n" if row else "NONE\n")
        elif command == "set":
            questions.readline()
            questions.readline()
            answers.write("not-writable\n")
        answers.flush()


def main() -> None:
    """Entry of the program."""
    kind, place, started = sys.argv[1:]
    serve(Table(KINDS[kind], Path(place), float(started)), sys.stdin, sys.stdout)


if __name__ == "__main__":
    main()
