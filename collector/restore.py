"""Taking up the thread after a start: how the checks stood when somebody last looked."""

from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector import quality, runs
from collector.checks import phase
from collector.ledger import schema
from collector.ledger.store import Row, seconds
from collector.rows import closed
from probes.columns import DOWN, UP


def open_runs(connection: Connection, vantage: str) -> dict[int, Row]:
    """The run every check of a vantage stands in, by check."""
    run, check = schema.run, schema.check
    found = connection.execute(
        sa.select(run).join(check).where(run.c.ended_at.is_(None), check.c.vantage == vantage)
    )
    return {row.check: dict(row._mapping) for row in found}


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


def last_observation(check: int, watch: Row) -> float:
    """When a check was last asked inside a watch, by its schedule; seconds since 1970 UTC."""
    origin, interval, ended = seconds(watch["origin"]), seconds(watch["interval"]), seconds(watch["ended_at"])
    place = phase(check) * seconds(watch["span"])
    rounds = np.floor((ended - origin - place) / interval)
    return float(min(ended, origin + rounds * interval + place))


def state(checks: Sequence[int], open_: dict[int, Row], watches: dict[str, Row]) -> runs.State:
    """The state in which the checks of a round are taken up again; those with no open run begin anew."""
    fresh = runs.fresh(len(checks))
    for place, check in enumerate(checks):
        row = open_.get(check)
        watch = watches.get(row["round"]) if row else None
        if row is None or watch is None:
            continue
        fresh.outcome[place] = row["outcome"]
        fresh.since[place] = seconds(row["started_at"])
        seen = max(float(fresh.since[place]), last_observation(check, watch))
        if row["outcome"] == UP:
            fresh.answered[place] = seen
        elif row["outcome"] == DOWN:
            fresh.silent[place] = seen
    return fresh


def left(
    open_: dict[int, Row], watches: dict[str, Row], rounds: dict[str, set[int]], now: float
) -> list[Row]:
    """Ends for the runs that cannot go on, each at its check's last observation.

    Those of checks that are no longer asked in the round their run was recorded in (`rounds` says which checks
    every round asks now), and those that began after `now`: somebody has set the clock back meanwhile.
    """
    ends: list[Row] = []
    for check, row in open_.items():
        watch = watches.get(row["round"])
        began = seconds(row["started_at"])
        if check not in rounds.get(row["round"], ()) or began > now:
            last = last_observation(check, watch) if watch else began
            ends.append(closed(check, began, max(began, last)))
    return ends


def interrupted(watches: dict[str, Row]) -> list[Row]:
    """The watches that a collector left going on when it died; they say so from now on."""
    return [{**watch, "reason": "interrupted"} for watch in watches.values() if not watch["reason"]]
