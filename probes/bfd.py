"""Read how a line stands from a BFD session of the router at one end, by the standard MIB or that of its maker.

Written from the MIBs and tried against tables of their shape, not against a router.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from probes.columns import DOWN, UNKNOWN, UP
from probes.kind import IpAddress, Probe, Seconds
from probes.router import RHYTHM, check_router, host_of, opener
from probes.router_question import Expected
from probes.router_said import NAN, Said
from probes.router_tables import Cells, FoundRow, address, address_in, number, stamp, text
from probes.snmp_agent import Value

_DOWN, _OFF = "BFD session down", "BFD session switched off"

_STANDARD, _STANDARD_PERF = "1.3.6.1.2.1.222.1.2.1", "1.3.6.1.2.1.222.1.3.1"  # BFD-STD-MIB
_HUAWEI, _HUAWEI_PERF = "1.3.6.1.4.1.2011.5.25.38.2.3.1", "1.3.6.1.4.1.2011.5.25.38.2.4.1"  # HUAWEI-BFD-MIB
_H3C = "1.3.6.1.4.1.25506.2.72.1"  # HH3C-BFD-STD-MIB
_CISCO, _CISCO_PERF = "1.3.6.1.4.1.9.10.137.1.2.1", "1.3.6.1.4.1.9.10.137.1.3.1"  # CISCO-IETF-BFD-MIB

_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "HUAWEI-BFD-MIB": {
        "name": f"{_HUAWEI}.4",
        "peer": f"{_HUAWEI}.5",
        "interface": f"{_HUAWEI}.7",
        "state": f"{_HUAWEI}.17",
        "type": f"{_HUAWEI}.22",
        "received": f"{_HUAWEI_PERF}.2",
        "changes": f"{_HUAWEI_PERF}.11",
    },
    "HH3C-BFD-STD-MIB": {
        "port": f"{_H3C}.3.1.2",
        "peer": f"{_H3C}.3.1.10",
        "state": f"{_H3C}.3.1.12",
        "received": f"{_H3C}.4.1.1",
        "came up": f"{_H3C}.5.1.2",
        "went down": f"{_H3C}.5.1.3",
    },
    "CISCO-IETF-BFD-MIB": {
        "port": f"{_CISCO}.25",
        "peer": f"{_CISCO}.14",
        "state": f"{_CISCO}.6",
        "received": f"{_CISCO_PERF}.1",
        "came up": f"{_CISCO_PERF}.3",
        "went down": f"{_CISCO_PERF}.4",
    },
    "BFD-STD-MIB": {
        "port": f"{_STANDARD}.18",
        "peer": f"{_STANDARD}.22",
        "state": f"{_STANDARD}.11",
        "received": f"{_STANDARD_PERF}.1",
        "echoes": f"{_STANDARD_PERF}.5",
        "came up": f"{_STANDARD_PERF}.9",
        "went down": f"{_STANDARD_PERF}.10",
    },
}
# The makers count from 0: admin down, down, init, up; the standards from 1, and have failing besides.
_FROM_NOUGHT = frozenset({"HUAWEI-BFD-MIB", "HH3C-BFD-STD-MIB"})
_ADMIN_DOWN, _UP = 1, 4
_STATIC = 1  # hwBfdSessType: one that is made anew whenever it is needed counts from nought each time


_FRESH, _NOTICES = Seconds(60.0), Seconds(3.0)


@dataclass(frozen=True, slots=True)
class BfdSettings:
    """A session of a device with a peer; where several have the same peer, its interface or its name tell which."""

    device: str
    peer: IpAddress
    session: str = ""
    interface: str = ""
    fresh: Seconds = _FRESH
    notices_within: Seconds = _NOTICES

    def __post_init__(self) -> None:
        check_router(self)


def _tables(settings: BfdSettings) -> tuple[FoundRow, ...]:
    def with_peer(value: Value) -> bool:
        return address_in(value) == settings.peer

    def is_it(cells: Cells) -> bool:
        named = not settings.session or text(cells, "name") in ("", settings.session)
        return with_peer(cells.get("peer", "")) and named

    return tuple(
        FoundRow("bfd", columns, "peer", with_peer, is_it, partial(_said, from_nought=mib in _FROM_NOUGHT))
        for mib, columns in _COLUMNS.items()
    )


def _said(cells: Cells, *, from_nought: bool) -> Said | None:
    state = number(cells, "state")
    if state is None:
        return None
    state += from_nought
    said = Said(
        UP,
        tested=False,
        pulse=tuple(number(cells, name) or 0 for name in ("received", "echoes")),
        since=stamp(cells, "came up"),
        changes=number(cells, "changes") if number(cells, "type") == _STATIC else None,
        leads_to=address(cells, "peer"),
        through=text(cells, "interface"),
    )
    if state == _UP:
        return said
    if state == _ADMIN_DOWN:
        return replace(said, outcome=UNKNOWN, reason=_OFF, since=NAN)
    return replace(said, outcome=DOWN, reason=_DOWN, since=stamp(cells, "went down"))


def _expected(settings: BfdSettings) -> Expected:
    missing = f"the router has no BFD session with {settings.peer}"
    return Expected(missing, settings.peer, settings.interface)


def _known_as(settings: Any) -> str:
    written: BfdSettings = getattr(settings, "settings", settings)
    names = (written.device, written.interface, written.session, written.peer)
    return "/".join(name for name in names if name)


BFD = Probe(
    open=opener(_tables, _expected),
    settings=BfdSettings,
    rhythm=RHYTHM,
    address_of=_known_as,
    host_of=host_of,
)
