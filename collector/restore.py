"""Taking up the thread after a start: how the checks stood when somebody last looked."""

from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector import runs
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
    newest = (
        sa.select(watch.c.round, sa.func.max(watch.c.started_at).label("started_at"))
        .where(watch.c.vantage == vantage)
        .group_by(watch.c.round)
        .subquery()
    )
    joined = watch.join(
        newest, (watch.c.round == newest.c.round) & (watch.c.started_at == newest.c.started_at)
    )
    found = connection.execute(sa.select(watch).select_from(joined).where(watch.c.vantage == vantage))
    return {row.round: dict(row._mapping) for row in found}


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


def left(open_: dict[int, Row], watches: dict[str, Row], rounds: dict[str, set[int]]) -> list[Row]:
    """Ends for the runs of checks that are no longer asked in the round their run was recorded in.

    `rounds` says which checks every round asks now. A run ends at its check's last observation.
    """
    ends = []
    for check, row in open_.items():
        watch = watches.get(row["round"])
        if check not in rounds.get(row["round"], ()):
            began = seconds(row["started_at"])
            last = last_observation(check, watch) if watch else began
            ends.append(closed(check, began, max(began, last)))
    return ends
