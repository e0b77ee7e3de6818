"""Opening ICMP sockets: which kinds there are, what they let in, how much they hold. Nothing is sent here."""

import ctypes
import socket
import struct
from typing import Literal

from probes.packets import ERROR_TYPES, REPLY_TYPE, REQUEST_TYPE

Kind = Literal["raw", "datagram"]

PROTOCOL = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
BUFFER_BYTES = 16 << 20  # replies to some 20,000 requests; the kernel gives less to ordinary users

# Linux numbers that the socket module does not name
_SO_SNDBUFFORCE, _SO_RCVBUFFORCE, _SO_ATTACH_FILTER, _SO_TIMESTAMPNS = 32, 33, 26, 35
_SOL_RAW, _ICMP_FILTER, _ICMP6_FILTER, _IP_RECVERR, _IPV6_RECVERR = 255, 1, 1, 11, 25


def open_socket(
    family: socket.AddressFamily, kind: Kind, block: int, buffer_bytes: int = BUFFER_BYTES
) -> socket.socket:
    """A prepared ICMP socket; raises PermissionError, or OSError where the family is not available."""
    opened = socket.socket(family, socket.SOCK_RAW if kind == "raw" else socket.SOCK_DGRAM, PROTOCOL[family])
    try:
        if kind == "raw":
            _filter_types(opened)
            _filter_ids(opened, block)
        else:
            level = socket.SOL_IP if family == socket.AF_INET else socket.IPPROTO_IPV6
            option = _IP_RECVERR if family == socket.AF_INET else _IPV6_RECVERR
            opened.setsockopt(level, option, 1)
        opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        _enlarge(opened, _SO_RCVBUFFORCE, socket.SO_RCVBUF, buffer_bytes)
        _enlarge(opened, _SO_SNDBUFFORCE, socket.SO_SNDBUF, buffer_bytes)
    except OSError:
        opened.close()
        raise
    return opened


def _enlarge(opened: socket.socket, forced: int, modest: int, size: int) -> None:
    try:
        opened.setsockopt(socket.SOL_SOCKET, forced, size)
    except PermissionError:
        opened.setsockopt(socket.SOL_SOCKET, modest, size)


def _filter_types(opened: socket.socket) -> None:
    """Let in replies and errors only."""
    wanted = {REPLY_TYPE[opened.family], *ERROR_TYPES[opened.family]}
    words = [0xFFFFFFFF] * (1 if opened.family == socket.AF_INET else 8)
    for kind in wanted:
        words[kind >> 5] &= ~(1 << (kind & 31))
    level, option = (_SOL_RAW, _ICMP_FILTER)
    if opened.family == socket.AF_INET6:
        level, option = (socket.IPPROTO_ICMPV6, _ICMP6_FILTER)
    opened.setsockopt(level, option, struct.pack(f"={len(words)}I", *words))


def _filter_ids(opened: socket.socket, block: int) -> None:
    """Let in only what carries or quotes our block of ids, by a classic BPF program."""
    v4 = opened.family == socket.AF_INET
    byte, half = (
        (0x50, 0x48) if v4 else (0x30, 0x28)
    )  # raw IPv4 packets begin with their IP header: index by x
    quote = 28 if v4 else 48  # the quoted request, behind 8 bytes of error and the quoted IP header
    accept, drop = 10, 11
    program = [
        (0xB1, 0, 0, 0),  # 0: x = length of the IPv4 header; harmless in IPv6
        (byte, 0, 0, 0),
        (0x15, 7 - 3, 0, REPLY_TYPE[opened.family]),
        (byte, 0, 0, quote),
        (0x15, 0, drop - 5, REQUEST_TYPE[opened.family]),
        (half, 0, 0, quote + 4),
        (0x05, 0, 0, 8 - 7),
        (half, 0, 0, 4),
        (0x54, 0, 0, 0xFF00),  # 8: the id's upper byte
        (0x15, accept - 10, drop - 10, block << 8),
        (0x06, 0, 0, 0xFFFF),
        (0x06, 0, 0, 0),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in program))
    pointer = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    opened.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, pointer)
