"""Whom packets go to and how: one row per target, then one more per sentinel for its pulses. No sockets.

Rows never move while the prober lives, so a row number can travel in a packet and come back.
"""

import socket
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from probes.columns import Ints, Targets
from probes.mmsg import Records
from probes.packets import SOCKADDR, hosts, same, sockaddr, sockaddrs

_IP_PKTINFO = 8  # the socket module names it from Python 3.14 on
_IPV6_PKTINFO = 50  # the socket module has it only where the C library does

# struct cmsghdr with in_pktinfo (index, source, -) or in6_pktinfo (source, index)
ROUTE = np.dtype(
    {
        "names": ["length", "level", "type", "v4_index", "v4_source", "v6_source", "v6_index"],
        "formats": ["u8", "i4", "i4", "u4", "u4", "(2,)u8", "u4"],
        "offsets": [0, 8, 12, 16, 20, 16, 32],
        "itemsize": 40,
    }
)
_ROUTE_BYTES = {socket.AF_INET: 28, socket.AF_INET6: 36}


@dataclass(frozen=True, slots=True)
class Roster:
    """Columns over rows. `route` names the row of `routes`, by which the packet leaves; route 0 is "any"."""

    count: int  # of targets; rows from here on are pulses
    name: Records  # SOCKADDR
    token: NDArray[np.uint64]
    generation: NDArray[np.uint8]  # how often the ICMP id was changed after a silent packet, modulo 256
    route: NDArray[np.int32]
    routes: Records  # ROUTE
    source: tuple[str, ...]  # of each route, as configured
    refused: dict[int, str]  # rows that cannot be asked at all, and why

    @property
    def has_routes(self) -> bool:
        """Whether any row has a source of its own."""
        return len(self.routes) > 1

    def rows_of(self, family: socket.AddressFamily) -> Ints:
        """Rows of one address family."""
        return np.flatnonzero(self.name["family"] == family)

    def find_interfaces(self) -> dict[int, str]:
        """Look interface indices up again; returns the routes whose interface is not there, and why."""
        missing = {}
        for route, source in enumerate(self.source):
            if route and sockaddr(source) is None:
                field = "v4_index" if self.routes["level"][route] == socket.SOL_IP else "v6_index"
                index = interface_index(source)
                if index is not None:
                    self.routes[field][route] = index
                if not self.routes[field][route]:  # packets would leave by any
                    missing[route] = f"interface {source} is not there"
        return missing

    def rows_quoted(self, quoted: Records, family: socket.AddressFamily) -> Iterator[tuple[Ints, Ints]]:
        """Pairs (positions in `quoted`, rows) where a quoted destination and sequence are those of the row."""
        for base in range(0, len(self.name), 1 << 16):
            rows = quoted["sequence"].astype(np.int64) + base
            positions = np.flatnonzero(rows < len(self.name))
            rows = rows[positions]
            ours = same(hosts(quoted, family)[positions], hosts(self.name, family)[rows])
            ours &= self.name["family"][rows] == family
            yield positions[ours], rows[ours]


def interface_index(name: str) -> int | None:
    """The kernel's index of an interface, 0 if there is none of that name; None where it cannot be asked."""
    try:
        return socket.if_nametoindex(name)
    except OSError:  # it does not say which of the two it was
        return 0 if _sockets_are_to_be_had() else None


def _sockets_are_to_be_had() -> bool:
    try:
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).close()
    except OSError:
        return False
    return True


def enrol(targets: Targets) -> Roster:
    """The roster of these targets and of the pulses to their sentinels."""
    pulses = np.flatnonzero(targets.sentinel)
    asked = np.append(np.arange(len(targets)), pulses).tolist()
    names = np.empty(len(targets) + len(pulses), SOCKADDR)
    names[: len(targets)] = sockaddrs(targets.address, len(targets))
    names[len(targets) :] = names[pulses]
    sources = [targets.source[row] for row in asked]
    nowhere = np.flatnonzero(names["family"] == 0).tolist()
    refused = {row: f"{targets.address[asked[row]]} is not an IP address" for row in nowhere}
    route, routes, texts = _routes(names, sources, refused)
    return Roster(
        count=len(targets),
        name=names,
        token=np.zeros(len(names), np.uint64),
        generation=np.zeros(len(names), np.uint8),
        route=route,
        routes=routes,
        source=texts,
        refused=refused,
    )


def _routes(
    names: Records, sources: list[str | None], refused: dict[int, str]
) -> tuple[NDArray[np.int32], Records, tuple[str, ...]]:
    """Number the distinct (family, source) pairs; a source of the other family is refused."""
    known: dict[tuple[int, str], int] = {}
    records = [np.zeros(1, ROUTE)]
    route = np.zeros(len(names), np.int32)
    for row, source in enumerate(sources):
        family = int(names["family"][row]) if source else 0
        if source is None or not family:
            continue
        if (family, source) not in known:
            known[family, source] = len(records)
            records.append(_route(socket.AddressFamily(family), source))
        route[row] = known[family, source]
        if not records[route[row]]["length"][0]:
            refused[row] = f"source {source} is of another address family"
    # numpy would pack overlapping fields anew when concatenating; bytes stay where they are
    routes = np.frombuffer(bytearray(b"".join(record.tobytes() for record in records)), ROUTE)
    return route, routes, ("", *(source for _, source in known))


def _route(family: socket.AddressFamily, source: str) -> Records:
    """The control message for a source address, or for an interface (its index is looked up each round)."""
    record = np.zeros(1, ROUTE)
    own = sockaddr(source)
    if own is not None and own["family"][0] != family:
        return record
    record["length"] = _ROUTE_BYTES[family]
    if family == socket.AF_INET:
        record["level"], record["type"] = socket.SOL_IP, _IP_PKTINFO
    else:
        record["level"], record["type"] = socket.IPPROTO_IPV6, _IPV6_PKTINFO
    if own is not None and family == socket.AF_INET:
        record["v4_source"] = own["v4"]
    elif own is not None:
        record["v6_source"] = own["v6"]
        record["v6_index"] = own["scope"]
    return record
