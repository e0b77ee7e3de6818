"""Small questions and orders to one network interface, by ioctl through any socket of its network namespace."""

import ctypes
import fcntl
import socket
import struct

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _SIOCETHTOOL = 0x8913, 0x8914, 0x8946
_ETHTOOL_GLINK, _ETHTOOL_STXCSUM = 0x0A, 0x17
_IFF_UP = 0x1
_FLAGS = struct.Struct("16sh14x")
_POINTER = struct.Struct("16sP16x")


def set_up(control: socket.socket, interface: str, up: bool) -> None:
    """Set an interface up or down."""
    answer = fcntl.ioctl(control, _SIOCGIFFLAGS, _FLAGS.pack(interface.encode(), 0))
    flags = _FLAGS.unpack_from(answer)[1]
    flags = flags | _IFF_UP if up else flags & ~_IFF_UP
    fcntl.ioctl(control, _SIOCSIFFLAGS, _FLAGS.pack(interface.encode(), flags))


def has_carrier(control: socket.socket, interface: str) -> bool:
    """Whether the other end is there; asking makes the kernel act on any change of it at once (linkwatch)."""
    return bool(_ethtool(control, interface, _ETHTOOL_GLINK))


def send_whole_checksums(control: socket.socket, interface: str) -> None:
    """Compute checksums here: a relay would pass on the half-made ones that offloading leaves, and TCP hang."""
    _ethtool(control, interface, _ETHTOOL_STXCSUM)


def _ethtool(control: socket.socket, interface: str, command: int) -> int:
    value = ctypes.create_string_buffer(struct.pack("=II", command, 0))
    fcntl.ioctl(control, _SIOCETHTOOL, _POINTER.pack(interface.encode(), ctypes.addressof(value)))
    return int(struct.unpack_from("=I", value, 4)[0])
