"""What a program cost: CPU of the whole process, peak memory, time. Starting, watching and ending one process."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
_LOOK_SECONDS = 0.01


class RunError(RuntimeError):
    """A program ended badly or took too long; the message holds the end of what it said."""


@dataclass(frozen=True, slots=True)
class Spent:
    """One finished process: seconds of CPU (user and system), of the clock, the peak in bytes, what it printed."""

    cpu: float
    wall: float
    peak: int
    printed: str
    complained: str


def peak_bytes(pid: int | str = "self") -> int:
    """The most memory a process held so far, 0 once it has ended.

    Not ru_maxrss: at exec that takes over the memory of whoever started the program.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(found[0].split()[1]) * 1024 if found else 0


def spend(argv: Sequence[str], within: float, fine: Sequence[int] = (0,)) -> Spent:
    """Run a program to its end; raises RunError if its exit status is not fine or it outlasts `within` seconds."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=ROOT)
        peak, status, usage = 0, 0, None
        while usage is None:
            peak = max(peak, peak_bytes(process.pid))
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            usage = used if pid else None
            if usage is None and time.monotonic() - began > within:
                process.kill()
            time.sleep(0 if usage else _LOOK_SECONDS)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        texts = [_text(out), _text(err)]
    if process.returncode not in fine:
        raise RunError(f"{Path(argv[0]).name} ended with {process.returncode}: {texts[1][-2000:]}")
    return Spent(usage.ru_utime + usage.ru_stime, wall, peak, *texts)


def python(module: str, *arguments: object) -> list[str]:
    """The command that runs a module of the bench in a process of its own."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def alone(argv: Sequence[str]) -> list[str]:
    """The command in a user, network and PID namespace of its own, loopback up: no root, nothing leaves."""
    up = 'ip link set lo up && exec "$@"'
    return ["unshare", "-Urnpf", "--mount-proc", "--kill-child", "sh", "-c", up, "sh", *argv]


def end(process: subprocess.Popen[bytes], within: float = 5.0) -> None:
    """End a process that we started, and wait for it."""
    process.terminate()
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
