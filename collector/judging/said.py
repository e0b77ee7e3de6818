"""What devices said by themselves of time that nobody watched: from statements to stretches on a batch's lanes."""

from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.judging.facts import Observed
from collector.judging.roster import Subject
from collector.ledger import schema
from indicators.axis import LANE, Ints, Stretches, none, stretches
from indicators.threestate import DOWN, UP
from indicators.witnessed import NOT_SAID, Statements, witnessed

_COLUMNS = ("check", "said_at", "outcome", "since", "uptime", "changes")


def said(
    connection: Connection, found: Observed, subjects: Sequence[Subject], since: int
) -> tuple[Stretches, Stretches]:
    """Where devices know that subjects were up, and down; said after `since` (microseconds)."""
    rows = list(connection.execute(_wanted(found.checks, since)))
    if not rows:
        return none(), none()
    numbers = np.array([tuple(row)[: len(_COLUMNS)] for row in rows], np.int64)
    lane = found.facts.checks.lane[np.searchsorted(found.checks, numbers[:, 0])]
    known: dict[int, list[Stretches]] = {UP: [], DOWN: []}
    for number in np.unique(lane).tolist():
        mine = np.flatnonzero(lane == number)
        mine = mine[np.argsort(numbers[mine, 1], kind="stable")]
        said_at, outcome, since_, uptime, changes = numbers[mine, 1:].T
        origin = [rows[row].origin for row in mine.tolist()]
        told = Statements(said_at, outcome.astype(np.int8), since_, uptime, changes, origin)
        one = witnessed(told, link_follows_path=subjects[number].link_follows_path)
        for state, parts in known.items():
            parts.append(_on(number, one.started_at, one.ended_at, one.outcome == state))
    return _all(known[UP]), _all(known[DOWN])


def _wanted(checks: Ints, since: int) -> sa.Select[tuple[int, ...]]:
    table = schema.statement
    numbers = (sa.func.coalesce(table.c[name], NOT_SAID).label(name) for name in _COLUMNS)
    # Statements are few: without a list of ids that may be a thousand long, and in the order of the key.
    first, last = (int(checks[0]), int(checks[-1])) if len(checks) else (0, -1)
    return (
        sa.select(*numbers, table.c.origin)
        .where(
            table.c.check.between(first, last), table.c.said_at > since, table.c.check.in_(checks.tolist())
        )
        .order_by(table.c.check, table.c.said_at)
    )


def _on(lane: int, begin: Ints, end: Ints, flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Stretches:
    return Stretches(begin[flags] + lane * LANE, end[flags] + lane * LANE)


def _all(parts: Sequence[Stretches]) -> Stretches:
    return stretches(np.concatenate([p.start for p in parts]), np.concatenate([p.end for p in parts]))
