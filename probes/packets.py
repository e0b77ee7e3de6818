"""The bytes of echo requests, their replies and the ICMP errors that quote them, as numpy columns. No sockets.

A request is 8 bytes of ICMP and 16 of ours: the token of the round, the row asked, the serial of the packet
within the row's round. Ours are in the machine's own byte order, nobody else reads them. An ICMP error quotes
only the first 8 bytes, so the sequence number repeats the low bits of the row, and the id its generation.
"""

import socket
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probes.mmsg import Records

SLOT_BYTES = 160  # the longest thing of interest: an IPv4 header with options, an error, its quotation
REQUEST_TYPE = {socket.AF_INET: 8, socket.AF_INET6: 128}
REPLY_TYPE = {socket.AF_INET: 0, socket.AF_INET6: 129}

_ECHO_FIELDS = {
    "type": ("u1", 0),
    "code": ("u1", 1),
    "checksum": ("u2", 2),  # as `checksums` gives it
    "id": (">u2", 4),
    "block": ("u1", 4),  # the id's two bytes by themselves
    "generation": ("u1", 5),
    "sequence": (">u2", 6),
    "token": ("u8", 8),
    "row": ("u4", 16),
    "serial": ("u4", 20),
}
ECHO_BYTES = 24


def _at(base: int, fields: dict[str, tuple[str, int]], size: int) -> np.dtype[np.void]:
    return np.dtype(
        {
            "names": list(fields),
            "formats": [form for form, _ in fields.values()],
            "offsets": [base + offset for _, offset in fields.values()],
            "itemsize": size,
        }
    )


REQUEST = _at(0, _ECHO_FIELDS, ECHO_BYTES)

# sockaddr_in and sockaddr_in6 in one, padded so that columns stay aligned
SOCKADDR = np.dtype(
    {
        "names": ["family", "port", "v4", "v6", "scope"],
        "formats": ["u2", ">u2", "u4", ("u8", 2), "u4"],
        "offsets": [0, 2, 4, 8, 24],
        "itemsize": 32,
    }
)
SOCKADDR_BYTES = {socket.AF_INET: 16, socket.AF_INET6: 28}

# The only control message we ask the kernel for: SCM_TIMESTAMPNS
STAMP = np.dtype(
    [("length", "u8"), ("level", "i4"), ("type", "i4"), ("seconds", "i8"), ("nanoseconds", "i8")]
)


class Layout:
    """Where things lie in a received packet: behind an IPv4 header (raw) or at once (datagram, IPv6)."""

    def __init__(self, family: socket.AddressFamily, has_ip_header: bool) -> None:
        self.family = family
        self.has_ip_header = has_ip_header
        base = 20 if has_ip_header else 0
        quoted = 20 if family == socket.AF_INET else 40
        self.reply = _at(base, _ECHO_FIELDS, SLOT_BYTES)
        self.reply_bytes = base + ECHO_BYTES
        inner = base + 8 + quoted
        self.error = _at(
            0,
            {
                "type": ("u1", base),
                "code": ("u1", base + 1),
                "protocol": ("u1", base + 8 + (9 if quoted == 20 else 6)),
                "v4": ("u4", base + 8 + 16),
                "v6": ("(2,)u8", base + 8 + 24),
                "asked": ("u1", inner),
                "id": (">u2", inner + 4),
                "sequence": (">u2", inner + 6),
            },
            SLOT_BYTES,
        )
        self.error_bytes = inner + 8

    def align(self, slots: NDArray[np.uint8]) -> None:
        """Move what follows an IPv4 header with options to where it lies without."""
        if not self.has_ip_header:
            return
        for at in np.flatnonzero(slots[:, 0] != 0x45):
            slot = slots[at]
            start = 4 * int(slot[0] & 0x0F)
            slot[20 : 20 + SLOT_BYTES - start] = slot[start:].copy()


def checksums(requests: Records) -> NDArray[np.int64]:
    """RFC 1071 checksums of requests whose checksum field is zero."""
    words = requests.view(np.uint16).reshape(len(requests), -1)  # the sum is the same in either byte order
    # A one's complement sum is a sum modulo 0xFFFF, and the complement its negative.
    return np.asarray(-words.sum(axis=1, dtype=np.int64) % 0xFFFF)


def sockaddr(text: str) -> Records | None:
    """The socket address of an IPv4 or IPv6 address (`fe80::1%eth0` with its zone), None if it is neither."""
    name = np.zeros(1, SOCKADDR)
    host, _, zone = text.partition("%")
    try:
        if ":" in host:
            name["family"] = socket.AF_INET6
            name["v6"] = np.frombuffer(socket.inet_pton(socket.AF_INET6, host), "u8")
            name["scope"] = socket.if_nametoindex(zone) if zone else 0
        else:
            name["family"] = socket.AF_INET
            name["v4"] = np.frombuffer(socket.inet_pton(socket.AF_INET, text), "u4")[0]
    except OSError:
        return None
    return name


def sockaddrs(addresses: Iterable[str], count: int) -> Records:
    """Socket addresses of many; family 0 where the text is not an address."""
    names = np.zeros(count, SOCKADDR)
    for row, text in enumerate(addresses):
        name = sockaddr(text)
        if name is not None:
            names[row] = name[0]
    return names


def hosts(names: Records, family: socket.AddressFamily) -> NDArray[Any]:
    """The addresses alone of a column of socket addresses (or quoted destinations)."""
    return names["v4" if family == socket.AF_INET else "v6"]


def same(left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.bool_]:
    """Where two columns of `hosts` are the same."""
    equal = left == right
    return np.asarray(equal if equal.ndim == 1 else equal.all(axis=1))


def host_text(name: np.void) -> str:
    """The address in a socket address, as people write it."""
    if name["family"] == socket.AF_INET:
        return socket.inet_ntop(socket.AF_INET, name["v4"].tobytes())
    return socket.inet_ntop(socket.AF_INET6, name["v6"].tobytes())


_ERRORS = {
    socket.AF_INET: {
        (3, 0): "network unreachable",
        (3, 1): "host unreachable",
        (3, 2): "protocol unreachable",
        (3, 3): "port unreachable",
        (3, 4): "fragmentation needed",
        (3, 9): "prohibited",
        (3, 10): "prohibited",
        (3, 13): "prohibited",
        (11, 0): "time to live exceeded",
    },
    socket.AF_INET6: {
        (1, 0): "no route",
        (1, 1): "prohibited",
        (1, 3): "host unreachable",
        (1, 4): "port unreachable",
        (2, 0): "packet too big",
        (3, 0): "hop limit exceeded",
    },
}
ERROR_TYPES = {socket.AF_INET: (3, 11, 12), socket.AF_INET6: (1, 2, 3, 4)}


def error_text(family: socket.AddressFamily, kind: int, code: int, sender: str) -> str:
    """An ICMP error as a reason, such as "host unreachable from 10.0.0.1"."""
    what = _ERRORS[family].get((kind, code), f"ICMP error {kind}/{code}")
    return f"{what} from {sender}"
