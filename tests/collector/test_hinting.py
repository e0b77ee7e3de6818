"""A wrong community, against a real agent and the real service: what that silence may come from is said."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from collector.hinting import Hinting
from collector.telling import HINT
from tests.awaiting import until
from tests.namespace import ROOT, in_namespace
from tests.practice import linewalker
from tests.probes.agents import COMMUNITY, snmpd

NETWORK = """
organisation: 测试单位
vantage: {{name: 中心机房, sentinels: {{near: [127.0.0.1]}}}}
rounds:
  icmp: {{interval: 3s, retries: 1, retry_after: 0.5s, timeout: 0.5s, fast: 1s}}
  snmp: {{interval: 4s, retries: 1, retry_after: 0.5s, timeout: 1s}}
devices:
  - {{id: right, name: 对, check: {{probe: snmp, address: 127.0.0.2, port: {port}, community: "env:LW_RIGHT"}}}}
  - {{id: wrong, name: 错, check: {{probe: snmp, address: 127.0.0.3, port: {port}, community: "env:LW_WRONG"}}}}
listen: 127.0.0.1:0
"""


@pytest.mark.timeout(240)
@in_namespace
def test_a_wrong_community_is_silence_and_a_ping_tells_it_from_a_cut(tmp_path: Path) -> None:
    with snmpd(tmp_path / "agent", {}, at=("udp:0.0.0.0",)) as agent:
        network, data = tmp_path / "network.yaml", tmp_path / "data"
        network.write_text(NETWORK.format(port=agent.port), "utf-8")
        command = (sys.executable, "-m", "collector.cli", "run", "-c", str(network), "--data", str(data))
        secrets = {"LW_RIGHT": COMMUNITY, "LW_WRONG": "guessed"}
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ, **secrets}
        ) as service:
            try:
                until((data / "feed.sock").exists, 60)
                until(lambda: _devices(network, data)["wrong"]["reason"] == HINT, 60)
                found = _devices(network, data)
                assert found["wrong"]["state"] in {"down", "unknown"}  # it is asked less often by and by
                assert found["wrong"]["readings"] == []
                assert (found["right"]["state"], found["right"]["reason"]) == ("up", "")
                assert found["right"]["readings"]
                runs = json.loads(linewalker("runs", "--json", "-c", network, "--data", data).stdout)["runs"]
                assert {
                    one["reason"] for one in runs if one["subject"] == "wrong" and one["state"] == "down"
                } == {""}
            finally:
                service.send_signal(signal.SIGTERM)
                service.wait(60)


def _devices(network: Path, data: Path) -> dict[str, dict[str, Any]]:
    told = linewalker("status", "--json", "-c", network, "--data", data).stdout
    return {one["id"]: one for one in json.loads(told)["devices"]}


class Pinged:
    """A ping that waits until it may answer, and counts how often it was asked."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.asked: list[str] = []

    def __call__(self, address: str, source: str | None, count: int) -> dict[str, Any]:
        self.asked.append(address)
        self.may.wait(5)
        return {"received": count} if address != "10.0.0.9" else {"error": "not permitted"}


def test_what_an_agent_says_meanwhile_outweighs_the_ping() -> None:
    pinged = Pinged()
    hinting = Hinting(pinged)
    for check, address in ((1, "10.0.0.1"), (1, "10.0.0.1"), (2, "10.0.0.2"), (9, "10.0.0.9")):
        hinting.submit(check, address, None)
    hinting.heard([1])
    pinged.may.set()
    until(lambda: len(pinged.asked) == 3, 5)
    until(lambda: hinting.checks == [2], 5)
    assert hinting.news() == [2]
    assert hinting.news() is None
    hinting.heard([2])
    assert hinting.news() == []
    hinting.close()


def test_only_so_many_wait_for_their_ping() -> None:
    pinged = Pinged()
    hinting = Hinting(pinged)
    for check in range(1000):
        hinting.submit(check, "10.0.0.1", None)
    pinged.may.set()
    until(lambda: len(hinting.checks) == 64, 5)
    time.sleep(0.1)
    assert len(pinged.asked) == 64
    hinting.close()
