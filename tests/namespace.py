"""Tests that need a network of their own: each runs in a user, network and PID namespace made for it.

No root is needed and nothing leaves the machine. Decorate a test with `in_namespace`; inside it, `Host` is
another machine, a network namespace at the other end of a wire.
"""

import functools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, ParamSpec

import icmplib

from tests.programs import needed

P = ParamSpec("P")

ROOT = Path(__file__).parent.parent
INSIDE = "LINEWALKER_TEST_NAMESPACE"
_UNSHARE = ("unshare", "-Urnpf", "--mount-proc", "--kill-child")


# Packets keep real time: tenths of a second, for which a machine shared by four tests may hold a process up. Whoever
# fails is given a second chance, and no third; a fault of ours does not go away by that.
_CHANCES = 2


def in_namespace(test: Callable[P, None]) -> Callable[P, None]:
    """Run this one test by a pytest of its own inside fresh namespaces, with the loopback interface up."""

    @functools.wraps(test)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        if os.environ.get(INSIDE):
            run("ip", "link", "set", "lo", "up")
            test(*args, **kwargs)
            return
        for program in ("ip", "sysctl", "unshare"):
            needed(program)
        node = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
        for chance in range(_CHANCES):
            inner = _inner(node)
            if inner.returncode == 0:
                return
            print(f"chance {chance + 1} of {_CHANCES}:\n{inner.stdout}{inner.stderr}")
        raise AssertionError(inner.stdout + inner.stderr)

    return wrapper


def _inner(node: str) -> subprocess.CompletedProcess[str]:
    """One test in a session of its own, in fresh namespaces."""
    # Sessions that share a temporary folder clear away what others left, and fall over each other.
    apart = tempfile.mkdtemp(prefix="lw")
    pytest = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "pytest_timeout")
    try:
        return subprocess.run(
            (*_UNSHARE, *pytest, f"--basetemp={apart}", node),
            cwd=ROOT,
            env={**os.environ, INSIDE: "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )
    finally:
        shutil.rmtree(apart, ignore_errors=True)


def run(*command: str) -> str:
    """Run a command that must succeed; returns what it printed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout


def sysctl(key: str, value: str | int) -> None:
    """Set a kernel parameter of this namespace."""
    run("sysctl", "-qw", f"{key}={value}")


class Host:
    """Another machine: a network namespace, held by a sleeping process, with a wire to ours.

    `near` and `far` are the addresses of the two ends, with their prefix lengths.
    """

    def __init__(self, name: str, near: str = "10.0.0.1/24", far: str = "10.0.0.2/24") -> None:
        self.name = name
        self.near, self.far = near, far

    def __enter__(self) -> "Host":
        self._holder = subprocess.Popen(("unshare", "-n", "sleep", "600"))
        self._await_namespace()
        pid = str(self._holder.pid)
        run("ip", "link", "add", self.name, "type", "veth", "peer", "name", "wire", "netns", pid)
        # Without this an IPv6 address is not usable for a second or two.
        for where in ((), self._prefix):
            run(
                *where,
                "sysctl",
                "-qw",
                "net.ipv6.conf.all.accept_dad=0",
                "net.ipv6.conf.default.accept_dad=0",
            )
        run("ip", "address", "add", self.near, "dev", self.name, *_nodad(self.near))
        run("ip", "link", "set", self.name, "up")
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "address", "add", self.far, "dev", "wire", *_nodad(self.far))
        self.run("ip", "link", "set", "wire", "up")
        self._await_wire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._holder.kill()
        self._holder.wait()

    @property
    def _prefix(self) -> tuple[str, ...]:
        return ("nsenter", "-t", str(self._holder.pid), "-n")

    def _await_namespace(self) -> None:
        ours = Path("/proc/self/ns/net").readlink()
        for _ in range(500):
            if Path(f"/proc/{self._holder.pid}/ns/net").readlink() != ours:
                return
            time.sleep(0.01)
        raise AssertionError("no network namespace was made within 5 s")

    def _await_wire(self) -> None:
        """The kernel takes up to a second to notice that both ends are up."""
        address = self.far.partition("/")[0]
        assert any(icmplib.ping(address, count=1, timeout=0.2).is_alive for _ in range(25)), "no wire"

    def run(self, *command: str) -> str:
        """Run a command on this host."""
        return run(*self._prefix, *command)

    @contextmanager
    def running(self, *command: str) -> Iterator[IO[str]]:
        """Run a program on this host meanwhile; gives its output once it has printed its first line."""
        with subprocess.Popen((*self._prefix, *command), stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline(), f"{command} printed nothing"
                yield process.stdout
            finally:
                process.kill()

    def answer(self, answers: bool) -> None:
        """Let this host answer echo requests, or be silent."""
        self.run("sysctl", "-qw", f"net.ipv4.icmp_echo_ignore_all={int(not answers)}")


def _nodad(address: str) -> tuple[str, ...]:
    return ("nodad",) if ":" in address else ()
