"""Which speeds of ports become facts: the first a start, and every other one."""

from dataclasses import replace
from math import nan

from collector.ports import Ports
from probes.columns import Answers, Octets
from tests.collector.answering import answered

S = 1_000_000


def answers(at: float, speed: float | None) -> Answers:
    """A port that was read; without a speed it was read for the first time, and nothing is known to have gone."""
    return replace(answered(at), octets={} if speed is None else {0: Octets(10.0, 500.0, 70.0, speed)})


def written(*told: tuple[float, float | None]) -> list[tuple[int, int | None]]:
    ports = Ports()
    rows = [row for at, speed in told for row in ports.take([7], answers(at, speed))]
    assert all(row["check"] == 7 for row in rows)
    return [(row["said_at"], row["speed_bps"]) for row in rows]


def test_a_speed_is_written_when_it_is_first_heard_and_when_it_is_another() -> None:
    told = (10, None), (20, 1e9), (30, 1e9), (40, 1e8), (50, 1e8), (60, 1e9)
    assert written(*told) == [(20 * S, 10**9), (40 * S, 10**8), (60 * S, 10**9)]


def test_a_port_that_no_longer_says_how_fast_it_is_has_no_speed_from_then_on() -> None:
    assert written((10, 1e9), (20, nan), (30, nan), (40, 1e9)) == [
        (10 * S, 10**9),
        (20 * S, None),
        (40 * S, 10**9),
    ]


def test_after_a_step_of_the_clock_it_is_said_again() -> None:
    ports = Ports()
    assert len(ports.take([7], answers(1000, 1e9))) == 1
    ports.forget()
    assert len(ports.take([7], answers(500, 1e9))) == 1
    assert ports.take([7], replace(answers(510, 1e9), octets={})) == []
