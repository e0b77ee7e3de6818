"""How often every check was down and how many watched seconds of it, kept current by reading only what is new.

Rules
=====
1. The totals are those of all down-runs and all watches of the ledger, as if both were read anew every time. A
   watch that goes on counts but for its last interval, which may still turn out to have been blind: what is
   counted once is never taken back, or a counter of Prometheus would seem to begin anew.
2. A run that ended long before the last watch did is *folded* into the sums of its check and forgotten; the
   others are *near* and are reckoned anew every time, because the watch that covers them is still growing.
3. Only rows with a newer stamp than the last time are read. Where one of them touches what was folded (a watch
   that differs in folded time, a run that begins there), everything is read anew: seldom, and always right.
4. Everything is read anew, too, when another life has begun or the newest stamp went down: the ledger may have
   been rolled back or replaced.

No judgement of what counts as an outage, and no writing.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy.engine import Connection

from collector.board import Totals
from collector.ledger import reading, schema
from collector.ledger.reading import DownRun, Micros, Stretch, Watched
from collector.ledger.store import Ledger, micros

# A watch may still be shortened, and a path traced, for as long after a run has ended.
SETTLED_MICROS = 3600 * 1_000_000
_NOTHING = Watched(np.empty(0, np.int64), np.empty(0, np.int64))


class _TouchesFoldedError(Exception):
    """A row is new that changes what was folded."""


@dataclass(slots=True)
class _Folded:
    """Sums over the runs that are done with."""

    outages: Counter[int] = field(default_factory=Counter)
    micros: Counter[int] = field(default_factory=Counter)
    until: dict[int, int] = field(default_factory=dict)  # the latest end, by check
    reach: dict[str, int] = field(default_factory=dict)  # the same, by round


@dataclass(slots=True)
class _Read:
    """All that is remembered of a ledger."""

    life: tuple[int, str] | None = None
    marks: dict[str, dict[int, int]] = field(default_factory=dict)  # newest number, by table and incarnation
    folded: _Folded = field(default_factory=_Folded)
    near: dict[tuple[int, int], tuple[int | None, str]] = field(default_factory=dict)  # end and round, by key
    stretches: dict[str, dict[tuple[str, int], int]] = field(
        default_factory=dict
    )  # by round; ends of watches
    watched: dict[str, Watched] = field(default_factory=dict)


class Tally:
    """The totals of one ledger; not for several threads at once."""

    def __init__(self) -> None:
        self._read: _Read | None = None

    def refresh(self, ledger: Ledger, now: float) -> Totals:
        """Recorded outages of every check and their watched seconds up to `now` (seconds since 1970 UTC)."""
        with ledger.reading() as connection:
            read, self._read = self._read, None  # after an error nothing half-read is used again
            self._read = _current(connection, read)
        return _totals(self._read, micros(now))


def count_totals(ledger: Ledger, now: float) -> Totals:
    """The same, read once."""
    return Tally().refresh(ledger, now)


def _current(connection: Connection, read: _Read | None) -> _Read:
    life = reading.newest_life(connection)
    marks = {table.name: reading.newest_rows(connection, table) for table in (schema.watch, schema.run)}
    if read is None or read.life != life or _fell(read.marks, marks):
        return _everything(connection, _Read(life, marks))
    try:
        _news(connection, read, marks)
    except _TouchesFoldedError:
        return _everything(connection, _Read(life, marks))
    read.marks = marks
    return read


def _fell(known: dict[str, dict[int, int]], found: dict[str, dict[int, int]]) -> bool:
    """Whether the newest stamp went down. Those of earlier lives may: a later one has written their rows again."""
    return any(_newest(found[name]) < _newest(marks) for name, marks in known.items())


def _newest(marks: dict[int, int]) -> tuple[int, int]:
    return max(marks.items(), default=(0, 0))


def _everything(connection: Connection, read: _Read) -> _Read:
    _grow(read, reading.watched_stretches(connection))
    for part in reading.down_runs(connection):
        _take(read, part)
    return read


def _news(connection: Connection, read: _Read, marks: dict[str, dict[int, int]]) -> None:
    for newer in _newer(read.marks["watch"], marks["watch"]):
        for name, since in _grow(read, reading.watched_stretches(connection, newer=newer)).items():
            if since < read.folded.reach.get(name, 0):
                raise _TouchesFoldedError
    near = read.near
    for newer in _newer(read.marks["run"], marks["run"]):
        for part in reading.down_runs(connection, newer=newer):
            for check, begin, _, _ in part:
                if (check, begin) not in near and begin <= read.folded.until.get(check, -1):
                    raise _TouchesFoldedError
            near.update(((check, begin), (end, name)) for check, begin, end, name in part)
    _take(read, [(*key, *rest) for key, rest in near.items()])


def _newer(known: dict[int, int], found: dict[int, int]) -> list[tuple[int, int]]:
    """From where on to read: every incarnation that has newer rows than were known of it."""
    return [(life, known.get(life, 0)) for life, seq in found.items() if seq > known.get(life, 0)]


def _grow(read: _Read, rows: list[Stretch]) -> dict[str, int]:
    """Take in watches; for every round that they change, the first moment that they change."""
    for name, vantage, begin, end in rows:
        read.stretches.setdefault(name, {})[vantage, begin] = end
    since: dict[str, int] = {}
    for name in {row[0] for row in rows}:
        known = sorted((begin, end) for (_, begin), end in read.stretches[name].items())
        table = np.array(known, np.int64)
        watched = reading.united(table[:, 0], table[:, 1])
        first = watched.differs_from(read.watched.get(name, _NOTHING))
        read.watched[name] = watched
        if first is not None:
            since[name] = first
    return since


def _take(read: _Read, runs: list[DownRun]) -> None:
    """Fold the runs that are done with, and keep the others near."""
    for name in {row[3] for row in runs}:
        stretches = read.watched.get(name, _NOTHING)
        settled = int(stretches.ended_at[-1]) - SETTLED_MICROS if len(stretches.ended_at) else 0
        done = [row for row in runs if row[3] == name and row[2] is not None and row[2] <= settled]
        _fold(read.folded, name, np.array([row[:3] for row in done], np.int64).reshape(-1, 3), stretches)
        for check, begin, _, _ in done:
            read.near.pop((check, begin), None)
        read.near.update(
            ((row[0], row[1]), (row[2], name))
            for row in runs
            if row[3] == name and (row[2] is None or row[2] > settled)
        )


def _fold(folded: _Folded, round_name: str, runs: Micros, stretches: Watched) -> None:
    """Add runs (check, begin, end) of a round to the sums."""
    if not len(runs):
        return
    check, begin, end = runs.T
    folded.reach[round_name] = max(folded.reach.get(round_name, 0), int(end.max()))
    _add(folded.outages, folded.micros, check, stretches.micros(begin, end))
    own, place = np.unique(check, return_inverse=True)
    latest = np.zeros(len(own), np.int64)
    np.maximum.at(latest, place, end)
    for one, at in zip(own.tolist(), latest.tolist(), strict=True):
        folded.until[one] = max(folded.until.get(one, 0), at)


def _add(outages: Counter[int], lasted: Counter[int], check: Micros, watched: Micros) -> None:
    own, place, count = np.unique(check, return_inverse=True, return_counts=True)
    sums = np.zeros(len(own), np.int64)
    np.add.at(sums, place, watched)
    outages.update(dict(zip(own.tolist(), count.tolist(), strict=True)))
    lasted.update(dict(zip(own.tolist(), sums.tolist(), strict=True)))


def _totals(read: _Read, now: int) -> Totals:
    outages, lasted = read.folded.outages.copy(), read.folded.micros.copy()
    for name in {name for _, name in read.near.values()}:
        own = [(*key, end) for key, (end, of) in read.near.items() if of == name]
        runs = np.array([(check, begin, now if end is None else end) for check, begin, end in own], np.int64)
        _add(outages, lasted, runs[:, 0], read.watched.get(name, _NOTHING).micros(runs[:, 1], runs[:, 2]))
    return Totals(dict(outages), {check: total / 1e6 for check, total in lasted.items()})
