"""No file descriptor is to be had: RLIMIT_NOFILE is really lowered. What cannot be done is said; rounds go on."""

import errno
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from collector import frames
from collector.feed import SOCKET_NAME, Feed, request
from collector.frames import LocalAddress
from collector.ledger.reading import DOWN
from collector.ledger.store import Batch, Life, open_ledger, sqlite_url
from probes.icmp import IcmpProber
from probes.roster import enrol
from tests.collector.test_service import LOOPBACK, _child, await_status, free_port, service
from tests.collector.test_standstill import QUICK, rows
from tests.namespace import ROOT, Host, in_namespace, sysctl
from tests.probes.asking import QUICK as RHYTHM
from tests.probes.asking import ask, prober, targets


@contextmanager
def no_descriptors(process: int = 0) -> Iterator[None]:
    """A process, or ours, may not open anything more; the files it has open stay open."""
    before = resource.prlimit(process, resource.RLIMIT_NOFILE)
    resource.prlimit(process, resource.RLIMIT_NOFILE, (3, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_NOFILE, before)


def test_a_service_without_descriptors_goes_on_asking_and_is_heard_again_when_they_are_back(
    tmp_path: Path,
) -> None:
    network, folder = tmp_path / "network.yaml", tmp_path / "data"
    network.write_text((LOOPBACK % free_port()).replace("carriers:", QUICK), encoding="utf-8")
    with service(network, folder) as process:
        await_status(network, folder, "up")
        child = _child(process.pid, "ask")
        with no_descriptors(child):
            request(
                folder, {"want": "now"}, 1.0
            )  # for this one a descriptor was set aside when it was awaited
            assert request(folder, {"want": "now"}, 1.0) is None  # nobody else is let in
            time.sleep(7)
        await_status(network, folder, "up")
        assert _child(process.pid, "ask") == child
        process.terminate()
        process.wait(60)
    assert [row for row in rows(folder, "run") if row.outcome == DOWN] == []
    # The sockets that were open are enough for the rounds: the watch goes on over the whole time.
    assert [row.reason for row in rows(folder, "watch")] == ["stopped"]


INSIDE = """
import sys
from tests.collector.test_descriptors import {name}
{name}()
"""


def apart(name: str) -> None:
    """Run one function in a process of its own: the limit is that of a whole process."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", INSIDE.format(name=name)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr


def open_without_descriptors() -> None:
    with no_descriptors(), pytest.raises(OSError, match="Too many open files") as raised:
        IcmpProber(targets(["127.0.0.2"]), RHYTHM)
    assert raised.value.errno == errno.EMFILE
    IcmpProber(targets(["127.0.0.2"]), RHYTHM).close()


@in_namespace
def test_a_prober_that_cannot_be_opened_says_why_and_not_that_the_machine_has_no_ipv4() -> None:
    apart("open_without_descriptors")


def ask_without_descriptors() -> None:
    asked = targets(["127.0.0.2", "10.0.0.2"], sentinels=["127.0.0.1"])
    with prober(asked, kinds=("datagram",)) as by:
        assert ask(by, asked).only("10.0.0.2").outcome == 0
        with no_descriptors():
            heard = ask(by, asked)
        again = ask(by, asked)
    # The id changes after a silent packet, and another id needs another socket.
    assert (heard.only("10.0.0.2").outcome, heard.only("10.0.0.2").reason) == (2, "too many open files")
    assert heard.only("127.0.0.2").outcome == 1
    assert (again.only("10.0.0.2").outcome, again.only("127.0.0.2").outcome) == (0, 1)


@in_namespace
def test_in_mid_round_nobody_is_down_for_want_of_a_socket() -> None:
    sysctl("net.ipv4.ping_group_range", "0 0")
    with Host("silent") as silent:
        silent.answer(False)
        apart("ask_without_descriptors")


def look_for_an_interface() -> None:
    asked = targets(["127.0.0.2", "127.0.0.3"], sources={"127.0.0.2": "lo", "127.0.0.3": "gone0"})
    roster = enrol(asked)
    assert list(roster.find_interfaces().values()) == ["interface gone0 is not there"]
    known = roster.routes["v4_index"].tolist()
    with no_descriptors():
        assert len(roster.find_interfaces()) == 1  # lo is not said to be gone
    assert roster.routes["v4_index"].tolist() == known
    assert len(roster.find_interfaces()) == 1


def keep_facts_and_hear_listeners() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(sqlite_url(Path(folder)), create=True)
        ledger.begin(Life(collector="main", vantage="centre", version="1", now=1.0))
        feed = Feed(
            Path(folder), lambda: frames.pack({"full": True}), {"now": lambda _: frames.pack({"n": 1})}
        )
        row = {"digest": "9f", "loaded_at": 1, "loaded_by": "a", "text": ""}
        ledger.engine.dispose()  # as after a server that ended its connections
        with frames.connect(Path(folder), SOCKET_NAME, 10) as waits:
            time.sleep(0.2)
            with no_descriptors(), pytest.raises(sa.exc.OperationalError):
                ledger.write(Batch({"config_version": [row]}))
            ledger.write(Batch({"config_version": [row]}))
            waits.sendall(frames.pack({"want": "now"}))
            assert frames.receive(waits) is not None
        ledger.close()
        feed.close()


def test_the_ledger_is_opened_again_and_listeners_are_heard_once_descriptors_are_back() -> None:
    apart("keep_facts_and_hear_listeners")


def let_nobody_in() -> None:
    with tempfile.TemporaryDirectory() as folder:
        feed = Feed(Path(folder), lambda: b"", {"now": lambda _: frames.pack({"n": 1})})
        come = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(3)]
        with LocalAddress(Path(folder), SOCKET_NAME) as address, no_descriptors():
            for one in come:
                one.settimeout(10)
                one.connect(address)
                one.sendall(frames.pack({"want": "now"}))
            time.sleep(1.2)  # they are tried, and tried again
        for one in come:
            answer = frames.receive(one)
            assert answer is not None
            assert answer[0] == {"n": 1}
        for one in come:
            one.close()
        feed.close()


def test_who_comes_while_nobody_can_be_let_in_is_let_in_afterwards() -> None:
    apart("let_nobody_in")


def test_an_interface_is_not_gone_because_nobody_can_look() -> None:
    apart("look_for_an_interface")
