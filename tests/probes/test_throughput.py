"""Throughput tests against real far ends: what they measure, how they are bounded, and what they do not believe."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from probes import iperf3
from probes.throughput import FailedTestError, Order, Transfer, measure
from probes.transfers import settling
from tests.awaiting import deadline_in
from tests.namespace import ROOT
from tests.probes.far_ends import body, iperf3_server, lying_iperf3_server, narrow_line, web_server
from tests.probes.listeners import HOME, drip, free_port, hang, listening

MEGABIT = 1_000_000
NARROW = 2 * MEGABIT


def order(far_end: str, rate: int = 20 * MEGABIT, seconds: float = 2.0, **more: object) -> Order:
    made = Order(far_end, "receive", rate, seconds, 100_000_000)
    return replace(made, **more)  # type: ignore[arg-type]


def made(one: Order) -> Transfer:
    return asyncio.run(measure(one))


def refused(one: Order) -> str:
    with pytest.raises(FailedTestError) as error:
        made(one)
    return str(error.value)


@pytest.mark.parametrize("direction", ["receive", "send"])
def test_iperf3_measures_what_a_narrow_line_carries_in_each_direction(direction: str) -> None:
    with iperf3_server() as server, narrow_line(server, NARROW) as line:
        found = made(order(f"iperf3://{HOME}:{line}", seconds=5.0, direction=direction))
    assert 0.6 * NARROW < found.rate < 1.1 * NARROW


def test_a_web_server_behind_a_narrow_line_gives_the_rate_of_the_line() -> None:
    with web_server(body(10_000_000)) as url:
        port = int(url.rpartition(":")[2].partition("/")[0])
        with narrow_line(port, NARROW) as line:
            found = made(order(url.replace(str(port), str(line)), seconds=4.0))
    assert 0.8 * NARROW < found.rate < 1.1 * NARROW
    assert found.moved >= found.bytes


def test_a_wide_line_is_filled_no_faster_than_ordered() -> None:
    with iperf3_server() as server:
        assert made(order(f"iperf3://{HOME}:{server}", rate=8 * MEGABIT)).rate < 9 * MEGABIT
    with web_server(body(20_000_000)) as url:
        assert made(order(url, rate=8 * MEGABIT)).rate < 9 * MEGABIT


def test_no_more_bytes_are_moved_than_ordered_however_much_time_there_is() -> None:
    with web_server(body(20_000_000)) as url:
        found = made(order(url, rate=4 * MEGABIT, seconds=60.0, bytes=1_000_000))
    assert 1_000_000 <= found.moved < 1_100_000
    with iperf3_server() as server:
        found = made(order(f"iperf3://{HOME}:{server}", rate=4 * MEGABIT, seconds=60.0, bytes=1_000_000))
    assert found.moved < 1_300_000


def test_what_a_connection_moves_while_it_settles_is_not_measured() -> None:
    assert settling(10.0) == 1.0
    assert settling(3.0) == 0.0
    with web_server(body(20_000_000)) as url:
        found = made(order(url, rate=2 * MEGABIT, seconds=4.0))
    assert found.seconds < 3.5
    assert found.moved - found.bytes > 200_000


def test_a_far_end_that_nobody_is_at_fails() -> None:
    port = free_port()
    assert "refused" in refused(order(f"iperf3://{HOME}:{port}")).lower()
    assert refused(order(f"http://{HOME}:{port}/")).startswith("no connection")


def test_a_far_end_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iperf3, "_SPARE_SECONDS", 1.0)
    monkeypatch.setattr("probes.timed_transfer._STALL_SECONDS", 1.0)
    with listening(hang) as port:
        assert refused(order(f"iperf3://{HOME}:{port}")) == "the far end did not come to an end in 3 s"
        assert refused(order(f"http://{HOME}:{port}/")) == "the far end stopped answering"


def test_a_web_server_that_drips_is_no_rate_of_the_line_but_its_own_and_ends_in_time() -> None:
    with listening(drip) as port:
        begun = time.monotonic()
        with suppress(FailedTestError):
            assert made(order(f"http://{HOME}:{port}/")).rate < 10_000
    assert time.monotonic() - begun < 30


def test_a_web_server_that_breaks_off_fails() -> None:
    with web_server(body(200_000, said=10_000_000)) as url:
        assert refused(order(url, rate=MEGABIT)).startswith("the far end broke off")


def test_a_file_that_is_over_at_once_tells_nothing() -> None:
    with web_server(body(20_000)) as url:
        assert refused(order(url)).startswith("too little to measure: 20000 bytes")


def test_an_error_page_is_no_measurement() -> None:
    def say_no(connection: socket.socket) -> None:
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
        )

    with web_server(say_no) as url:
        assert refused(order(url)) == "the far end answered 302"


def test_an_iperf3_server_that_breaks_off_fails() -> None:
    def leave(connection: socket.socket) -> None:
        connection.recv(37)

    with listening(leave) as port:
        assert refused(order(f"iperf3://{HOME}:{port}")).startswith("iperf3: ")


def test_a_far_end_that_claims_more_than_was_sent_is_not_believed() -> None:
    with lying_iperf3_server({"bytes": 10**12}) as port:
        said = refused(order(f"iperf3://{HOME}:{port}", direction="send"))
    assert said.startswith("the far end says that it received 1000000000000 bytes of ")


def test_a_far_end_that_claims_a_shorter_time_raises_no_rate() -> None:
    with lying_iperf3_server({"bytes": 1_000_000, "end_time": 0.001}) as port:
        found = made(order(f"iperf3://{HOME}:{port}", direction="send", rate=8 * MEGABIT))
    assert found.rate <= 4.2 * MEGABIT


@pytest.mark.parametrize(
    "received",
    [
        '{"bytes": -5, "seconds": 2}',
        '{"bytes": 5, "seconds": NaN}',
        '{"bytes": 5, "seconds": -2}',
        '{"bytes": "5", "seconds": 2}',
        '{"bytes": 5}',
        "5",
    ],
)
def test_nonsense_is_no_rate(received: str) -> None:
    sent = '{"bytes": 5, "seconds": 2}'
    assert unreadable(f'{{"end": {{"sum_sent": {sent}, "sum_received": {received}}}, "intervals": []}}')


@pytest.mark.parametrize("written", ["", "iperf3: unrecognized option", "[]", '{"end": {}, "intervals": []}'])
def test_what_is_not_the_answer_of_iperf3_is_no_rate(written: str) -> None:
    assert unreadable(written)


def unreadable(written: str) -> bool:
    with pytest.raises(FailedTestError, match="iperf3 said nothing that can be read"):
        iperf3.read(written.encode(), order("iperf3://127.0.0.1"), 10.0)
    return True


def test_more_time_than_the_test_lasted_is_not_believed() -> None:
    both = '{"bytes": 5000000, "seconds": 60}'
    written = f'{{"end": {{"sum_sent": {both}, "sum_received": {both}}}, "intervals": [{{"sum": {both}}}]}}'
    with pytest.raises(FailedTestError, match=r"60\.0 s were measured in a test of 10\.0 s"):
        iperf3.read(written.encode(), order("iperf3://127.0.0.1"), 10.0)


def test_a_source_that_is_not_ours_fails() -> None:
    with iperf3_server() as server, web_server(body(1000)) as url:
        assert refused(order(f"iperf3://{HOME}:{server}", source="192.0.2.1"))
        assert refused(order(url, source="192.0.2.1")).startswith("no connection")


def test_no_iperf3_outlives_the_process_that_started_it(tmp_path: Path) -> None:
    program = (
        "import asyncio\nfrom probes.throughput import Order, measure\n"
        "asyncio.run(measure(Order('iperf3://127.0.0.1:%d', 'receive', 10**6, 60.0, 10**8)))"
    )
    with iperf3_server() as server:
        with subprocess.Popen([sys.executable, "-c", program % server], cwd=ROOT) as process:
            child = await_child(process.pid, "iperf3")
            os.kill(process.pid, signal.SIGKILL)
        await_end(child)


def await_child(pid: int, name: str) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    deadline = deadline_in(20)
    while time.monotonic() < deadline:
        with suppress(OSError):
            for child in children.read_text("ascii").split():
                if Path(f"/proc/{child}/comm").read_text("utf-8").strip() == name:
                    return int(child)
        time.sleep(0.02)
    raise AssertionError(f"{name} was not started")


def await_end(pid: int) -> None:
    deadline = deadline_in(10)
    while Path(f"/proc/{pid}/exe").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
