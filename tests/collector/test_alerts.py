"""People are told at once, through the real service: of a cut, of its end, whatever goes wrong in between."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tests.awaiting import until
from tests.namespace import ROOT, Host, in_namespace
from tests.practice import linewalker
from tests.programs import process_of

LINES, PORT = 12, 8470
ZONE = ZoneInfo("Asia/Shanghai")
NETWORK = """
organisation: 测试单位
vantage: {name: 机房, sentinels: {near: [10.0.0.2]}}
rounds: {icmp: {interval: 3s, retries: 1, retry_after: 200ms, timeout: 500ms, fast: 1s}}
groups: [{id: branch, name: 分局}, {id: depot, name: 油库}]
carriers: [{id: ct, name: 中国电信, fault_phone: "10000"}]
sites: [{id: centre, name: 中心}, {id: far, name: 对端}]
circuits:
%s
alerts:
  receivers:
    - {id: all, command: [%s, all]}
    - {id: others, command: [%s, others], groups: [depot]}
listen: 127.0.0.1:%d
"""
CIRCUIT = (
    "  - {id: line-%d, name: 线路%d, group: branch, carrier: ct, termination_a: centre,"
    " termination_z: far, address: 10.0.0.%d, path: direct}"
)
SCRIPT = """#!/bin/sh
test -e "%(folder)s/broken" && { echo no modem >&2; exit 3; }
printf '%%s\\n' "$LINEWALKER_ALERT_JSON" >> "%(folder)s/told-$1"
"""


def written(folder: Path) -> Path:
    """The configuration, and the program that takes messages and keeps them."""
    program = folder / "take"
    program.write_text(SCRIPT % {"folder": folder}, "utf-8")
    program.chmod(0o755)
    circuits = "\n".join(CIRCUIT % (n, n, 10 + n) for n in range(LINES))
    place = folder / "network.yaml"
    place.write_text(NETWORK % (circuits, program, program, PORT), "utf-8")
    return place


def told(folder: Path, whom: str = "all") -> list[list[tuple[str, str]]]:
    """Message by message, the news and of whom."""
    place = folder / f"told-{whom}"
    texts = place.read_text("utf-8").splitlines() if place.exists() else []
    return [[(one["news"], one["id"]) for one in json.loads(text)["notices"]] for text in texts]


@contextmanager
def service(folder: Path, network: Path) -> Iterator[subprocess.Popen[bytes]]:
    run = (sys.executable, "-m", "collector.cli", "run", "-c", str(network), "--data", str(folder / "data"))
    with subprocess.Popen(run, cwd=ROOT) as process:
        try:
            until(
                lambda: (
                    all(one["state"] == "up" for one in lines(folder, network)) and lines(folder, network)
                ),
                30,
            )
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def status(folder: Path, network: Path) -> dict[str, Any]:
    done = linewalker("status", "--json", "-c", network, "--data", folder / "data")
    found: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    return found


def lines(folder: Path, network: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = status(folder, network).get("circuits", [])
    return found


def cut(far: Host, *numbers: int) -> None:
    for number in numbers:
        far.run("ip", "rule", "add", "from", f"10.0.0.{10 + number}", "blackhole")


def mend(far: Host, *numbers: int) -> None:
    for number in numbers:
        far.run("ip", "rule", "del", "from", f"10.0.0.{10 + number}", "blackhole")


@contextmanager
def office() -> Iterator[Host]:
    """The far ends of all lines."""
    with Host("office") as far:
        for number in range(LINES):
            far.run("ip", "address", "add", f"10.0.0.{10 + number}/24", "dev", "wire")
        yield far


def kill_tell() -> None:
    """Kill the process that tells; the service starts another."""
    found = process_of("collector.tell")
    assert found
    os.kill(found, signal.SIGKILL)


@in_namespace
def test_a_cut_is_told_at_once_and_once_and_so_is_its_end(tmp_path: Path) -> None:
    network = written(tmp_path)
    with office() as far, service(tmp_path, network):
        cut(far, 3)
        begun = time.monotonic()
        until(lambda: told(tmp_path) == [[("begun", "line-3")]], 15)
        assert time.monotonic() - begun < 60
        mend(far, 3)
        until(lambda: told(tmp_path) == [[("begun", "line-3")], [("over", "line-3")]], 60)
        assert told(tmp_path, "others") == []
    listed = linewalker("alerts", "--json", "-c", network, "--data", tmp_path / "data")
    found = json.loads(listed.stdout)["alerts"]
    assert [(one["news"], one["receiver"]) for one in found] == [("over", "all"), ("begun", "all")]
    assert all(one["told"] for one in found)
    assert found[1]["text"] == "circuit 线路3 is down"


@in_namespace
def test_all_lines_at_once_are_one_message(tmp_path: Path) -> None:
    network = written(tmp_path)
    with office() as far, service(tmp_path, network):
        cut(far, *range(LINES))
        until(lambda: told(tmp_path), 15)
        until(lambda: sum(map(len, told(tmp_path))) == LINES, 60)
        assert len(told(tmp_path)) <= 2
        assert {one for message in told(tmp_path) for one in message} == {
            ("begun", f"line-{n}") for n in range(LINES)
        }


@in_namespace
def test_who_cannot_be_reached_is_told_later_and_the_page_says_so_meanwhile(tmp_path: Path) -> None:
    network = written(tmp_path)
    (tmp_path / "broken").touch()
    with office() as far, service(tmp_path, network):
        cut(far, 1)

        def receiver() -> dict[str, Any]:
            told = httpx.get(f"http://127.0.0.1:{PORT}/api/v1/status").json()
            found: dict[str, Any] = told["collector"]["alerts"]["receivers"][0]
            return found

        until(lambda: receiver()["problem"] == "all was not reached: status 3: no modem", 20)
        assert receiver()["waiting"] == 1
        cut(far, 2)
        until(lambda: receiver()["waiting"] == 2, 20)
        (tmp_path / "broken").unlink()
        until(lambda: told(tmp_path) == [[("begun", "line-1"), ("begun", "line-2")]], 60)
        until(lambda: receiver()["problem"] == "", 5)


def marked(folder: Path, network: Path) -> int:
    """How many notices were handed over and marked so: to die in between is to tell twice."""
    listed = linewalker("alerts", "--json", "-c", network, "--data", folder / "data")
    return sum(one["told"] is not None for one in json.loads(listed.stdout)["alerts"])


@in_namespace
def test_killing_whoever_tells_tells_nobody_twice_and_forgets_nobody(tmp_path: Path) -> None:
    network = written(tmp_path)
    with office() as far, service(tmp_path, network):
        cut(far, 5)
        until(lambda: marked(tmp_path, network) == 1, 15)
        kill_tell()
        mend(far, 5)
        cut(far, 6)
        until(lambda: marked(tmp_path, network) == 3, 60)
        kill_tell()
        time.sleep(8)
        news = [("begun", "line-5"), ("begun", "line-6"), ("over", "line-5")]
        assert sorted(chain.from_iterable(told(tmp_path))) == news


@in_namespace
def test_a_line_in_agreed_maintenance_disturbs_nobody_until_it_is_over(tmp_path: Path) -> None:
    network = written(tmp_path)
    where = ("-c", network, "--data", tmp_path / "data")
    with office() as far, service(tmp_path, network):
        begin, end = (datetime.fromtimestamp(time.time() + shift, ZONE) for shift in (0, 45))
        spans = ("--from", begin.isoformat(), "--to", end.isoformat())
        more = ("--reason", "割接", "--reference", "通知 7", "--by", "甲", *where)
        added = linewalker("maintenance", "add", "--circuit", "line-4", *spans, *more)
        assert added.returncode == 0, added.stderr
        entry = added.stdout.removeprefix("entered as ").split(";")[0].split()[0]
        approved = linewalker("maintenance", "approve", entry, "--by", "乙", *where)
        assert approved.returncode == 0, approved.stderr
        time.sleep(16)  # so often is looked for what was agreed
        cut(far, 4, 7)
        until(lambda: told(tmp_path) == [[("begun", "line-7")]], 15)
        assert time.time() < end.timestamp()
        until(lambda: [("begun", "line-4")] in told(tmp_path), 90)
        assert time.time() >= end.timestamp()


def test_a_trial_reaches_each_receiver_or_says_why_not(tmp_path: Path) -> None:
    network = written(tmp_path)
    where = ("-c", network, "--data", tmp_path / "data")
    done = linewalker("alerts", "test", "all", *where)
    assert (done.returncode, done.stdout.strip()) == (0, "all: sent")
    (tmp_path / "broken").touch()
    done = linewalker("alerts", "test", *where)
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "all was not reached: status 3: no modem",
        "others was not reached: status 3: no modem",
    ]
    done = linewalker("alerts", "test", "nobody", *where)
    assert (done.returncode, done.stderr.strip()) == (2, "there is no receiver nobody; there are all, others")
    listed = linewalker("alerts", *where)
    assert listed.returncode == 0
