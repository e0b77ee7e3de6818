"""Make a planned network: one network namespace a node and one for the relays between them.

Each line is two veth pairs, router to relay and relay to router. Needs to be root of the user namespace.
"""

import resource
import socket
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lab import interfaces, messages
from lab.namespaces import enter_network, inside, new_network
from lab.plan import CORE, Line, Plan
from lab.ring import Ring

# A router's index and a relay's must differ: equal ones make the kernel report carrier up to 1 s late.
_FIRST_ROUTER_INDEX, _FIRST_RELAY_INDEX = 10, 1_000_000
_LOOPBACK = 1
_SETTINGS = {
    "ipv6/conf/all/disable_ipv6": "1",
    "ipv6/conf/default/disable_ipv6": "1",
    "ipv4/conf/all/rp_filter": "0",
    "ipv4/conf/default/rp_filter": "0",
    "ipv4/conf/all/send_redirects": "0",
    "ipv4/conf/all/ignore_routes_with_linkdown": "1",
    "ipv4/ping_group_range": "0 0",
}


@dataclass(frozen=True, slots=True)
class Network:
    """A built network: the namespace of each node, an ioctl socket in each, and what the relays work with."""

    plan: Plan
    namespaces: dict[str, int]
    controls: dict[str, socket.socket]
    relay_control: socket.socket
    ring: Ring


def relay_interface(line: Line, towards: str) -> str:
    """The relay's end of a line, on the side of one of its two nodes."""
    return f"{'core' if towards == CORE else 'node'}{line.number}"


def relay_index(line: Line, towards: str) -> int:
    """The index of `relay_interface`."""
    return _FIRST_RELAY_INDEX + 2 * line.number + (towards != CORE)


def build(plan: Plan) -> Network:
    """Make the whole network; OSError says what this machine does not allow."""
    _allow_many_files()
    relay = new_network()
    namespaces: dict[str, int] = {}
    controls: dict[str, socket.socket] = {}
    relay_control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    # The relays are wires: a kernel of theirs that speaks IPv6 of its own would be heard on every line.
    _settle({"ipv6/conf/default/disable_ipv6": "1"})
    for node in plan.nodes:
        namespaces[node] = new_network()
        controls[node] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        _settle(_SETTINGS)
    enter_network(namespaces[CORE])
    _settle({"ipv4/ip_forward": "1"})
    enter_network(relay)
    messages.send(list(_pairs(plan, namespaces, relay)))
    for node, orders in _orders(plan).items():
        with inside(namespaces[node]):
            messages.send(orders)
    network = Network(plan, namespaces, controls, relay_control, Ring())
    _make_ready(network)
    return network


def _allow_many_files() -> None:
    """A large network needs more than the 1024 descriptors most shells allow."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _settle(settings: dict[str, str]) -> None:
    """Write the settings of this network namespace that this kernel has."""
    for name, value in settings.items():
        with suppress(FileNotFoundError):
            Path("/proc/sys/net", name).write_text(value)


def router_index(line: Line) -> int:
    """The index of a line's interface on either of its two nodes."""
    return _FIRST_ROUTER_INDEX + line.number


def _hardware_address(line: Line, node: str) -> str:
    end = 1 if node == CORE else 2
    return f"02:4c:57:{line.number >> 8:02x}:{line.number & 255:02x}:{end:02x}"


def _pairs(plan: Plan, namespaces: dict[str, int], relay: int) -> Iterator[bytes]:
    for line in plan.lines:
        for node in (CORE, line.node):
            mac = _hardware_address(line, node)
            router = (line.interface, router_index(line), mac, namespaces[node])
            ours = (relay_interface(line, node), relay_index(line, node), mac[:-1] + "f", relay)
            # The second end can be set up only when both are there (ENOTCONN).
            yield messages.veth((router, ours))
            yield messages.up(relay_index(line, node))


def _orders(plan: Plan) -> dict[str, list[bytes]]:
    """What each node's kernel is told once its lines are there."""
    orders: dict[str, list[bytes]] = {node: [messages.up(_LOOPBACK)] for node in plan.nodes}
    for each in plan.addresses:
        index = router_index(each.line) if each.line else _LOOPBACK
        orders[each.node].append(messages.address(index, each.address, each.prefix))
    for line in plan.lines:
        for here, there in ((CORE, line.node), (line.node, CORE)):
            mac = _hardware_address(line, there)
            orders[here].append(messages.neighbour(router_index(line), line.address_on(there), mac))
    for route in plan.routes:
        hop = (router_index(route.line), route.line.address_beyond(route.node)) if route.line else None
        orders[route.node].append(
            messages.route(route.to, route.prefix, route.metric, route.table, route.kind, hop)
        )
    priority: dict[str, int] = defaultdict(lambda: 1000)
    for rule in plan.rules:
        priority[rule.node] += 1
        orders[rule.node].append(messages.rule(priority[rule.node], rule.table, rule.source, rule.to))
    return orders


def _make_ready(network: Network) -> None:
    for line in network.plan.lines:
        for node in (CORE, line.node):
            control = network.controls[node]
            interfaces.send_whole_checksums(control, line.interface)
            interfaces.has_carrier(control, line.interface)
