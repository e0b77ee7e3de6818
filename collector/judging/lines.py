"""The raw histories of a batch of subjects, as seen and with what hangs on something masked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy.engine import Connection

from collector.judging.circumstances import Parents, dependences
from collector.judging.facts import Schedule, few_checks, observed, schedule
from collector.judging.loss import Lossy, lossy, rounds_of
from collector.judging.roster import CHECK_KIND, Roster, Subject
from collector.judging.said import said
from indicators.observed import Edges, edges, raw
from indicators.policy import Policy
from indicators.services import Membership, derived
from indicators.timeline import Cause, Timeline, filled, joined, picked
from indicators.upstream import behind, masked

# What a device says of the line it carries fills time in which nobody looked; of loss it knows nothing.
_NOBODY_LOOKED = (Cause.NOT_WATCHED, Cause.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class Source:
    """Where histories come from: one ledger, read at one moment, and the policy's rules on loss."""

    connection: Connection
    roster: Roster
    schedule: Schedule
    policy: Policy
    now: int  # microseconds since 1970
    lossy: Lossy
    since: int = 0  # how far back `lossy` reaches


def source(
    connection: Connection,
    roster: Roster,
    policy: Policy,
    now: int,
    *,
    since: int = 0,
    few: Sequence[Subject] = (),
) -> Source:
    """Prepare to judge: what is read once for everybody. Of `few` subjects alone less is read.

    What is read so reaches back to `since` (microseconds); whose whole history matters is judged from another.
    """
    times = schedule(connection)
    checks = few_checks(connection, [(CHECK_KIND[one.kind], one.id) for one in few])
    doubtful = lossy(connection, times.watches.values(), policy.max_loss, since, checks)
    return Source(connection, roster, times, policy, now, doubtful, since)


@dataclass(frozen=True, slots=True)
class Lines:
    """Raw histories, a lane a subject: `seen` hides nothing, in `masked` down-time behind an upstream is unknown.

    `edges` are how sure recorded changes are of their time, where that was read.
    """

    seen: Timeline
    masked: Timeline
    edges: Edges


def lines(
    of: Source, subjects: Sequence[Subject], parents: Parents, since: int, *, bounds: bool = True
) -> Lines:
    """Those of subjects of one kind, in runs that had not ended at `since` (microseconds).

    `bounds`: with their edges; else these are read only where down-time may have to be masked by them.
    """
    found = _own(of, subjects, parents, since, bounds=bounds)
    rows = [row for row, one in enumerate(subjects) if one.derived and any(era.members for era in one.eras)]
    return _with_derived(of, found, subjects, rows, since, parents) if rows else found


def members(of: Source, subjects: Sequence[Subject]) -> tuple[Subject, ...]:
    """The circuits that services are or were made of, each once."""
    wanted = dict.fromkeys(name for one in subjects for era in one.eras for name in era.members)
    return tuple(one for one in of.roster.by_kind["circuits"] if one.id in wanted)


def membership(subjects: Sequence[Subject], rows: Sequence[int], of: Sequence[Subject]) -> Membership:
    """Which circuits count for which of the services in these rows, era by era; services count from 0."""
    lane = {one.id: number for number, one in enumerate(of)}
    table = [
        (service, lane[name], era.begin, era.end, era.needs)
        for service, row in enumerate(rows)
        for era in subjects[row].eras
        for name in era.members
        if name in lane
    ]
    return Membership(*np.array(table, np.int64).reshape(-1, 5).T)


def _own(
    of: Source, subjects: Sequence[Subject], parents: Parents, since: int, *, bounds: bool = True
) -> Lines:
    """From the subjects' own checks."""
    keys = [(CHECK_KIND[one.kind], one.id) for one in subjects]
    away = behind(parents.away, dependences(subjects, parents))
    found = observed(of.connection, of.schedule, keys, since, bounds=bounds or len(away) > 0)
    facts = replace(found.facts, bins=of.lossy.of(found.checks, rounds_of(found.facts)))
    up, down = said(of.connection, found, subjects, since)
    seen = filled(raw(facts, of.policy.max_loss, of.now), up, down, Cause.WITNESSED, _NOBODY_LOOKED)
    sure = edges(facts)
    return Lines(seen, masked(seen, sure, away), sure)


def _with_derived(
    of: Source, own: Lines, subjects: Sequence[Subject], rows: list[int], since: int, parents: Parents
) -> Lines:
    """Services without a check of their own, from their members: masked ones in the line view, all in the other."""
    parts = members(of, subjects)
    theirs, made_of = _own(of, parts, parents, since), membership(subjects, rows, parts)
    place = np.arange(len(subjects), dtype=np.int64)
    place[rows] = len(subjects) + np.arange(len(rows))

    def put(line: Timeline, of_members: Timeline) -> Timeline:
        return picked(joined([line, derived(len(rows), of_members, made_of)]), place)

    return Lines(put(own.seen, theirs.seen), put(own.masked, theirs.masked), own.edges)
