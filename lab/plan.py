"""What the practice network of a configuration looks like: nodes, lines, addresses, routes. Pure; no sockets.

A star: every line runs from the core router to one node. `uplink` leads to the collector, `core-switch` to the
centre (far sentinel, core devices, systems), and each circuit to the router of the site where it ends.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Literal

from config.errors import LinewalkerError
from config.model import Config

COLLECTOR, CORE, CENTRE = "collector", "core", "centre"
UPLINK, CORE_SWITCH = "uplink", "core-switch"

COLLECTOR_ADDRESS = "10.0.0.2"
COLLECTOR_SECOND_ADDRESS = "10.0.0.3"
CORE_ADDRESS = "10.0.0.1"
CORE_SWITCH_ADDRESSES = "10.0.255.1", "10.0.255.2"
FIRST_POINT_TO_POINT = IPv4Address("10.64.0.0")

MAIN_TABLE = 254
FIRST_LINE_TABLE = 1000
PREFERRED, LAST_RESORT = 100, 60000  # metrics

Kind = Literal["unicast", "unreachable", "blackhole"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line from the core router to `node`; both ends of it are interfaces called `interface`."""

    name: str
    node: str
    number: int
    core_address: str
    node_address: str
    prefix: int

    @property
    def interface(self) -> str:
        """The name of the line's interface on either router."""
        return self.name if self.name in (UPLINK, CORE_SWITCH) else f"line{self.number}"

    @property
    def table(self) -> int:
        """The routing table that knows this line only."""
        return FIRST_LINE_TABLE + self.number

    def address_on(self, node: str) -> str:
        """This line's address on one of its two nodes."""
        return self.core_address if node == CORE else self.node_address

    def address_beyond(self, node: str) -> str:
        """The next hop, seen from one of its two nodes."""
        return self.node_address if node == CORE else self.core_address


@dataclass(frozen=True, slots=True)
class Address:
    """An address a node has on its loopback, or on its end of `line`."""

    node: str
    address: str
    prefix: int = 32
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A route of a node over `line`, or (without one) an end to the search, as `kind` says."""

    node: str
    to: str
    prefix: int
    line: Line | None
    metric: int = PREFERRED
    table: int = MAIN_TABLE
    kind: Kind = "unicast"


@dataclass(frozen=True, slots=True)
class Rule:
    """Packets from `source` (and to `to`) look in `table` before anywhere else."""

    node: str
    table: int
    source: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole practice network, ready to be built."""

    nodes: tuple[str, ...]
    lines: tuple[Line, ...]
    addresses: tuple[Address, ...]
    routes: tuple[Route, ...]
    rules: tuple[Rule, ...]


def router_of(site: str) -> str:
    """The node that is a site's router (no site can be mistaken for the core, the centre or the collector)."""
    return f"site {site}"


def lines_of(config: Config, first: IPv4Address = FIRST_POINT_TO_POINT) -> tuple[Line, ...]:
    """The uplink, the core switch, and a line a circuit: circuit n (from 0) has `first` + 4n, a /30."""
    taken = next((c.id for c in config.circuits if c.id in (UPLINK, CORE_SWITCH)), None)
    if taken:
        raise LinewalkerError(
            "circuit {circuit}: the practice network has a line of that name already; give it another id",
            circuit=taken,
        )
    uplink = Line(UPLINK, COLLECTOR, 0, CORE_ADDRESS, COLLECTOR_ADDRESS, 24)
    switch = Line(CORE_SWITCH, CENTRE, 1, *CORE_SWITCH_ADDRESSES, 30)
    return (
        uplink,
        switch,
        *(
            Line(
                circuit.id,
                router_of(circuit.termination_z),
                n + 2,
                str(first + 4 * n + 1),
                str(first + 4 * n + 2),
                30,
            )
            for n, circuit in enumerate(config.circuits)
        ),
    )


def nodes_of(lines: tuple[Line, ...]) -> tuple[str, ...]:
    """The core router and every node a line leads to, each once."""
    return tuple(dict.fromkeys((CORE, *(line.node for line in lines))))
