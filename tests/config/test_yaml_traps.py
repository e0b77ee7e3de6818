"""What YAML 1.1 would turn into numbers, truth values and dates stays what was written."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.model import Config
from tests.config.written import CIRCUIT, HEAD, load_written


@pytest.mark.parametrize(
    "name", ["010", "yes", "no", "on", "2026-03-01", "1e3", "0x1F", "1:30", "1_000", "12.50", "=", "中"]
)
def test_a_name_is_the_text_that_was_written(tmp_path: Path, name: str) -> None:
    written = f"{HEAD}devices: [{{id: r1, name: {name}, check: {{address: 10.0.2.1}}}}]\n"
    assert load_written(tmp_path, written).devices[0].name == name


@pytest.mark.parametrize("name", ["010", "no", "2026-03-01", "1e3"])
def test_an_id_is_found_by_its_references_as_written(tmp_path: Path, name: str) -> None:
    sites = f"sites: [{{id: centre, name: 中心}}, {{id: {name}, name: 海口}}]\n"
    head = "\n".join(line for line in HEAD.splitlines() if not line.startswith("sites")) + "\n"
    network = load_written(
        tmp_path, head + sites + CIRCUIT.replace("termination_z: haikou", f"termination_z: {name}")
    )
    assert network.circuits[0].termination_z == network.sites[1].id == name


@pytest.mark.parametrize("nothing", ["", "~", "null", "''"])
def test_a_key_without_a_value_is_a_key_not_given(tmp_path: Path, nothing: str) -> None:
    circuit = CIRCUIT.replace("address:", f"commit_rate: {nothing}, address:")
    assert load_written(tmp_path, HEAD + circuit).circuits[0].commit_rate is None


def test_an_anchor_may_be_used_again(tmp_path: Path) -> None:
    devices = "devices:\n  - &r {id: r1, name: 路由器, check: &c {address: 10.0.2.1}}\n"
    network = load_written(tmp_path, HEAD + devices + "systems: [{id: oa, name: 办公, check: *c}]\n")
    assert network.systems[0].check == network.devices[0].check


def test_a_bomb_of_aliases_is_refused_and_not_unpacked(tmp_path: Path) -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))
    with pytest.raises(ConfigError, match="nested too deep, or an alias"):
        load_written(tmp_path, f"a0: &a0 [x]\n{levels}\n")


def test_defaults_are_those_of_the_built_in_rhythm_and_page(tmp_path: Path) -> None:
    network = load_written(tmp_path, HEAD + CIRCUIT)
    rhythm = network.rounds.of("icmp")
    assert (rhythm.interval, rhythm.retries) == (10.0, 2)
    assert (network.listen, network.calendar.zone, network.storage.url) == (
        "127.0.0.1:8470",
        "Asia/Shanghai",
        "",
    )


def test_a_rhythm_is_read_in_the_units_it_is_written_in(tmp_path: Path) -> None:
    rounds = "rounds: {icmp: {interval: 1m, retries: 3, retry_after: 500ms, timeout: 4, fast: 5s}}\n"
    rhythm = load_written(tmp_path, HEAD + CIRCUIT + rounds).rounds.of("icmp")
    assert (rhythm.interval, rhythm.retries, rhythm.retry_after, rhythm.timeout, rhythm.fast) == (
        60,
        3,
        0.5,
        4,
        5,
    )


@pytest.mark.parametrize(
    "listen", ["127.0.0.1:8470", "0.0.0.0:80", "[::1]:8470", "localhost:8470", "127.0.0.1:0"]
)
def test_the_page_may_listen_on_addresses_of_both_versions(tmp_path: Path, listen: str) -> None:
    assert load_written(tmp_path, f"{HEAD}{CIRCUIT}listen: '{listen}'\n").listen == listen


@pytest.mark.parametrize(
    ("written", "read"),
    [("2001:DB8:0:0::2", "2001:db8::2"), ("10.64.0.2", "10.64.0.2"), ("fe80::1%eth0", "fe80::1%eth0")],
)
def test_an_address_has_one_spelling(tmp_path: Path, written: str, read: str) -> None:
    network = load_written(tmp_path, HEAD + CIRCUIT.replace("10.64.0.2", f"'{written}'"))
    assert network.circuits[0].address == read


@pytest.mark.parametrize("source", ["10.0.0.3", "eth1", "eth0.100", "enp0s31f6", "bond0:1"])
def test_a_source_is_an_own_address_or_an_interface(tmp_path: Path, source: str) -> None:
    network = load_written(
        tmp_path, HEAD + CIRCUIT.replace("address:", f"source: '{source}', path: pinned, address:")
    )
    assert network.circuits[0].source == source


def test_a_loaded_configuration_cannot_be_changed(tmp_path: Path) -> None:
    network: Config = load_written(tmp_path, HEAD + CIRCUIT)
    with pytest.raises(FrozenInstanceError):
        network.circuits[0].carrier = "cm"  # type: ignore[misc]
    with pytest.raises(ValueError, match="frozen"):
        network.organisation = "another"  # type: ignore[misc]
