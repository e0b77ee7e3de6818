"""Throughput tests as they become facts: measured, failed, refused, killed; by itself and by the service."""

import asyncio
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collector.appointments import Appointment, Rules
from collector.ledger import reading
from collector.ledger.store import Batch, Ledger, Life, open_ledger, sqlite_url
from collector.throughput import NOT_FINISHED, Making, Row, Today, moved, other_rate
from config.throughput import Hours
from probes.clock import SystemClock
from probes.columns import Octets
from probes.throughput import Order, Transfer
from tests.awaiting import deadline_in
from tests.namespace import ROOT, in_namespace
from tests.practice import linewalker
from tests.probes.far_ends import body, iperf3_server, web_server
from tests.probes.listeners import HOME, free_port
from tests.programs import process_of

DAY = 86400.0
RULES = Rules(ZoneInfo("UTC"), Hours(0, 1), (), 10**12, 31 * DAY, "centre")


class Kept:
    """Books that are a real ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    async def write(self, row: Row, seconds: float) -> bool:
        batch = Batch()
        batch.add("throughput", [row])
        self.ledger.write(batch)
        return True


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    found = open_ledger(sqlite_url(tmp_path), create=True)
    found.begin(Life(collector="main", vantage="centre", version="1", now=0.0))
    yield found
    found.close()


def rows(ledger: Ledger) -> list[Any]:
    with ledger.reading() as connection:
        return reading.throughput(connection)


def appointment(far_end: str, circuit: str = "sanya-ct", **more: Any) -> Appointment:
    order = Order(far_end, "receive", 8_000_000, 2.0, 100_000_000)
    now = time.time()
    return replace(Appointment(circuit, frozenset({circuit}), now, now + 60, order), **more)


def make(ledger: Ledger, *waiting: Appointment, rules: Rules = RULES) -> None:
    today = Today(list(waiting), rules, 0)
    asyncio.run(Making(today, Kept(ledger), SystemClock()).make())


def test_a_test_that_ends_well_is_a_rate_that_stands_for_a_month(ledger: Ledger) -> None:
    with iperf3_server() as port:
        make(ledger, appointment(f"iperf3://{HOME}:{port}"))
    (row,) = rows(ledger)
    assert 6_000_000 < row.rate_bps < 9_000_000
    assert (row.circuit, row.direction, row.origin, row.method) == (
        "sanya-ct",
        "receive",
        "measured",
        "iperf3",
    )
    assert (row.reason, row.cap_bps, row.other_bps) == ("", 8_000_000, None)
    assert row.segment > 500
    assert row.bytes * 8 / 2 < 9_500_000
    assert row.valid_until == row.ended_at + 31 * DAY * 1e6
    assert row.started_at < row.ended_at


def test_what_stands_behind_a_question_mark_of_a_url_is_not_written_down(ledger: Ledger) -> None:
    with web_server(body(20_000_000)) as url:
        make(ledger, appointment(f"{url}?key=a-secret"))
    (row,) = rows(ledger)
    assert row.far_end == url
    assert row.rate_bps
    assert (row.method, row.bytes > 1_000_000) == ("http", True)


def test_a_test_that_fails_is_a_reason_and_no_rate(ledger: Ledger) -> None:
    make(ledger, appointment(f"http://{HOME}:{free_port()}/"))
    (row,) = rows(ledger)
    assert (row.rate_bps, row.valid_until, row.bytes) == (None, None, None)
    assert row.reason.startswith("no connection")
    assert row.ended_at is not None


def test_a_refused_test_is_written_down_and_nothing_is_sent(ledger: Ledger) -> None:
    with web_server(body(20_000_000)) as url:
        make(ledger, appointment(url), rules=replace(RULES, most_bytes_a_day=1000))
    (row,) = rows(ledger)
    assert (row.rate_bps, row.bytes, row.reason) == (None, None, "refused: more than most_bytes_a_day")
    assert moved(row._mapping) == 0


def test_tests_of_two_sites_run_beside_each_other_and_those_of_one_in_turn(ledger: Ledger) -> None:
    with web_server(body(20_000_000)) as url:
        make(
            ledger,
            appointment(url, "a"),
            appointment(url, "b", sites=frozenset({"a"})),
            appointment(url, "c"),
        )
    found = {row.circuit: row for row in rows(ledger)}
    assert all(row.rate_bps for row in found.values())
    assert found["b"].started_at >= found["a"].ended_at
    assert found["c"].started_at < found["a"].ended_at


def test_what_else_went_over_the_line_is_what_the_interface_counted_beyond_the_test() -> None:
    test = Transfer(bytes=9_000_000, seconds=9.0, moved=10_000_000)
    octets = Octets(10.0, received=12_500_000, sent=400_000)
    assert other_rate(test, octets, towards_us=True, turned=False) == 2_000_000
    assert other_rate(test, Octets(10.0, 400_000, 12_500_000), towards_us=True, turned=True) == 2_000_000
    assert other_rate(test, Octets(10.0, 400_000, 12_500_000), towards_us=False, turned=False) == 2_000_000


def test_counters_that_do_not_show_the_test_itself_tell_nothing() -> None:
    test = Transfer(bytes=9_000_000, seconds=9.0, moved=10_000_000)
    assert other_rate(test, Octets(10.0, 9_000_000, 0), towards_us=True, turned=False) is None
    assert other_rate(test, Octets(10.0, float("nan"), 0), towards_us=True, turned=False) is None
    assert other_rate(test, None, towards_us=True, turned=False) is None


def test_the_bytes_of_a_failed_test_are_reckoned_by_its_time() -> None:
    row = {"bytes": None, "cap_bps": 8_000_000, "started_at": 0, "ended_at": 3_000_000}
    assert moved(row) == 3_000_000
    assert moved({**row, "bytes": 5}) == 5
    assert moved({**row, "ended_at": None}) == 0


SERVICE = """
organisation: 测试单位
calendar: {{zone: UTC}}
vantage:
  name: 中心机房
  sentinels: {{near: [127.0.0.1]}}
carriers: [{{id: ct, name: 中国电信}}]
sites: [{{id: centre, name: 中心}}, {{id: sanya, name: 三亚}}]
circuits:
  - {{id: sanya-ct, name: 三亚主用, group: branch, carrier: ct, termination_a: centre, termination_z: sanya,
     address: 127.0.0.2, commit_rate: 4M, path: direct}}
listen: 127.0.0.1:{listen}
throughput:
  tests:
    - {{circuits: [sanya-ct], far_end: "iperf3://127.0.0.1:{port}", at: "{at}", in_service_hours: true,
       most_seconds: {seconds}s}}
"""


@contextmanager
def service(folder: Path, port: int, seconds: int) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """`linewalker run` with a test that is due now; gives what `records throughput` lists."""
    now = dt.datetime.now(dt.UTC).strftime("%H:%M")
    network, kept = folder / "network.yaml", folder / "data"
    text = SERVICE.format(listen=free_port(), port=port, at=now, seconds=seconds)
    network.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "collector.cli", "run", "-c", str(network), "--data", str(kept)]

    def listed() -> list[dict[str, Any]]:
        done = linewalker("records", "throughput", "-c", network, "--data", kept, "--json", lang="en")
        assert done.returncode == 0 or "there is no ledger" in done.stderr, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)["throughput"] if done.stdout else []
        return found

    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            yield listed
        finally:
            process.terminate()


def awaited(listed: Callable[[], list[dict[str, Any]]], reason: str) -> dict[str, Any]:
    deadline = deadline_in(60)
    while time.monotonic() < deadline:
        for row in listed():
            if row["reason"] == reason:
                return row
        time.sleep(0.3)
    raise AssertionError(listed())


def pid_of(module: str) -> int:
    found = process_of(module)
    assert found, f"{module} does not run"
    return found


@in_namespace
def test_the_service_makes_a_test_once_when_its_time_comes(tmp_path: Path) -> None:
    with iperf3_server() as port, service(tmp_path, port, seconds=2) as listed:
        row = awaited(listed, reason="")
        assert 3_000_000 < row["rate_bps"] < 4_400_000
        assert row["ip_rate_bps"] > row["rate_bps"]
        assert row["vantage"] == "中心机房"
        assert len(listed()) == 1


@in_namespace
def test_a_test_that_is_killed_in_the_middle_is_a_failure_for_ever_and_never_a_rate(tmp_path: Path) -> None:
    with iperf3_server() as port:
        with service(tmp_path, port, seconds=60) as listed:
            awaited(listed, reason=NOT_FINISHED)
            os.kill(pid_of("collector.throughput"), signal.SIGKILL)
        with service(tmp_path, port, seconds=2) as listed:
            time.sleep(3)
            row = awaited(listed, reason=NOT_FINISHED)
    assert (row["rate_bps"], row["ended"], row["valid_until"]) == (None, None, None)


@in_namespace
def test_a_service_that_is_stopped_in_the_middle_of_a_test_stops_in_time_and_leaves_no_rate(
    tmp_path: Path,
) -> None:
    with iperf3_server() as port:
        with service(tmp_path, port, seconds=60) as listed:
            awaited(listed, reason=NOT_FINISHED)
        with pytest.raises(AssertionError):
            pid_of("collector.throughput")
        assert [row["rate_bps"] for row in listed()] == [None]
