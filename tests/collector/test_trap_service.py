"""The service with traps: a flood leaves the rounds alone, restarts lose nothing, and a line is asked at once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from collector import feed
from collector.ledger import reading
from collector.ledger.store import Ledger, open_ledger, seconds, sqlite_url
from tests.awaiting import patience, until
from tests.collector.test_service import _child
from tests.namespace import ROOT, Host, in_namespace
from tests.practice import linewalker
from tests.trapping import COMMUNITY, LINK_DOWN, LINK_UP, V2, sent

NETWORK = """
organisation: 测试单位
vantage: {name: 中心机房, sentinels: {near: [127.0.0.1]}}
rounds: {icmp: RHYTHM}
carriers: [{id: ct, name: 中国电信}]
sites: [{id: centre, name: 中心}, {id: sanya, name: 三亚}]
devices: [{id: core, name: 核心, check: {address: 127.0.0.2}}]
circuits:
  - {id: sanya-ct, name: 三亚主用, group: branch, carrier: ct, termination_a: centre, termination_z: sanya,
     address: ADDRESS, path: direct, upstream: core}
listen: 127.0.0.1:8470
traps: {listen: ["127.0.0.1:1162"], communities: [env:LW_TRAP_COMMUNITY]}
"""
QUICK = "{interval: 3s, retries: 1, retry_after: 0.5s, timeout: 0.5s, fast: 1s}"
SLOW = "{interval: 30s, retries: 1, retry_after: 0.5s, timeout: 0.5s, fast: 1s}"
TO = "127.0.0.1:1162"
FROM_CORE = (*V2, "--clientaddr=127.0.0.2")


@contextmanager
def running(folder: Path, written: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`linewalker run` with this configuration, from the moment it tells of its rounds and traps."""
    network = folder / "network.yaml"
    network.write_text(written, "utf-8")
    words = ("run", "-c", str(network), "--data", str(folder / "data"))
    process = subprocess.Popen(
        [sys.executable, "-m", "collector.cli", *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "LW_TRAP_COMMUNITY": COMMUNITY, **environment},
    )
    try:
        until(lambda: (told(folder) or {}).get("traps") and told(folder)["rounds"], 30)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


@contextmanager
def service(
    folder: Path, rhythm: str = QUICK, address: str = "127.0.0.3"
) -> Iterator[subprocess.Popen[bytes]]:
    with running(folder, NETWORK.replace("RHYTHM", rhythm).replace("ADDRESS", address)) as process:
        yield process


def told(folder: Path) -> dict[str, Any]:
    frame = feed.request(folder / "data", {"want": "now"}, 5)
    return frame[0] if frame else {}


def completed(folder: Path) -> int:
    rounds = told(folder).get("rounds")
    return int(rounds[0]["completed"]) if rounds else 0


def stop(process: subprocess.Popen[bytes]) -> float:
    """Stop the service; how long it took."""
    begun = time.monotonic()
    process.terminate()
    assert process.wait(60) == 0
    return time.monotonic() - begun


def listed(folder: Path, *more: str) -> list[dict[str, Any]]:
    done = linewalker("traps", "-c", folder / "network.yaml", "--data", folder / "data", "--json", *more)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["traps"]
    return found


@contextmanager
def ledger(folder: Path) -> Iterator[Ledger]:
    opened = open_ledger(sqlite_url(folder / "data"), create=False)
    try:
        yield opened
    finally:
        opened.close()


def _let_in(folder: Path) -> bool:
    """Send a trap, and another if it was lost: what is still queued in the kernel may crowd out a datagram or two."""
    sent(folder, TO, FROM_CORE, "1", LINK_UP)
    time.sleep(0.5)
    return bool(told(folder)["traps"]["received"])


@in_namespace
def test_a_flood_takes_nothing_from_the_rounds(tmp_path: Path) -> None:
    with service(tmp_path) as process:
        until(lambda: completed(tmp_path) >= 1, 30)
        before = completed(tmp_path)
        flood = [sys.executable, "-m", "tests.collector.flooding", "1162", "9"]
        done = subprocess.run(flood, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
        until(lambda: completed(tmp_path) >= before + 3, 30)
        until(lambda: _let_in(tmp_path))
        dropped = told(tmp_path)["traps"]["dropped"]
        stop(process)
    assert int(done.stdout) > 5_000
    assert dropped["source"] > 0
    assert dropped["source rate"] > 0
    assert sum(dropped.values()) > 0.9 * int(done.stdout)
    with ledger(tmp_path) as kept, kept.reading() as connection:
        assert [row.outcome for row in reading.runs(connection)] == [1, 1, 1]
        # A machine that has no time for us at all may say so; what a flood could do is to lose packets.
        assert {row.reason for row in reading.watches(connection)} <= {"stopped", "suspended", "late"}
        counted = connection.exec_driver_sql(
            "SELECT sum(sent), sum(rescued), sum(incomplete), sum(down) FROM quality"
        )
        asked, *lost = counted.one()
    assert asked >= 3 * 3
    assert lost == [0, 0, 0]
    assert {row["kind"] for row in listed(tmp_path)} == {"linkUp"}


@in_namespace
def test_restarts_of_either_process_lose_no_trap_and_it_stops_in_time(tmp_path: Path) -> None:
    with service(tmp_path) as process:
        sent(tmp_path, TO, FROM_CORE, "1", LINK_DOWN)
        until(lambda: told(tmp_path)["traps"]["received"] == 1)
        asker = _child(process.pid, "ask")
        os.kill(asker, signal.SIGSTOP)  # it neither answers nor is missed
        sent(tmp_path, TO, FROM_CORE, "1", LINK_UP)
        os.kill(asker, signal.SIGKILL)
        until(lambda: (told(tmp_path).get("traps") or {}).get("received") == 2, 30)
        other = _child(process.pid, "traps")
        os.kill(other, signal.SIGKILL)
        until(lambda: _child(process.pid, "traps") not in (0, other), 30)
        until(lambda: (told(tmp_path).get("traps") or {}).get("received") == 0, 30)
        sent(tmp_path, TO, FROM_CORE, "1", LINK_UP)
        until(lambda: told(tmp_path)["traps"]["received"] == 1)
        assert stop(process) < patience(2.0)
    rows = listed(tmp_path)
    assert [(row["kind"], row["device"], row["count"]) for row in rows] == [
        ("linkDown", "core", 1),
        ("linkUp", "core", 1),
        ("linkUp", "core", 1),
    ]
    assert listed(tmp_path, "--device", "core") == rows
    assert listed(tmp_path, "--from", rows[1]["received"], "--to", rows[2]["received"]) == rows[1:2]
    table = linewalker("traps", "-c", tmp_path / "network.yaml", "--data", tmp_path / "data").stdout
    assert "linkDown  core" in table
    assert COMMUNITY not in table + json.dumps(rows)


@in_namespace
def test_when_the_service_dies_so_does_the_listener_and_a_reload_can_switch_it_off_and_on(
    tmp_path: Path,
) -> None:
    with service(tmp_path) as process:
        network = tmp_path / "network.yaml"
        written = network.read_text("utf-8")
        first = _child(process.pid, "traps")
        network.write_text(written.partition("traps:")[0], "utf-8")
        process.send_signal(signal.SIGHUP)
        until(lambda: not Path(f"/proc/{first}").exists(), 20)
        until(lambda: told(tmp_path).get("rounds") and told(tmp_path)["traps"] is None, 30)
        assert _child(process.pid, "traps") == 0
        network.write_text(written, "utf-8")
        process.send_signal(signal.SIGHUP)
        until(lambda: (told(tmp_path).get("traps") or {}).get("received") == 0, 30)
        second = _child(process.pid, "traps")
        process.kill()
        process.wait()
        until(lambda: not _alive(second))


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


@in_namespace
def test_a_line_whose_device_says_that_a_link_went_down_is_asked_at_once(tmp_path: Path) -> None:
    with Host("wire0") as line, service(tmp_path, SLOW, "10.0.0.2") as process:
        until(lambda: completed(tmp_path) >= 1, 45)  # the opening round, or the first of 30 s
        line.answer(False)
        sent(tmp_path, TO, FROM_CORE, "1", LINK_DOWN)
        until(lambda: _down(tmp_path), 20)
        stop(process)
    with ledger(tmp_path) as kept, kept.reading() as connection:
        (trap,) = reading.traps(connection)
        (down,) = [row for row in reading.runs(connection) if row.outcome == 0]
    assert down.subject == "sanya-ct"
    assert 0 <= seconds(down.started_at) - seconds(trap.received_at) < 2


def _down(folder: Path) -> bool:
    done = linewalker("runs", "-c", folder / "network.yaml", "--data", folder / "data", "--json")
    return any(row["state"] == "down" for row in json.loads(done.stdout)["runs"])
