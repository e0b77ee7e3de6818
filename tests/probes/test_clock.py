"""How far the wall clock is ahead of the steady one, read by a process that is interrupted."""

from dataclasses import dataclass, field

from probes.clock import SystemClock, offset


@dataclass
class Interrupted:
    """Clocks of a process that stands still for a second between its first two looks."""

    now: float = 100.0
    pauses: list[float] = field(default_factory=lambda: [0.0, 1.0])

    def _pass(self) -> None:
        self.now += self.pauses.pop(0) if self.pauses else 1e-6

    def monotonic(self) -> float:
        self._pass()
        return self.now

    def wall(self) -> float:
        self._pass()
        return self.now + 5000.0


def test_an_interruption_between_two_looks_is_no_step_of_the_clock() -> None:
    assert abs(offset(Interrupted()) - 5000.0) < 1e-3


def test_the_machines_clocks_agree_from_look_to_look() -> None:
    clock = SystemClock()
    assert abs(offset(clock) - offset(clock)) < 0.01
