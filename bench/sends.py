"""When requests really left, as the kernel saw them, against when each was due. Listens; sends nothing.

A check is due at `phase × span` of every round. The rounds' grid is taken from the ledger; the packet that left
soonest after its moment marks zero, so that a constant shift of the grid is not taken for lateness.
"""

import socket
import struct
import sys
import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bench.service import Service
from collector.checks import phase

_ETH_P_IP = 0x0800
_SO_TIMESTAMPNS = 35
_BUFFER_BYTES = 1 << 25
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_ICMP, _ECHO_REQUEST = 1, 8
_UDP, _SNMP_PORT = 17, (161).to_bytes(2, "big")
_STAMP = struct.Struct("qq")
_CHECKS = "SELECT id, address FROM \"check\" WHERE kind = '{kind}'"
_WATCH = (
    "SELECT origin, interval, span FROM watch WHERE round LIKE '{probe}-%' ORDER BY ended_at DESC LIMIT 1"
)

Seen = list[tuple[bytes, int, int]]


def echo_request(packet: bytes) -> bytes | None:
    """Whom a ping is for; None of any other IPv4 packet, none of which has options."""
    return packet[16:20] if packet[9] == _ICMP and packet[20] == _ECHO_REQUEST else None


def snmp_request(packet: bytes) -> bytes | None:
    """Which agent something is for."""
    return packet[16:20] if packet[9] == _UDP and packet[22:24] == _SNMP_PORT else None


def snmp_answer(packet: bytes) -> bytes | None:
    """Which agent something comes from."""
    return packet[12:16] if packet[9] == _UDP and packet[20:22] == _SNMP_PORT else None


class Sniffer:
    """Notes the address and the moment of every packet of a kind that arrives on loopback, where it left as well."""

    def __init__(self, named: Callable[[bytes], bytes | None] = echo_request) -> None:
        self._named = named
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_IP))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.bind(("lo", _ETH_P_IP))
        self._socket.settimeout(0.2)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow)
        self.seen: Seen = []
        self.missed = 0  # packets that came faster than they were read

    def __enter__(self) -> "Sniffer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        counts = self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
        self.missed = int.from_bytes(counts[4:], sys.byteorder)
        self._socket.close()

    def _follow(self) -> None:
        while not self._over.is_set():
            try:
                packet, ancillary, _, address = self._socket.recvmsg(32, 64)
            except TimeoutError:
                continue
            if address[2] == socket.PACKET_HOST and (name := self._named(packet)) is not None:
                self.seen.append((name, *_STAMP.unpack(ancillary[0][2])))


def lateness(service: Service, seen: Seen, kind: str = "circuit", probe: str = "icmp") -> NDArray[np.float64]:
    """Seconds after its moment, of every request to a check of this kind whose address is one alone."""
    known = ((str(address), int(check)) for check, address in service.asked(_CHECKS.format(kind=kind)))
    checks = {socket.inet_aton(address): check for address, check in known if ":" not in address}
    origin, interval, span = (float(one) / 1e6 for one in service.asked(_WATCH.format(probe=probe))[0])
    own = [(checks[name], at + nanos / 1e9) for name, at, nanos in seen if name in checks]
    sent = np.array([at for _, at in own])
    due = origin + np.array([phase(check) for check, _ in own]) * span
    late = (sent - due + interval / 2) % interval - interval / 2
    shifted: NDArray[np.float64] = late - np.percentile(late, 0.1)
    return np.maximum(shifted, 0.0)
