"""Reading the five minutes in which loss may matter: few days hold any, and only those are unpacked.

From the sums of a day follows whether any of its five minutes can be: where none of its rounds was down, a bin needs
more than `max_loss` of its rounds lost, left open or not held at all, so the sums of the whole day must exceed that,
too.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from collector.judging.facts import Observed
from collector.keeping.bins import BIN_MICROS, COUNTS, leading
from collector.ledger import schema
from indicators.axis import Ints
from indicators.facts import Bins, Facts

_OFTEN = 30_000_000  # loss is judged of rounds at least so often
_ASKED_AT_ONCE = 500
_COLUMNS = COUNTS[:4]  # sent, rescued, incomplete, down
Rows = NDArray[np.int64]  # shape (rows, check id, start, then _COLUMNS)


def with_bins(connection: Connection, found: Observed, max_loss: float, since: int) -> Facts:
    """The facts with the five minutes of primary checks that may be lossy, from `since` (microseconds) on."""
    facts = found.facts
    scheduled = _scheduled(facts)
    often = found.checks[scheduled > 0]
    if not len(often):
        return facts
    rows = np.concatenate(
        [
            *_fresh(connection, often, since),
            *(
                rows
                for rounds in np.unique(scheduled[scheduled > 0]).tolist()
                for rows in _folded(connection, found.checks[scheduled == rounds], rounds, max_loss, since)
            ),
        ]
    )
    row = np.searchsorted(found.checks, rows[:, 0])
    due = np.maximum(scheduled[row], rows[:, 2] + rows[:, 5]) - rows[:, 5]
    bins = Bins(
        check=row,
        started_at=rows[:, 1],
        due=due,
        rescued=rows[:, 3],
        incomplete=np.maximum(due - (rows[:, 2] - rows[:, 4]), 0),
    )
    return replace(facts, bins=bins)


def _scheduled(facts: Facts) -> Ints:
    """How many rounds five minutes of each primary check hold; 0 where it is asked too seldom to judge loss."""
    most = np.zeros(len(facts.checks), np.int64)
    for (vantage, number), watches in facts.watches.items():
        if watches.interval.max() <= _OFTEN:
            own = np.unique(facts.runs.check[facts.runs.round == number])
            own = own[(facts.checks.vantage[own] == vantage) & facts.checks.primary[own]]
            most[own] = np.maximum(most[own], BIN_MICROS // int(watches.interval[-1]))
    return most


def _fresh(connection: Connection, checks: Ints, since: int) -> Iterator[Rows]:
    """Of days that are not folded yet."""
    table = schema.quality
    columns = (table.c.check, table.c.started_at, *(table.c[name] for name in _COLUMNS))
    matters = sa.and_(table.c.rescued + table.c.incomplete > 0, table.c.started_at >= since)
    for part in _parts(checks):
        rows = connection.execute(sa.select(*columns).where(table.c.check.in_(part), matters)).fetchall()
        yield np.array([tuple(row) for row in rows], np.int64).reshape(-1, 2 + len(_COLUMNS))


def _folded(connection: Connection, checks: Ints, rounds: int, max_loss: float, since: int) -> Iterator[Rows]:
    """Of folded days that may hold any; of checks that are asked in so many rounds in five minutes."""
    day, packed = schema.quality_day, schema.quality_bins
    held = (day.c.ended_at - day.c.started_at) / (BIN_MICROS // rounds)
    not_held = held - day.c.sent - day.c.down
    least = sa.case((day.c.down > 0, 0), else_=int(max_loss * rounds) - not_held)
    lost = day.c.rescued + day.c.incomplete
    matters = sa.and_(lost > 0, lost > least, day.c.ended_at > since)
    same = sa.and_(packed.c.started_at == day.c.started_at, packed.c.check == day.c.check)
    wanted = sa.select(packed.c.check, packed.c.started_at, packed.c.bins).select_from(packed.join(day, same))
    for part in _parts(checks):
        for check, started_at, bins in connection.execute(wanted.where(day.c.check.in_(part), matters)):
            yield _unpacked(check, started_at, bins)


def _unpacked(check: int, started_at: int, packed: bytes) -> Rows:
    """The five minutes of a day in which a packet was lost or a question left open."""
    counts = leading(packed, len(_COLUMNS))
    hit = np.flatnonzero(counts[1] + counts[2])
    at = started_at + hit * BIN_MICROS
    return np.stack([np.full(len(hit), check), at, *(one[hit] for one in counts)], axis=1)


def _parts(checks: Ints) -> Iterator[list[int]]:
    for at in range(0, len(checks), _ASKED_AT_ONCE):
        yield checks[at : at + _ASKED_AT_ONCE].tolist()
