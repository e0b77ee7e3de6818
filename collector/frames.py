"""Frames on the local sockets: a JSON header and numpy columns, nothing else. Pure but for the socket calls."""

import json
import os
import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LENGTHS = struct.Struct("!II")
_COLUMNS = "columns"

Columns = dict[str, NDArray[Any]]


def pack(header: Mapping[str, Any], columns: Mapping[str, NDArray[Any]] | None = None) -> bytes:
    """One frame."""
    columns = columns or {}
    shape = [[name, column.dtype.str, len(column)] for name, column in columns.items()]
    head = json.dumps({**header, _COLUMNS: shape}, ensure_ascii=False).encode()
    body = b"".join(np.ascontiguousarray(column).tobytes() for column in columns.values())
    return _LENGTHS.pack(len(head), len(body)) + head + body


def receive(connection: socket.socket) -> tuple[dict[str, Any], Columns] | None:
    """The next frame, or None when the other side has closed."""
    lengths = _exactly(connection, _LENGTHS.size)
    if lengths is None:
        return None
    head_length, body_length = _LENGTHS.unpack(lengths)
    head, body = _exactly(connection, head_length), _exactly(connection, body_length)
    if head is None or body is None:
        return None
    header: dict[str, Any] = json.loads(head)
    columns, place = {}, 0
    for name, dtype, count in header.pop(_COLUMNS):
        columns[name] = np.frombuffer(body, dtype, count, place)
        place += columns[name].nbytes
    return header, columns


def _exactly(connection: socket.socket, count: int) -> bytes | None:
    parts = []
    while count:
        part = connection.recv(min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


class LocalAddress:
    """The address of a Unix socket in a folder whose path may be longer than the 108 bytes a socket allows."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = os.open(folder, os.O_PATH | os.O_DIRECTORY)
        self.address = f"/proc/self/fd/{self._folder}/{name}"

    def __enter__(self) -> str:
        return self.address

    def __exit__(self, *_: object) -> None:
        os.close(self._folder)


def connect(folder: Path, name: str, seconds: float | None) -> socket.socket:
    """Connect to the Unix socket `name` in a folder; raises OSError when nobody listens there."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        with LocalAddress(folder, name) as address:
            connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def listen(folder: Path, name: str) -> socket.socket:
    """Listen on the Unix socket `name` in a folder; a socket left by a process that died is replaced."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with LocalAddress(folder, name) as address:
            Path(address).unlink(missing_ok=True)
            listener.bind(address)
            Path(address).chmod(0o600)
        listener.listen(16)
    except OSError:
        listener.close()
        raise
    return listener
