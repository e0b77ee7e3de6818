"""A practice network in which everything answers, with the tests' own visitor as its collector."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import enter
from tests.awaiting import deadline_in
from tests.namespace import ROOT
from tests.programs import needed

VISITOR = Path(__file__).with_name("visitor.py")

# Circuit n has 10.64.0.0 + 4n; the interface of circuit n at either end has the index 12 + n.
ANSWERING = """
organisation: 试验局
vantage:
  name: centre
  sentinels: {near: [10.0.0.1], far: [10.0.1.1]}
carriers:
  - {id: ct, name: 中国电信}
  - {id: cm, name: 中国移动}
sites:
  - {id: centre, name: 中心}
  - {id: alpha, name: 甲}
circuits:
  - {id: alpha-ct, name: 甲主, group: branch, carrier: ct, termination_a: centre, termination_z: alpha,
     address: 10.64.0.2, path: direct}
  - {id: alpha-cm, name: 甲备, group: branch, carrier: cm, termination_a: centre, termination_z: alpha,
     address: 10.21.0.1, path: unproven}
services:
  - {id: alpha, name: 甲, group: branch, site: alpha, check: {address: 10.20.0.1}, circuits: [alpha-ct, alpha-cm]}
devices:
  - {id: core-router, name: 核心路由器, group: core,
     check: {probe: snmp, address: 10.0.2.1, community: "env:LAB_TEST_COMMUNITY"}}
  - {id: core-switch, name: 核心交换机, group: core, check: {address: 10.0.2.2}}
  - {id: alpha-router, name: 甲路由器, group: core, site: alpha,
     check: {probe: snmp, address: 10.30.0.3, version: "3", user: linewalker, auth: SHA-256,
             auth_password: "env:LAB_TEST_AUTH", privacy: AES-128, privacy_password: "env:LAB_TEST_PRIVACY"}}
  - {id: ups, name: 机房UPS, group: core,
     check: {probe: snmp, address: 10.0.2.3, community: "env:LAB_TEST_COMMUNITY", profiles: [ups]}}
  - {id: room, name: 机房环境, group: core,
     check: {probe: snmp, address: 10.0.2.4, community: "env:LAB_TEST_COMMUNITY", profiles: [sensors]}}
systems:
  - {id: portal, name: 门户网站, group: system, check: {probe: http, url: "https://10.0.3.1/", text: 欢迎}}
  - {id: oa, name: 办公OA, group: system,
     check: {probe: http, url: "http://10.0.3.2:8080/health", json_path: parts.database, json_value: ok}}
  - {id: database, name: 数据库, group: system, check: {probe: tcp, address: 10.0.3.3, port: 1521, expect: hello}}
  - {id: names, name: 域名, group: system,
     check: {probe: dns, server: 10.0.3.4, name: www.hainan.test, expect: [192.0.2.7]}}
"""


def write_answering(folder: Path) -> Path:
    """This network, as a file in a folder."""
    path = folder / "network.yaml"
    path.write_text(ANSWERING, encoding="utf-8")
    return path


@dataclass(frozen=True, slots=True)
class Visited:
    """A running practice network."""

    data: Path
    process: "subprocess.Popen[str]"

    def visit(self, *what: object) -> Any:
        """Do one thing of `visitor.VISITS` from the collector's place."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def walk(self, address: str, oid: str, *who: str) -> dict[str, str | int]:
        """What stands below an object, its id without that of the object."""
        found: dict[str, str | int] = self.visit("walk", address, oid, *who)
        assert isinstance(found, dict), found
        return {key.removeprefix(oid + "."): value for key, value in found.items()}

    def await_value(self, address: str, oid: str, row: str, value: str | int, seconds: float = 15) -> None:
        """Wait until a row below an object has this value."""
        deadline = deadline_in(seconds)
        while (found := self.walk(address, oid).get(row)) != value:
            assert time.monotonic() < deadline, f"{oid}.{row} is {found}"
            time.sleep(0.2)

    def await_at_least(self, address: str, oid: str, row: str, least: int, seconds: float = 15) -> int:
        """Wait until a row below an object has grown that far; what it is then."""
        deadline = deadline_in(seconds)
        while (found := int(self.walk(address, oid)[row])) < least:
            assert time.monotonic() < deadline, f"{oid}.{row} is {found}"
            time.sleep(0.2)
        return found

    def truth(self) -> list[dict[str, Any]]:
        """What truth.json says."""
        rows: list[dict[str, Any]] = json.loads((self.data / "truth.json").read_text(encoding="utf-8"))
        return rows


@contextmanager
def visited(network: Path, data: Path, *, everything: bool = False) -> Iterator[Visited]:
    """Build a network, wait until its visitor is ready, and end it all afterwards."""
    argv = enter.command(network, data, [sys.executable, str(VISITOR)], everything=everything)
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            assert process.stdout.readline() == "ready\n"
            yield Visited(data, process)
        finally:
            process.stdin.close()
            assert process.wait(60) == 0


def without_snmpd(*command: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run a command where /usr/sbin/snmpd cannot be started."""
    hide = 'mount --bind /dev/null "$0" && exec "$@"'
    program = needed("snmpd", "/usr/sbin:/usr/local/sbin")
    argv = [needed("unshare"), "--user", "--map-root-user", "--mount", "sh", "-c", hide, program, *command]
    return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False, cwd=ROOT)
