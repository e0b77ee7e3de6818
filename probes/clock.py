"""The two clocks a prober reads, as one parameter."""

import time
from typing import Protocol

_LOOKS = 3


# A wall clock that moved by more than this against the steady one was set by somebody, not slewed.
STEP_SECONDS = 0.1
# No kernel slews a clock faster than this share of a second per second.
_FASTEST_SLEW = 500e-6


class Clock(Protocol):
    """A steady clock to wait by and a wall clock to report by; both in seconds."""

    def monotonic(self) -> float:
        """Never steps. Where it starts means nothing."""
        ...

    def wall(self) -> float:
        """Seconds since 1970 UTC; the clock of the kernel's receive stamps. May be set by somebody."""
        ...


class SystemClock:
    """The machine's clocks. The steady one counts the time the machine was suspended: that is a gap too."""

    def monotonic(self) -> float:
        """Seconds since the machine was started."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def wall(self) -> float:
        """Seconds since 1970 UTC."""
        return time.time()


def offset(clock: Clock) -> float:
    """Wall minus monotonic seconds; it moves when somebody sets the clock.

    Read several times, because a process that is interrupted between its two looks would see a step.
    """
    width, found = float("inf"), 0.0
    for _ in range(_LOOKS):
        before, wall, after = clock.monotonic(), clock.wall(), clock.monotonic()
        if after - before < width:
            width, found = after - before, wall - (before + after) / 2
    return found


class Steps:
    """Notices from look to look whether the wall clock was set; one that is only slewed was not."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead, self._at = offset(clock), clock.monotonic()

    def moved(self) -> float:
        """By how many seconds the wall clock was set since the last look; 0.0 if nobody set it."""
        ahead, at = offset(self._clock), self._clock.monotonic()
        moved, passed = ahead - self._ahead, at - self._at
        self._ahead, self._at = ahead, at
        return moved if abs(moved) > STEP_SECONDS + _FASTEST_SLEW * passed else 0.0
