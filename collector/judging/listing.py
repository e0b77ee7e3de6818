"""The outages and the days of judged subjects, one by one: what stands behind a figure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.judging.judge import Case, batches
from collector.judging.roster import CHECK_KIND, Subject
from collector.ledger import schema
from indicators.axis import LANE, NEVER, lane_of
from indicators.bounds import bounds, fault_of
from indicators.catalogue import Kind
from indicators.catalogue import View as ViewName
from indicators.judged import View
from indicators.timeline import Cause

_DOWN = 0


@dataclass(frozen=True, slots=True)
class Outage:
    """One settled outage; microseconds since 1970, None where nothing bounds an edge or while it is open.

    `fault` names the fault that it is part of; None: it lies wholly in time that does not count.
    """

    subject: str
    kind: Kind
    view: ViewName
    start: int
    start_after: int | None
    start_before: int
    end: int | None
    end_after: int | None
    end_before: int | None
    down: int
    unknown: int
    reason: str
    fault: str | None


def outages(
    of: Case, subjects: Sequence[Subject], begin: int, end: int, views: Sequence[ViewName]
) -> Iterator[Outage]:
    """Those that overlap [begin, end), of subjects of one kind, by subject and start."""
    for batch in batches(of, subjects, begin):
        for name in views:
            view = batch.line if name == "line" else batch.business
            yield from of_view(of, batch.subjects, name, view, begin, end)


def of_view(
    of: Case, subjects: Sequence[Subject], name: ViewName, view: View, begin: int, end: int
) -> Iterator[Outage]:
    """The same of a batch that is judged already."""
    found, lane = view.outages, lane_of(view.outages.start)
    edges = bounds(view.settled, view.edges, found, of.source.now)
    fault, starts = fault_of(found, view.faults), view.faults.start
    cause = view.settled.cause[np.searchsorted(view.settled.at, found.start)]
    until = found.end - lane * LANE
    for row in np.flatnonzero((until > begin) & (edges.start < end)).tolist():
        one = subjects[int(lane[row])]
        first = int(starts[fault[row]]) - int(lane[row]) * LANE if fault[row] >= 0 else None
        yield Outage(
            subject=one.id,
            kind=one.kind,
            view=name,
            start=int(edges.start[row]),
            start_after=_or_none(int(edges.start_after[row])),
            start_before=int(edges.start_before[row]),
            end=_or_none(int(edges.end[row])),
            end_after=_or_none(int(edges.end_after[row])),
            end_before=_or_none(int(edges.end_before[row])),
            down=int(found.down[row]),
            unknown=int(found.unknown[row]),
            reason=_reason(of.source.connection, one, int(edges.start[row]), Cause(int(cause[row]))),
            fault=None if first is None else f"{one.id}@{first // 1_000_000}",
        )


def _reason(connection: Connection, one: Subject, start: int, cause: Cause) -> str:
    """Why the subject did not answer, as it was recorded; of what was not recorded, where it comes from."""
    if cause is Cause.LOSS:
        return "loss"
    if cause is Cause.ATTESTED:
        return "attested"
    run, check = schema.run, schema.check
    told = (
        sa.select(run.c.reason)
        .select_from(run.join(check))
        .where(
            check.c.kind == CHECK_KIND[one.kind],
            check.c.subject == one.id,
            run.c.outcome == _DOWN,
            run.c.started_at <= start,
        )
        .order_by(run.c.started_at.desc())
        .limit(1)
    )
    return connection.scalar(told) or ("derived" if one.derived else "")


def _or_none(moment: int) -> int | None:
    return None if moment == NEVER else moment
