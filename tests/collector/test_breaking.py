"""Systems and devices of the practice network, watched by the real service: what is broken is seen, and its end."""

from collections.abc import Iterator

import pytest

from lab import control
from tests.practice import Practice, practice
from tests.programs import needed

NETWORK = """
organisation: 测试单位
vantage:
  name: 中心机房
  sentinels: {near: [10.0.0.1], far: [10.0.1.1]}
rounds:
  icmp: {interval: 3s, retries: 1, retry_after: 0.5s, timeout: 1s, fast: 1s}
  http: {interval: 4s, retries: 1, retry_after: 0.5s, timeout: 1s, fast: 2s}
  tcp: {interval: 4s, retries: 1, retry_after: 0.5s, timeout: 1s, fast: 2s}
  dns: {interval: 4s, retries: 1, retry_after: 0.5s, timeout: 1s, fast: 2s}
  snmp: {interval: 10s, retries: 1, retry_after: 1s, timeout: 3s, fast: 10s}
devices:
  - {id: core-router, name: 核心路由器, group: core,
     check: {probe: snmp, address: 10.0.2.1, community: "env:LAB_TEST_COMMUNITY"}}
systems:
  - {id: portal, name: 门户网站, group: system, check: {probe: http, url: "https://10.0.3.1/", text: 门户网站}}
  - {id: office, name: 办公OA, group: system, check: {probe: http, url: "http://10.0.3.2/login", text: 办公OA}}
  - {id: database, name: 数据库, group: system, check: {probe: tcp, address: 10.0.3.3, port: 1521, expect: hello}}
  - {id: names, name: 域名, group: system,
     check: {probe: dns, server: 10.0.3.4, name: www.hainan.test, expect: [192.0.2.7]}}
"""

OPEN = (
    'SELECT run.reason FROM run JOIN "check" c ON c.id = run."check"'
    " WHERE c.subject = ? AND outcome = ? AND ended_at IS NULL"
)
DOWN, UP = 0, 1


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    needed("snmpd", "/usr/sbin:/usr/local/sbin")
    folder = tmp_path_factory.mktemp("breaking")
    path = folder / "network.yaml"
    path.write_text(NETWORK, encoding="utf-8")
    with practice(path, folder / "data") as running:
        running.await_watch()
        yield running


@pytest.mark.parametrize(
    ("host", "fault", "reason"),
    [
        ("portal", "500", "500"),
        ("portal", "wrong", "门户网站"),
        ("portal", "expired", "expired"),
        ("office", "hung", ""),
        ("office", "closed", "refused"),
        ("database", "wrong", "what is expected does not come"),
        ("names", "500", "SERVFAIL"),
        ("core-router", "silent", ""),
    ],
)
def test_what_is_broken_is_down_with_its_reason_and_up_when_mended(
    network: Practice, host: str, fault: str, reason: str
) -> None:
    network.await_rows(OPEN, host, UP, seconds=40)
    control.break_(network.folder, host, fault)
    said = network.await_rows(OPEN, host, DOWN, seconds=40)
    assert reason in said[0][0]
    control.restore(network.folder, host)
    network.await_rows(OPEN, host, UP, seconds=60)
