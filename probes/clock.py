"""The two clocks a prober reads, as one parameter. No arithmetic."""

import time
from typing import Protocol


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
    """Wall minus monotonic seconds; it moves when somebody sets the clock."""
    return clock.wall() - clock.monotonic()
