"""sendmmsg and recvmmsg through ctypes, with their headers as numpy columns. Knows no byte of ICMP.

The layouts are those of 64-bit Linux. ctypes releases the interpreter lock during the calls.
"""

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

Records = NDArray[np.void]

MSG_DONTWAIT = 0x40

# struct mmsghdr: a struct msghdr and the length the kernel reports
HEADER = np.dtype(
    {
        "names": ["name", "name_length", "iov", "iov_count", "control", "control_length", "flags", "length"],
        "formats": ["u8", "u4", "u8", "u8", "u8", "u8", "i4", "u4"],
        "offsets": [0, 8, 16, 24, 32, 40, 48, 56],
        "itemsize": 64,
    }
)
IOVEC = np.dtype([("base", "u8"), ("length", "u8")])

_libc = ctypes.CDLL(None, use_errno=True)
_libc.sendmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]
_libc.recvmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p]


def columns(records: Records) -> dict[str, NDArray[Any]]:
    """The fields of records, looked up once: numpy makes each anew whenever it is asked for it by name."""
    return {name: records[name] for name in records.dtype.names or ()}


def start(array: NDArray[Any]) -> int:
    """Address of an array's first byte; it holds as long as the array lives and is not resized."""
    return int(array.ctypes.data)


def starts(array: NDArray[Any]) -> NDArray[np.uint64]:
    """Addresses of an array's rows."""
    return start(array) + np.arange(len(array), dtype=np.uint64) * np.uint64(array.strides[0])


def headers_over(buffers: NDArray[Any]) -> tuple[Records, Records]:
    """One header with one buffer each, and the iovecs between them, which must be kept alive."""
    iovecs = np.zeros(len(buffers), IOVEC)
    iovecs["base"] = starts(buffers)
    iovecs["length"] = buffers.strides[0]
    headers = np.zeros(len(buffers), HEADER)
    headers["iov"] = starts(iovecs)
    headers["iov_count"] = 1
    return headers, iovecs


def send(descriptor: int, address: int, count: int) -> int:
    """Send `count` messages whose headers begin at `address`: how many went, or minus the errno."""
    sent: int = _libc.sendmmsg(descriptor, address, count, MSG_DONTWAIT)
    return sent if sent >= 0 else -ctypes.get_errno()


def receive(descriptor: int, address: int, count: int) -> int:
    """Fill up to `count` headers that begin at `address`: how many came (0: none waits), or minus the errno."""
    got: int = _libc.recvmmsg(descriptor, address, count, MSG_DONTWAIT, None)
    return got if got >= 0 else -ctypes.get_errno()
