"""UDP sockets that datagrams come to, read without waiting, and answered from the address they were sent to.

What is in a datagram, and whether it is wanted, is not known here.
"""

import errno
import os
import select
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from config.errors import MachineError
from probes.trap_gate import plain

# The socket module does not name these, or only where the C library does.
_IP_PKTINFO = 8
_IPV6_RECVPKTINFO, _IPV6_PKTINFO = 49, 50
_SO_RXQ_OVFL = 40
_IN_PKTINFO = struct.Struct("=i4s4s")  # interface, address to answer from, address it was sent to
_BUFFER_BYTES = 1 << 20
_NO_SUCH_FAMILY = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
_ANCILLARY_BYTES = 256


class Datagram(NamedTuple):
    """One datagram. What stands behind `source` leads an answer back."""

    payload: bytes
    source: str  # an address as configurations write it
    peer: tuple[object, ...]
    via: "Opened"
    own: bytes  # the kernel's note of our own address


class Opened:
    """One socket. Raises OSError where it cannot be had."""

    def __init__(self, address: str, longest: int) -> None:
        host, _, port = address.rpartition(":")
        host = host.strip("[]")
        self.version = 6 if ":" in host else 4
        self.lost = 0  # datagrams for which the kernel had no room, as it counts them
        self._longest = longest
        self.socket = socket.socket(
            socket.AF_INET6 if self.version == 6 else socket.AF_INET, socket.SOCK_DGRAM
        )
        try:
            self._prepare()
            self.socket.bind((host, int(port)))
        except OSError:
            self.socket.close()
            raise

    def _prepare(self) -> None:
        one = self.socket
        one.setblocking(False)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        one.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
        if self.version == 4:
            one.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        else:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVPKTINFO, 1)

    def receive(self) -> Datagram | None:
        """The next datagram, cut off one byte after the longest that is wanted; None where there is none."""
        try:
            payload, notes, _, peer = self.socket.recvmsg(self._longest + 1, _ANCILLARY_BYTES)
        except (BlockingIOError, InterruptedError):
            return None
        own = b""
        for level, kind, note in notes:
            if (level, kind) == (socket.SOL_SOCKET, _SO_RXQ_OVFL):
                self.lost = int.from_bytes(note[:4], sys.byteorder)
            else:
                own = note
        return Datagram(payload, plain(peer[0]), peer, self, own)

    def answer(self, to: Datagram, payload: bytes) -> None:
        """Send back to who sent a datagram, from the address it came to. Raises OSError."""
        if self.version == 4:
            _, from_, sent_to = _IN_PKTINFO.unpack(to.own)
            note = (socket.IPPROTO_IP, _IP_PKTINFO, _IN_PKTINFO.pack(0, from_, sent_to))
        else:
            note = (socket.IPPROTO_IPV6, _IPV6_PKTINFO, to.own)
        self.socket.sendmsg([payload], [note], 0, to.peer)


class Datagrams:
    """All sockets of a list of addresses. Raises MachineError when one cannot be had.

    Where others are there, `[::]` is left out on a machine without IPv6.
    """

    def __init__(self, addresses: Sequence[str], longest: int) -> None:
        self._opened: list[Opened] = []
        self._poll = select.poll()
        for address in addresses:
            try:
                self._opened.append(Opened(address, longest))
            except OSError as error:
                if self._opened and address.startswith("[::]") and error.errno in _NO_SUCH_FAMILY:
                    continue
                self.close()
                raise MachineError(
                    "cannot listen for traps on {address}: {error};"
                    " stop what listens there or set another address below `traps: listen`",
                    address=address,
                    error=os.strerror(error.errno or 0),
                ) from error
        for one in self._opened:
            self._poll.register(one.socket, select.POLLIN)

    @property
    def lost(self) -> int:
        """How many datagrams the kernel had no room for, as far as it has told."""
        return sum(one.lost for one in self._opened)

    def receive(self, most: int, seconds: float) -> Iterator[Datagram]:
        """What has come, at most so many of each socket; waits so long for the first."""
        if not self._poll.poll(seconds * 1000):
            return
        for one in self._opened:
            for _ in range(most):
                found = one.receive()
                if found is None:
                    break
                yield found

    def close(self) -> None:
        """Give back the sockets."""
        for one in self._opened:
            one.socket.close()
