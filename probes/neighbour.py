"""Read how a line stands from a neighbour of the router at one end: OSPF (RFC 4750) or BGP (RFC 4273).

An OSPF neighbour is heard over its own line alone. A BGP neighbour is where its address is that of the line's far end
and packets to it may not be forwarded (TTL 1, as usual between different AS); see docs/snmp.md.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any, Literal

from probes.columns import DOWN, UNKNOWN, UP
from probes.counters import began_anew
from probes.kind import IpAddress, Probe, Seconds, WrongSettingError
from probes.router import RHYTHM, check_router, host_of, opener
from probes.router_question import Expected, Table
from probes.router_said import NAN, TICKS, Said
from probes.router_tables import Cells, FixedRow, number
from probes.snmp_agent import SYS_UPTIME, Session, Value

_DOWN, _GONE, _OFF = "neighbour down", "neighbour gone", "neighbour switched off"

_OSPF = "1.3.6.1.2.1.14.10.1"  # ospfNbrEntry
# Its ospfNbrEvents begins anew with a neighbour that comes back, so the same count does not say that nothing was.
_OSPF_COLUMNS = {"state": f"{_OSPF}.6"}
_OSPF_ENABLED = "1.3.6.1.2.1.14.1.2.0"  # ospfAdminStat
_ENABLED = 1
_TWO_WAY = 4  # from here on the neighbours hear each other

_BGP = "1.3.6.1.2.1.15.3.1"  # bgpPeerEntry
_BGP_COLUMNS = {
    "state": f"{_BGP}.2",
    "switched": f"{_BGP}.3",
    "received": f"{_BGP}.12",
    "changes": f"{_BGP}.15",
    "lasted": f"{_BGP}.16",
}
_ESTABLISHED, _SWITCHED_OFF = 6, 1


_FRESH, _NOTICES = Seconds(300.0), Seconds(180.0)


@dataclass(frozen=True, slots=True)
class NeighbourSettings:
    """A neighbour of a device, by the protocol they speak and its address on the line; IPv4, as in their MIBs."""

    device: str
    protocol: Literal["ospf", "bgp"]
    neighbour: IpAddress
    fresh: Seconds = _FRESH
    notices_within: Seconds = _NOTICES

    def __post_init__(self) -> None:
        check_router(self)
        if ":" in self.neighbour:
            raise WrongSettingError(
                "{found} cannot be a neighbour; expected its IPv4 address, as OSPF-MIB and BGP4-MIB have it",
                found=self.neighbour,
            )


class OspfNeighbour(FixedRow):
    """A neighbour that is lost leaves the table; one that was there, and is not while OSPF runs, is down."""

    def __init__(self, address: str) -> None:
        super().__init__("ospf", f"{address}.0", _OSPF_COLUMNS, said_by_ospf)
        self._seen_at = self._seen_uptime = NAN

    async def read(self, session: Session, heard: Mapping[str, Value]) -> Said | None:
        """What is said of the neighbour, or follows from its not being there any more."""
        said, at = await super().read(session, heard), asyncio.get_running_loop().time()
        if said is not None:
            if uptime := number(heard, SYS_UPTIME):
                self._seen_at, self._seen_uptime = at, uptime / TICKS
            return said
        if isnan(self._seen_at):
            return None
        got = await session.get((SYS_UPTIME, _OSPF_ENABLED))
        restarted = began_anew(self._seen_at, self._seen_uptime, at, (number(got, SYS_UPTIME) or 0) / TICKS)
        runs = got.get(_OSPF_ENABLED) == _ENABLED
        return Said(DOWN, _GONE, tested=False) if runs and not restarted else None


def said_by_ospf(cells: Cells) -> Said | None:
    """By the state of a neighbour."""
    state = number(cells, "state")
    if state is None:
        return None
    up = state >= _TWO_WAY
    return Said(UP if up else DOWN, "" if up else _DOWN, tested=False)


def said_by_bgp(cells: Cells) -> Said | None:
    """By the state of a peer; how long it has stood so is told of established ones, and of those that once were."""
    state = number(cells, "state")
    if state is None:
        return None
    if number(cells, "switched") == _SWITCHED_OFF:
        return Said(UNKNOWN, _OFF, tested=False)
    up, changes, seconds = state == _ESTABLISHED, number(cells, "changes"), number(cells, "lasted")
    return Said(
        UP if up else DOWN,
        "" if up else _DOWN,
        tested=False,
        pulse=(number(cells, "received") or 0,),
        lasted=float(seconds) if seconds and (up or changes) else NAN,
    )


def _tables(settings: NeighbourSettings) -> tuple[Table, ...]:
    if settings.protocol == "ospf":
        return (OspfNeighbour(settings.neighbour),)
    return (FixedRow("bgp", settings.neighbour, _BGP_COLUMNS, said_by_bgp),)


def _expected(settings: NeighbourSettings) -> Expected:
    return Expected(f"the router has no neighbour {settings.neighbour}")


def _known_as(settings: Any) -> str:
    written: NeighbourSettings = getattr(settings, "settings", settings)
    return f"{written.device}/{written.protocol}/{written.neighbour}"


NEIGHBOUR = Probe(
    open=opener(_tables, _expected),
    settings=NeighbourSettings,
    rhythm=RHYTHM,
    address_of=_known_as,
    host_of=host_of,
)
