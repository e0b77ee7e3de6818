"""Telling people at once: every second what is not as it should be is held against what was told of it.

Runs in threads of *tell*: one that looks, and one for each receiver, so that a server that hangs delays nobody else.
Nothing here touches the books: what is held back or cannot be sent is no fact.
"""

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from collector.alert_store import AlertStore, Waiting
from collector.app import is_practice
from collector.ledger.store import brief
from config.alerts import Alerts, Receiver
from config.model import Config
from exporters.alerts.books import Case, Notice, news, open_keys
from exporters.alerts.sending import NotSentError, send
from exporters.alerts.texts import Letterhead, message
from exporters.alerts.troubles import Key, Watcher
from exporters.reading import AlertsNow, Overview, ReceiverNow
from exporters.shared import Last
from exporters.words import default_language, words

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
_CALM_LOOK_SECONDS = 10.0  # where nobody stands otherwise than before
# What comes together is told together; after a message there is a pause, however much happens meanwhile.
_GATHER_SECONDS = 3.0
_PAUSE_SECONDS = 30.0
_QUIET_SECONDS = 15.0  # so often is looked for agreed maintenance
_AGAIN_SECONDS = (10.0, 300.0)  # after a failure, twice as long each time


def letterhead(config: Config, data_dir: Path) -> Letterhead:
    """Who tells, in the language of the service; practice is never taken for the real thing."""
    spoken, practice = default_language(), is_practice(data_dir)
    page = config.alerts.page if config.alerts else ""
    zone = ZoneInfo(config.calendar.zone)
    return Letterhead(
        config.organisation, config.vantage.name, page, words(spoken), spoken == "zh", zone, practice
    )


def wants(receiver: Receiver, notice: Notice) -> bool:
    """Whether this is for this receiver; what is of no group, such as that nobody watches, is for all."""
    trouble = notice.trouble
    about = not receiver.about or trouble.key.what in receiver.about
    return about and (not receiver.groups or not trouble.group or trouble.group in receiver.groups)


@dataclass(slots=True)
class Courier:
    """The way to one receiver: what waits, and what became of the last attempt."""

    receiver: Receiver
    sent_at: float = math.nan  # seconds since 1970 UTC
    problem: str = ""
    waiting: int = 0
    awake: threading.Event = field(default_factory=threading.Event)
    next: float = 0.0  # monotonic: no message before
    _failures: int = 0

    def due(self, waiting: Sequence[Waiting], wall: float) -> bool:
        """Whether what waits is to be told now."""
        self.waiting = len(waiting)
        # What was noticed in the future was noticed before somebody set the clock back.
        return bool(waiting) and not 0 <= wall - waiting[0].at < _GATHER_SECONDS

    def succeeded(self, wall: float, monotonic: float) -> None:
        """A message was handed over."""
        self.sent_at, self.problem, self.waiting, self._failures = wall, "", 0, 0
        self.next = monotonic + _PAUSE_SECONDS

    def failed(self, why: str, monotonic: float) -> None:
        """It was not; it is tried again later, with whatever waits then."""
        self.problem = why
        first, longest = _AGAIN_SECONDS
        self.next = monotonic + min(first * 2**self._failures, longest)
        self._failures += 1


class Alerting:
    """Looks, keeps what is to be told, and tells it."""

    def __init__(
        self,
        config: Config,
        data_dir: Path,
        overview: Callable[[], Overview],
        quiet: Callable[[], frozenset[tuple[str, str]]],
        stirred: Callable[[], int],
    ) -> None:
        """`quiet` are those nobody is to be told of now, `stirred` a number that grows where there may be news."""
        assert config.alerts is not None  # noqa: S101 - whoever starts it has looked
        self._alerts: Alerts = config.alerts
        self._head = letterhead(config, data_dir)
        self._overview, self._quiet = overview, Last(quiet, _QUIET_SECONDS)
        self._stirred, self._seen, self._looked = stirred, -1, -math.inf
        self._data_dir = data_dir
        self._store: AlertStore | None = None
        self._couriers = [Courier(one) for one in self._alerts.receivers]
        self._watcher = Watcher()
        self._cases: dict[Key, Case] = {}

    def start(self) -> None:
        """Begin to look."""
        threading.Thread(target=self._run, name="alerting", daemon=True).start()

    def now(self) -> AlertsNow:
        """How telling goes, for page and metrics."""
        of = [ReceiverNow(one.receiver.id, one.waiting, one.sent_at, one.problem) for one in self._couriers]
        told = sum(case.told and case.over is None for case in [*self._cases.values()])
        return AlertsNow(told, tuple(of))

    def _run(self) -> None:
        while not self._begin():
            time.sleep(_AGAIN_SECONDS[0])
        failed = False
        while True:
            time.sleep(_LOOK_SECONDS)
            try:
                self._look()
                failed = False
            except Exception:  # whatever it is, page and metrics go on, and so does the next look
                if not failed:  # said once, not every second
                    log.exception("what people are to be told could not be found out")
                failed = True

    def _begin(self) -> bool:
        """Take up what was told before; whether that was possible."""
        try:
            self._store = AlertStore(self._data_dir)
            self._store.drop(one.receiver.id for one in self._couriers)
            self._cases = self._store.cases()
        except sa.exc.SQLAlchemyError as error:
            log.warning("what was told before cannot be read: %s", error)
            return False
        for one in self._couriers:
            one.awake.set()
            threading.Thread(target=self._carry, args=(one,), name=one.receiver.id, daemon=True).start()
        return True

    def _look(self) -> None:
        assert self._store is not None  # noqa: S101 - it was opened first
        stirred, now = self._stirred(), time.monotonic()
        # To look over a hundred thousand lines takes a tenth of a second: done where there may be news, or is to be.
        waiting = any(not case.told and case.over is None for case in self._cases.values())
        if stirred == self._seen and not waiting and now - self._looked < _CALM_LOOK_SECONDS:
            return
        self._seen, self._looked = stirred, now
        quiet = self._quiet.now(time.monotonic())
        scene = self._watcher.scene(self._overview(), open_keys(self._cases), quiet)
        changed, notices = news(self._cases, scene, self._alerts.after)
        if not changed:
            return
        told = {
            one.receiver.id: [each for each in notices if wants(one.receiver, each)] for one in self._couriers
        }
        self._store.put(changed, told)
        for key, case in changed.items():
            if case is None:
                self._cases.pop(key, None)
            else:
                self._cases[key] = case
        for one in self._couriers:
            if news_for_one := told[one.receiver.id]:
                one.waiting += len(news_for_one)
                one.awake.set()

    def _carry(self, to: Courier) -> None:
        """In a thread of its own: tell what waits, again and again until nothing does."""
        while True:
            to.awake.wait()
            to.awake.clear()
            while not self._delivered(to):
                time.sleep(_LOOK_SECONDS)

    def _delivered(self, to: Courier) -> bool:
        """Tell what is due; whether nothing waits any more. Whatever goes wrong, it is tried again."""
        if time.monotonic() < to.next:
            return False
        try:
            self._deliver(to)
        except NotSentError as error:
            log.warning("%s", error)
            to.failed(str(error), time.monotonic())
        except sa.exc.SQLAlchemyError as error:
            log.warning("what is to be told cannot be read: %s", error)
            to.failed(brief(error), time.monotonic())
        except Exception as error:
            log.exception("%s was not told", to.receiver.id)
            to.failed(f"{type(error).__name__}: {error}", time.monotonic())
        return not to.waiting

    def _deliver(self, to: Courier) -> None:
        assert self._store is not None  # noqa: S101 - it was opened first
        waiting = self._store.waiting(to.receiver.id)
        if to.due(waiting, time.time()):
            told = message([one.notice for one in waiting], time.time(), self._head)
            send(told, to.receiver, _name(waiting), os.environ)
            self._store.sent([one.number for one in waiting], time.time())
            to.succeeded(time.time(), time.monotonic())


def _name(waiting: Sequence[Waiting]) -> str:
    """What tells a message from every other, and is the same when the same is told again."""
    return f"{round(waiting[0].at * 1000)}-{waiting[0].number}-{waiting[-1].number}"
