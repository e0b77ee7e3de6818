"""Interfaces of a router whose tables we write, for a real agent to serve; no tests here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.probes.agents import Snmpd

TABLE, HIGH, UPTIME = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1", "1.3.6.1.2.1.1.3"


@dataclass(frozen=True)
class Port:
    """One interface of a router; `last_change` is in hundredths of its sysUpTime."""

    name: str
    alias: str = ""
    status: int = 1
    admin: int = 1
    received: int = 0
    sent: int = 0
    discards: tuple[int, int] | None = None  # in and out; None: this router does not count them
    wide: bool = True
    megabits: int = 100
    last_change: int = 4200

    def objects(self, index: int) -> dict[str, tuple[str, str]]:
        """Its row in the tables, as the agent serves it."""
        narrow = {
            f"{TABLE}.2.{index}": ("string", self.name),
            f"{TABLE}.5.{index}": ("gauge", str(self.megabits * 1_000_000)),
            f"{TABLE}.7.{index}": ("integer", str(self.admin)),
            f"{TABLE}.8.{index}": ("integer", str(self.status)),
            f"{TABLE}.9.{index}": ("timeticks", str(self.last_change)),
            f"{TABLE}.10.{index}": ("counter", str(self.received % 2**32)),
            f"{TABLE}.16.{index}": ("counter", str(self.sent % 2**32)),
        }
        wide = {
            f"{HIGH}.1.{index}": ("string", self.name),
            f"{HIGH}.6.{index}": ("counter64", str(self.received)),
            f"{HIGH}.10.{index}": ("counter64", str(self.sent)),
            f"{HIGH}.15.{index}": ("gauge", str(self.megabits)),
            f"{HIGH}.18.{index}": ("string", self.alias),
        }
        return narrow | (wide if self.wide else {}) | self._discards(index)

    def _discards(self, index: int) -> dict[str, tuple[str, str]]:
        columns = zip((13, 19), self.discards or (), strict=False)
        return {f"{TABLE}.{column}.{index}": ("counter", str(many % 2**32)) for column, many in columns}


@dataclass
class Router:
    """A real agent that says what these ports say, and of its own uptime what it is told to."""

    agent: Snmpd
    ports: dict[int, Port] = field(default_factory=dict)

    def set(self, *, uptime: int | None = None, **ports: Port) -> None:
        """Say from now on that these are the ports, `at1` the one of index 1; `uptime` in hundredths of a second."""
        self.ports = {int(name.removeprefix("at")): port for name, port in ports.items()}
        self.agent.serve(tables(self.ports, uptime))

    def set_all(self, *ports: Port) -> None:
        """Say that these are the ports, numbered from 1."""
        self.ports = dict(enumerate(ports, 1))
        self.agent.serve(tables(self.ports))


def tables(ports: Mapping[int, Port], uptime: int | None = None) -> dict[str, tuple[str, str]]:
    """What an agent serves of these ports by their index, and of its uptime where that is given."""
    own = {} if uptime is None else {f"{UPTIME}.0": ("timeticks", str(uptime))}
    return own | {oid: what for index, port in ports.items() for oid, what in port.objects(index).items()}
