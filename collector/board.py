"""How everything stands now: frames of the feed become the overview that exporters read. No database in here.

Nothing is taken for granted: a check counts as watched only while frames keep coming, its round sees the
sentinels, and it has been observed at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.frames import Columns
from collector.readings import NAMES
from collector.shelf import Places, Shelf
from collector.subjects import Subjects, subjects
from collector.telling import HINT, HINTS, VALUE
from collector.version import VERSION
from config.model import Config
from exporters import reading
from exporters.reading import CollectorNow, Kind, Overview, RoundNow, Subject, TrapsNow
from indicators.threestate import DOWN, UNKNOWN, UP, k_of_n, mask
from probes.snmp_talk import RESTING

# Frames come every second; after so long without one nobody knows.
STALE_SECONDS = 5.0
NOT_RUNNING = "the collecting process does not answer"
_COLUMNS = ("outcome", "since", "rtt", "loss")


@dataclass(frozen=True, slots=True)
class Totals:
    """Recorded outages by check id: how many, and their measured seconds up to now, the open one included."""

    outages: dict[int, int]
    seconds: dict[int, float]


class Board:
    """The last known columns of every check, by subject."""

    def __init__(self, config: Config, known: Subjects | None = None) -> None:
        """Without `known` the subjects are those of the configuration; with it, it may be one without circuits."""
        self._config = config
        self._subjects = subjects(config) if known is None else known
        self._above = _above(self._subjects)
        self._needed = _needed(config, self._subjects["circuits"])
        self._header: dict[str, Any] = {}
        self._reasons: dict[str, str]
        self._hints: frozenset[int] = frozenset()
        self._at = float("-inf")
        self.stirred = 0  # grows whenever somebody stands otherwise than before
        self._begin([])

    def take(self, header: dict[str, Any], columns: Columns, at: float) -> None:
        """Take one frame into account, received at `at` (monotonic seconds)."""
        if (who := header.pop("who", None)) is not None:
            self._begin(who)
        self._shelf.take(header.pop(NAMES, ()), columns)
        self._hints = frozenset(header.pop(HINTS, self._hints))
        asked = columns.get("check")  # a frame without rounds has only what was read
        rows = np.empty(0, np.int64) if asked is None else self._rows(asked)
        self.stirred += self._is_news(header, rows, columns)
        self._header, self._at = {**self._header, **header}, at
        for check in map(str, asked.tolist()) if asked is not None and self._reasons else ():
            self._reasons.pop(check, None)
        self._reasons.update(header.get("reasons", {}))
        if asked is not None:
            for name in _COLUMNS:
                self._columns[name][rows] = columns[name]
            for name, column in columns.items():
                if name.startswith(VALUE):
                    self._value(name.removeprefix(VALUE))[rows] = column

    def _is_news(self, header: dict[str, Any], rows: NDArray[np.int64], columns: Columns) -> bool:
        """Whether this tells another state of anybody, or of the collector itself; figures alone are no news."""
        if len(rows) and np.any(self._columns["outcome"][rows] != columns["outcome"]):
            return True
        before, now = self._header, self._header | header
        seeing = [[one["watching"] for one in of.get("rounds", ())] for of in (before, now)]
        return seeing[0] != seeing[1] or before.get("problem") != now.get("problem")

    def lose(self) -> None:
        """The collector is gone: from now on nobody watches."""
        self._at = float("-inf")
        self.stirred += 1

    def overview(self, now: float, monotonic: float, totals: Totals | None = None) -> Overview:
        """Everything at `now` (seconds since 1970 UTC)."""
        fresh = monotonic - self._at < STALE_SECONDS
        rounds = self._header.get("rounds", ())
        watching = {one["probe"] for one in rounds if fresh and one["watching"]}
        blind = {one["probe"] for one in rounds if fresh} - watching
        why = ["" if one in watching else "blind" if one in blind else "not watched" for one in self._probes]
        raw = {kind: self._raw(kind, why, totals) for kind in self._subjects}
        upstream = np.concatenate([raw["circuits"].now.state, raw["devices"].now.state, [UP]])
        masked = {kind: _masked(raw[kind], upstream[above]) for kind, above in self._above.items()}
        kinds = {**raw, **masked, "services": self._derived(raw)}
        seen = self._seen(why)
        kinds = {kind: replace(one, readings=self._shelf.laid_out(kind, seen)) for kind, one in kinds.items()}
        return Overview(now, kinds, self._collector(bool(watching), fresh))

    def _begin(self, who: list[list[Any]]) -> None:
        """Lay out the columns for these checks; the last row stands for subjects that are not asked."""
        self._ids = np.array([*chain.from_iterable(checks for _, _, checks, _ in who), 0], np.int64)
        self._order = np.argsort(self._ids)
        self._probes = [probe for _, probe, *_ in who] + ["icmp"]
        counts = [len(checks) for _, _, checks, _ in who] + [1]
        self._probe = np.repeat(np.arange(len(counts)), counts)
        rows = {kind: self._subject_rows(kind[:-1], who) for kind in self._subjects}
        self._place = {
            kind: np.array([rows[kind].get(one.id, -1) for one in all_], np.int64) % len(self._ids)
            for kind, all_ in self._subjects.items()
        }
        self._shelf = Shelf(self._places(who))
        self._reasons = {}
        nothing = np.full(len(self._ids), np.nan)
        self._columns: Columns = {"outcome": np.full(len(self._ids), -1, np.int8)}
        self._columns.update({name: nothing.copy() for name in _COLUMNS[1:]})
        self._values: dict[str, NDArray[np.float64]] = {}

    def _places(self, who: list[list[Any]]) -> dict[str, Places]:
        """Which checks read figures of the subjects of each kind: their own, and those of circuits' interfaces."""
        found: dict[str, list[tuple[int, int]]] = {}
        begin = 0
        for one, probe, checks, told in who:
            kind = "circuits" if one == "interface" else f"{one}s"
            if probe != "icmp":  # of which there may be very many, and which read nothing
                at = {subject.id: row for row, subject in enumerate(self._subjects.get(kind, ()))}
                asked = [(at[id_], begin + row) for row, id_ in enumerate(told) if id_ in at]
                found.setdefault(kind, []).extend(asked)
            begin += len(checks)
        columns = {kind: np.array(sorted(pairs), np.int64).reshape(-1, 2).T for kind, pairs in found.items()}
        return {kind: Places(subject, self._ids[row], row) for kind, (subject, row) in columns.items()}

    def _seen(self, unseen: list[str]) -> NDArray[np.bool_]:
        """By check, whether what was read of it still holds: it answered, and somebody watches.

        An interface that is down was read; a device that is down was not.
        """
        watched = np.array([not why for why in unseen])[self._probe]
        interface = np.array([probe == "interface" for probe in self._probes])[self._probe]
        outcome = self._columns["outcome"]
        seen: NDArray[np.bool_] = watched & ((outcome == UP) | (interface & (outcome == DOWN)))
        return seen

    def _subject_rows(self, kind: str, who: list[list[Any]]) -> dict[str, int]:
        """The row of every subject of a kind that is asked."""
        found: dict[str, int] = {}
        begin = 0
        for one, _, checks, told in who:
            if one == kind:
                found.update(zip(told, range(begin, begin + len(checks)), strict=True))
            begin += len(checks)
        return found

    def _rows(self, checks: NDArray[np.int64]) -> NDArray[np.int64]:
        return self._order[np.searchsorted(self._ids, checks, sorter=self._order)]

    def _value(self, name: str) -> NDArray[np.float64]:
        """The column of a live figure, made when it is told first."""
        return self._values.setdefault(name, np.full(len(self._ids), np.nan))

    def _raw(self, kind: str, unseen: list[str], totals: Totals | None) -> Kind:
        """The subjects of a kind as their own checks see them, before any masking.

        `unseen` says of each probe why its round does not see the sentinels, and nothing where it does.
        """
        place = self._place[kind]
        probe, outcome, ids = self._probe[place], self._columns["outcome"][place], self._ids[place]
        watched = np.array([not why for why in unseen])[probe]
        state = np.where(watched & (outcome >= 0), outcome, UNKNOWN).astype(np.int8)
        told = np.isin(ids, [*map(int, self._reasons)])
        why = {
            row: (self._reason(int(ids[row])) if watched[row] else "") or unseen[probe[row]]
            for row in np.flatnonzero(told | (state != UP)).tolist()
        }
        now = reading.Columns(
            state=state,
            since=self._columns["since"][place],
            rtt=np.where(state == UP, self._columns["rtt"][place], np.nan),
            loss=np.where(state != UNKNOWN, self._columns["loss"][place], np.nan),
            outages=_counted(ids, totals.outages if totals else None),
            outage_seconds=_counted(ids, totals.seconds if totals else None),
            reason={row: text for row, text in why.items() if text},
            values=self._shown(place, state),
        )
        return Kind(self._subjects[kind], now)

    def _reason(self, check: int) -> str:
        """What is told of a check; where only its agent is silent, what that may come from."""
        reason = self._reasons.get(str(check), "")
        return HINT if reason in ("", RESTING) and check in self._hints else reason

    def _shown(self, place: NDArray[np.int64], state: NDArray[np.int8]) -> dict[str, NDArray[np.float64]]:
        """The live figures that anybody of a kind has."""
        own = {name: np.where(state == UP, column[place], np.nan) for name, column in self._values.items()}
        return {name: column for name, column in own.items() if not np.isnan(column).all()}

    def _derived(self, raw: dict[str, Kind]) -> Kind:
        """Services without a check of their own stand as their members do before masking: what users see."""
        own, circuit = raw["services"], raw["circuits"].now.state
        state = own.now.state.copy()
        for row, (k, members) in self._needed.items():
            state[row] = k_of_n(circuit[members], k)
        reason = {row: text for row, text in own.now.reason.items() if state[row] != UP}
        return Kind(own.subjects, replace(own.now, state=state, reason=reason))

    def _collector(self, watching: bool, fresh: bool) -> CollectorNow:
        header, rhythm = self._header, self._config.rounds.of("icmp")
        offset, error, source = (fresh and header.get("clock")) or (None, float("nan"), "")
        return CollectorNow(
            organisation=self._config.organisation,
            vantage=self._config.vantage.name,
            version=VERSION,
            watching=watching,
            problem=header.get("problem", "") if fresh else NOT_RUNNING,
            started_at=header.get("started_at", float("nan")),
            rounds=tuple(_round(one) for one in header.get("rounds", ())),
            queue_rows=header.get("queue_rows", 0),
            spool_rows=header.get("spool_rows", 0),
            clock_offset=offset,
            clock_error=error,
            clock_source=source,
            config_digest=header.get("digest", ""),
            traps=_traps(header.get("traps")) if fresh else None,
            shortest_sure=rhythm.interval + rhythm.retry_span,
        )


def _counted(ids: NDArray[np.int64], counts: Mapping[int, float] | None) -> NDArray[np.float64]:
    """A total for each check; NaN for those who are not asked, and for all until the ledger was counted once.

    A counter that began at 0 after every start would seem to have grown by years of outages a moment later.
    """
    if counts is None:
        return np.full(len(ids), np.nan)
    return np.array([counts.get(check, 0.0) if check else np.nan for check in ids.tolist()])


def _above(known: Subjects) -> dict[str, NDArray[np.int64]]:
    """By kind, the row of what each hangs on among circuits and devices; the one behind all rows for nothing."""
    rows = {one.id: row for row, one in enumerate((*known["circuits"], *known["devices"]))}
    return {
        kind: np.array([rows.get(one.upstream, len(rows)) for one in known[kind]], np.int64)
        for kind in ("circuits", "devices", "systems")
    }


def _needed(config: Config, circuits: tuple[Subject, ...]) -> dict[int, tuple[int, list[int]]]:
    """Of every service without a check of its own, by row: how many it needs, of circuits in which rows."""
    needs = {
        row: one.needs
        for row, one in enumerate(config.services)
        if one.check is None and one.needs is not None
    }
    rows = {one.id: row for row, one in enumerate(circuits)} if needs else {}
    return {row: (one.k, [rows[id_] for id_ in one.of]) for row, one in needs.items()}


def _masked(raw: Kind, upstream: NDArray[np.int8]) -> Kind:
    """The same with down-time behind an upstream that is down or unknown turned into unknown."""
    state = mask(raw.now.state, upstream)
    reason = dict(raw.now.reason)
    for row in np.flatnonzero(state != raw.now.state).tolist():
        reason[row] = f"{reading.UPSTREAM}{raw.subjects[row].upstream}"
    return Kind(raw.subjects, replace(raw.now, state=state, reason=reason))


def _traps(said: dict[str, Any] | None) -> TrapsNow | None:
    return TrapsNow(said["received"], said["dropped"]) if said else None


def _round(one: dict[str, Any]) -> RoundNow:
    until = one["watched_until"]
    return RoundNow(one["name"], one["completed"], one["late"], float("nan") if until is None else until)
