"""The parent starts the process that keeps the ledger when it is due, and says what became of it."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collector import app
from collector.keeping import outcome
from collector.keeping.due import Daily
from collector.keeping.outcome import Outcome
from collector.live import LiveReader
from config.model import Config
from exporters.prometheus import Metrics
from tests.awaiting import patience, until
from tests.collector.clocks import SetClock
from tests.collector.test_live import Told
from tests.collector.test_service import LOOPBACK, free_port
from tests.config.written import CIRCUIT, HEAD, load_written
from tests.namespace import ROOT
from tests.programs import needed

HOUR = 3600.0
NINE = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC).timestamp()
# What stands in place of the process that keeps the ledger: it counts its runs in DIR/runs.
COUNT = "import pathlib, sys; (pathlib.Path(sys.argv[1]) / 'runs').open('a').write('x');"
FAIL = COUNT + "sys.exit(3)"
HANG = COUNT + "import time; time.sleep(60)"
SUCCEED = COUNT + "(pathlib.Path(sys.argv[1]) / 'keeping.json').write_text(sys.argv[2])"


def keeper(folder: Path, script: str, at: float = NINE) -> app.Keeper:
    """A keeper, due at one o'clock, whose process runs this script instead."""
    said = json.dumps(asdict(Outcome(at=at, succeeded_at=at)))
    child = app.Child("keep", [sys.executable, "-c", script, str(folder), said])
    return app.Keeper(child, folder, Daily(dt.time(1), ZoneInfo("UTC")), look_at=60.0)


def runs(folder: Path) -> int:
    place = folder / "runs"
    return len(place.read_text(encoding="utf-8")) if place.exists() else 0


def ended(one: app.Keeper) -> None:
    """Wait for the process that was started."""
    assert one.child.process
    one.child.process.wait(60)


def test_nothing_is_started_before_the_first_look(tmp_path: Path) -> None:
    one = keeper(tmp_path, COUNT)
    one.look(59.9, NINE)
    assert one.child.process is None
    one.look(60.0, NINE)
    ended(one)
    assert runs(tmp_path) == 1


def test_it_is_started_when_it_is_due_and_then_not_before_the_next_day(tmp_path: Path) -> None:
    one = keeper(tmp_path, SUCCEED)
    one.look(60.0, NINE)
    ended(one)
    for later in range(1, 17):
        one.look(60.0 + later * HOUR, NINE + later * HOUR - 1)
    assert (runs(tmp_path), one.child.process) == (1, None)
    one.look(60.0 + 17 * HOUR, NINE + 16 * HOUR)
    ended(one)
    assert runs(tmp_path) == 2


def test_there_are_never_two_at_once(tmp_path: Path) -> None:
    one = keeper(tmp_path, HANG)
    one.look(60.0, NINE)
    first = one.child.process
    assert first
    one.look(60.0 + 11 * HOUR, NINE)
    assert one.child.process is first
    assert first.poll() is None
    first.kill()
    first.wait()


def test_one_that_hangs_is_ended_after_half_a_day_and_told(tmp_path: Path) -> None:
    one = keeper(tmp_path, HANG)
    one.look(60.0, NINE)
    one.look(61.0 + 12 * HOUR, NINE)
    ended(one)
    one.look(62.0 + 12 * HOUR, NINE)
    came = outcome.read(tmp_path)
    assert came
    assert came.problems == (
        "keeping the ledger was cut short with status -9; it is tried again within the hour",
    )


def test_one_that_fails_is_tried_again_after_an_hour(tmp_path: Path) -> None:
    one = keeper(tmp_path, FAIL)
    one.look(60.0, NINE)
    ended(one)
    one.look(61.0, NINE)
    one.look(60.0 + HOUR, NINE)
    assert (runs(tmp_path), one.child.process) == (1, None)
    one.look(61.0 + HOUR, NINE)
    ended(one)
    assert runs(tmp_path) == 2


def test_one_that_dies_without_a_word_is_told_with_when_it_last_went_well(tmp_path: Path) -> None:
    outcome.write(Outcome(at=NINE - 90_000, succeeded_at=NINE - 90_000), tmp_path)
    one = keeper(tmp_path, FAIL)
    one.look(60.0, NINE)
    ended(one)
    one.look(61.0, NINE)
    came = outcome.read(tmp_path)
    assert came
    assert (came.at, came.succeeded_at, len(came.problems)) == (NINE, NINE - 90_000, 1)


def test_what_the_process_said_itself_is_left_as_it_is(tmp_path: Path) -> None:
    one = keeper(tmp_path, SUCCEED + "; sys.exit(1)", at=NINE + 1)
    one.look(60.0, NINE)
    ended(one)
    one.look(61.0, NINE + 2)
    assert outcome.read(tmp_path) == Outcome(at=NINE + 1, succeeded_at=NINE + 1)


def test_a_process_that_cannot_be_started_is_tried_again_after_an_hour(tmp_path: Path) -> None:
    one = keeper(tmp_path, COUNT)
    argv, one.child.argv = one.child.argv, [str(tmp_path / "not-installed")]
    one.look(60.0, NINE)
    one.child.argv = argv
    one.look(59.0 + HOUR, NINE)
    assert one.child.process is None
    one.look(60.0 + HOUR, NINE)
    ended(one)
    assert runs(tmp_path) == 1


# What people and machines are told


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load_written(tmp_path, HEAD + CIRCUIT)


def test_the_page_and_metrics_say_that_keeping_failed_and_when_it_last_went_well(
    config: Config, tmp_path: Path
) -> None:
    clock = SetClock()
    told = Told(tmp_path, clock)
    reader = LiveReader(config, tmp_path, f"sqlite:///{tmp_path}/none", clock)
    reader.start()
    until(lambda: reader.overview().collector.watching)
    assert reader.overview().collector.kept_at is None
    assert "linewalker_keeping_last" not in Metrics(reader).render().decode()
    outcome.write(Outcome(at=9e8, succeeded_at=8e8, problems=("no room", "no chain")), tmp_path)
    assert reader.overview().collector.problem == "no room"
    shown = Metrics(reader).render().decode()
    assert "\nlinewalker_keeping_problem 1.0\n" in shown
    assert "\nlinewalker_keeping_last_success_timestamp_seconds 8e+08\n" in shown
    outcome.write(Outcome(at=1e9, succeeded_at=1e9), tmp_path)
    assert reader.overview().collector.problem == ""
    assert "\nlinewalker_keeping_problem 0.0\n" in Metrics(reader).render().decode()
    reader.stop()
    told.feed.close()


# The real service


@contextmanager
def service(folder: Path, seconds: float, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """The service on loopback in namespaces of its own, looking soon whether it is due."""
    network = folder.parent / "network.yaml"
    network.write_text(LOOPBACK % free_port(), encoding="utf-8")
    serving = [
        sys.executable,
        "-m",
        "tests.collector.keeping.serving",
        str(network),
        str(folder),
        str(seconds),
    ]
    inner = [
        needed("unshare"),
        "-Urn",
        "sh",
        "-c",
        'ip link set lo up && exec "$@"',
        "sh",
        *serving,
        *command,
    ]
    process = subprocess.Popen(
        inner, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_the_service_keeps_the_ledger_soon_after_its_start(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with service(folder, 3.0) as process:
        until((folder / "keeping.json").exists, 40)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    came = outcome.read(folder)
    assert came
    assert came.problems == ()
    assert came.backup
    assert Path(came.backup).is_file()


def test_the_process_that_keeps_the_ledger_is_stopped_with_the_service(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    pid = folder / "pid"
    script = (
        f"import os, pathlib, time; pathlib.Path({str(pid)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    with service(folder, 0.0, sys.executable, "-c", script) as process:
        until(lambda: pid.exists() and pid.read_text(encoding="utf-8"), 20)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert time.monotonic() - begun < patience(3.0)
    assert not Path(f"/proc/{pid.read_text(encoding='utf-8')}").exists()
