"""Whoever was watched in a period and is named by no configuration any more, and so is in no figure of it.

A line that was deleted from the configuration takes its outages with it. That is never done silently: whoever asks
for figures is told, and how to keep them: `in_service_until` instead of deleting.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.judging.facts import Key
from collector.judging.roster import CHECK_KIND, Roster
from collector.ledger import schema


def gone(connection: Connection, roster: Roster, begin: int, end: int) -> tuple[Key, ...]:
    """Kind and id of those with a run in [begin, end), microseconds, whom the roster does not know."""
    check, run = schema.check, schema.run
    known = {(CHECK_KIND[one.kind], one.id) for one in roster.everybody()}
    every = sa.select(check.c.id, check.c.kind, check.c.subject).where(
        check.c.kind.in_(set(CHECK_KIND.values()))
    )
    strangers = {row.id: (row.kind, row.subject) for row in connection.execute(every)}
    strangers = {id_: key for id_, key in strangers.items() if key not in known}
    inside = sa.and_(run.c.started_at < end, sa.or_(run.c.ended_at.is_(None), run.c.ended_at > begin))
    seen = [
        key
        for id_, key in strangers.items()
        if connection.scalar(sa.select(run.c.check).where(run.c.check == id_, inside).limit(1)) is not None
    ]
    return tuple(sorted(set(seen)))
