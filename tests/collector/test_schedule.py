"""The schedule on the real APScheduler, when things go wrong that once stopped it for good.

Nobody but root may set a machine's clock. What APScheduler knows of the wall clock is `datetime.now` in one
module; it waits by the monotonic clock, which no step moves. So that one name is set here, together with ours.
"""

import datetime as dt
import threading
import time
from collections.abc import Iterator

import apscheduler.schedulers.base
import pytest

from collector import schedule
from collector.schedule import Schedule
from tests.awaiting import patience, until
from tests.collector.clocks import SetClock

BEAT = 0.2
FROM_1970 = 56 * 365.25 * 86_400  # a machine without a battery clock learns the time after it has started


class Machine:
    """The clock that the schedule is given, and what the scheduler inside it makes of `datetime.now`."""

    def __init__(self) -> None:
        self.clock = SetClock()
        self.seen_by_scheduler: float | None = None  # another shift than the clock's
        self.broken = 0  # so many looks at the clock fail
        self.breaks_with: type[BaseException] = OverflowError

    def step(self, seconds: float) -> None:
        self.clock.shift += seconds

    def now(self, zone: dt.tzinfo | None) -> dt.datetime:
        if self.broken:
            self.broken -= 1
            raise self.breaks_with("no such time")
        shift = self.clock.shift if self.seen_by_scheduler is None else self.seen_by_scheduler
        return dt.datetime.fromtimestamp(time.time() + shift, zone)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()

    class Datetime(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return made.now(tz)

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Datetime)
    monkeypatch.setattr(schedule, "_BEAT_SECONDS", BEAT)
    return made


@pytest.fixture
def running(machine: Machine) -> Iterator[Schedule]:
    started = Schedule(machine.clock, 2)
    started.start()
    yield started
    started.stop()


class Firings:
    """When a job was fired, by the monotonic clock."""

    def __init__(self, lasting: float = 0.0) -> None:
        self.at: list[float] = []
        self.at_once = self.most_at_once = 0
        self.lasting = lasting

    def __call__(self) -> None:
        self.at.append(time.monotonic())
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(self.lasting)
        self.at_once -= 1


def test_a_job_is_fired_at_its_interval_from_the_first_time_on(running: Schedule) -> None:
    job, begun = Firings(), time.monotonic()
    running.every("round", 0.3, 0.6, job)
    until(lambda: len(job.at) == 4)
    for number, at in enumerate(job.at):
        assert at - begun == pytest.approx(0.6 + 0.3 * number, abs=0.1)


def test_a_job_may_be_fired_once_at_once(running: Schedule) -> None:
    job, begun = Firings(), time.monotonic()
    running.once(job)
    until(lambda: job.at)
    assert job.at[0] - begun < 0.2
    time.sleep(0.5)
    assert len(job.at) == 1


def test_an_exception_while_it_looks_for_due_jobs_does_not_stop_it(
    running: Schedule, machine: Machine
) -> None:
    job = Firings()
    running.every("round", 0.1, 0.0, job)
    until(lambda: job.at)
    machine.broken = 3
    until(lambda: machine.broken == 0)
    fired = len(job.at)
    until(lambda: len(job.at) > fired + 3)


def test_even_an_exit_while_it_looks_for_due_jobs_does_not_stop_it(
    running: Schedule, machine: Machine
) -> None:
    job = Firings()
    running.every("round", 0.1, 0.0, job)
    until(lambda: job.at)
    machine.breaks_with = SystemExit
    machine.broken = 2
    until(lambda: machine.broken == 0)
    fired = len(job.at)
    until(lambda: len(job.at) > fired + 3)


@pytest.mark.parametrize(
    "error", [OSError("the disk is full"), SystemExit(1), KeyboardInterrupt(), GeneratorExit(), MemoryError()]
)
def test_a_job_that_raises_is_fired_again(running: Schedule, error: BaseException) -> None:
    fired = []

    def job() -> None:
        fired.append(1)
        raise error

    running.every("round", 0.1, 0.0, job)
    until(lambda: len(fired) >= 3)


def test_an_executor_that_refuses_for_a_while_costs_only_that_while(
    running: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Firings()
    running.every("round", 0.1, 0.0, job)
    until(lambda: job.at)
    pool = running._scheduler._executors["default"]._pool
    refused: list[object] = []

    def refuse(*given: object) -> None:
        refused.append(given)
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(pool, "submit", refuse)
        until(lambda: len(refused) > 10)
    fired = len(job.at)
    until(lambda: len(job.at) > fired + 3)


def test_a_job_that_outlasts_its_interval_never_runs_twice_at_once(running: Schedule) -> None:
    job = Firings(lasting=0.5)
    running.every("round", 0.2, 0.0, job)
    until(lambda: len(job.at) >= 4)
    assert job.most_at_once == 1


def test_a_long_job_delays_no_other(running: Schedule) -> None:
    long, quick = Firings(lasting=1.5), Firings()
    running.every("long", 0.2, 0.0, long)
    running.every("quick", 0.1, 0.0, quick)
    until(lambda: long.at)
    fired = len(quick.at)
    time.sleep(1)
    assert len(quick.at) - fired >= 7


@pytest.mark.parametrize("moved", [-86_400.2, -60.2, 60.2, 86_400.2, FROM_1970 + 0.2])
def test_a_step_of_the_wall_clock_leaves_the_rhythm_as_it_was(
    running: Schedule, machine: Machine, moved: float
) -> None:
    job, interval = Firings(), 0.4  # whoever followed the wall clock would be half an interval off
    running.every("round", interval, interval, job)
    until(lambda: len(job.at) == 3)
    first = job.at[0]
    machine.step(moved)
    noticed = time.monotonic() + 2 * BEAT + 0.2
    until(lambda: job.at[-1] > noticed + 3 * interval)
    late = [(at - first) % interval for at in job.at if at > noticed]
    assert all(min(one, interval - one) < 0.1 for one in late), late
    gaps = [after - before for before, after in zip(job.at, job.at[1:], strict=False)]
    assert max(gaps) < 2 * BEAT + 2 * interval + 0.1


@pytest.mark.parametrize("moved", [-86_400.0, -60.0, 60.0, 86_400.0, FROM_1970])
def test_no_job_is_fired_early_after_a_step(running: Schedule, machine: Machine, moved: float) -> None:
    job, begun = Firings(), time.monotonic()
    running.every("round", 2.0, 2.0, job)
    time.sleep(0.5)
    machine.step(moved)  # the heartbeat lets the scheduler look several times before the watchdog does
    until(lambda: len(job.at) == 2)
    assert [at - begun for at in job.at] == [pytest.approx(2.0, abs=0.3), pytest.approx(4.0, abs=0.3)]


def test_a_job_to_be_run_at_once_waits_for_no_clock(machine: Machine) -> None:
    job, started = Firings(), Schedule(machine.clock, 2)
    started.once(job)
    machine.step(-86_400.0)  # before the scheduler has looked
    started.start()
    until(lambda: job.at)
    time.sleep(0.3)
    started.stop()
    assert len(job.at) == 1


def test_a_slewed_clock_dates_nothing_anew(
    running: Schedule, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    anew: list[int] = []
    monkeypatch.setattr(running, "_date_anew", lambda: anew.append(1))
    for _ in range(10):
        machine.step(0.05)  # in a fifth of a second: a hundred times faster than any kernel slews
        time.sleep(BEAT)
    assert anew == []
    machine.step(0.2)
    until(lambda: anew)


def test_a_step_does_not_make_up_for_the_rounds_it_passed_over(running: Schedule, machine: Machine) -> None:
    job = Firings()
    running.every("round", 0.2, 0.0, job)
    until(lambda: job.at)
    machine.step(86_400.0)
    time.sleep(1)
    assert len(job.at) <= 8


def test_stopping_in_the_midst_of_a_step_ends_quietly(machine: Machine) -> None:
    for number in range(20):
        started = Schedule(machine.clock, 2)
        started.every("round", 0.2, 0.0, Firings())
        started.start()
        machine.step(60.0)
        time.sleep(BEAT - 0.01 + 0.001 * number)  # about when the watchdog looks
        started.stop()
        started._watchdog.join(5)
        assert not started._watchdog.is_alive()


def test_a_first_time_still_to_come_survives_a_step(running: Schedule, machine: Machine) -> None:
    job, begun = Firings(), time.monotonic()
    running.every("round", 5.0, 1.5, job)
    machine.step(-3600.0)
    until(lambda: job.at)
    assert job.at[0] - begun == pytest.approx(1.5, abs=0.15)


def test_the_watchdog_wakes_a_scheduler_that_sleeps_too_long(
    running: Schedule, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "_SILENT_SECONDS", 0.5)
    job = Firings()
    running.every("round", 0.1, 0.0, job)
    until(lambda: job.at)
    # The clock goes back by a minute and is put right before the watchdog looks: the scheduler sleeps a minute.
    machine.seen_by_scheduler = -60.0
    time.sleep(0.3)
    machine.seen_by_scheduler = None
    fired = len(job.at)
    until(lambda: len(job.at) > fired + 3, 3)


def test_stopping_waits_for_no_job_and_fires_none(machine: Machine) -> None:
    started = Schedule(machine.clock, 2)
    started.start()
    held, released = threading.Event(), threading.Event()
    other = Firings()

    def job() -> None:
        held.set()
        released.wait(10)

    started.once(job)
    started.every("other", 0.1, 0.0, other)
    assert held.wait(5)
    begun = time.monotonic()
    started.stop()
    assert time.monotonic() - begun < patience(0.3)
    fired = len(other.at)
    time.sleep(0.4)
    assert len(other.at) <= fired + 1
    released.set()
