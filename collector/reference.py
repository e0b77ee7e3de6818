"""The clock's offset against a named source: measured about once a minute, recorded, never applied to anything.

An NTP server or a device that speaks NTP is asked a few times in a row, and the reply that came back soonest
counts: it was delayed least on its way. Nothing here sets a clock or corrects a time.
"""

import logging
import threading
from dataclasses import dataclass

from probes.clock import Clock, offset
from probes.reference import PORT, Reading, UnusableReplyError, ask

log = logging.getLogger(__name__)

POLL_SECONDS = 64.0
_POLLS_KEPT = 4  # a source that was silent for so many is no source any more
_QUESTIONS = 4
_BETWEEN_SECONDS = 0.5
_DRIFT = 15e-6  # how much an error grows with the age of its measurement; RFC 5905 calls it PHI


@dataclass(frozen=True, slots=True)
class Offset:
    """How far our wall clock is ahead of the source's, in seconds and within `error`; negative: behind."""

    seconds: float
    error: float
    source: str


class Reference:
    """Keeps the newest offset against the source at an address; without one there never is any."""

    def __init__(self, address: str | None, clock: Clock, *, port: int = PORT) -> None:
        self._address = address
        self._clock = clock
        self._port = port
        self._newest: Reading | None = None
        self._problem = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reference", daemon=True)

    def start(self) -> None:
        """Begin to measure."""
        if self._address:
            self._thread.start()

    def stop(self) -> None:
        """Measure no more; a question that is still open is not waited for."""
        self._stopping.set()

    def offset(self) -> Offset | None:
        """How far the wall clock is off now; None without a source, and when it has not answered for several polls.

        A clock that was set since the last measurement is off by so much more.
        """
        newest = self._newest
        if newest is None or not self._address:
            return None
        age = self._clock.monotonic() - newest.at
        if age > _POLLS_KEPT * POLL_SECONDS:
            return None
        moved = offset(self._clock) - newest.ahead
        return Offset(newest.offset + moved, newest.error + age * _DRIFT, self._address)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._poll()
            self._stopping.wait(POLL_SECONDS)

    def _poll(self) -> None:
        readings: list[Reading] = []
        problem = ""
        for number in range(_QUESTIONS):
            if number and self._stopping.wait(_BETWEEN_SECONDS):
                return
            try:
                readings.append(ask(self._address or "", self._clock, port=self._port))
            except (OSError, UnusableReplyError) as error:
                problem = str(error)
        if readings:
            self._newest = min(readings, key=lambda reading: reading.error)
        self._say("" if readings else problem)

    def _say(self, problem: str) -> None:
        """Log once that the source tells no time any more, and once that it does again."""
        if problem and not self._problem:
            log.warning("the clock source %s tells no time: %s", self._address, problem)
        elif self._problem and not problem:
            log.warning("the clock source %s tells the time again", self._address)
        self._problem = problem
