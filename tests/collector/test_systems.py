"""Systems through the real service: a portal that breaks is seen, and who is blind says nothing about it."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.awaiting import deadline_in
from tests.namespace import ROOT, Host, in_namespace
from tests.practice import linewalker

NETWORK = """
organisation: 测试单位
vantage: {name: 机房, sentinels: {near: [10.0.0.2]}}
rounds:
  icmp: {interval: 4s, retries: 1, timeout: 1s}
  http: {interval: 4s, retries: 0, timeout: 1s, fast: 1s}
  tcp: {interval: 4s, retries: 0, timeout: 1s, fast: 1s}
systems:
  - {id: portal, name: 门户, check: {probe: http, url: "http://10.0.0.3:8000/login", text: 请登录}}
  - {id: port, name: 端口, check: {probe: tcp, address: 10.0.0.3, port: 8000}}
  - {id: host, name: 主机, check: {address: 10.0.0.3}}
listen: 127.0.0.1:0
"""
States = dict[str, tuple[str, str]]


def states(data: Path) -> tuple[States, dict[str, Any]]:
    """State and reason of every system, and what `status --json` says of them."""
    told = linewalker("status", "--json", "-c", data.parent / "network.yaml", "--data", data)
    assert told.returncode == 0, told.stderr
    systems = {one["id"]: one for one in json.loads(told.stdout)["systems"]}
    return {id_: (one["state"], one["reason"]) for id_, one in systems.items()}, systems


def until(data: Path, right: Callable[[States], bool], seconds: float = 40) -> dict[str, Any]:
    deadline = deadline_in(seconds)
    while True:
        found, systems = states(data)
        if right(found):
            return systems
        assert time.monotonic() < deadline, found
        time.sleep(0.3)


def all_are(state: str) -> Callable[[States], bool]:
    return lambda found: {one for one, _ in found.values()} == {state}


@in_namespace
def test_a_portal_that_breaks_is_seen_and_blindness_makes_it_unknown(tmp_path: Path) -> None:
    broken, data, network = tmp_path / "broken", tmp_path / "data", tmp_path / "network.yaml"
    network.write_text(NETWORK, "utf-8")
    run = (sys.executable, "-m", "collector.cli", "run", "-c", str(network), "--data", str(data))
    with Host("office") as office:
        office.run("ip", "address", "add", "10.0.0.3/24", "dev", "wire")
        serve = (sys.executable, str(ROOT / "tests/collector/portal.py"), "10.0.0.3", str(broken))
        with office.running(*serve), subprocess.Popen(run, cwd=ROOT) as service:
            try:
                while not (data / "feed.sock").exists():
                    assert service.poll() is None
                    time.sleep(0.05)
                systems = until(data, all_are("up"))
                assert systems["portal"]["figures"].keys() == {
                    "dns_seconds",
                    "connect_seconds",
                    "first_byte_seconds",
                }
                broken.touch()
                until(data, lambda found: found["portal"] == ("down", "answered 500 Internal Server Error"))
                assert states(data)[0]["port"] == states(data)[0]["host"] == ("up", "")
                broken.unlink()
                until(data, all_are("up"))
                for address in ("10.0.0.2", "10.0.0.3"):
                    office.run("ip", "rule", "add", "from", address, "blackhole")
                until(data, all_are("unknown"))
                assert {reason for _, reason in states(data)[0].values()} == {"blind"}
                time.sleep(5)
                for address in ("10.0.0.2", "10.0.0.3"):
                    office.run("ip", "rule", "del", "from", address, "blackhole")
                until(data, all_are("up"))
                time.sleep(5)  # every round that saw again is over
            finally:
                service.send_signal(signal.SIGTERM)
                service.wait(60)
    with closing(sqlite3.connect(data / "ledger.sqlite")) as ledger:
        runs = ledger.execute(
            'SELECT c.subject, r.outcome, r.reason FROM run r JOIN "check" c ON c.id = r."check"'
            " WHERE c.kind = 'system' ORDER BY c.subject, r.started_at"
        ).fetchall()
        blind = ledger.execute("SELECT DISTINCT round FROM watch WHERE reason = 'blind'").fetchall()
    five_hundred = ("portal", 0, "answered 500 Internal Server Error")
    assert runs == [("host", 1, ""), ("port", 1, ""), ("portal", 1, ""), five_hundred, ("portal", 1, "")]
    assert {name for (name,) in blind} == {"icmp-4s", "tcp-4s", "http-4s"}
    assert linewalker("ledger", "check", "-c", network, "--data", data).returncode == 0
