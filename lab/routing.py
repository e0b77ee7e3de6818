"""The addresses, routes and rules that make each line tell the truth, or lie as real ones do. Pure.

- A line's own /30, and what `direct` and `pinned` circuits ask, has its line or nothing: an unreachable route
  stands behind it, and the site answers by policy routing over the same line.
- Everything else of a site (business addresses, `unproven` ones) has floating static routes: the main line
  (the site's first circuit), then the others. They fail over when a router loses carrier, and only then.
"""

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from config.model import Config
from lab.places import Places, lay_lines, places_of
from lab.plan import (
    COLLECTOR,
    COLLECTOR_ADDRESS,
    CORE,
    LAST_RESORT,
    PREFERRED,
    Address,
    Line,
    Plan,
    Route,
    Rule,
    nodes_of,
)

ANYWHERE = "0.0.0.0"  # noqa: S104 - a destination, not a listening address
SEGMENT = IPv4Network("10.0.0.0/24")  # the collector's


def plan_of(config: Config) -> Plan:
    """The practice network of a configuration; raises LinewalkerError where it asks for what cannot be made."""
    lines = lay_lines(config)
    places = places_of(config, lines)
    return Plan(
        nodes_of(lines),
        lines,
        tuple(_addresses(lines, places)),
        (*_core_routes(lines, places), *_node_routes(lines, places)),
        tuple(_rules(lines, places)),
    )


def _addresses(lines: tuple[Line, ...], places: Places) -> Iterator[Address]:
    for line in lines:
        yield Address(CORE, line.core_address, line.prefix, line)
        yield Address(line.node, line.node_address, line.prefix, line)
    uplink = lines[0]
    for source in places.sources:
        if source != COLLECTOR_ADDRESS:
            inside = IPv4Address(source) in SEGMENT
            yield Address(COLLECTOR, source, uplink.prefix if inside else 32, uplink)
    for address, node in places.loopback.items():
        yield Address(node, address)


def _core_routes(lines: tuple[Line, ...], places: Places) -> Iterator[Route]:
    leading: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        leading[line.node].append(line)
        yield _unreachable(str(IPv4Network((line.core_address, line.prefix), strict=False)[0]), line.prefix)
    for address, node in places.loopback.items():
        alone = places.direct.get(address)
        if alone:
            yield _unreachable(address, 32)
        for rank, line in enumerate([alone] if alone else leading[node]):
            yield Route(CORE, address, 32, line, PREFERRED * (rank + 1))
    for source in places.sources:
        if IPv4Address(source) not in SEGMENT:
            yield Route(CORE, source, 32, lines[0])
    for pin in places.pins:
        yield Route(CORE, pin.address, 32, pin.line, table=pin.line.table)
        yield Route(CORE, pin.address, 32, None, LAST_RESORT, pin.line.table, "unreachable")


def _unreachable(to: str, prefix: int) -> Route:
    return Route(CORE, to, prefix, None, LAST_RESORT, kind="unreachable")


def _node_routes(lines: tuple[Line, ...], places: Places) -> Iterator[Route]:
    rank: dict[str, int] = defaultdict(int)
    for line in lines:
        rank[line.node] += 1
        yield Route(line.node, ANYWHERE, 0, line, PREFERRED * rank[line.node])
        yield Route(line.node, ANYWHERE, 0, line, table=line.table)
        yield Route(line.node, ANYWHERE, 0, None, LAST_RESORT, line.table, "blackhole")
    for address, node in places.loopback.items():
        if IPv4Address(address) in SEGMENT and node != CORE:
            yield Route(COLLECTOR, address, 32, lines[0])


def _rules(lines: tuple[Line, ...], places: Places) -> Iterator[Rule]:
    """Pins first: they are the more particular."""
    for pin in places.pins:
        yield Rule(CORE, pin.line.table, pin.source, pin.address)
        yield Rule(pin.line.node, pin.line.table, pin.address, pin.source)
    for line in lines:
        if line.node != COLLECTOR:
            yield Rule(line.node, line.table, line.node_address)
    for address, line in places.direct.items():
        yield Rule(line.node, line.table, address)
