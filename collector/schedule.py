"""Rounds on APScheduler, with guards: it fires by the wall clock and can die without a word.

- One job a round, not one a check; in memory, in UTC, late firings merged into one, never two of a kind at once.
- Whatever `_process_jobs` raises, the scheduler looks again after a second instead of stopping for good.
- Before it looks for due jobs it looks whether the wall clock was stepped, and then dates every job anew: after a
  step ahead all of them seem due.
- A heartbeat job proves that it still fires; a watchdog of our own, on the monotonic clock, wakes it when it does
  not, and looks for a step as well: after one back it would sleep until the old time comes again.
"""

import contextlib
import datetime as dt
import logging
import math
import threading
from collections.abc import Callable

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from probes.clock import Clock, Steps, offset

log = logging.getLogger(__name__)

_BEAT_SECONDS = 1.0
_SILENT_SECONDS = 5.0
_SPARE_WORKERS = 4  # for the heartbeat and the like: a round may wait for its opening round
_LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class _Scheduler(BackgroundScheduler):  # type: ignore[misc] # APScheduler ships no types
    """A scheduler whose thread survives whatever is raised while it looks for due jobs."""

    before: Callable[[], None]  # called every time before it looks

    def _process_jobs(self) -> float | None:
        try:
            self.before()
            wait: float | None = super()._process_jobs()
        except BaseException:  # whatever it is, a scheduler that stopped would leave every line unwatched
            log.exception("the scheduler stumbled; it looks again in a second")
            return _BEAT_SECONDS
        return wait


class _Every(IntervalTrigger):  # type: ignore[misc] # APScheduler ships no types
    """Every `seconds` from a first time on, leaving out what has passed.

    APScheduler's own lists every missed time before it merges them into one: a clock that is put right by years
    at boot would cost it all memory.
    """

    def __init__(self, seconds: float, first: dt.datetime) -> None:
        super().__init__(seconds=seconds, start_date=first)

    def get_next_fire_time(self, previous: dt.datetime | None, now: dt.datetime) -> dt.datetime:
        """The first time that has not passed; after a firing, the first that is still to come."""
        next_ = max(self.start_date, now) if previous is None else max(previous, now)
        gone = (next_ - self.start_date) / self.interval
        rounds = math.ceil(gone) if previous is None else math.floor(gone) + 1
        found: dt.datetime = self.start_date + rounds * self.interval
        return found if previous is None or found > next_ else found + self.interval


class Schedule:
    """Fires jobs at a fixed interval by the wall clock, and again rightly after that clock was stepped."""

    def __init__(self, clock: Clock, workers: int) -> None:
        self._clock = clock
        self._scheduler = _Scheduler(
            timezone=dt.UTC,
            executors={"default": ThreadPoolExecutor(2 * workers + _SPARE_WORKERS)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.before = self._look_at_clock
        self._steps, self._dating = Steps(clock), threading.Lock()
        self._due: dict[str, tuple[float, float]] = {}  # job → (first due by the monotonic clock, interval)
        self._beat = clock.monotonic()
        self._stopping = threading.Event()
        self._watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def every(self, name: str, interval: float, first_in: float, job: Callable[[], None]) -> None:
        """Run a job every `interval` seconds, the first time in `first_in` seconds."""
        due = self._clock.monotonic() + first_in
        first = self._date(due)
        self._scheduler.add_job(job, _Every(interval, first), id=name, next_run_time=first)
        self._due[name] = (due, interval)

    def once(self, job: Callable[[], None]) -> None:
        """Run a job now, whatever happens to the wall clock meanwhile."""
        self._scheduler.add_job(job, "date", run_date=_LONG_AGO)

    def start(self) -> None:
        """Begin to fire."""
        self.every("heartbeat", _BEAT_SECONDS, 0, self._heart)
        self._scheduler.start()
        self._watchdog.start()

    def stop(self) -> None:
        """Fire nothing more; jobs that run are not waited for."""
        self._stopping.set()
        self._scheduler.shutdown(wait=False)

    def _heart(self) -> None:
        self._beat = self._clock.monotonic()

    def _watch(self) -> None:
        while not self._stopping.wait(_BEAT_SECONDS):
            try:
                self._look_at_clock()
                self._look_at_heart()
            except Exception:
                log.exception("the watchdog stumbled; it looks again in a second")

    def _look_at_clock(self) -> None:
        with self._dating:
            if self._steps.moved():
                self._date_anew()

    def _look_at_heart(self) -> None:
        if self._clock.monotonic() - self._beat > _SILENT_SECONDS:
            log.error("the scheduler was silent for %s s and is woken", _SILENT_SECONDS)
            self._beat = self._clock.monotonic()
            self._scheduler.wakeup()

    def _date_anew(self) -> None:
        """After a step of the wall clock: every job fires when it would have fired without it."""
        now = self._clock.monotonic()
        for name, (first, interval) in tuple(self._due.items()):  # others may add to it
            due = first + max(0, math.ceil((now - first) / interval)) * interval
            with contextlib.suppress(JobLookupError):  # we are being stopped
                self._scheduler.reschedule_job(name, trigger=_Every(interval, self._date(due)))

    def _date(self, due: float) -> dt.datetime:
        """A moment of the monotonic clock as the wall clock now has it."""
        return dt.datetime.fromtimestamp(due + offset(self._clock), dt.UTC)
