"""Routing messages for the kernel, as bytes, and the socket that sends them many at a time.

pyroute2 knows the formats; its request machinery is left out, since a thousand answers one by one would take
longer than the newcomer's patience.
"""

import socket
import struct
from typing import Any

from pyroute2.netlink.rtnl.fibmsg import fibmsg
from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg
from pyroute2.netlink.rtnl.ndmsg import ndmsg
from pyroute2.netlink.rtnl.rtmsg import rtmsg

RTM_NEWLINK, RTM_NEWADDR, RTM_NEWROUTE, RTM_NEWNEIGH, RTM_NEWRULE = 16, 20, 24, 28, 32
_REQUEST, _CREATE_NEW = 0x1, 0x601
_IFF_UP = 0x1
_STATIC, _UNIVERSE, _TO_TABLE, _PERMANENT = 4, 0, 1, 0x80
_ROUTE_TYPES = {"unicast": 1, "blackhole": 6, "unreachable": 7}
_NLMSG_ERROR = 2
_HEADER = struct.Struct("=IHHIIi")  # netlink header, then the error number
_CHUNK = 32 * 1024  # bytes; a message must fit the socket's send buffer

Attributes = list[tuple[str, Any]]


def _packed(message: Any, kind: int, flags: int, attributes: Attributes, /, **fields: int) -> bytes:
    for name, value in fields.items():
        message[name] = value
    message["attrs"] = attributes
    message["header"]["type"] = kind
    message["header"]["flags"] = flags
    message.encode()
    return bytes(message.data)


def veth(ends: tuple[tuple[str, int, str, int], tuple[str, int, str, int]]) -> bytes:
    """A pair of interfaces, each (name, index, hardware address, network); the first one is set up."""
    (name, index, mac, network), (peer_name, peer_index, peer_mac, peer_network) = ends
    peer = {"index": peer_index, "attrs": _identity(peer_name, peer_mac, peer_network)}
    kind = [("IFLA_INFO_KIND", "veth"), ("IFLA_INFO_DATA", {"attrs": [("VETH_INFO_PEER", peer)]})]
    attributes = [*_identity(name, mac, network), ("IFLA_LINKINFO", {"attrs": kind})]
    return _packed(
        ifinfmsg(), RTM_NEWLINK, _CREATE_NEW, attributes, index=index, flags=_IFF_UP, change=_IFF_UP
    )


def _identity(name: str, mac: str, network: int) -> Attributes:
    return [("IFLA_IFNAME", name), ("IFLA_ADDRESS", mac), ("IFLA_NET_NS_FD", network)]


def up(index: int) -> bytes:
    """Set an interface up."""
    return _packed(ifinfmsg(), RTM_NEWLINK, _REQUEST, [], index=index, flags=_IFF_UP, change=_IFF_UP)


def address(index: int, ip: str, prefix: int) -> bytes:
    """Give an interface an address."""
    attributes = [("IFA_LOCAL", ip), ("IFA_ADDRESS", ip)]
    fields = {"family": socket.AF_INET, "prefixlen": prefix, "index": index, "scope": _UNIVERSE}
    return _packed(ifaddrmsg(), RTM_NEWADDR, _CREATE_NEW, attributes, **fields)


def neighbour(index: int, ip: str, mac: str) -> bytes:
    """Know a neighbour's hardware address for good, so that no resolution delays a packet."""
    fields = {"family": socket.AF_INET, "ifindex": index, "state": _PERMANENT}
    return _packed(ndmsg(), RTM_NEWNEIGH, _CREATE_NEW, [("NDA_DST", ip), ("NDA_LLADDR", mac)], **fields)


def route(
    to: str, prefix: int, metric: int, table: int, kind: str = "unicast", hop: tuple[int, str] | None = None
) -> bytes:
    """A route over `hop` (interface index, gateway), or one that ends the search."""
    attributes: Attributes = [("RTA_DST", to), ("RTA_PRIORITY", metric), ("RTA_TABLE", table)]
    if hop:
        attributes += [("RTA_OIF", hop[0]), ("RTA_GATEWAY", hop[1])]
    fields = {"family": socket.AF_INET, "dst_len": prefix, "table": min(table, 255), "proto": _STATIC}
    return _packed(rtmsg(), RTM_NEWROUTE, _CREATE_NEW, attributes, type=_ROUTE_TYPES[kind], **fields)


def rule(priority: int, table: int, source: str, to: str | None) -> bytes:
    """Packets from `source` (to `to`) are looked up in `table`."""
    attributes: Attributes = [("FRA_PRIORITY", priority), ("FRA_TABLE", table), ("FRA_SRC", source)]
    if to:
        attributes.append(("FRA_DST", to))
    fields = {"family": socket.AF_INET, "src_len": 32, "dst_len": 32 if to else 0, "action": _TO_TABLE}
    return _packed(fibmsg(), RTM_NEWRULE, _CREATE_NEW, attributes, **fields)


def send(messages: list[bytes]) -> None:
    """Send routing messages to the network namespace of this thread; the first refusal raises OSError."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        kernel.bind((0, 0))
        pending = bytearray()
        for message in messages:
            if len(pending) + len(message) > _CHUNK:
                _send_at_once(kernel, bytes(pending))
                pending.clear()
            pending += message
        _send_at_once(kernel, bytes(pending))


def _send_at_once(kernel: socket.socket, chunk: bytes) -> None:
    """The kernel has done everything when `send` returns; only refusals are answered."""
    if not chunk:
        return
    # No acknowledgements are asked for: a thousand of them would overflow the socket.
    kernel.send(chunk)
    try:
        answer = kernel.recv(65536, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return
    _, kind, _, _, _, number = _HEADER.unpack_from(answer)
    if kind == _NLMSG_ERROR and number:
        raise OSError(-number, "the kernel refused a routing message")
