"""Frames from every interface of a network namespace, in memory shared with the kernel (TPACKET_V2), and back out.

One socket for all interfaces: closing a packet socket takes some 10 ms, which hundreds of them would add up.
And a ring of thousands of frames: what a socket's own queue holds is too little for a burst to every circuit.
"""

import mmap
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress

_ETH_P_ALL = 0x0300  # in network order
_SOL_PACKET = 263
_PACKET_RX_RING, _PACKET_VERSION, _PACKET_IGNORE_OUTGOING = 5, 10, 23
_TPACKET_V2 = 1
_OURS, _KERNELS = 1, struct.pack("=I", 0)
_BLOCK, _BLOCKS, _SLOT = 65536, 128, 2048  # bytes, count, bytes: 4096 frames
_SLOTS = _BLOCK * _BLOCKS // _SLOT
_HEADER = struct.Struct("=III H 22x i")  # status, length, length kept, start of frame; interface index


class Ring:
    """All frames that arrive in the network namespace it is opened in; never those it sent itself."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, _ETH_P_ALL)
        self.socket.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
        self.socket.setsockopt(_SOL_PACKET, _PACKET_VERSION, _TPACKET_V2)
        sizes = struct.pack("=4I", _BLOCK, _BLOCKS, _SLOT, _SLOTS)
        self.socket.setsockopt(_SOL_PACKET, _PACKET_RX_RING, sizes)
        self._memory = mmap.mmap(self.socket.fileno(), _BLOCK * _BLOCKS)
        self._next = 0

    def arrived(self, most: int = _SLOTS) -> Iterator[tuple[int, bytes]]:
        """(interface index, frame) of what has arrived and was not seen yet, at most so many."""
        memory = self._memory
        for _ in range(most):
            status, _, kept, start, interface = _HEADER.unpack_from(memory, self._next)
            if not status & _OURS:
                return
            begin = self._next + start
            frame = memory[begin : begin + kept]
            # The slot is the kernel's again only now that its frame is copied.
            memory[self._next : self._next + 4] = _KERNELS
            self._next = (self._next + _SLOT) % len(memory)
            yield interface, frame

    def send(self, interface: str, frame: bytes) -> None:
        """Let a frame out; one whose interface is down, or has no room, is lost as on any wire."""
        with suppress(OSError):
            self.socket.sendto(frame, (interface, 0))
