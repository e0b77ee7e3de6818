"""Reading what was observed of a batch of subjects into the columns that `indicators` judges.

Runs are read whole, also those that began long before: a run is a fact with its bounds, and settling needs all of
it. Of a watch that goes on the last interval is left out: it may still turn out to have been blind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from collector.checks import phases
from collector.ledger import schema
from indicators.axis import NEVER, Ints
from indicators.facts import Checks, Facts, Runs, Watches, no_bins

_ASKED_AT_ONCE = 500  # checks in one statement
_TOGETHER = 5000  # rows fetched at once
_FILLED = 1.5  # times as long as the ids it holds is a range that is read whole
_FEW = 100  # subjects whose checks are looked up; for more all checks are read, once
_CHECK = (schema.check.c.id, schema.check.c.kind, schema.check.c.subject, schema.check.c.vantage)
_TIMES = ("started_at", "started_after", "started_before", "ended_at", "ended_after", "ended_before")
_OTHERS = "interface"  # of the table of checks: the kind that only fills a circuit's unknown

Key = tuple[str, str]
"""Kind, as in the table of checks, and id of a subject."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every watch of the ledger by (vantage, round), both counted from 0, and what they are called."""

    vantages: Mapping[str, int]
    rounds: Mapping[str, int]
    watches: Mapping[tuple[int, int], Watches]
    every: dict[Key, list[Any]] = field(default_factory=dict)  # all checks, once many are asked for

    @property
    def first(self) -> int:
        """When anybody first watched, microseconds; 0 where nobody ever did."""
        return min((int(one.started_at[0]) for one in self.watches.values()), default=0)


@dataclass(frozen=True, slots=True)
class Observed:
    """The facts of a batch, and the ids of its checks in the ledger."""

    facts: Facts
    checks: Ints


def schedule(connection: Connection) -> Schedule:
    """When which round was held, from the whole ledger: a few rows a day."""
    watch = schema.watch
    sure = sa.case((watch.c.reason == "", watch.c.ended_at - watch.c.interval), else_=watch.c.ended_at)
    columns = (watch.c.started_at, sure, watch.c.origin, watch.c.interval, watch.c.span)
    rows = connection.execute(
        sa.select(watch.c.vantage, watch.c.round, *columns).order_by(watch.c.started_at)
    ).all()
    vantages = {name: number for number, name in enumerate(sorted({row[0] for row in rows}))}
    rounds = {name: number for number, name in enumerate(sorted({row[1] for row in rows}))}
    by_key: dict[tuple[int, int], list[tuple[int, ...]]] = {}
    for vantage, name, *times in rows:
        by_key.setdefault((vantages[vantage], rounds[name]), []).append(tuple(times))
    return Schedule(vantages, rounds, {key: Watches(*np.array(t, np.int64).T) for key, t in by_key.items()})


def observed(
    connection: Connection, schedule_: Schedule, subjects: Sequence[Key], since: int, *, bounds: bool = True
) -> Observed:
    """What was observed of these subjects, each a lane, in runs that had not ended at `since` (microseconds).

    Without their `bounds` runs are read in two thirds of the time; they are NEVER then.
    """
    lanes = {key: lane for lane, key in enumerate(subjects)}
    rows = [
        row for row in _checks(connection, subjects, schedule_.every) if row.vantage in schedule_.vantages
    ]
    ids = np.array([row.id for row in rows], np.int64)
    checks = Checks(
        lane=np.array([lanes[_judged(row.kind), row.subject] for row in rows], np.int64),
        phase=phases(ids) if len(ids) else np.empty(0),
        vantage=np.array([schedule_.vantages[row.vantage] for row in rows], np.int64),
        primary=np.array([row.kind != _OTHERS for row in rows], np.bool_),
    )
    runs = _runs(connection, schedule_, ids, since, _TIMES if bounds else ("started_at", "ended_at"))
    watches = {key: one.chosen(one.ended_at > since) for key, one in schedule_.watches.items()}
    held = {key: one for key, one in watches.items() if len(one)}
    facts = Facts(len(subjects), checks, runs, held, no_bins())
    return Observed(facts, ids)


def few_checks(connection: Connection, subjects: Sequence[Key], only: str = "") -> list[int]:
    """The ids of all checks these subjects ever had, or `only` those of one kind of the table of checks."""
    return [row.id for row in _checks(connection, subjects, {}) if not only or row.kind == only]


def _judged(kind: str) -> str:
    return "circuit" if kind == _OTHERS else kind


def _checks(connection: Connection, subjects: Sequence[Key], every: dict[Key, list[Any]]) -> list[Any]:
    """All checks these subjects ever had, by id; `every` is filled where that is less work than to ask for many."""
    wanted = [(kind, name) for kind, name in subjects] + [
        (_OTHERS, name) for kind, name in subjects if kind == "circuit"
    ]
    if len(subjects) > _FEW and not every:
        for row in connection.execute(sa.select(*_CHECK)).all():
            every.setdefault((row.kind, row.subject), []).append(row)
    found = [row for key in wanted for row in every.get(key, ())] if every else _asked(connection, wanted)
    return sorted(found, key=lambda row: row.id)


def _asked(connection: Connection, subjects: Sequence[Key]) -> list[Any]:
    found = list[Any]()
    for kind in dict.fromkeys(kind for kind, _ in subjects):
        for part in _parts([name for each, name in subjects if each == kind]):
            chosen = sa.and_(schema.check.c.kind == kind, schema.check.c.subject.in_(part))
            found += connection.execute(sa.select(*_CHECK).where(chosen))
    return found


def _runs(connection: Connection, schedule_: Schedule, ids: Ints, since: int, times: Sequence[str]) -> Runs:
    run = schema.run
    number = sa.case(schedule_.rounds, value=run.c.round, else_=-1) if schedule_.rounds else sa.literal(-1)
    columns = (run.c.check, run.c.outcome, number, *(sa.func.coalesce(run.c[one], NEVER) for one in times))
    wanted = sa.select(*columns)
    parts = [np.empty((len(columns), 0), np.int64)]
    for part in _parts(ids.tolist()):
        mine = among(schema.check.c.id, part)
        later = wanted.join_from(schema.check, run, run.c.check == schema.check.c.id)
        parts.append(_table(connection, later.where(mine, run.c.started_at > since), len(columns)))
        if since > 0:
            parts.append(_table(connection, wanted.where(_standing_at(since, mine)), len(columns)))
    table = np.concatenate(parts, axis=1)
    place = np.minimum(np.searchsorted(ids, table[0]), max(len(ids) - 1, 0))
    table = table[:, ids[place] == table[0]]
    check, outcome, of_round, *rest = table[:, np.lexsort((table[3], table[0]))]
    known, never = dict(zip(times, rest, strict=True)), np.full(len(check), NEVER, np.int64)
    every = (known.get(one, never) for one in _TIMES)
    return Runs(np.searchsorted(ids, check), outcome.astype(np.int8), of_round, *every)


def among(column: sa.ColumnElement[int], ids: Sequence[int]) -> sa.ColumnElement[bool]:
    """At least these ids, which are sorted: by their range where they nearly fill it, because to name hundreds in a
    statement costs more than to leave out some that were read."""
    if ids[-1] - ids[0] < _FILLED * len(ids):
        return column.between(ids[0], ids[-1])
    return column.in_(ids)


def _standing_at(since: int, mine: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Of each check the run that began last before a moment: runs follow each other, so no earlier one reaches it.

    Looked up by their key, check by check: what happened in all the years before costs nothing.
    """
    run, earlier, check = schema.run, schema.run.alias("earlier"), schema.check
    latest = (
        sa.select(sa.func.max(earlier.c.started_at))
        .where(earlier.c.check == check.c.id, earlier.c.started_at <= since)
        .correlate(check)
        .scalar_subquery()
    )
    return sa.tuple_(run.c.check, run.c.started_at).in_(sa.select(check.c.id, latest).where(mine))


def _table(connection: Connection, wanted: sa.Select[Any], width: int) -> NDArray[np.int64]:
    """Rows of whole numbers as columns; shape (columns, rows)."""
    result = connection.execute(wanted)
    # Straight from the driver: a row object for each of very many runs costs as much as reading them. Some at a time:
    # the driver's rows take several times the room of the columns.
    rows = chain.from_iterable(iter(partial(result.cursor.fetchmany, _TOGETHER), []))
    found = np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, width)
    result.close()
    return np.ascontiguousarray(found.T)


def _parts(names: Sequence[Any]) -> list[Sequence[Any]]:
    return [names[at : at + _ASKED_AT_ONCE] for at in range(0, len(names), _ASKED_AT_ONCE)]
