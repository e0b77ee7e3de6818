"""The service: one parent that starts *ask* and *tell*, starts again what dies, and stops both within two seconds."""

import fcntl
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from collector import inforce
from config.errors import LinewalkerError, MachineError
from config.load import load

log = logging.getLogger(__name__)

# -P: a folder named collector where the user stands must not be taken for ours.
PYTHON = (sys.executable, "-P", "-m")
STOP_SECONDS = 2.0
_RESTART_SECONDS = 1.0
_LOOK_SECONDS = 0.1
_PRACTICE = "practice-network"


@dataclass(slots=True)
class Child:
    """One process of the service."""

    name: str
    argv: list[str]
    fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    again_at: float = field(default=0.0)

    def start(self) -> None:
        """Start it in our own group, so that Ctrl-C reaches it and it can leave that to us."""
        self.process = subprocess.Popen(self.argv, pass_fds=self.fds, stdin=subprocess.DEVNULL)

    def look(self, now: float) -> None:
        """Start it again, a second after it was found dead."""
        if self.process is None or self.process.poll() is None:
            return
        if not self.again_at:
            log.error("%s ended with status %s; it is started again", self.name, self.process.returncode)
            self.again_at = now + _RESTART_SECONDS
        elif now >= self.again_at:
            self.again_at = 0.0
            self.start()


def serve(
    config: Path, data_dir: Path, listener: socket.socket, *, watch: bool = True, problem: str = ""
) -> None:
    """Run the service until SIGTERM or Ctrl-C; SIGHUP loads the configuration again.

    Without `watch` only the page, which shows `problem`. Raises LinewalkerError when the configuration cannot be
    used or another collector holds the data directory.
    """
    stopping, reloading = threading.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    signal.signal(signal.SIGHUP, lambda *_: reloading.set())
    with _held(data_dir):
        accepted = inforce.accept(load(config), data_dir)
        children = _children(accepted, data_dir, listener, watch=watch, problem=problem)
        for child in children:
            child.start()
        while not stopping.wait(_LOOK_SECONDS):
            if reloading.is_set():
                reloading.clear()
                _reload(config, data_dir, children)
            for child in children:
                child.look(time.monotonic())
        _stop(children)


def _reload(config: Path, data_dir: Path, children: list[Child]) -> None:
    """Put a changed configuration in force by starting the processes anew; a bad one changes nothing."""
    try:
        inforce.accept(load(config), data_dir)
    except LinewalkerError as error:
        log.error("the new configuration is refused, the old one stays in force:\n%s", error)  # noqa: TRY400
        inforce.refuse(error, data_dir)
        return
    log.warning("the configuration is loaded again")
    _stop(children)
    for child in children:
        child.start()


def listen(address: str) -> socket.socket:
    """A listening socket on `host:port`; raises MachineError when the port is taken or not allowed."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family, backlog=128)
    except OSError as error:
        raise MachineError(
            "cannot listen on {address}: {error}; stop what listens there or set another `listen:` address",
            address=address,
            error=os.strerror(error.errno or 0),
        ) from error


def claim(data_dir: Path, *, practice: bool) -> None:
    """Make the data directory and keep practice and real facts apart; raises LinewalkerError if they would mix."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        mark = data_dir / _PRACTICE
        used = (data_dir / "ledger.sqlite").exists()
        if practice and not used:
            mark.touch()
    except OSError as error:
        raise MachineError(
            "the data directory {place} cannot be used: {error}; give another with --data",
            place=data_dir,
            error=error.strerror,
        ) from error
    if used and practice and not is_practice(data_dir):
        raise LinewalkerError(
            "{place} holds real facts; give the demo another directory with --data", place=data_dir
        )
    if is_practice(data_dir) and not practice:
        raise LinewalkerError(
            "{place} holds facts of the practice network; give your own lines another directory with --data",
            place=data_dir,
        )


def is_practice(data_dir: Path) -> bool:
    """Whether a data directory holds facts of the practice network."""
    return (data_dir / _PRACTICE).exists()


@contextmanager
def _held(data_dir: Path) -> Iterator[None]:
    """Hold the data directory: two collectors on one ledger would write each other's facts."""
    with (data_dir / "collector.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LinewalkerError(
                "a collector already runs on {place}; stop it or give another directory with --data",
                place=data_dir,
            ) from error
        yield


def _children(
    config: Path, data_dir: Path, listener: socket.socket, *, watch: bool, problem: str
) -> list[Child]:
    common = ["-c", str(config), "--data", str(data_dir)]
    fd = listener.fileno()
    ask = [*PYTHON, "collector.ask", *common]
    tell = [*PYTHON, "collector.tell", *common, "--listen-fd", str(fd), "--problem", problem]
    return [*([Child("ask", ask)] if watch else []), Child("tell", tell, (fd,))]


def _stop(children: list[Child]) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    running = [child.process for child in children if child.process and child.process.poll() is None]
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.error("process %s did not stop in time and is killed", process.pid)  # noqa: TRY400
            process.kill()
            process.wait()
