"""Reading the five minutes in which loss may matter: few days hold any, and only those are unpacked.

From the sums of a day follows whether any of its five minutes can be: where none of its rounds was down, a bin needs
more than `max_loss` of its rounds lost, left open or not held at all, so the sums of the whole day must exceed that,
too. Everything is read in the order of its key, day by day, once for all who are judged.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from collector.judging.ahead import ahead
from collector.keeping.bins import BIN_MICROS, COUNTS, leading
from collector.ledger import schema
from indicators.axis import Ints, ascending
from indicators.facts import Bins, Facts, Watches, no_bins

_OFTEN = 30_000_000  # loss is judged of rounds at least so often
_COLUMNS = COUNTS[:4]  # sent, rescued, incomplete, down
_TOGETHER = 1000  # rows at once, of days to be unpacked above all: what they take stays near the processor
_LONGEST_DAY = 25 * 3600 * 1_000_000
_FEW = 100  # checks that are named in a statement; of more all are read
Rows = NDArray[np.int64]  # a row five minutes: check, start, then _COLUMNS


@dataclass(frozen=True, slots=True)
class Lossy:
    """Five minutes in which a packet was lost or a question left open, by check and start; a row each of `Rows`."""

    rows: Rows

    def of(self, checks: Ints, rounds: Ints) -> Bins:
        """Those of these checks (sorted ids), which are asked in so many rounds in five minutes (0: too seldom)."""
        if not len(checks):
            return no_bins()
        first = np.searchsorted(self.rows[:, 0], checks[0])
        mine = self.rows[first : np.searchsorted(self.rows[:, 0], checks[-1], side="right")]
        at = np.minimum(np.searchsorted(checks, mine[:, 0]), len(checks) - 1)
        often = (checks[at] == mine[:, 0]) & (rounds[at] > 0)
        mine, at = mine[often], at[often]
        sent, rescued, incomplete, down = mine[:, 2:].T
        due = np.maximum(rounds[at], sent + down) - down
        return Bins(at, mine[:, 1], due, rescued, np.maximum(due - (sent - incomplete), 0))


def lossy(
    connection: Connection, watches: Iterable[Watches], max_loss: float, since: int, checks: Sequence[int]
) -> Lossy:
    """What may matter on days that end after `since` (microseconds), of these checks; of many, of all."""
    often = [int(one.interval.max()) for one in watches if one.interval.max() <= _OFTEN]
    if not often:
        return Lossy(_none())
    few = checks if len(checks) <= _FEW else ()
    parts = [*_fresh(connection, since, few), *_folded(connection, since, max_loss, max(often), few)]
    rows = np.concatenate([_none(), *parts])
    return Lossy(rows[np.lexsort((rows[:, 1], rows[:, 0]))])


def rounds_of(facts: Facts) -> Ints:
    """How many rounds five minutes of each primary check hold; 0 where it is asked too seldom to judge loss."""
    most = np.zeros(len(facts.checks), np.int64)
    for (vantage, number), watches in facts.watches.items():
        if watches.interval.max() <= _OFTEN:
            own = ascending(facts.runs.check[facts.runs.round == number])
            own = own[(facts.checks.vantage[own] == vantage) & facts.checks.primary[own]]
            most[own] = np.maximum(most[own], BIN_MICROS // int(watches.interval[-1]))
    return most


def _fresh(connection: Connection, since: int, few: Sequence[int]) -> Iterator[Rows]:
    """Of days that are not folded yet."""
    table = schema.quality
    columns = (table.c.check, table.c.started_at, *(table.c[name] for name in _COLUMNS))
    matters = sa.and_(table.c.started_at >= since - BIN_MICROS, table.c.rescued + table.c.incomplete > 0)
    wanted = sa.select(*columns).where(matters, *_among(table, few))
    for part in connection.execute(wanted).partitions(_TOGETHER):
        yield np.array([tuple(row) for row in part], np.int64)


def _folded(
    connection: Connection, since: int, max_loss: float, interval: int, few: Sequence[int]
) -> Iterator[Rows]:
    """Of folded days that may hold any; `interval` is the longest of the rounds whose loss is judged."""
    day, packed = schema.quality_day, schema.quality_bins
    lost = day.c.rescued + day.c.incomplete
    not_held = (day.c.ended_at - day.c.started_at) / interval - day.c.sent - day.c.down
    full = int(max_loss * (BIN_MICROS // interval))
    least = sa.case((day.c.down > 0, 0), (not_held > 0, full - not_held), else_=full)
    same = sa.and_(packed.c.started_at == day.c.started_at, packed.c.check == day.c.check)
    wanted = sa.select(packed.c.check, packed.c.started_at, packed.c.bins).select_from(day.join(packed, same))
    days = sa.select(_days(day, since))
    matters = sa.and_(day.c.started_at.in_(days), lost > 0, lost > least, *_among(day, few))
    parts = connection.execute(wanted.where(matters)).partitions(_TOGETHER)
    with ThreadPoolExecutor(1) as reader:
        for part in parts if few else ahead(parts, reader):
            yield _unpacked(part)


def _days(table: sa.Table, since: int) -> sa.ColumnElement[int]:
    """When the folded days begin that end after `since`: a look into the key for each, not a walk over all rows."""
    at = table.c.started_at
    first = sa.select(sa.func.min(at).label("at")).where(at > since - _LONGEST_DAY)
    days = first.cte("days", recursive=True)
    next_ = sa.select(sa.func.min(at)).where(at > days.c.at).scalar_subquery()
    days = days.union_all(sa.select(next_).where(days.c.at.is_not(None)))
    return days.c.at


def _among(table: sa.Table, few: Sequence[int]) -> list[Any]:
    return [table.c.check.in_(few)] if few else []


def _unpacked(rows: Sequence[Sequence[Any]]) -> Rows:
    """The five minutes of some days in which a packet was lost or a question left open."""
    check = np.array([row[0] for row in rows], np.int64)
    begin = np.array([row[1] for row in rows], np.int64)
    found = [_none()]
    for number, counts in leading([row[2] for row in rows], len(_COLUMNS)):
        day, place = np.nonzero(counts[:, 1] + counts[:, 2] > 0)
        head = np.stack([check[number[day]], begin[number[day]] + place * BIN_MICROS], axis=1)
        found.append(np.concatenate([head, counts[day, :, place]], axis=1))
    return np.concatenate(found)


def _none() -> Rows:
    return np.empty((0, 2 + len(_COLUMNS)), np.int64)
