"""What a router says of a line by itself (a test it runs, a session, a neighbour), and whether that is news. Pure.

Rules
=====
1. The result of a test stands until the test is run again. It counts only while the router is seen to run it: by the
   time it says it did, or by counters that move between two readings.
2. The state of a session or a neighbour is of the moment. Where packets are counted, those of one that is up must
   move; a counter that stands at nought counts nothing.
3. A device whose own clock stands still repeats itself, and says nothing.
4. What is said may be older than the moment it is read: not earlier than the reading before the one in which a
   counter had moved. That is from when on it holds.
"""

from dataclasses import dataclass
from math import isnan
from typing import Final

from probes.columns import UP
from probes.counters import UPTIME_WRAPS_AFTER, began_anew, stood_for
from probes.snmp_agent import Value

NAN: Final = float("nan")
NOT_YET = "the router's test was not seen to run yet"
STOPPED = "the router's test does not run"
MUTE = "the router's session is up, but its packets do not move"
STILL = "the router's clock stands still"
TICKS = 100  # of TimeTicks in a second

_STILL_SECONDS = 2.0  # by then a clock of hundredths must have moved
_AHEAD_SECONDS = 5.0  # a test may end between two objects of one answer


@dataclass(frozen=True, slots=True)
class Said:
    """One row of a router's table. Times are seconds of its sysUpTime; NaN or None where it does not say.

    `tested`: its result stands until it is run again; `ran` is when that was, `pulse` what moves with every run, of a
    session its packets. `since` is when it came to stand so, `lasted` for how long it has; `changes` counts how often
    it changed, without ever beginning anew while the device runs. It leads to an address and through an interface.
    """

    outcome: int
    reason: str = ""
    tested: bool = True
    pulse: tuple[Value, ...] = ()
    ran: float = NAN
    rtt: float = NAN
    since: float = NAN
    lasted: float = NAN
    changes: int | None = None
    leads_to: str = ""
    through: str = ""

    def stood_for(self, uptime: float) -> float:
        """For how many seconds at least it has stood so."""
        return stood_for(uptime, self.since) if isnan(self.lasted) else self.lasted


@dataclass(frozen=True, slots=True)
class News:
    """From when on what was said holds, by the steady clock; or why it is no news."""

    since: float = NAN
    why_not: str = ""


@dataclass(slots=True)
class Freshness:
    """From reading to reading: whether the router looks again. `longest` is how old what it says may be, seconds."""

    longest: float
    _first_at: float = NAN
    _at: float = NAN
    _uptime: float = NAN
    _pulse: tuple[Value, ...] = ()
    _moved_from: float = NAN
    _moved_at: float = NAN

    def judge(self, said: Said, uptime: float, at: float) -> News:
        """Whether a reading `at` (steady clock) is news, when the device's sysUpTime was `uptime`."""
        before = self._at
        if isnan(before) or began_anew(before, self._uptime, at, uptime):
            self._begin(at)
            before = NAN
        still = at - before > _STILL_SECONDS and uptime == self._uptime
        if not isnan(before) and said.pulse != self._pulse:
            self._moved_from, self._moved_at = before, at
        self._at, self._uptime, self._pulse = at, uptime, said.pulse
        if still:
            return News(why_not=STILL)
        return self._of_test(said, uptime, at) if said.tested else self._of_session(said, at)

    def _begin(self, at: float) -> None:
        self._first_at, self._moved_from, self._moved_at = at, NAN, NAN

    def _of_test(self, said: Said, uptime: float, at: float) -> News:
        if not isnan(said.ran):
            age = (uptime - said.ran) % UPTIME_WRAPS_AFTER
            age = 0.0 if age > UPTIME_WRAPS_AFTER - _AHEAD_SECONDS else age
            return News(at - age) if age <= self.longest else News(why_not=STOPPED)
        if at - self._moved_from <= self.longest:
            return News(self._moved_from)
        return News(why_not=NOT_YET if at - self._first_at <= self.longest else STOPPED)

    def _of_session(self, said: Said, at: float) -> News:
        moved = self._first_at if isnan(self._moved_at) else self._moved_at
        if said.outcome == UP and any(said.pulse) and at - moved > self.longest:
            return News(why_not=MUTE)
        return News(at)
