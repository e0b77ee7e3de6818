"""How everything stands now: frames of the feed become the overview that exporters read. No database in here.

Nothing is taken for granted: a check counts as watched only while frames keep coming, its round sees the
sentinels, and it has been observed at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from collector.frames import Columns
from collector.subjects import subjects
from collector.version import VERSION
from config.model import Circuit, Config, Device, System
from exporters import reading
from exporters.reading import CollectorNow, Kind, Overview, RoundNow
from indicators.threestate import UNKNOWN, UP, k_of_n, mask

# Frames come every second; after so long without one nobody knows.
STALE_SECONDS = 5.0
NOT_RUNNING = "the collecting process does not answer"
_COLUMNS = ("outcome", "since", "rtt", "loss")


@dataclass(frozen=True, slots=True)
class Totals:
    """Recorded outages by check id: how many, and their measured seconds up to now, the open one included."""

    outages: dict[int, int]
    seconds: dict[int, float]


NO_TOTALS = Totals({}, {})


class Board:
    """The last known columns of every check, by subject."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._subjects = subjects(config)
        self._header: dict[str, Any] = {}
        self._at = float("-inf")
        self._begin([])

    def take(self, header: dict[str, Any], columns: Columns, at: float) -> None:
        """Take one frame into account, received at `at` (monotonic seconds)."""
        if "who" in header:
            self._begin(header["who"])
        self._header, self._at = {**self._header, **header}, at
        if columns:
            rows = np.array([self._row_of[check] for check in columns["check"].tolist()], np.int64)
            for name in _COLUMNS:
                self._columns[name][rows] = columns[name]

    def lose(self) -> None:
        """The collector is gone: from now on nobody watches."""
        self._at = float("-inf")

    def overview(self, now: float, monotonic: float, totals: Totals = NO_TOTALS) -> Overview:
        """Everything at `now` (seconds since 1970 UTC)."""
        fresh = monotonic - self._at < STALE_SECONDS
        rounds = self._header.get("rounds", ())
        watching = fresh and any(one["watching"] for one in rounds)
        reason = "" if watching else ("blind" if fresh and rounds else "not watched")
        raw = {kind: self._raw(kind, watching, reason, totals) for kind in self._subjects}
        config, upstream = self._config, _states(raw["circuits"], raw["devices"])
        kinds = {
            **raw,
            "circuits": _masked(raw["circuits"], config.circuits, upstream),
            "devices": _masked(raw["devices"], config.devices, upstream),
            "systems": _masked(raw["systems"], config.systems, upstream),
            "services": self._derived(raw),
        }
        return Overview(now, kinds, self._collector(watching, fresh))

    def _begin(self, who: list[list[Any]]) -> None:
        """Lay out the columns for these checks; the last row stands for subjects that are not asked."""
        self._row_of = {check: row for row, (_, _, check) in enumerate(who)}
        row = {(kind, subject): self._row_of[check] for kind, subject, check in who}
        self._place = {
            kind: np.array([row.get((kind[:-1], one.id), len(who)) for one in all_], np.int64)
            for kind, all_ in self._subjects.items()
        }
        self._ids = [check for _, _, check in who] + [0]
        nothing = np.full(len(who) + 1, np.nan)
        self._columns = {"outcome": np.full(len(who) + 1, -1.0)}
        self._columns.update({name: nothing.copy() for name in _COLUMNS[1:]})

    def _raw(self, kind: str, watching: bool, reason: str, totals: Totals) -> Kind:
        """The subjects of a kind as their own checks see them, before any masking."""
        place = self._place[kind]
        outcome = self._columns["outcome"][place]
        state = np.where(watching & (outcome >= 0), outcome, UNKNOWN).astype(np.int8)
        ids = [self._ids[row] for row in place.tolist()]
        told = self._header.get("reasons", {}) if watching else {}
        why = {row: told.get(str(ids[row]), reason) for row in np.flatnonzero(state != UP).tolist()}
        now = reading.Columns(
            state=state,
            since=self._columns["since"][place],
            rtt=np.where(state == UP, self._columns["rtt"][place], np.nan),
            loss=np.where(state != UNKNOWN, self._columns["loss"][place], np.nan),
            outages=np.array([totals.outages.get(check, 0) if check else np.nan for check in ids]),
            outage_seconds=np.array([totals.seconds.get(check, 0.0) if check else np.nan for check in ids]),
            reason={row: text for row, text in why.items() if text},
        )
        return Kind(self._subjects[kind], now)

    def _derived(self, raw: dict[str, Kind]) -> Kind:
        """Services without a check of their own stand as their members do before masking: what users see."""
        own, circuit = raw["services"], _states(raw["circuits"])
        state = own.now.state.copy()
        for row, service in enumerate(self._config.services):
            if service.check is None and service.needs is not None:
                members = np.array([circuit[one] for one in service.needs.of], np.int8)
                state[row] = k_of_n(members, service.needs.k)
        reason = {row: text for row, text in own.now.reason.items() if state[row] != UP}
        return Kind(own.subjects, replace(own.now, state=state, reason=reason))

    def _collector(self, watching: bool, fresh: bool) -> CollectorNow:
        header, rhythm = self._header, self._config.rounds.icmp
        return CollectorNow(
            organisation=self._config.organisation,
            vantage=self._config.vantage.name,
            version=VERSION,
            watching=watching,
            problem=header.get("problem", "") if fresh else NOT_RUNNING,
            started_at=header.get("started_at", float("nan")),
            rounds=tuple(_round(one) for one in header.get("rounds", ())),
            queue_rows=header.get("queue_rows", 0),
            clock_offset=None,
            config_digest=header.get("digest", ""),
            shortest_sure=rhythm.interval + rhythm.retry_span,
        )


def _states(*kinds: Kind) -> dict[str, int]:
    """The state of every subject of these kinds, by id."""
    return {
        subject.id: state
        for kind in kinds
        for subject, state in zip(kind.subjects, kind.now.state.tolist(), strict=True)
    }


def _masked(raw: Kind, things: Sequence[Circuit | Device | System], state_of: dict[str, int]) -> Kind:
    """The same with down-time behind an upstream that is down or unknown turned into unknown."""
    upstream = np.array([state_of.get(thing.upstream or "", UP) for thing in things], np.int8)
    state = mask(raw.now.state, upstream)
    reason = dict(raw.now.reason)
    for row in np.flatnonzero(state != raw.now.state).tolist():
        reason[row] = f"{reading.UPSTREAM}{things[row].upstream}"
    return Kind(raw.subjects, replace(raw.now, state=state, reason=reason))


def _round(one: dict[str, Any]) -> RoundNow:
    until = one["watched_until"]
    return RoundNow(one["name"], one["completed"], one["late"], float("nan") if until is None else until)
