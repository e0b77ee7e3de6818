"""What the core router knows of each line by its own tests: a ping a second, pinned to the line's interface.

This is what NQA, RNS, IP SLA and BFD do on a real router, and it is done for real here: nothing is read from what was
ordered of a line. The results go to a file, from which `responders.py` makes the tables a router would show.
"""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from lab import interfaces
from lab.build import router_index
from lab.plan import Line

EVERY = 1.0  # seconds
LOST_AFTER = 0.9  # seconds
MISSED_UNTIL_DOWN = 3  # tests, as BFD's detect multiplier
KEPT = 12  # tests, in the history
_ECHO = struct.Struct("!BBHHH")
_ECHO_REQUEST = 8
_SO_BINDTODEVICE = 25


@dataclass(slots=True)
class Result:
    """What the tests of one line say; times are seconds since 1970, the rtt is in seconds."""

    line: str
    index: int
    interface: str
    source: str
    target: str
    rtt: float = 0.0
    answered_last: bool = False
    sent: int = 0
    answered: int = 0
    missed: int = 0  # in a row
    last_good: float = 0.0
    session_up: bool = False
    session_since: float = 0.0
    session_downs: int = 0
    last_down: float = 0.0
    lit: bool = True  # whether the interface sees light
    recent: list[tuple[int, bool, float]] = field(default_factory=list)  # number, answered or not, and when


class LineTest:
    """The tests of one line, over a socket of the router's namespace."""

    def __init__(self, line: Line, here: str) -> None:
        """Open the socket in the namespace this thread is in; `here` is the node that asks."""
        self.result = Result(
            line.name, router_index(line), line.interface, line.address_on(here), line.address_beyond(here)
        )
        self.sent_at, self.heard = 0.0, False
        kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK
        self.socket = socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP)
        self.socket.setsockopt(socket.SOL_SOCKET, _SO_BINDTODEVICE, line.interface.encode())
        self.socket.bind((self.result.source, 0))

    def ask(self, now: float) -> None:
        """Send the next packet; `now` is monotonic."""
        self.heard, self.sent_at = False, now
        self.result.sent += 1
        packet = _ECHO.pack(_ECHO_REQUEST, 0, 0, 0, self.result.sent & 0xFFFF)
        with suppress(OSError):  # no carrier: as good as silence
            self.socket.sendto(packet, (self.result.target, 0))

    def hear(self, now: float) -> None:
        """Take an answer, if it is one to the packet that is out."""
        with suppress(OSError):
            sequence = _ECHO.unpack_from(self.socket.recv(64))[4]
            if sequence == self.result.sent & 0xFFFF and now - self.sent_at <= LOST_AFTER:
                self.heard, self.result.rtt = True, now - self.sent_at

    def settle(self, wall: float) -> None:
        """The time for an answer is over; `wall` is now, in seconds since 1970."""
        result = self.result
        result.lit = interfaces.has_carrier(self.socket, result.interface)
        result.answered_last = self.heard
        result.missed = 0 if self.heard else result.missed + 1
        result.recent = [*result.recent, (result.sent, self.heard, wall)][-KEPT:]
        if self.heard:
            result.answered += 1
            result.last_good = wall
        if self.heard != result.session_up and (self.heard or result.missed >= MISSED_UNTIL_DOWN):
            result.session_up, result.session_since = self.heard, wall
            if not self.heard:
                result.last_down = wall
                result.session_downs += 1


def _hear(test: LineTest, now: Callable[[], float]) -> None:
    test.hear(now())


async def run(tests: list[LineTest], place: Path) -> None:
    """Test all lines for ever and keep the results at `place`."""
    loop = asyncio.get_running_loop()
    for test in tests:
        loop.add_reader(test.socket, partial(_hear, test, loop.time))
    begun, turn = loop.time(), 0
    while True:
        for test in tests:
            test.ask(loop.time())
        await asyncio.sleep(LOST_AFTER)
        for test in tests:
            test.settle(time.time())
        write(place, [test.result for test in tests])
        turn += 1
        await asyncio.sleep(max(0.0, begun + turn * EVERY - loop.time()))


def write(place: Path, results: list[Result]) -> None:
    """Keep the results at a place, whole at every moment."""
    beside = place.with_suffix(".new")
    beside.write_text(json.dumps([asdict(result) for result in results]), encoding="ascii")
    beside.replace(place)


def read(place: Path) -> list[dict[str, Any]]:
    """The results at a place; none before the first."""
    try:
        rows: list[dict[str, Any]] = json.loads(place.read_bytes())
    except FileNotFoundError:
        return []
    return rows
