"""The four example networks hold what the published reports count, and follow the practice network's address plan."""

from collections import Counter
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

import config
from config.load import check, load, load_text
from config.model import Config

EXAMPLES = Path(config.__file__).parent / "examples"
REPORTS = (
    "hainan-transport-fees-2020",
    "hainan-commerce-info-centre-2018",
    "yiyang-egov-network-2020",
    "hainan-commerce-dept-2020",
)
FIRST_LINK = int(ip_address("10.64.0.0"))


def example(report: str) -> Config:
    return load(EXAMPLES / report / "network.yaml")


def test_there_is_an_example_of_every_report_and_no_other() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} == set(REPORTS)


@pytest.mark.parametrize("report", REPORTS)
def test_an_example_has_nothing_to_find(report: str) -> None:
    assert check(EXAMPLES / report / "network.yaml") == ()


@pytest.mark.parametrize("report", REPORTS)
def test_an_example_loads_again_from_its_archive(report: str) -> None:
    loaded = example(report)
    assert load_text(loaded.text) == loaded


@pytest.mark.parametrize("report", REPORTS)
def test_what_was_invented_is_marked(report: str) -> None:
    assert "invented" in (EXAMPLES / report / "network.yaml").read_text("utf-8").lower()


def test_the_transport_fees_network_has_its_92_lines() -> None:
    network = example("hainan-transport-fees-2020")
    groups = {"branch": 46, "depot": 18, "station": 9, "port": 9, "finance": 8, "internet": 1, "vpdn": 1}
    assert Counter(circuit.group for circuit in network.circuits) == groups
    assert len(network.circuits) == 92
    assert Counter(service.group for service in network.services) == {"branch": 23, "depot": 9, "port": 3}
    assert len(network.systems) == 9


def test_each_dual_homed_site_of_it_has_two_carriers() -> None:
    network = example("hainan-transport-fees-2020")
    carrier = {circuit.id: circuit.carrier for circuit in network.circuits}
    for service in network.services:
        if service.group in ("branch", "depot"):
            assert len({carrier[member] for member in service.circuits}) == 2


def test_its_bandwidths_and_yearly_fees_are_those_of_the_report() -> None:
    network = example("hainan-transport-fees-2020")
    least = {"internet": 100e6, "port": 1e9, "vpdn": 20e6}
    for circuit in network.circuits:
        assert circuit.commit_rate is not None
        assert circuit.commit_rate >= least.get(circuit.group, 10e6)
    assert round(12 * sum(int(circuit.monthly_fee) for circuit in network.circuits) / 10_000, 1) == 214.6


def test_some_of_its_backup_lines_are_pinned_and_some_claim_nothing() -> None:
    paths = Counter(circuit.path for circuit in example("hainan-transport-fees-2020").circuits)
    assert paths == {"direct": 78, "pinned": 10, "unproven": 4}


def test_the_information_centre_has_50_lines_and_7_systems() -> None:
    network = example("hainan-commerce-info-centre-2018")
    assert (len(network.circuits), len(network.systems)) == (50, 7)
    assert {target.indicator: target.value for target in network.targets} == {
        "circuits_normal": 49,
        "bandwidth_assurance": 99,
        "fault_rate": 1,
    }


def test_yiyang_has_150_lines_150_egress_and_17_core_devices() -> None:
    network = example("yiyang-egov-network-2020")
    assert Counter(device.group for device in network.devices) == {"egress": 150, "core": 17}
    assert len({circuit.termination_z for circuit in network.circuits}) == len(network.circuits) == 150


def test_the_commerce_department_has_its_portal_and_its_office_system() -> None:
    assert [system.name for system in example("hainan-commerce-dept-2020").systems] == ["门户网站", "办公OA"]


@pytest.mark.parametrize("report", REPORTS)
def test_circuits_are_asked_at_the_far_end_of_their_own_link(report: str) -> None:
    for number, circuit in enumerate(example(report).circuits):
        if circuit.path == "unproven":
            assert ip_address(circuit.address) in ip_network("10.21.0.0/16")
        else:
            assert int(ip_address(circuit.address)) == FIRST_LINK + 4 * number + 2
        assert circuit.source == ("10.0.0.3" if circuit.path == "pinned" else None)
        assert circuit.upstream == "core-router"


@pytest.mark.parametrize("report", REPORTS)
def test_everything_asked_has_an_address_of_its_own(report: str) -> None:
    network = example(report)
    checks = [service.check for service in network.services if service.check]
    checks += [device.check for device in network.devices] + [system.check for system in network.systems]
    addresses = [circuit.address for circuit in network.circuits] + [asked.address for asked in checks]
    assert len(set(addresses)) == len(addresses)
    assert (network.vantage.sentinels.near, network.vantage.sentinels.far) == (("10.0.0.1",), ("10.0.1.1",))


@pytest.mark.parametrize("report", REPORTS)
def test_a_remote_device_hangs_on_the_only_line_of_its_site(report: str) -> None:
    network = example(report)
    lines: dict[str, list[str]] = {}
    for circuit in network.circuits:
        lines.setdefault(circuit.termination_z, []).append(circuit.id)
    for device in network.devices:
        if device.site in lines:
            assert device.upstream == (lines[device.site][0] if len(lines[device.site]) == 1 else None)
