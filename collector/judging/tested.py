"""Reading throughput tests, and reports of them, for the rules of `indicators/proving`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.ledger import schema
from indicators.bins import UNKNOWN
from indicators.proving import Throughput, carried

_TEST = schema.throughput
_AT_ONCE = 500  # circuits in one statement


@dataclass(frozen=True, slots=True)
class Test:
    """One test or report of a circuit that came to a rate, with what is told of it beside its rate."""

    id: str
    circuit: str
    method: str
    far_end: str
    reference: str
    recorded_by: str
    says: Throughput


def tests(connection: Connection, circuits: Sequence[str], before: int) -> dict[str, list[Test]]:
    """All that began before a moment (microseconds), by circuit and in the order of time; none that was corrected."""
    found: dict[str, list[Test]] = {}
    corrected = set(connection.scalars(sa.select(_TEST.c.supersedes).where(_TEST.c.supersedes.is_not(None))))
    for at in range(0, len(circuits), _AT_ONCE):
        mine = _TEST.c.circuit.in_(circuits[at : at + _AT_ONCE])
        wanted = sa.select(_TEST).where(mine, _TEST.c.rate_bps.is_not(None), _TEST.c.started_at < before)
        for row in connection.execute(wanted.order_by(_TEST.c.started_at, _TEST.c.id)):
            if row.id not in corrected:
                found.setdefault(row.circuit, []).append(_test(row))
    return found


def tested(connection: Connection) -> set[str]:
    """The circuits of which there is any."""
    return set(connection.scalars(sa.select(_TEST.c.circuit).where(_TEST.c.rate_bps.is_not(None)).distinct()))


def _test(row: Any) -> Test:
    attested = row.origin == "attested"
    version = 6 if "[" in row.far_end else 4  # how an address of version 6 stands in a URL
    rate, complete = carried(row.rate_bps, row.segment, row.other_bps, version)
    says = Throughput(
        started=row.started_at,
        rate=rate,
        valid_until=row.valid_until,
        attested=attested,
        direction=row.direction,
        cap=UNKNOWN if row.cap_bps is None else row.cap_bps,
        complete=complete or attested,
    )
    return Test(row.id, row.circuit, row.method, row.far_end, row.reference, row.recorded_by, says)
