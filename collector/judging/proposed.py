"""What may be proposed of judged outages, from what devices said of their own beginnings: 用户侧断电.

A proposal stands beside an outage and changes nothing: somebody signs an amendment, or not.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

import sqlalchemy as sa

from collector.judging.judge import Case
from collector.judging.listing import Outage
from collector.judging.witnesses import statements_of
from collector.ledger import schema
from indicators import proposals
from indicators.witnessed import DEVICE, Statements, beginnings

_SLACK = 5_000_000  # microseconds by which a device's own clock may place its beginning wrong
_BOOTING = 60_000_000  # from power to the first trap, at most
_DAY = 86_400_000_000
Key = tuple[str, int]
"""A circuit and the start of its outage, microseconds since 1970."""


def power_losses(of: Case, outages: Sequence[Outage]) -> dict[Key, proposals.Proposal]:
    """The proposal that each outage of a circuit in the line view is part of, if any is made."""
    circuits = of.source.roster.by_kind["circuits"]
    lines = [proposals.Line(one.id, one.site, one.now.carrier) for one in circuits]
    told = [
        proposals.Outage(one.subject, one.start, one.end)
        for one in outages
        if one.kind == "circuits" and one.view == "line"
    ]
    if not told:
        return {}
    begin = min(one.started_at for one in told)
    made = proposals.power_losses(lines, told, list(_restarts(of, begin)))
    return {(one.circuit, one.started_at): proposal for proposal in made for one in proposal.outages}


def _restarts(of: Case, begin: int) -> Iterator[proposals.Restart]:
    """When devices began anew from `begin` on, by their own uptime and by their traps."""
    sites = {one.id: one.site for one in of.source.roster.by_kind["devices"] if one.site}
    for device, told in _uptimes(of, begin):
        for at in beginnings(told).tolist() if device in sites else ():
            yield proposals.Restart(device, sites[device], at - _SLACK, at + _SLACK, "sysUpTime")
    trap = schema.trap
    cold = sa.and_(trap.c.kind == "coldStart", trap.c.received_at >= begin)
    for device, at in of.source.connection.execute(sa.select(trap.c.device, trap.c.received_at).where(cold)):
        if device in sites:
            yield proposals.Restart(device, sites[device], at - _BOOTING, at, "coldStart")


def _uptimes(of: Case, begin: int) -> Iterator[tuple[str, Statements]]:
    """What each device said of its own uptime, as far as a day before `begin`."""
    statement, check = schema.statement, schema.check
    wanted = (
        sa.select(check.c.subject, statement)
        .select_from(statement.join(check))
        .where(statement.c.origin == DEVICE, statement.c.said_at >= begin - _DAY)
        .order_by(check.c.subject)
    )
    for device, rows in groupby(of.source.connection.execute(wanted), key=lambda row: row.subject):
        yield device, statements_of(rows)
