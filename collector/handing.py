"""Handing traps over to *ask*, which writes all that is observed, and telling it whom to ask at once.

In a thread of its own: *ask* may be away for a while, and whoever listens must not wait. Nothing is forgotten that
was not handed over, up to a limit. What was handed over twice is written once: a row is known by its key.
"""

import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from collector import feed
from collector.concerned import Subject

Row = dict[str, Any]

MOST_WAITING = 20_000  # rows
_CHUNK_ROWS = 1000
_BEAT_SECONDS = 1.0
_PAUSE_SECONDS = 0.05  # what comes meanwhile goes along
_ANSWER_SECONDS = 2.0


class Handing:
    """What waits to be handed over; `said` goes along with every word to *ask*, which comes every second."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._rows: dict[tuple[int, str], Row] = {}
        self._urgent: set[Subject] = set()
        self._lock = threading.Lock()
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="handing", daemon=True)
        self.said: dict[str, Any] = {}
        self.lost = 0  # rows for which there was no room

    def start(self) -> None:
        """Begin to hand over."""
        self._thread.start()

    def put(self, rows: Iterable[Row], urgent: Iterable[Subject]) -> None:
        """These rows are to be written, and these subjects asked at once."""
        with self._lock:
            for row in rows:
                key = (row["received_at"], row["source"])
                if key in self._rows or len(self._rows) < MOST_WAITING:
                    self._rows[key] = row
                else:
                    self.lost += 1
            self._urgent.update(urgent)
            waits = bool(self._rows or self._urgent)
        if waits:
            self._wake.set()

    def stop(self, seconds: float) -> bool:
        """Hand over what is left, for so long at the most; whether all of it was."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(seconds)
        return not self._rows

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(_BEAT_SECONDS)
            self._wake.clear()
            if self._told():
                time.sleep(_PAUSE_SECONDS)
            else:
                self._stopping.wait(_BEAT_SECONDS)
        self._told()

    def _told(self) -> bool:
        """Say all that waits, in the order it came; whether it was heard."""
        while True:
            with self._lock:
                rows = list(self._rows.values())[:_CHUNK_ROWS]
                urgent, self._urgent = self._urgent, set()
            word = {"want": "traps", "rows": rows, "hurry": sorted(urgent), "said": self.said}
            answer = feed.request(self._data_dir, word, _ANSWER_SECONDS)
            if answer is None or "taken" not in answer[0]:
                with self._lock:
                    self._urgent |= urgent
                return False
            self._forget(rows)
            if len(rows) < _CHUNK_ROWS:
                return True

    def _forget(self, rows: Iterable[Row]) -> None:
        """These are with *ask*, unless they were counted on since."""
        with self._lock:
            for row in rows:
                key = (row["received_at"], row["source"])
                if self._rows.get(key) is row:
                    del self._rows[key]
