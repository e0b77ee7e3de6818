"""The service: one parent that starts *ask*, *tell* and *traps*, starts again what dies, and stops all within 2 s."""

import argparse
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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from collector import processes, ready
from collector.apart import apart
from collector.keeping import due, outcome
from collector.moments import Moments, Starter
from config.errors import LinewalkerError, MachineError

if TYPE_CHECKING:
    from config.model import Config

log = logging.getLogger(__name__)

# -P: a folder named collector where the user stands must not be taken for ours.
PYTHON: tuple[str, ...] = (sys.executable, "-P", "-m")
_RESTART_SECONDS = 1.0
_LOOK_SECONDS = 0.1
KEEPING_LOOK_SECONDS = 60.0  # after a start, too: the rounds come first
KEEPING_AGAIN_SECONDS = 3600.0
KEEPING_LONGEST_SECONDS = 12 * 3600.0
_ACCEPTED = "accepted"  # how what `begin` found is called among what is ready
_PRACTICE = "practice-network"
TRAPS, JUDGE = "traps", "judge"
_JUDGE_LATER = 15.0
MOST_JUDGED = 30_000  # checks; of more the indicators are judged when somebody asks for them


@dataclass(slots=True)
class Child:
    """One process of the service."""

    name: str
    argv: list[str]
    fds: tuple[int, ...] = ()
    wanted: bool = True
    ready: int | None = None  # what it starts from, made ready
    stop_seconds: float = processes.STOP_SECONDS
    process: subprocess.Popen[bytes] | None = None
    again_at: float = field(default=0.0)
    later: float = 0.0  # seconds after the others: they come first

    def begin(self, now: float) -> None:
        """Start it now, or later where the others come first."""
        self.process = None
        self.again_at = now + self.later if self.later else 0.0
        if not self.later:
            self.start()

    def start(self) -> None:
        """Start it, if it is wanted, in our own group, so that Ctrl-C reaches it and it can leave that to us."""
        self.process = None
        if self.wanted:
            environment = {**os.environ, processes.PARENT: str(os.getpid())}
            fds = self.fds
            if self.ready is not None:
                environment[ready.PLACE] = str(self.ready)
                fds = (*fds, self.ready)
            self.process = subprocess.Popen(
                self.argv, pass_fds=fds, stdin=subprocess.DEVNULL, env=environment
            )

    def look(self, now: float) -> None:
        """Start it again, a second after it was found dead; or for the first time, where it was to wait."""
        ended = self.process is not None and self.process.poll() is not None
        if not ended and not (self.process is None and self.again_at):
            return
        if self.process is not None and not self.again_at:
            log.error("%s ended with status %s; it is started again", self.name, self.process.returncode)
            self.again_at = now + _RESTART_SECONDS
        elif now >= self.again_at:
            self.again_at = 0.0
            self.start()


@dataclass(slots=True)
class Keeper:
    """The process that keeps the ledger: started whenever that is due, one at a time."""

    child: Child
    data_dir: Path
    daily: due.Daily
    look_at: float  # monotonic
    begun: float = 0.0  # monotonic
    begun_at: float = 0.0

    def look(self, now: float, wall: float) -> None:
        """Start it if it is due; a failed one again after an hour. `now` is monotonic, `wall` since 1970 UTC."""
        process = self.child.process
        if process is not None and process.poll() is None:
            if now > self.begun + KEEPING_LONGEST_SECONDS:
                process.kill()  # it hangs; whatever it was about is taken up by the next
            return
        try:
            if process is not None:
                self.child.process = None
                self._ended(process.returncode, now)
            elif now >= self.look_at:
                self.look_at = now + KEEPING_LOOK_SECONDS
                self._start_if_due(now, wall)
        except OSError:  # whatever this machine lacks just now, watching goes on
            log.exception("the ledger is not kept")
            self.look_at = now + KEEPING_AGAIN_SECONDS

    def _start_if_due(self, now: float, wall: float) -> None:
        if self.daily.missed(outcome.last_success(self.data_dir), wall):
            self.begun, self.begun_at = now, wall
            self.child.start()

    def _ended(self, status: int, now: float) -> None:
        if status:
            log.error("%s ended with status %s; it is tried again in an hour", self.child.name, status)
            self.look_at = now + KEEPING_AGAIN_SECONDS
            outcome.cut_short(self.data_dir, self.begun_at, status)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A configuration in force, as far as the parent goes by it: its place, and what is to be started when."""

    place: Path
    daily: due.Daily
    traps: bool
    tests: Moments | None  # when throughput is tested
    checks: int  # how many are asked


def serve(
    config: Path,
    data_dir: Path,
    listener: socket.socket,
    *,
    watch: bool = True,
    problem: str = "",
    given: int | None = None,
) -> None:
    """Run the service until SIGTERM or Ctrl-C; SIGHUP loads the configuration again.

    Without `watch` only the page, which shows `problem`. `given` is what `begin` gave. Raises LinewalkerError when
    the configuration cannot be used or another collector holds the data directory.
    """
    stopping, reloading = threading.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    signal.signal(signal.SIGHUP, lambda *_: reloading.set())
    with held(data_dir):
        made = ready.new(data_dir) if given is None else given
        begun = ready.read(given, _ACCEPTED)
        accepted = Accepted(*begun) if begun else apart(lambda: _accepted(config, data_dir, made))
        children = _children(accepted, data_dir, listener, watch=watch, problem=problem)
        keeper = _keeper(accepted.place, data_dir, accepted.daily)
        tests = _tests(accepted.place, data_dir)
        tester = Starter(tests, accepted.tests)
        for child in (*children, keeper.child):
            child.ready = made
        for child in children:
            child.begin(time.monotonic())
        while not stopping.wait(_LOOK_SECONDS):
            if reloading.is_set():
                reloading.clear()
                accepted = _reload(config, data_dir, children, made) or accepted
                keeper.daily, tester.moments = accepted.daily, accepted.tests
            for child in children:
                child.look(time.monotonic())
            if watch:
                keeper.look(time.monotonic(), time.time())
                tester.look(time.monotonic(), time.time())
        _stop([*children, keeper.child, tests])


def _reload(config: Path, data_dir: Path, children: list[Child], made: int) -> Accepted | None:
    """Put a changed configuration in force by starting the processes anew; a bad one changes nothing, and is None.

    What is made ready of it takes the place of what stood at `made`.
    """
    fd = -1
    try:
        with _usable(data_dir):
            fd = ready.new(data_dir)
        accepted: Accepted = apart(lambda: _accepted(config, data_dir, fd))
        os.dup2(fd, made, inheritable=False)
    except LinewalkerError as error:
        log.error("the new configuration is refused, the old one stays in force:\n%s", error)  # noqa: TRY400
        return None
    finally:
        if fd >= 0:
            os.close(fd)
    log.warning("the configuration is loaded again")
    _stop(children)
    for child in children:
        if child.name == TRAPS:
            child.wanted = accepted.traps
        elif child.name == "ask":
            child.stop_seconds = processes.stop_seconds(accepted.checks)
        elif child.name == JUDGE:
            child.wanted = accepted.checks <= MOST_JUDGED
        child.begin(time.monotonic())
    return accepted


def begin(loaded: "Config", data_dir: Path) -> int:
    """Put a configuration in force that was just loaded; the descriptor of what the service starts from.

    Raises MachineError where the data directory cannot be written.
    """
    with _usable(data_dir):
        fd = ready.new(data_dir)
        accepted = _put_in_force(loaded, data_dir, fd)
        ready.write(fd, {_ACCEPTED: [getattr(accepted, one.name) for one in fields(Accepted)]})
    return fd


def _accepted(config: Path, data_dir: Path, fd: int) -> Accepted:
    """Put a configuration in force, or keep why it cannot be used and say so."""
    # Imported here: this process lives for years and needs none of it, only the one that reads the file does.
    from collector import inforce  # noqa: PLC0415
    from config.load import load  # noqa: PLC0415

    try:
        with _usable(data_dir):
            return _put_in_force(load(config), data_dir, fd)
    except LinewalkerError as error:
        with suppress(OSError):
            inforce.refuse(error, data_dir)
        raise


def _put_in_force(loaded: "Config", data_dir: Path, fd: int) -> Accepted:
    from collector import inforce  # noqa: PLC0415 - as above

    zone, ordered = ZoneInfo(loaded.calendar.zone), loaded.throughput
    place = inforce.accept(loaded, data_dir)
    return Accepted(
        place=place,
        daily=due.Daily(loaded.storage.daily_at, zone),
        traps=loaded.traps is not None,
        tests=Moments(ordered.times, ordered.within, zone) if ordered else None,
        checks=inforce.prepare(loaded, time.time(), fd),
    )


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
    with _usable(data_dir):
        data_dir.mkdir(parents=True, exist_ok=True)
        mark = data_dir / _PRACTICE
        used = (data_dir / "ledger.sqlite").exists()
        if practice and not used:
            mark.touch()
    if used and practice and not is_practice(data_dir):
        raise LinewalkerError(
            "{place} holds real facts; give the demo another directory with --data", place=data_dir
        )
    if is_practice(data_dir) and not practice:
        raise LinewalkerError(
            "{place} holds facts of the practice network; give your own lines another directory with --data",
            place=data_dir,
        )


@contextmanager
def _usable(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MachineError(
            "the data directory {place} cannot be used: {error}; give another with --data",
            place=data_dir,
            error=error.strerror,
        ) from error


def is_practice(data_dir: Path) -> bool:
    """Whether a data directory holds facts of the practice network."""
    return (data_dir / _PRACTICE).exists()


@contextmanager
def held(data_dir: Path) -> Iterator[None]:
    """Hold the data directory: two collectors on one ledger would write each other's facts.

    Raises LinewalkerError while somebody else holds it.
    """
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
    accepted: Accepted, data_dir: Path, listener: socket.socket, *, watch: bool, problem: str
) -> list[Child]:
    common = ["-c", str(accepted.place), "--data", str(data_dir)]
    fd = listener.fileno()
    ask = [*PYTHON, "collector.ask", *common]
    tell = [*PYTHON, "collector.tell", *common, "--listen-fd", str(fd), "--problem", problem]
    if not watch:
        return [Child("tell", tell, (fd,))]
    traps = Child(TRAPS, [*PYTHON, "collector.traps", *common], wanted=accepted.traps)
    seconds = processes.stop_seconds(accepted.checks)
    judge = Child(
        JUDGE,
        [*PYTHON, "collector.judge", *common],
        wanted=accepted.checks <= MOST_JUDGED,
        later=_JUDGE_LATER,
    )
    return [Child("ask", ask, stop_seconds=seconds), Child("tell", tell, (fd,)), traps, judge]


def _keeper(config: Path, data_dir: Path, daily: due.Daily) -> Keeper:
    keep = [*PYTHON, "collector.keeping.daily", "-c", str(config), "--data", str(data_dir)]
    return Keeper(Child("keep", keep), data_dir, daily, time.monotonic() + KEEPING_LOOK_SECONDS)


def _tests(config: Path, data_dir: Path) -> Child:
    argv = [*PYTHON, "collector.throughput", "-c", str(config), "--data", str(data_dir)]
    return Child("throughput", argv)


def _stop(children: list[Child]) -> None:
    began = time.monotonic()
    running = [
        (child.process, child.stop_seconds)
        for child in children
        if child.process and child.process.poll() is None
    ]
    for process, _ in running:
        process.terminate()
    for process, seconds in running:
        try:
            process.wait(max(0.0, began + seconds - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.error("process %s did not stop in time and is killed", process.pid)  # noqa: TRY400
            process.kill()
            process.wait()


def command(config: Path, data_dir: Path, fd: int, made: int) -> list[str]:
    """The command that serves on an open socket, for a process that has done all that a user is told of.

    `made` is what `begin` gave.
    """
    argv = ["-c", str(config), "--data", str(data_dir), "--listen-fd", str(fd), "--ready-fd", str(made)]
    return [*PYTHON, "collector.app", *argv]


def main() -> None:
    """Entry of the parent, on a socket that was opened for it; it holds next to nothing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-c", "--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--listen-fd", type=int, required=True)
    parser.add_argument("--ready-fd", type=int)
    given = parser.parse_args()
    with socket.socket(fileno=given.listen_fd) as listener:
        serve(given.config, given.data, listener, given=given.ready_fd)


if __name__ == "__main__":
    processes.guarded(main)
