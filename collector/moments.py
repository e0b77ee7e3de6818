"""When the process that makes throughput tests is started: at the times they are due. Light, for the parent."""

import datetime as dt
import logging
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

log = logging.getLogger(__name__)

_AGAIN_SECONDS = 60.0
_LONGEST_SECONDS = 14 * 3600.0


@dataclass(frozen=True, slots=True)
class Moments:
    """Times of every day of a zone, and for how many seconds each of them stays open; seconds since 1970 UTC."""

    times: Sequence[dt.time]
    within: float
    zone: ZoneInfo

    def last(self, now: float) -> float | None:
        """The last time that has come and is still open at `now`; None where there is none."""
        today = dt.datetime.fromtimestamp(now, self.zone).date()
        came = [
            dt.datetime.combine(date, at, self.zone).timestamp()
            for date in (today - dt.timedelta(1), today)
            for at in self.times
        ]
        return max((at for at in came if at <= now <= at + self.within), default=None)


class Startable(Protocol):
    """What is asked of a child of the service."""

    name: str
    process: subprocess.Popen[bytes] | None

    def start(self) -> None:
        """Start it."""
        ...


@dataclass(slots=True)
class Starter:
    """Starts the tests whenever they are due, one process at a time; a failed one again after a minute.

    Which tests were made already is known from the ledger, so one start too many does no harm.
    """

    child: Startable
    moments: Moments | None
    done_until: float = float("-inf")  # of the last that ended well, when it was begun
    begun: float = 0.0  # monotonic
    begun_at: float = 0.0
    look_at: float = 0.0  # monotonic

    def look(self, now: float, wall: float) -> None:
        """Start it if it is due. `now` is monotonic, `wall` since 1970 UTC."""
        process = self.child.process
        if process is None:
            self._start_if_due(now, wall)
        elif process.poll() is None:
            if now > self.begun + _LONGEST_SECONDS:
                process.kill()
        else:
            self.child.process = None
            self._ended(process.returncode, now)

    def _start_if_due(self, now: float, wall: float) -> None:
        last = self.moments.last(wall) if self.moments else None
        # A success that lies in the future says that the clock was set back.
        if last is None or now < self.look_at or last <= self.done_until <= wall:
            return
        self.begun, self.begun_at = now, wall
        try:
            self.child.start()
        except OSError:  # whatever this machine lacks just now, watching goes on
            log.exception("throughput is not tested")
            self.look_at = now + _AGAIN_SECONDS

    def _ended(self, status: int, now: float) -> None:
        if status:
            log.error("%s ended with status %s; it is tried again in a minute", self.child.name, status)
            self.look_at = now + _AGAIN_SECONDS
        else:
            self.done_until = self.begun_at
