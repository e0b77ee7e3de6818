"""What is asked of a router about one line: the row that tells, and what follows from it. No sockets of its own.

Which table has the row is found out once, and again when it is there no more.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Protocol

from probes.columns import DOWN, UNKNOWN, UP, Statement
from probes.replies import Reply
from probes.router_said import NAN, TICKS, Freshness, Said
from probes.snmp_agent import SYS_UPTIME, AgentError, Session, Value
from probes.snmp_interface import DEVICE_SILENT


class Table(Protocol):
    """One table of a router that may hold the row; it remembers where that was."""

    origin: str

    def objects(self) -> Sequence[str]:
        """What may be asked together with sysUpTime, because the row was there before."""
        ...

    async def read(self, session: Session, heard: Mapping[str, Value]) -> Said | None:
        """What the row says, `heard` being the first answer; None where there is none. Raises AgentError."""
        ...


@dataclass(frozen=True, slots=True)
class Expected:
    """What is to be read: what to say where it is not there, and where it must lead to and through, if anywhere."""

    missing: str
    leads_to: str = ""
    through: str = ""


class RouterQuestion:
    """One test, session or neighbour of one router, from round to round."""

    def __init__(
        self, tables: Sequence[Table], expected: Expected, *, fresh: float, notices_within: float
    ) -> None:
        self._tables, self._expected = tables, expected
        self._table: Table | None = None
        self._freshness = Freshness(fresh)
        self._notices_within = notices_within
        self._outcome = UNKNOWN
        self._told_from = NAN

    def first(self) -> Sequence[str]:
        """Uptime, and the row where it was last seen."""
        return (SYS_UPTIME, *(self._table.objects() if self._table else ()))

    async def read(self, session: Session, said: dict[str, Value], until: float) -> Reply:
        """Look for the row if it is not where it was, and say how the line stands by it."""
        at = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(until):
                row = await self._look(session, said)
        except (AgentError, TimeoutError):
            return Reply(UNKNOWN, DEVICE_SILENT, definite=False)
        uptime = said.get(SYS_UPTIME)
        return self._judged(row, uptime / TICKS if isinstance(uptime, int) else NAN, at)

    async def _look(self, session: Session, heard: Mapping[str, Value]) -> Said | None:
        if self._table is not None and (row := await self._table.read(session, heard)):
            return row
        for table in self._tables:
            if row := await table.read(session, {}):
                self._table = table
                return row
        return None

    def _judged(self, row: Said | None, uptime: float, at: float) -> Reply:
        if row is None:
            self._outcome = UNKNOWN
            return Reply(UNKNOWN, self._expected.missing)
        news = self._freshness.judge(row, uptime, at)
        why_not = self._elsewhere(row) or news.why_not
        if row.outcome == UNKNOWN or why_not:
            self._outcome = UNKNOWN
            return Reply(UNKNOWN, row.reason if row.outcome == UNKNOWN else why_not)
        statement = self._statement(row, uptime)
        told_from = self._told(row.outcome, news.since, at - statement.lasted)
        return Reply(
            row.outcome,
            row.reason if row.outcome == DOWN else "",
            rtt=row.rtt if row.outcome == UP else NAN,
            told_from=told_from,
            statement=statement if self._says_anything(statement) else None,
        )

    def _elsewhere(self, row: Said) -> str:
        """That it is another line the router speaks of; empty where it is not, or does not say."""
        expected = self._expected
        if expected.leads_to and row.leads_to and row.leads_to != expected.leads_to:
            return f"the router's test leads to {row.leads_to}, expected {expected.leads_to}"
        if expected.through and row.through and row.through != expected.through:
            return f"the router's test goes through {row.through}, expected {expected.through}"
        return ""

    def _told(self, outcome: int, since: float, stood_since: float) -> float:
        """From when on the answer holds: what the router says of that, and else as late as it may have noticed.

        It never goes back behind an earlier answer.
        """
        told = since - self._notices_within
        if outcome != self._outcome and not isnan(stood_since):
            told = stood_since
        self._outcome = outcome
        self._told_from = told if isnan(self._told_from) else max(told, self._told_from)
        return self._told_from

    def _statement(self, row: Said, uptime: float) -> Statement:
        origin = self._table.origin if self._table else ""
        lasted = row.stood_for(uptime)
        return Statement(origin, row.outcome, lasted, uptime, -1 if row.changes is None else row.changes)

    @staticmethod
    def _says_anything(statement: Statement) -> bool:
        return not isnan(statement.lasted) or statement.changes >= 0
