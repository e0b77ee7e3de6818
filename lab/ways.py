"""One direction of one line: frames come in at one relay interface and leave at the other, or do not.

A way is a gate, a share of frames to lose and a time to hold them; what breaks a whole line is in `relay.py`.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Literal, get_args

from lab.ring import Ring

Direction = Literal["outward", "inward"]  # away from the core router, towards it
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)

_BURST = 256  # frames carried before orders have their turn


@dataclass(slots=True, eq=False)
class Way:
    """Frames that leave at interface `exit`; `loss` is a ratio, `delay` in seconds."""

    exit: str
    open: bool = True
    loss: float = 0.0
    delay: float = 0.0


@dataclass(slots=True)
class Carrier:
    """Carries frames, each by the way of the interface (index) it came in at, and holds back delayed ones.

    `chance` gives numbers from 0 to 1, `now` is a monotonic clock in seconds.
    """

    ring: Ring
    ways: dict[int, Way]
    chance: Callable[[], float]
    now: Callable[[], float]
    _held: list[tuple[float, int, Way, bytes]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)

    def carry(self) -> None:
        """Carry what has arrived, at most a burst of it."""
        for interface, frame in self.ring.arrived(_BURST):
            self._pass_on(self.ways[interface], frame)

    def carry_all(self) -> None:
        """Carry all that has arrived, so that what is changed now concerns later frames only."""
        for interface, frame in self.ring.arrived():
            self._pass_on(self.ways[interface], frame)

    def _pass_on(self, way: Way, frame: bytes) -> None:
        if not way.open or (way.loss and self.chance() < way.loss):
            return
        if way.delay:
            heapq.heappush(self._held, (self.now() + way.delay, next(self._order), way, frame))
        else:
            self.ring.send(way.exit, frame)

    def release(self) -> None:
        """Let go of the frames whose time has come."""
        while self._held and self._held[0][0] <= self.now():
            _, _, way, frame = heapq.heappop(self._held)
            self.ring.send(way.exit, frame)

    def next_release(self) -> float | None:
        """Seconds until a frame is due; None if none is held."""
        return max(0.0, self._held[0][0] - self.now()) if self._held else None

    def forget(self, ways: tuple[Way, ...]) -> None:
        """Drop the frames held on these ways: a cut line delivers nothing late."""
        self._held = [entry for entry in self._held if entry[2] not in ways]
        heapq.heapify(self._held)
