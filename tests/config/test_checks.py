"""Checks of other kinds than ICMP: read from files and tables, kept as the kind's own settings, dated by no one."""

import datetime as dt
from pathlib import Path

from collector.checks import specs
from collector.plans import plans
from config.load import load_text
from probes.http import HttpSettings
from probes.icmp import IcmpSettings
from probes.rhythm import Rhythm
from probes.tcp import RHYTHM, TcpSettings
from tests.config.written import CIRCUIT, HEAD, load_written

SYSTEMS = """\
systems:
  - {id: portal, name: 门户, check: {probe: http, url: "https://10.0.3.1/", status: [200, 302], verify: yes}}
  - {id: mail, name: 邮件, check: {probe: tcp, address: 10.0.3.2, port: 25, source: eth1}}
  - {id: host, name: 主机, check: {address: 10.0.3.3}}
"""
TABLE = """\
id,name,check.probe,check.address,check.port,check.url,check.status
portal,门户,http,,,https://10.0.3.1/,200 302
mail,邮件,tcp,10.0.3.2,25,,
host,主机,,10.0.3.3,,,
"""
DAY = dt.date(2026, 3, 1)


def test_a_check_holds_the_settings_of_its_kind(tmp_path: Path) -> None:
    portal, mail, host = load_written(tmp_path, HEAD + SYSTEMS).systems
    assert portal.check.settings == HttpSettings("https://10.0.3.1/", status=(200, 302))
    assert (portal.check.address, portal.check.host, portal.check.source) == (
        "https://10.0.3.1/",
        "10.0.3.1",
        None,
    )
    assert (mail.check.address, mail.check.host, mail.check.source) == ("10.0.3.2:25", "10.0.3.2", "eth1")
    assert isinstance(host.check.settings, IcmpSettings)


def test_tables_have_a_column_for_every_key_of_every_kind(tmp_path: Path) -> None:
    (tmp_path / "systems.csv").write_text(TABLE, "utf-8")
    network = load_written(tmp_path, HEAD + "systems: systems.csv\n")
    portal, mail, host = network.systems
    assert portal.check.settings == HttpSettings("https://10.0.3.1/", status=(200, 302))
    assert isinstance(mail.check.settings, TcpSettings)
    assert (host.check.probe, host.check.address) == ("icmp", "10.0.3.3")
    assert load_text(network.text).systems == network.systems


def test_what_is_left_out_of_a_rhythm_is_as_its_kind_has_it(tmp_path: Path) -> None:
    rounds = load_written(tmp_path, HEAD + SYSTEMS[:8] + " []\n" + "rounds: {tcp: {interval: 45s}}\n").rounds
    assert rounds.of("tcp") == Rhythm(
        45.0, RHYTHM.retries, RHYTHM.retry_after, RHYTHM.timeout, RHYTHM.fast, RHYTHM.verdict
    )
    assert rounds.of("icmp") == Rhythm()


def test_every_kind_that_is_asked_has_a_round_and_the_sentinels_always_have_theirs(tmp_path: Path) -> None:
    network = load_written(tmp_path, HEAD + SYSTEMS)
    asked = specs(network, DAY)
    made = {plan.probe: plan for plan in plans(network, asked, range(1, 1 + len(asked)))}
    assert {kind: plan.name for kind, plan in made.items()} == {
        "icmp": "icmp-10s",
        "tcp": "tcp-30s",
        "http": "http-60s",
    }
    pinged = made["icmp"]
    by_check = dict(zip(pinged.checks, pinged.targets.sentinel.tolist(), strict=True))
    assert [by_check[one] for one in sorted(by_check)] == [True, True, False]
    assert list(made["tcp"].targets.source) == ["eth1"]
    assert list(made["http"].hosts) == ["10.0.3.1"]


def test_a_circuit_may_be_asked_by_another_kind(tmp_path: Path) -> None:
    circuit = CIRCUIT.replace("address:", "check: {probe: tcp, address: 10.64.0.9, port: 22}, address:")
    network = load_written(tmp_path, HEAD + circuit)
    [asked] = [one for one in specs(network, DAY) if one.kind == "circuit"]
    assert (asked.probe, asked.address) == ("tcp", "10.64.0.9:22")
