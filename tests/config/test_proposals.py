"""What an interface's description tells, and what agents that were found would make of an inventory. No network."""

from datetime import date
from pathlib import Path

import pytest

from config.aliases import Told, told_by
from config.proposals import Proposals, Seen, merged, propose
from config.vendors import kind_of, vendor_in, vendor_of, vendors
from exporters.snippets import DIALECTS
from probes.kind import IpAddress, Reference
from probes.snmp import SnmpSettings
from probes.snmp_identity import (
    AD_INDEX,
    AD_MASK,
    ADDRESS_INDEX,
    ADDRESS_PREFIX,
    IF_ALIAS,
    IF_DESCR,
    IF_HIGH_SPEED,
    IF_NAME,
    IF_SPEED,
    Identity,
    Interface,
    far_end,
    identity,
)
from tests.config.written import CIRCUIT, HEAD, load_written

TODAY = date(2026, 3, 1)
SETTINGS = SnmpSettings(IpAddress("127.0.0.1"), community=Reference("env:SECRET"))


def agent(name: str, address: str, *ports: Interface) -> Seen:
    return Seen((address,), Identity(name, "", "1.3.6.1.4.1.2011.1", services=6, interfaces=ports), SETTINGS)


def proposed(folder: Path, network: str, *seen: Seen) -> Proposals:
    return propose(merged(seen), load_written(folder, network), TODAY)


# Descriptions


@pytest.mark.parametrize(
    ("alias", "told"),
    [
        ("海口 电信 20M CT0898202000009", Told("ct", "20M", "CT0898202000009", "haikou")),
        ("to-haikou_cm 2048k", Told("cm", "2048k", "", "haikou")),
        ("中国移动 100兆 专线", Told("cm", "100M")),
        ("电信/移动 备份", Told()),  # two carriers are none
        ("CMCC link, 1.5G", Told("cm", "1500M")),
        ("20MB of storage", Told()),  # bytes are no rate
        ("CT0898202000009", Told("ct", "", "CT0898202000009")),
        ("opened 2020-01-01, phone 10000", Told()),
        ("", Told()),
    ],
)
def test_a_description_tells_what_is_clear_in_it(tmp_path: Path, alias: str, told: Told) -> None:
    assert told_by(alias, load_written(tmp_path, HEAD + CIRCUIT)) == told


def test_a_circuit_id_that_is_known_is_found_whatever_it_looks_like(tmp_path: Path) -> None:
    known = CIRCUIT.replace("address: 10.64.0.2", "address: 10.64.0.2, cid: 甲-7")
    assert told_by("端口3 甲-7 备用", load_written(tmp_path, HEAD + known)).cid == "甲-7"


# Agents


def test_the_other_host_of_a_small_network_is_the_far_end() -> None:
    assert far_end("10.64.0.1/30") == "10.64.0.2"
    assert far_end("10.64.0.2/30") == "10.64.0.1"
    assert far_end("10.64.0.8/31") == "10.64.0.9"
    assert far_end("2001:db8::/127") == "2001:db8::1"
    assert [far_end(one) for one in ("10.0.0.1/24", "10.0.0.1/32", "2001:db8::1/64")] == ["", "", ""]


def test_addresses_are_read_of_both_tables_and_each_counts_once() -> None:
    four = "1.4.10.64.0.1"
    six = "2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1"
    found = identity(
        {},
        {
            IF_DESCR: {"3": b"GigabitEthernet0/0/3\0", "4": b"Tunnel1"},
            IF_NAME: {"3": b"GE0/0/3"},
            IF_ALIAS: {"3": "海口电信".encode("gb18030")},
            IF_SPEED: {"3": 2**32 - 1, "4": 2_048_000},
            IF_HIGH_SPEED: {"3": 10_000, "4": 2},
            AD_INDEX: {"10.64.0.1": 3, "127.0.0.1": 4},
            AD_MASK: {"10.64.0.1": "255.255.255.252", "127.0.0.1": "255.0.0.0"},
            ADDRESS_INDEX: {four: 3, six: 3},
            ADDRESS_PREFIX: {four: "1.3.6.1.2.1.4.32.1.5.3.1.4.10.64.0.0.30", six: "0.0"},
        },
    )
    first, second = found.interfaces
    assert (first.name, first.alias, first.speed) == ("GE0/0/3", "海口电信", 10**10)
    assert first.addresses == ("10.64.0.1/30", "2001:db8::1/128")
    assert (second.name, second.speed, second.addresses) == ("Tunnel1", 2_048_000, ())


def test_makers_are_known_by_number_and_by_what_they_are_called() -> None:
    huawei = vendor_of("1.3.6.1.4.1.2011.2.224.6")
    assert huawei is not None
    assert (huawei.name, huawei.dialect) == ("Huawei", "vrp")
    assert vendor_of("1.3.6.1.4.1.20111.1") is None
    assert vendor_of("1.3.6.1.2.1.33") is None
    named = {
        one.words.split()[0]: vendor_in(f"{one.words.split()[0]}核心路由器") for one in vendors() if one.words
    }
    assert {one.dialect for one in named.values() if one} == set(DIALECTS)
    assert vendor_in("华为与思科") is None
    assert [kind_of(services) for services in (6, 2, 72, 0)] == ["路由器", "交换机", "服务器", ""]


# Proposals


def test_a_device_that_answers_at_two_of_its_addresses_is_one(tmp_path: Path) -> None:
    ports = (Interface(1, "lo", addresses=("10.0.0.1/32",)), Interface(2, "ge", addresses=("10.0.1.1/24",)))
    found = proposed(tmp_path, HEAD, agent("core", "10.0.1.1", *ports), agent("core", "10.0.0.1", *ports))
    (row,) = found.rows
    assert row.texts["check.address"] == "10.0.0.1"  # the loopback's


def test_two_devices_of_one_name_are_two(tmp_path: Path) -> None:
    found = proposed(tmp_path, HEAD, agent("Huawei", "10.0.0.1"), agent("Huawei", "10.0.0.2"))
    assert [row.texts["id"] for row in found.rows] == ["Huawei", "Huawei-10.0.0.2"]


def test_an_id_that_something_else_has_is_not_taken(tmp_path: Path) -> None:
    (row,) = proposed(tmp_path, HEAD + CIRCUIT, agent("haikou-ct", "10.0.0.1")).rows
    assert row.texts["id"] == "haikou-ct-10.0.0.1"


def test_a_line_is_known_by_either_end_by_its_number_or_by_its_id(tmp_path: Path) -> None:
    known = CIRCUIT.replace("address: 10.64.0.2", "address: 10.64.0.2, cid: CT0898202000001")
    for port in (
        Interface(1, "ge", addresses=("10.64.0.1/30",)),
        Interface(1, "ge", addresses=("10.64.0.2/30",)),
        Interface(1, "ge", alias="CT0898202000001"),
        Interface(1, "ge", alias="haikou-ct"),
    ):
        found = proposed(tmp_path, HEAD + known, agent("core", "10.0.0.1", port))
        assert found.circuits == {(0, 1): "haikou-ct"}
        assert [row.section for row in found.rows] == ["devices"]


def test_sentinels_and_devices_that_are_asked_are_no_far_ends(tmp_path: Path) -> None:
    devices = "devices: [{id: switch, name: 交换机, check: {address: 10.64.0.6}}]\n"
    ports = (
        Interface(1, "to-gateway", addresses=("10.0.0.2/30",)),
        Interface(2, "to-switch", addresses=("10.64.0.5/30",)),
    )
    found = proposed(tmp_path, HEAD + devices, agent("core", "10.0.9.1", *ports))
    assert [row.section for row in found.rows] == ["devices"]
    (finding,) = found.findings
    assert finding.message == (
        "10.64.0.6 is asked already, as switch; expected another address to ask this line by"
    )


def test_a_line_between_two_found_devices_is_proposed_once_from_where_most_lines_end(tmp_path: Path) -> None:
    branch = agent("branch", "10.0.0.1", Interface(1, "wan", addresses=("10.64.0.2/30",)))
    core = agent(
        "core",
        "10.0.0.9",
        Interface(1, "ge1", addresses=("10.64.0.1/30",)),
        Interface(2, "ge2", addresses=("10.64.0.5/30",)),
    )
    found = proposed(tmp_path, HEAD, branch, core)
    lines = [row.texts for row in found.rows if row.section == "circuits"]
    assert [(one["interface"], one["address"]) for one in lines] == [
        ("core/ge1", "10.64.0.2"), ("core/ge2", "10.64.0.6"),
    ]  # fmt: skip


def test_what_an_ethernet_port_can_do_is_no_contracted_rate(tmp_path: Path) -> None:
    ports = (
        Interface(1, "ge", speed=10**9, addresses=("10.64.0.1/30",)),
        Interface(2, "serial", speed=2_048_000, addresses=("10.64.0.5/30",)),
    )
    found = proposed(tmp_path, HEAD, agent("core", "10.0.0.1", *ports))
    rates = [row.texts.get("commit_rate") for row in found.rows if row.section == "circuits"]
    assert rates == [None, "2048k"]
