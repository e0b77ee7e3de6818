"""The reader that the page, the API and /metrics ask: the board kept current by the feed, totals by the ledger."""

import logging
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from collector import inforce
from collector.board import Board, Totals
from collector.feed import follow
from collector.ledger import reading
from collector.ledger.store import Ledger, micros, open_ledger, seconds
from config.errors import LinewalkerError
from config.model import Config
from exporters.reading import STATES, Change, Overview
from probes.clock import Clock

log = logging.getLogger(__name__)

_TOTALS_SECONDS = 10.0
REFUSED = "the new configuration is refused, the old one stays in force: {why}"


class LiveReader:
    """Follows the feed of a data directory in a thread of its own and answers at once."""

    def __init__(
        self, config: Config, data_dir: Path, ledger_url: str, clock: Clock, problem: str = ""
    ) -> None:
        self._board = Board(config)
        self._names = _names(config)
        self._data_dir = data_dir
        self._url = ledger_url
        self._clock = clock
        self._problem = problem
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._stopping = threading.Event()
        self._totals = Totals({}, {})
        self._ledger: Ledger | None = None
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
        about, refused = found.collector, inforce.refused(self._data_dir)
        problem = about.problem
        if self._problem and not about.watching:
            problem = self._problem
        elif refused and not problem:
            problem = REFUSED.format(why=refused)
        return replace(found, collector=replace(about, problem=problem, config_refused=bool(refused)))

    def recent(self, limit: int) -> tuple[Change, ...]:
        """The newest recorded changes of all subjects."""
        ledger = self._open()
        if ledger is None:
            return ()
        try:
            with ledger.reading() as connection:
                return tuple(self._change(row) for row in reading.recent(connection, limit))
        except sa.exc.SQLAlchemyError as error:  # the rest of the page is shown all the same
            log.warning("the ledger cannot be read: %s", error)
            return ()

    def _change(self, row: Any) -> Change:
        at = seconds(row.started_at)
        return Change(
            at=at,
            kind=row.kind,
            id=row.subject,
            name=self._names.get((row.kind, row.subject), row.subject),
            state=STATES[row.outcome],
            reason=row.reason,
            lasted=at - seconds(row.before_started_at),
        )

    def _follow(self) -> None:
        for frame in follow(self._data_dir, self._stopping):
            with self._lock:
                if frame is None:
                    self._board.lose()
                else:
                    self._board.take(*frame, self._clock.monotonic())

    def _keep_counting(self) -> None:
        """In a thread of its own: a year of outages takes a while to add up, and the feed must not wait for it."""
        self._count()
        while not self._stopping.wait(_TOTALS_SECONDS):
            self._count()

    def _count(self) -> None:
        ledger = self._open()
        if ledger is None:
            return
        try:
            totals = count_totals(ledger, self._clock.wall())
        except sa.exc.SQLAlchemyError as error:  # the feed is followed all the same
            log.warning("the ledger cannot be read: %s", error)
            return
        with self._lock:
            self._totals = totals

    def _open(self) -> Ledger | None:
        """The ledger, once the collector has made it."""
        with self._opening:
            if self._ledger is None:
                try:
                    self._ledger = open_ledger(self._url, create=False)
                except LinewalkerError as error:
                    log.debug("%s", error)
            return self._ledger


def count_totals(ledger: Ledger, now: float) -> Totals:
    """Recorded outages of every check and their watched seconds up to `now`."""
    outages: dict[int, int] = {}
    lasted: dict[int, float] = {}
    with ledger.reading() as connection:
        rows = reading.down_runs(connection)
        watched = {name: reading.watched(connection, name) for name in {row.round for row in rows}}
    for name, stretches in watched.items():
        own = [row for row in rows if row.round == name]
        begin = np.array([row.started_at for row in own], np.int64)
        end = np.array([row.ended_at or micros(now) for row in own], np.int64)
        for row, length in zip(own, stretches.seconds(begin, end).tolist(), strict=True):
            outages[row.check] = outages.get(row.check, 0) + 1
            lasted[row.check] = lasted.get(row.check, 0.0) + length
    return Totals(outages, lasted)


def _names(config: Config) -> dict[tuple[str, str], str]:
    kinds = (
        ("circuit", config.circuits),
        ("service", config.services),
        ("device", config.devices),
        ("system", config.systems),
    )
    return {(kind, one.id): one.name for kind, things in kinds for one in things}
