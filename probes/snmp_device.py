"""What is asked of a device: the scalars and tables of the profiles that are for it. No sockets of its own.

A walk that breaks off keeps its rows, and costs only itself; how many did is told as a figure.
"""

import asyncio
from collections.abc import Sequence

from probes.columns import UP, Reading, Readings, Statement
from probes.replies import Reply
from probes.snmp_agent import SYS_UPTIME, AgentError, Session, Value
from probes.snmp_profile import Profile, ProfileTable
from probes.snmp_readings import rows, scalars

SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
BROKEN_WALKS = "device_broken_walks"

# Version 1 refuses a request for the sake of one object that is not there; so those are asked for now and then only.
_ALL_EVERY = 30
_TICKS = 100  # of sysUpTime in a second
_MOST_ROWS = 100_000  # of one column: more is an agent that makes them up


def _broken(walks: int) -> Readings:
    return Readings.of([Reading(BROKEN_WALKS, (), float(walks))])


_WALKED_WELL = _broken(0)

Columns = dict[str, dict[str, Value]]


class DeviceQuestion:
    """All profiles named, or those that are for the agent by what it says it is."""

    def __init__(self, profiles: Sequence[Profile], named: Sequence[str]) -> None:
        self._profiles = tuple(profiles)
        self._named = frozenset(named)
        self._object_id = ""
        self._chosen = self._choose()
        self._rounds = 0
        self._missing: frozenset[str] = frozenset()
        self._all = self._named_by_chosen()

    def first(self) -> Sequence[str]:
        """Uptime, kind, and every scalar that is not known to be missing."""
        if not (self._missing and self._rounds % _ALL_EVERY):
            return self._all
        return tuple(oid for oid in self._all if oid not in self._missing)

    async def read(self, session: Session, said: dict[str, Value], until: float) -> Reply:
        """Scalars not asked yet, because nobody knew what the device is, and every table."""
        asked = self.first()
        self._rounds += 1
        self._hear_of(str(said.get(SYS_OBJECT_ID, self._object_id)))
        walking = _Walking(session, until)
        if self._all is not asked and (more := [oid for oid in self.first() if oid not in asked]):
            said = said | await walking.get(more)
            asked = (*asked, *more)
        if self._missing or len(said) < len(asked):
            self._missing = frozenset((self._missing | {*asked}) - {*said})
        found = Readings()
        for profile in self._chosen:
            found += scalars(profile, said)
        for profile in self._chosen:
            for table in profile.tables:
                await walking.read(table)
                found += Readings.of(rows(table, {oid: walking.columns.get(oid, {}) for oid in table.oids}))
        found += _WALKED_WELL if not walking.broken else _broken(walking.broken)
        return Reply(UP, readings=found, statement=_statement(said))

    def _hear_of(self, object_id: str) -> None:
        """What it says it is; what is read of it is chosen anew where that is something else."""
        if object_id != self._object_id:
            self._object_id = object_id
            self._chosen = self._choose()
            if (everything := self._named_by_chosen()) != self._all:
                self._all = everything

    def _choose(self) -> tuple[Profile, ...]:
        named, kind = self._named, self._object_id
        chosen = (one for one in self._profiles if one.name in named or (not named and one.is_for(kind)))
        return tuple(chosen)

    def _named_by_chosen(self) -> tuple[str, ...]:
        wanted = [figure.oid for profile in self._chosen for figure in profile.scalars]
        return tuple(dict.fromkeys([SYS_UPTIME, SYS_OBJECT_ID, *wanted]))


def _statement(said: dict[str, Value]) -> Statement | None:
    """Since when the device runs; what runs was not without power."""
    uptime = said.get(SYS_UPTIME)
    return Statement("device", UP, uptime / _TICKS, uptime / _TICKS) if isinstance(uptime, int) else None


class _Walking:
    """The walks of one round; a column that two tables share is walked once."""

    def __init__(self, session: Session, until: float) -> None:
        self._session, self._until = session, until
        self.columns: Columns = {}
        self.broken = 0

    async def get(self, oids: Sequence[str]) -> dict[str, Value]:
        """These objects, or none of them."""
        try:
            async with asyncio.timeout_at(self._until):
                return await self._session.get(oids)
        except (AgentError, TimeoutError):
            self.broken += 1
            return {}

    async def read(self, table: ProfileTable) -> None:
        """Every column of a table; where nothing stands in its figures, its names are not asked for."""
        for figure in table.columns:
            await self._walk(figure.oid)
        if any(self.columns.get(figure.oid) for figure in table.columns):
            for oid in table.oids:
                await self._walk(oid)

    async def _walk(self, oid: str) -> None:
        if oid in self.columns:
            return
        column = self.columns[oid] = {}
        try:
            async with asyncio.timeout_at(self._until):
                async for name, value in self._session.walk(oid):
                    column[name[len(oid) + 1 :]] = value
                    if len(column) >= _MOST_ROWS:
                        break
        except (AgentError, TimeoutError):
            self.broken += 1
