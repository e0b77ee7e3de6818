"""The reader that the page, the API and /metrics ask: the board kept current by the feed, totals by the ledger."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from collector import inforce
from collector.board import Board, Totals
from collector.entered import in_force
from collector.feed import follow
from collector.keeping import outcome
from collector.ledger import reading
from collector.ledger.store import Ledger, brief, micros, open_ledger, seconds
from collector.subjects import Subjects, subjects
from collector.totals import Tally
from config.errors import LinewalkerError
from config.model import Config
from exporters.reading import STATES, AlertsNow, Change, Overview
from exporters.standing import StandingFiles
from probes.clock import Clock

log = logging.getLogger(__name__)

T = TypeVar("T")

_TOTALS_SECONDS = 10.0
REFUSED = "the new configuration is refused, the old one stays in force: {why}"


class LiveReader:
    """Follows the feed of a data directory in a thread of its own and answers at once."""

    def __init__(
        self,
        config: Config,
        data_dir: Path,
        ledger_url: str,
        clock: Clock,
        problem: str = "",
        known: Subjects | None = None,
    ) -> None:
        known = subjects(config) if known is None else known
        self._board = Board(config, known)
        self._known = known
        self._data_dir = data_dir
        self._url = ledger_url
        self._clock = clock
        self._problem = problem
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._stopping = threading.Event()
        self._unreadable = False
        self._tally = Tally()
        self._judged = StandingFiles(data_dir)
        self._totals: Totals | None = None  # until they were counted once
        self._ledger: Ledger | None = None
        self._file = 0
        self.alerts: Callable[[], AlertsNow | None] = lambda: None  # how telling people goes
        jobs = (self._follow, self._keep_counting)
        self._threads = [threading.Thread(target=job, name=job.__name__, daemon=True) for job in jobs]

    def start(self) -> None:
        """Begin to follow."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Follow no longer."""
        self._stopping.set()
        if self._ledger:
            self._ledger.close()

    def overview(self) -> Overview:
        """How everything stands now."""
        now = self._clock.wall()
        with self._lock:
            found = self._board.overview(now, self._clock.monotonic(), self._totals)
        about, refused, kept = found.collector, inforce.refused(self._data_dir), outcome.read(self._data_dir)
        problem = about.problem
        if self._problem and not about.watching:
            problem = self._problem
        elif refused and not problem:
            problem = REFUSED.format(why=refused)
        elif kept and kept.problems and not problem:
            problem = kept.problems[0]
        about = replace(about, problem=problem, config_refused=bool(refused), alerts=self.alerts())
        if kept:
            about = replace(about, keeping_failed=bool(kept.problems), kept_at=kept.succeeded_at)
        return replace(found, collector=about, standing=self._judged.read())

    def stirred(self) -> int:
        """A number that grows whenever somebody stands otherwise than before."""
        with self._lock:
            return self._board.stirred

    def recent(self, limit: int) -> tuple[Change, ...]:
        """The newest recorded changes of all subjects."""
        rows = self._read(lambda ledger: _recent(ledger, limit))
        names = _names(self._known, {(row.kind, row.subject) for row in rows or ()})
        return tuple(_change(row, names) for row in rows or ())

    def in_maintenance(self) -> frozenset[tuple[str, str]]:
        """Kind and id of whatever is in a maintenance that was approved, as the ledger knows it now."""
        now = micros(self._clock.wall())
        agreed = self._read(_maintenance) or ()
        return frozenset(
            (f"{one.kind}s", one.id)
            for window in agreed
            if window.approved_by and window.begin <= now < window.end
            for one in window.subjects
        )

    def _follow(self) -> None:
        for frame in follow(self._data_dir, self._stopping):
            with self._lock:
                if frame is None:
                    self._board.lose()
                else:
                    self._board.take(*frame, self._clock.monotonic())

    def _keep_counting(self) -> None:
        """In a thread of its own: the first time a year of outages is added up, and the feed must not wait for it."""
        self._count()
        while not self._stopping.wait(_TOTALS_SECONDS):
            self._count()

    def _count(self) -> None:
        totals = self._read(lambda ledger: self._tally.refresh(ledger, self._clock.wall()))
        if totals is None:
            return
        with self._lock:
            self._totals = totals

    def _read(self, query: Callable[[Ledger], T]) -> T | None:
        """What a query finds; None while the ledger cannot be read, which is said once: the feed is followed on."""
        ledger = self._open()
        if ledger is None:
            return None
        try:
            found = query(ledger)
        except sa.exc.SQLAlchemyError as error:
            if not self._unreadable:
                log.warning("the ledger cannot be read: %s", brief(error))
            self._unreadable = True
            return None
        self._unreadable = False
        return found

    def _open(self) -> Ledger | None:
        """The ledger, once the collector has made it; the one that lies there now, if a file was put in its place."""
        with self._opening:
            try:
                if self._ledger is None:
                    self._ledger = open_ledger(self._url, create=False)
                file = _file_of(self._ledger)
            except (LinewalkerError, OSError) as error:
                log.debug("%s", error)
                return None
            if file != self._file:
                self._ledger.engine.dispose()
                self._file = file
            return self._ledger


def _file_of(ledger: Ledger) -> int:
    """The number of an embedded ledger's file, 0 for a server. Raises OSError while there is none."""
    url = ledger.engine.url
    return Path(url.database or "").stat().st_ino if url.get_backend_name() == "sqlite" else 0


def _recent(ledger: Ledger, limit: int) -> list[Any]:
    with ledger.reading() as connection:
        return reading.recent(connection, limit)


def _maintenance(ledger: Ledger) -> list[Any]:
    with ledger.reading() as connection:
        return in_force(connection, "maintenance")


def _names(known: Subjects, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What people call these."""
    ids = {id_ for _, id_ in wanted}
    return {(kind[:-1], one.id): one.name for kind, all_ in known.items() for one in all_ if one.id in ids}


def _change(row: Any, names: dict[tuple[str, str], str]) -> Change:
    at = seconds(row.started_at)
    return Change(
        at=at,
        kind=row.kind,
        id=row.subject,
        name=names.get((row.kind, row.subject), row.subject),
        state=STATES[row.outcome],
        reason=row.reason,
        lasted=at - seconds(row.before_started_at),
    )
