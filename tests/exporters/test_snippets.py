"""Commands for routers and firewall openings: golden texts whose syntax was held against the makers' manuals by hand.

No router was at hand. What is tested is that they say what was written down, of the lines the inventory has.
"""

from datetime import date
from pathlib import Path

import pytest

from config.load import load
from config.model import Config
from config.vendors import Dialect
from exporters.openings import openings
from exporters.snippets import DIALECTS, name_of, snippets
from tests.config.written import HEAD

GOLDEN = Path(__file__).parent / "snippets"
TODAY = date(2026, 3, 1)
NETWORK = (
    HEAD
    + """\
circuits:
  - {id: haikou-ct, name: 海口, group: branch, carrier: ct, termination_a: centre, termination_z: haikou,
     address: 10.64.0.2, commit_rate: 20M, cid: CT0898202000001, interface: core/GigabitEthernet0/0/1}
  - {id: 海口移动-cm, name: 海口备用, group: branch, carrier: cm, termination_a: centre, termination_z: haikou,
     address: 10.64.0.6, cid: "CM 1?", upstream: core, in_service_from: 2026-01-01}
  - {id: gone, name: 停用, group: branch, carrier: ct, termination_a: centre, termination_z: haikou,
     address: 10.64.0.10, upstream: core, in_service_until: 2026-01-01}
  - {id: six, name: 六, group: branch, carrier: ct, termination_a: centre, termination_z: haikou,
     address: "2001:db8::2", upstream: core}
devices:
  - {id: core, name: 华为核心路由器, check: {probe: snmp, address: 10.0.0.2, version: "3", user: reader, auth: SHA-1,
     auth_password: "env:LW_AUTH", privacy: AES-128, privacy_password: "file:/run/secrets/lw"}}
  - {id: edge, name: 边界, check: {address: 10.0.0.3}}
systems:
  - {id: portal, name: 门户, check: {probe: http, url: "https://10.0.3.1/", verify: false}}
  - {id: names, name: 域名, check: {probe: dns, server: 10.0.3.2, name: www.example.org}}
traps: {communities: ["env:LW_TRAPS"], listen: ["0.0.0.0:1162"]}
"""
)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "network.yaml").write_text(
        NETWORK.replace("{name: 机房", "{clock: 10.0.0.1, name: 机房"), "utf-8"
    )
    return load(tmp_path / "network.yaml")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_commands_are_word_for_word_those_that_were_checked(config: Config, dialect: Dialect) -> None:
    (found,) = snippets(config, config.devices[:1], TODAY, "10.0.0.9", dialect)
    assert found.text == (GOLDEN / f"{dialect}.txt").read_text("utf-8")
    assert not found.guessed


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_secret_and_no_reference_to_one_is_in_a_command(
    config: Config, dialect: Dialect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LW_AUTH", "hunter2hunter2")
    (found,) = snippets(config, config.devices[:1], TODAY, wanted=dialect)
    assert "<AUTH-PASSWORD>" in found.text
    assert "<PRIVACY-PASSWORD>" in found.text
    assert "<VANTAGE-ADDRESS>" in found.text
    for word in ("hunter2", "LW_AUTH", "LW_TRAPS", "/run/secrets"):
        assert word not in found.text


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_a_router_cannot_be_told_is_not_in_a_command(config: Config, dialect: Dialect) -> None:
    (found,) = snippets(config, config.devices[:1], TODAY, wanted=dialect)
    assert found.text.isascii()
    assert "?" not in found.text
    assert "10.64.0.10" not in found.text  # no longer in service
    assert "2001:db8" not in found.text


def test_the_language_is_that_of_the_maker_where_one_is_named(config: Config) -> None:
    found = snippets(config, config.devices, TODAY)
    assert [(one.device, one.dialect, one.guessed) for one in found] == [
        ("core", "vrp", False), ("edge", "vrp", True), ("edge", "comware", True), ("edge", "rgos", True),
        ("edge", "ios", True),
    ]  # fmt: skip


def test_a_router_knows_a_line_by_a_name_it_can_hold(config: Config) -> None:
    plain, chinese, *_ = config.circuits
    assert name_of(plain, 32) == "haikou-ct"
    assert name_of(plain, 8).startswith("lw-")  # neither its id nor its cid is so short
    assert name_of(chinese, 32).startswith("lw-")
    assert name_of(chinese, 32) != name_of(plain, 3)


def test_every_check_has_its_opening_once(config: Config) -> None:
    found = [(one.source, one.target, one.protocol, one.port) for one in openings(config, TODAY, "10.0.0.9")]
    assert len(found) == len(set(found))
    assert set(found) >= {
        ("10.0.0.9", "10.0.0.1", "ICMP", "8"),
        ("10.0.0.9", "10.64.0.2", "ICMP", "8"),
        ("10.0.0.9", "2001:db8::2", "ICMP", "8"),
        ("any", "10.0.0.9", "ICMP", "3, 11"),
        ("10.0.0.9", "10.0.0.2", "UDP", "161"),
        ("10.0.0.9", "10.0.0.3", "ICMP", "8"),
        ("10.0.0.9", "10.0.3.1", "TCP", "443"),
        ("10.0.0.9", "10.0.3.2", "UDP", "53"),
        ("10.0.0.9", "10.0.3.2", "TCP", "53"),
        ("10.0.0.9", "10.0.0.1", "UDP", "123"),
        ("10.0.0.2", "10.0.0.9", "UDP", "1162"),
        ("10.0.0.2", "10.64.0.2", "ICMP", "8"),
        ("10.0.0.2", "10.64.0.2", "UDP", "3784, 3785"),
    }
    assert not [one for one in found if one[1] == "10.64.0.10"]


def test_without_its_address_the_vantage_stands_by_its_name(config: Config) -> None:
    assert openings(config, TODAY)[0].source == "机房"


def test_what_is_asked_changes_with_the_days(config: Config) -> None:
    moved = config.circuits[0]
    assert [one.target for one in openings(config, date(2025, 6, 1)) if one.subject == "gone"] != []
    assert [one.target for one in openings(config, TODAY) if one.subject == moved.id] == ["10.64.0.2"] * 3
