"""Running a command again inside the practice network of a data directory, where its addresses lead somewhere.

Its collector is asked for nothing: who listens on the feed's socket tells which namespaces are meant.
"""

import os
import shutil
import socket
import struct
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from collector import app, feed, frames
from config.errors import LinewalkerError, MachineError

_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid
_ANSWER_SECONDS = 5.0


def join(data_dir: Path, words: Sequence[str], variables: Iterable[str]) -> None:
    """Start this program anew inside, with these words; come back where that is done already.

    Of the collector's environment `variables` are taken along: the words that let one in are made up for each
    practice network. Raises LinewalkerError where none runs on `data_dir`.
    """
    collector = Path("/proc") / str(_collector(data_dir))
    if (collector / "ns/net").readlink() == Path("/proc/self/ns/net").readlink():
        return
    nsenter = shutil.which("nsenter")
    if nsenter is None:
        raise MachineError("nsenter is not installed; on Debian: apt install util-linux")
    inside = (nsenter, "-t", collector.name, "-U", "-n", "--preserve-credentials")
    environment = {**os.environ, **_environment(collector, frozenset(variables))}
    sys.stdout.flush()
    argv = [*inside, *app.PYTHON, "collector.cli", *words]
    os.execve(nsenter, argv, environment)  # noqa: S606 - no shell is what we want


def _collector(data_dir: Path) -> int:
    try:
        with frames.connect(data_dir, feed.SOCKET_NAME, _ANSWER_SECONDS) as connection:
            raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    except OSError:
        raise LinewalkerError(
            "the practice network of {place} is not running: start it with `linewalker demo --data {place}`",
            place=data_dir,
        ) from None
    pid: int = _CREDENTIALS.unpack(raw)[0]
    return pid


def _environment(process: Path, names: frozenset[str]) -> dict[str, str]:
    try:
        lines = (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return {}
    pairs = (os.fsdecode(line).partition("=") for line in lines)
    return {name: value for name, _, value in pairs if name in names}
