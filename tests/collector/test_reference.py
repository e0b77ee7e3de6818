"""The offset that is kept of the clock: over real datagrams, with the machine's clock set ahead by the Clock seam."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from collector import reference
from collector.ledger import schema
from collector.reference import Offset, Reference
from tests.awaiting import until
from tests.collector.answering import up
from tests.collector.clocks import SetClock
from tests.collector.held import Bench
from tests.collector.test_service import LOOPBACK, free_port
from tests.collector.test_standstill import rows
from tests.namespace import ROOT, in_namespace
from tests.ntp import Source, chronyd
from tests.practice import linewalker

NEAR = 0.2


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "POLL_SECONDS", 0.3)
    monkeypatch.setattr(reference, "_BETWEEN_SECONDS", 0.01)


@contextmanager
def measuring(address: str, clock: SetClock, port: int = 123) -> Iterator[Reference]:
    kept = Reference(address, clock, port=port)
    kept.start()
    try:
        yield kept
    finally:
        kept.stop()
        kept._thread.join(10)


def known(kept: Reference) -> Offset:
    until(lambda: kept.offset() is not None)
    found = kept.offset()
    assert found is not None
    return found


@in_namespace
def test_a_clock_three_seconds_ahead_of_a_real_server_is_seen_to_be() -> None:
    with chronyd("local stratum 8"), measuring("127.0.0.1", SetClock(3.0)) as kept:
        found = known(kept)
    assert found.seconds == pytest.approx(3.0, abs=NEAR)
    assert 0 < found.error < NEAR
    assert found.source == "127.0.0.1"


def test_without_a_source_there_is_never_an_offset() -> None:
    kept = Reference(None, SetClock())
    kept.start()
    assert kept.offset() is None
    kept.stop()


def test_of_several_answers_the_one_that_came_soonest_counts() -> None:
    # every late answer would look as if the clock were half its delay ahead
    with (
        Source(late=[0.4, 0.4, 0.0, 0.4]) as source,
        measuring("127.0.0.1", SetClock(), source.port) as kept,
    ):
        found = known(kept)
    assert abs(found.seconds) < NEAR / 2
    assert found.error < NEAR


def test_a_source_that_falls_silent_is_forgotten_and_heard_again(caplog: pytest.LogCaptureFixture) -> None:
    with Source() as source, measuring("127.0.0.1", SetClock(3.0), source.port) as kept:
        known(kept)
        source.stratum = 16
        until(lambda: kept.offset() is None)
        source.stratum = 3
        assert known(kept).seconds == pytest.approx(3.0, abs=NEAR)
    said = [record.getMessage() for record in caplog.records]
    assert said == [
        f"the clock source 127.0.0.1 {what}"
        for what in (
            "tells no time: its own clock is not set by anybody (stratum 16)",
            "tells the time again",
        )
    ]


def test_a_clock_that_is_set_between_two_measurements_is_off_by_so_much_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reference, "POLL_SECONDS", 60.0)
    clock = SetClock(3.0)
    with Source() as source, measuring("127.0.0.1", clock, source.port) as kept:
        known(kept)
        asked = source.asked
        clock.shift -= 60.0
        assert known(kept).seconds == pytest.approx(-57.0, abs=NEAR)
        assert source.asked - asked <= 3  # those of the first measurement


def regular(bench: Bench, *starts: float) -> None:
    for start in starts:
        bench.hold(start, (start + 4, [up(0, start + 1), up(1, start + 3)]))


def clocks(bench: Bench) -> list[tuple[int | None, int | None, str | None]]:
    found = bench.rows(schema.watch)
    return [(row.clock_offset, row.clock_error, row.clock_source) for row in found]


def test_a_watch_says_how_far_the_clock_was_off_when_its_last_round_ended(tmp_path: Path) -> None:
    told: list[Offset | None] = [None, Offset(0.002, 0.0005, "10.0.0.5"), Offset(-0.003, 0.0004, "10.0.0.5")]
    bench = Bench(tmp_path, reference=lambda: told[0])
    regular(bench, 100)
    assert clocks(bench) == [(None, None, None)]
    del told[0]
    regular(bench, 110)
    assert clocks(bench) == [(2000, 500, "10.0.0.5")]
    del told[0]
    bench.hold(120)  # fails: nobody was asked
    regular(bench, 130)
    assert clocks(bench) == [(2000, 500, "10.0.0.5"), (-3000, 400, "10.0.0.5")]
    bench.ledger.close()


def test_a_watch_that_a_step_ended_keeps_the_offset_of_the_old_clock(tmp_path: Path) -> None:
    off = [0.002]
    bench = Bench(tmp_path, reference=lambda: Offset(off[0], 0.0005, "10.0.0.5"))
    regular(bench, 100, 110)
    bench.clock.step(60.0)
    off[0] = 60.002
    regular(bench, 180)
    assert [(row.reason, row.clock_offset) for row in bench.rows(schema.watch)] == [
        ("clock step", 2000),
        ("", 60_002_000),
    ]
    bench.ledger.close()


@in_namespace
def test_the_running_service_says_how_far_its_clock_is_off_and_writes_it_down() -> None:
    with tempfile.TemporaryDirectory() as folder, chronyd("local stratum 8"):
        network, data = Path(folder) / "network.yaml", Path(folder) / "data"
        written = (LOOPBACK % free_port()).replace("name: 中心机房", "name: 中心机房\n  clock: 127.0.0.1")
        network.write_text(written, encoding="utf-8")
        command = [sys.executable, "-m", "collector.cli", "run", "-c", str(network), "--data", str(data)]
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
            try:
                until(lambda: collector_of(network, data)["clock_offset_seconds"] is not None, 30)
                told = collector_of(network, data)
                until(lambda: rows(data, "watch") and rows(data, "watch")[-1].clock_source == "127.0.0.1", 30)
                aside = linewalker("status", "-c", network, "--data", data).stderr
            finally:
                process.terminate()
    assert abs(told["clock_offset_seconds"]) <= told["clock_error_seconds"] + 1e-3
    assert told["clock_source"] == "127.0.0.1"
    assert aside == ""


def collector_of(network: Path, data: Path) -> dict[str, Any]:
    done = linewalker("status", "-c", network, "--data", data, "--json")
    told: dict[str, Any] = json.loads(done.stdout)["collector"] if done.stdout else {}
    return {"clock_offset_seconds": None, **told}
