"""Traps on their way into the ledger: the first of its kind at once, its repeats as a count. Pure.

The same trap of the same sender within a minute of the first is a repeat. The counts are told every second.
"""

import json
from dataclasses import dataclass
from typing import Any

from collector.ledger.store import micros
from probes.traps import Trap

FOLD_SECONDS = 60.0
TELL_SECONDS = 1.0

Row = dict[str, Any]
_Key = tuple[str, str, str, str]


@dataclass(slots=True)
class _Fold:
    """The first trap of its kind as a row; when it came by the steady clock, and what was told of it."""

    row: Row
    since: float
    told_at: float = float("-inf")
    told: int = 0


class Folding:
    """The traps of the last minute."""

    def __init__(self) -> None:
        self._open: dict[_Key, _Fold] = {}
        self._moments: set[tuple[int, str]] = set()
        self._left: list[Row] = []  # counts of closed ones that were not told yet

    def take(self, trap: Trap, source: str, device: str, at: float, now: float) -> None:
        """Take a trap that came at `at`, seconds since 1970 UTC, and `now` by the steady clock."""
        variables = json.dumps(trap.variables, ensure_ascii=False, separators=(",", ":"))
        key = (source, trap.oid, device, variables)
        moment = micros(at)
        known = self._open.get(key)
        if known is not None and now - known.since <= FOLD_SECONDS:
            known.row = {**known.row, "count": known.row["count"] + 1, "until": moment}
            return
        while (moment, source) in self._moments:  # a row is known by its moment and its sender
            moment += 1
        self._moments.add((moment, source))
        self._close(key)
        self._open[key] = _Fold(_row(trap, source, device, moment, variables), now)

    def rows(self, now: float) -> list[Row]:
        """The rows that are to be written by now: new ones, and those counted on."""
        found: list[Row] = []
        for key, fold in tuple(self._open.items()):
            if now - fold.since > FOLD_SECONDS:
                self._close(key)
            elif fold.row["count"] > fold.told and now - fold.told_at >= TELL_SECONDS:
                found.append(fold.row)
                fold.told, fold.told_at = fold.row["count"], now
        left, self._left = self._left, []
        return left + found

    def all(self) -> list[Row]:
        """The rows that are to be written because we end here."""
        return self.rows(float("inf"))

    def _close(self, key: _Key) -> None:
        fold = self._open.pop(key, None)
        if fold is None:
            return
        self._moments.discard((fold.row["received_at"], fold.row["source"]))
        if fold.row["count"] > fold.told:
            self._left.append(fold.row)


def _row(trap: Trap, source: str, device: str, moment: int, variables: str) -> Row:
    return {
        "received_at": moment,
        "source": source,
        "until": moment,
        "count": 1,
        "version": trap.version,
        "kind": trap.kind,
        "oid": trap.oid,
        "device": device,
        "interface_index": trap.interface_index,
        "interface_name": trap.interface_name,
        "variables": variables,
    }
