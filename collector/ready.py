"""What the processes of the service start from, made once by the one that read the configuration.

A file without a name: only processes of one service have it, and it ends with them. So whatever stands in it was
written by ourselves, and there is never an old one. Where there is none, a process reads the configuration itself.
"""

import gc
import os
import pickle
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PLACE = "LINEWALKER_READY"  # the descriptor of that file, in the environment of a process that was given it
_NAME = "configuration.ready"
_HEAD = struct.Struct("!Q")  # where it is said where each part begins


def new(data_dir: Path) -> int:
    """The descriptor of a new, empty file; raises OSError where the disk has no room for it."""
    place = data_dir / _NAME
    fd = os.open(place, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    place.unlink()
    return fd


def given() -> int | None:
    """The descriptor of the file that this process was given by its parent."""
    return int(os.environ[PLACE]) if PLACE in os.environ else None


def write(fd: int, parts: Mapping[str, object]) -> None:
    """Write parts under their names, behind those that are there. One that cannot be written changes nothing."""
    index = _index(fd)
    with os.fdopen(os.dup(fd), "r+b") as file:
        file.seek(max(_HEAD.size, file.seek(0, os.SEEK_END)))
        for name, part in parts.items():
            index[name] = file.tell()
            pickle.dump(part, file, pickle.HIGHEST_PROTOCOL)
        head = _HEAD.pack(file.tell())
        pickle.dump(index, file, pickle.HIGHEST_PROTOCOL)
        file.flush()
        os.pwrite(fd, head, 0)


def read(fd: int | None, name: str) -> Any:
    """One part; None where there is no such file, or it does not have the part."""
    index = {} if fd is None else _index(fd)
    if name not in index:
        return None
    # While very many objects come to life nothing can be garbage, and looking for it would double the time.
    gc.disable()
    try:
        return _loaded(fd, index[name])
    finally:
        gc.enable()


def _index(fd: int) -> dict[str, int]:
    """Where each part begins."""
    head = os.pread(fd, _HEAD.size, 0)
    return _loaded(fd, _HEAD.unpack(head)[0]) if len(head) == _HEAD.size else {}


def _loaded(fd: int | None, place: int) -> Any:
    with Path(f"/proc/self/fd/{fd}").open("rb") as file:  # with a place in it that is ours alone
        file.seek(place)
        return pickle.load(file)  # noqa: S301 - our own parent wrote it
