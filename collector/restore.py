"""Taking up the thread after a start: how the checks stood when somebody last looked."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from collector import quality, runs
from collector.checks import phases
from collector.ledger import schema
from collector.ledger.store import Row, seconds
from collector.rows import closed
from probes.columns import DOWN, UP, Floats, Ints

# Very many runs stand open: columns, by the name of the round they were recorded in. Times in microseconds.
RUN = np.dtype([("check", "i8"), ("started_at", "i8"), ("outcome", "i1"), ("incarnation", "i8")])
Records = NDArray[Any]
OpenRuns = dict[str, Records]
Rounds = Mapping[str, Sequence[int]]


def open_runs(connection: Connection, vantage: str) -> OpenRuns:
    """The run every check of a vantage stands in."""
    run, check = schema.run, schema.check
    columns = [run.c[name] for name in RUN.names or ()]
    ours = sa.and_(run.c.ended_at.is_(None), check.c.vantage == vantage)
    rounds = connection.scalars(sa.select(run.c.round).join(check).where(ours).distinct()).all()
    stood = {name: sa.select(*columns).join(check).where(ours, run.c.round == name) for name in rounds}
    return {name: np.fromiter(map(tuple, connection.execute(query)), RUN) for name, query in stood.items()}


def last_watches(connection: Connection, vantage: str) -> dict[str, Row]:
    """The newest watch of every round of a vantage, by round."""
    watch = schema.watch
    # The newest is the one written last: after a backward step of the clock an older one may bear a later time.
    written = (watch.c.incarnation.desc(), watch.c.seq.desc())
    place = sa.func.row_number().over(partition_by=watch.c.round, order_by=written).label("place")
    ranked = sa.select(watch, place).where(watch.c.vantage == vantage).subquery()
    columns = [ranked.c[column.name] for column in watch.c]
    found = connection.execute(sa.select(*columns).where(ranked.c.place == 1))
    return {row.round: dict(row._mapping) for row in found}


def bins(connection: Connection, checks: Sequence[int], now: float) -> quality.Bins:
    """The counts of the five minutes that are going on at `now`, as far as they were written when we stopped."""
    start = int(now // quality.BIN_SECONDS) * quality.BIN_SECONDS
    table, one = schema.quality, quality.empty(start, len(checks))
    place = {check: row for row, check in enumerate(checks)}
    for row in connection.execute(sa.select(table).where(table.c.started_at == start * 1_000_000)):
        if (at := place.get(row.check)) is not None:
            for name in ("sent", "rescued", "incomplete", "down", "answered"):
                getattr(one, name)[at] = row._mapping[name]
            one.rtt_sum[at], one.rtt_max[at] = row.rtt_sum / 1e6, row.rtt_max / 1e6
    return quality.Bins(len(checks), {start: one})


def last_observation(checks: Ints, watch: Row) -> Floats:
    """When checks were last asked inside a watch, by its schedule; seconds since 1970 UTC."""
    origin, interval, ended = seconds(watch["origin"]), seconds(watch["interval"]), seconds(watch["ended_at"])
    place = phases(checks) * seconds(watch["span"])
    rounds = np.floor((ended - origin - place) / interval)
    return np.minimum(ended, origin + rounds * interval + place)


def state(
    checks: Sequence[int], open_: OpenRuns, watches: dict[str, Row], lag: Floats | float = 0.0
) -> runs.State:
    """The state in which the checks of a round are taken up again; those with no open run begin anew.

    What was seen of a check may have lain `lag` seconds behind the line itself.
    """
    lags = np.broadcast_to(np.asarray(lag, np.float64), (len(checks),))
    fresh, wanted = runs.fresh(len(checks)), np.asarray(checks, np.int64)
    order = np.argsort(wanted)
    for name in open_.keys() & watches.keys():
        stood = open_[name][np.isin(open_[name]["check"], wanted)]
        place = order[np.searchsorted(wanted, stood["check"], sorter=order)]
        since = stood["started_at"] / 1e6
        seen = np.maximum(since, last_observation(stood["check"], watches[name]) - lags[place])
        fresh.outcome[place], fresh.since[place] = stood["outcome"], since
        fresh.answered[place] = np.where(stood["outcome"] == UP, seen, np.nan)
        fresh.silent[place] = np.where(stood["outcome"] == DOWN, seen, np.nan)
    return fresh


def left(open_: OpenRuns, watches: dict[str, Row], rounds: Rounds, now: float) -> list[Row]:
    """Ends for the runs that cannot go on, each at its check's last observation.

    Those of checks that are no longer asked in the round their run was recorded in (`rounds` says which checks
    every round asks now), those of a round of which no watch is known, and those that began after `now`: somebody
    has set the clock back meanwhile.
    """
    ends: list[Row] = []
    for name, stood in open_.items():
        watch = watches.get(name)
        over = stood[~_goes_on(name, stood, watches, rounds, now)]
        began = over["started_at"] / 1e6
        last = np.maximum(began, last_observation(over["check"], watch)) if watch else began
        told = zip(over["check"].tolist(), began.tolist(), last.tolist(), strict=True)
        ends += [closed(check, started_at, ended_at) for check, started_at, ended_at in told]
    return ends


def going_on(open_: OpenRuns, watches: dict[str, Row], rounds: Rounds, now: float) -> OpenRuns:
    """The others: whatever is seen next of a check whose run was left begins another."""
    return {name: stood[_goes_on(name, stood, watches, rounds, now)] for name, stood in open_.items()}


def _goes_on(
    name: str, stood: Records, watches: dict[str, Row], rounds: Rounds, now: float
) -> NDArray[np.bool_]:
    asked = np.isin(stood["check"], rounds.get(name, ())) & (name in watches)
    return np.asarray(asked & (stood["started_at"] / 1e6 <= now))


def interrupted(watches: dict[str, Row]) -> list[Row]:
    """The watches that a collector left going on when it died; they say so from now on."""
    return [{**watch, "reason": "interrupted"} for watch in watches.values() if not watch["reason"]]
