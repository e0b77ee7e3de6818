"""What devices said by themselves of time that nobody watched: from statements to stretches on a batch's lanes."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.judging.facts import Observed, among
from collector.judging.roster import Subject
from collector.judging.witnesses import statements_of
from collector.ledger import schema
from indicators.axis import LANE, Flags, Ints, Stretches, none, stretches
from indicators.threestate import DOWN, UP
from indicators.witnessed import of_no_line, witnessed


def said(
    connection: Connection, found: Observed, subjects: Sequence[Subject], since: int
) -> tuple[Stretches, Stretches]:
    """Where devices know that subjects were up, and down; said after `since` (microseconds)."""
    by_lane = defaultdict[int, list[Any]](list)
    following = np.array([one.link_follows_path for one in subjects], np.bool_)
    for follows in np.unique(following).tolist():
        lanes = found.facts.checks.lane
        checks, silent = found.checks[following[lanes] == follows], of_no_line(link_follows_path=follows)
        for row in _rows(connection, checks, silent, since):
            by_lane[int(lanes[np.searchsorted(found.checks, row.check)])].append(row)
    parts: dict[int, list[Stretches]] = {UP: [none()], DOWN: [none()]}
    for lane, rows in by_lane.items():
        one = witnessed(statements_of(rows), link_follows_path=subjects[lane].link_follows_path)
        for state, known in parts.items():
            known.append(_on(lane, one.started_at, one.ended_at, one.outcome == state))
    return _all(parts[UP]), _all(parts[DOWN])


def _rows(connection: Connection, checks: Ints, silent: frozenset[str], since: int) -> Sequence[sa.Row[Any]]:
    """Statements of these checks but for those of `silent` origins; few devices make any, and few of those."""
    if not len(checks):
        return ()
    table = schema.statement
    wanted = sa.select(table).where(
        among(table.c.check, checks.tolist()),
        table.c.said_at > since,
        table.c.origin.not_in(sorted(silent)),
    )
    return [row for row in connection.execute(wanted) if row.check in checks]


def _on(lane: int, begin: Ints, end: Ints, flags: Flags) -> Stretches:
    return Stretches(begin[flags] + lane * LANE, end[flags] + lane * LANE)


def _all(parts: Sequence[Stretches]) -> Stretches:
    return stretches(np.concatenate([p.start for p in parts]), np.concatenate([p.end for p in parts]))
