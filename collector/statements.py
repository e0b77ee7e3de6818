"""What devices say by themselves of the time before they were asked, on its way into the ledger. Pure; no clock.

Rules
=====
1. A statement is written when it is the first of its check that this process heard, when it says something new, and
   when nothing was heard of the check for `LONGEST_INTERVALS` rounds: then nobody was looking, and it tells of that.
2. New is: another state, another time since when it stands so, another count of changes, or a device that began anew.
   What follows from the statement before by the passing of time is not new; neither is a wrap of sysUpTime.
3. Everything else the rounds tell: so a line that stands still for a year has one row a start of the collector.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from collector.ledger.store import micros
from probes.columns import Answers, Statement
from probes.counters import UPTIME_WRAPS_AFTER, began_anew

LONGEST_INTERVALS = 2.5
_SLACK_SECONDS = 5.0  # devices count in seconds, and their answers take some time

Row = dict[str, Any]


@dataclass(slots=True)
class _Told:
    """The last statement that was written of a target, when it was made, and when the target was last heard of."""

    written: Statement
    said_at: float
    heard: Statement
    heard_at: float


class Statements:
    """What was said last of every target of a round; `interval` is the round's, in seconds."""

    def __init__(self, interval: float) -> None:
        self._longest = LONGEST_INTERVALS * interval
        self._told: dict[int, _Told] = {}

    def take(self, checks: Sequence[int], answers: Answers) -> list[Row]:
        """The rows these answers add; `checks` are the ids by target."""
        rows = []
        for row, statement in answers.statements.items():
            target, at = int(answers.target[row]), float(answers.received_at[row])
            told = self._told.get(target)
            if told is None or self._is_new(told, statement, at):
                self._told[target] = _Told(statement, at, statement, at)
                rows.append(_row(int(checks[target]), statement, at))
            else:
                told.heard, told.heard_at = statement, at
        return rows

    def forget(self) -> None:
        """The wall clock was set: times before and after cannot be compared."""
        self._told.clear()

    def _is_new(self, told: _Told, statement: Statement, at: float) -> bool:
        if not 0 <= at - told.heard_at <= self._longest:
            return True
        before = told.written
        if (before.origin, before.outcome, before.changes) != (
            statement.origin,
            statement.outcome,
            statement.changes,
        ):
            return True
        return began_anew(told.heard_at, told.heard.uptime, at, statement.uptime) or _moved(
            told.said_at - before.lasted, at - statement.lasted
        )


def _moved(before: float, since: float) -> bool:
    """Whether these are two moments; what lies just as far apart as sysUpTime counts is one, told round the wrap."""
    if isnan(before) or isnan(since):
        return isnan(before) != isnan(since)
    apart = (since - before) % UPTIME_WRAPS_AFTER
    return min(apart, UPTIME_WRAPS_AFTER - apart) > _SLACK_SECONDS


def _row(check: int, statement: Statement, at: float) -> Row:
    return {
        "check": check,
        "said_at": micros(at),
        "origin": statement.origin,
        "outcome": statement.outcome,
        "since": _known(at - statement.lasted),
        "uptime": _known(statement.uptime),
        "changes": None if statement.changes < 0 else statement.changes,
    }


def _known(seconds: float) -> int | None:
    return None if isnan(seconds) else micros(seconds)
