"""Whether a device whose agent is silent answers pings: then its agent does not want to answer us.

A wrong community is met with silence, as a cut is. A ping tells the two apart. It is a hint for people and moves no
outcome: that nothing came back stays a fact. Bounded: one ping at a time, and few wait.
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from collector import tracing

_WAITING = 64

Ping = Callable[[str, str | None, int], dict[str, Any]]


class Hinting:
    """Pings those that are silent, in the background, and remembers who answered."""

    def __init__(self, ping: Ping = tracing.ping) -> None:
        self._ping = ping
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="hint")
        self._lock = threading.Lock()
        self._waiting: set[int] = set()
        self._answered: set[int] = set()
        self._changed = False

    @property
    def checks(self) -> list[int]:
        """Those whose agent is silent while the device answers pings."""
        with self._lock:
            return sorted(self._answered)

    def news(self) -> list[int] | None:
        """The same, or None where nothing has changed since this was asked last."""
        with self._lock:
            changed, self._changed = self._changed, False
            return sorted(self._answered) if changed else None

    def heard(self, checks: Iterable[int]) -> None:
        """These agents have answered."""
        with self._lock:
            before = len(self._answered)
            self._answered.difference_update(checks)
            self._waiting.difference_update(checks)  # whose ping is still to come has nothing to say any more
            self._changed |= len(self._answered) != before

    def submit(self, check: int, address: str, source: str | None) -> None:
        """This agent was silent: ping its device, unless that is about to be done or too many wait."""
        with self._lock:
            if check in self._waiting or len(self._waiting) >= _WAITING:
                return
            self._waiting.add(check)
        self._pool.submit(self._look, check, address, source)

    def close(self) -> None:
        """Drop what waits."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _look(self, check: int, address: str, source: str | None) -> None:
        answered = bool(self._ping(address, source, 1).get("received"))
        with self._lock:
            if check not in self._waiting:
                return
            self._waiting.discard(check)
            self._changed |= (check in self._answered) != answered
            (self._answered.add if answered else self._answered.discard)(check)
