"""Clocks that tests set by hand; no tests here."""

import time
from dataclasses import dataclass


@dataclass
class SetClock:
    """The machine's clocks, with a wall clock that somebody has set: `shift` is how far it is off."""

    shift: float = 0.0

    def monotonic(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def wall(self) -> float:
        return time.time() + self.shift


@dataclass
class HandClock:
    """Clocks that stand still until they are moved; the wall clock is `ahead` of the steady one."""

    steady: float = 1000.0
    ahead: float = 0.0

    def monotonic(self) -> float:
        return self.steady

    def wall(self) -> float:
        return self.steady + self.ahead

    def go_on(self, until: float) -> None:
        """Let time pass until the wall clock shows this."""
        self.steady = until - self.ahead

    def step(self, seconds: float) -> None:
        """Somebody sets the wall clock."""
        self.ahead += seconds
