"""What the sentinels see, shared by every prober of the process. One prober pulses them, all may look.

The judging itself is in `probes.sentinels`; here it is made safe for several threads, and every prober is told of
each loss of sight once. No socket and no clock; times are seconds of the one steady clock all probers read.
"""

import threading
from collections.abc import Iterable

from probes.columns import Codes, Floats, Sight
from probes.rhythm import Rhythm
from probes.sentinels import Sentinels, limit_of, pulse_every

_REMEMBERED = 256  # sights that were not told to everybody yet


class Eyes:
    """The sentinels of this process. It outlives the probers: one that hangs is replaced and the eyes stay.

    `shared` says that others look, too: then sentinels are pulsed all the time, and not only while they are asked
    for the sake of ICMP. `every` is the time between two pulses, in seconds.
    """

    def __init__(self, rhythm: Rhythm, *, any_configured: bool = True, shared: bool = False) -> None:
        self.shared = shared
        self.every = pulse_every(rhythm)
        self.lock = threading.Lock()
        self.sentinels = Sentinels(
            limit=limit_of(rhythm),
            answer_within=rhythm.timeout,
            any_configured=any_configured,
            every=self.every,
        )
        self.told: list[Sight] = []
        self.forgotten = 0

    @property
    def count(self) -> int:
        """How many sights there were."""
        return self.forgotten + len(self.told)

    def note(self, sights: Iterable[Sight]) -> None:
        """Remember what everybody is to be told; called with the lock held."""
        self.told += sights
        over = max(0, len(self.told) - _REMEMBERED)
        self.forgotten += over
        del self.told[:over]

    def view(self) -> "View":
        """A view for one prober, which is told of everything from now on, and of a sight that is lost already."""
        return View(self)


class View:
    """One prober's eyes. `begin`, `rest`, `pulse` and `heard` are for the prober that pulses the sentinels."""

    def __init__(self, eyes: Eyes) -> None:
        self._eyes = eyes
        with eyes.lock:
            self._seen = eyes.count - (not eyes.sentinels.seeing and eyes.count > 0)

    @property
    def shared(self) -> bool:
        """Whether other probers look, too."""
        return self._eyes.shared

    @property
    def every(self) -> float:
        """Seconds between two pulses."""
        return self._eyes.every

    @property
    def newest(self) -> int:
        """Serial of the newest pulse, 0 before the first."""
        return self._eyes.sentinels.newest

    def look(self, now: float) -> list[Sight]:
        """Notice a loss of sight; the sights lost and regained since this view was told last."""
        with self._eyes.lock:
            self._eyes.note(self._eyes.sentinels.look(now))
            return self._news()

    def judge(self, first: Floats, last: Floats) -> Codes:
        """Judge silent questions; see `Sentinels.judge`."""
        with self._eyes.lock:
            return self._eyes.sentinels.judge(first, last)

    def begin(self, now: float, expected: float) -> None:
        """A round that pulses begins; see `Sentinels.begin`."""
        with self._eyes.lock:
            self._eyes.sentinels.begin(now, expected)

    def rest(self, now: float, expected: float) -> None:
        """It has ended, and the next is expected at the latest at `expected`."""
        with self._eyes.lock:
            self._eyes.sentinels.rest(now, expected)

    def pulse(self, now: float) -> int:
        """A pulse leaves now; returns its serial number."""
        with self._eyes.lock:
            return self._eyes.sentinels.pulse(now)

    def heard(self, serial: int, arrival: float) -> list[Sight]:
        """A sentinel answered a pulse; what this view is to be told."""
        with self._eyes.lock:
            self._eyes.note(self._eyes.sentinels.heard(serial, arrival))
            return self._news()

    def _news(self) -> list[Sight]:
        eyes = self._eyes
        if self._seen == eyes.count:
            return []
        news = eyes.told[max(0, self._seen - eyes.forgotten) :]
        self._seen = eyes.count
        return news
