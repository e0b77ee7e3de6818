"""Profiles: those that come with the program can be read, and the user's are read beside them."""

import datetime as dt
from pathlib import Path

from collector.checks import specs
from collector.plans import plans
from config.load import load, load_text
from config.profiles import built_in, read_profile
from probes.interface import InterfaceSettings
from probes.snmp import WatchedAgent

NETWORK = """
organisation: 县局
vantage: {name: 机房, sentinels: {near: [10.0.0.1], far: [10.0.1.1]}}
carriers: [{id: ct, name: 电信}]
sites: [{id: centre, name: 中心}, {id: haikou, name: 海口}]
devices:
  - {id: core, name: 核心, check: {probe: snmp, address: 10.0.2.1, community: env:COMMUNITY, profiles: [room]}}
circuits:
  - id: haikou-ct
    name: 海口专线
    group: branch
    carrier: ct
    termination_a: centre
    termination_z: haikou
    address: 10.64.0.2
    interface: core/GigabitEthernet0/0/1
profiles: ours
"""
ROOM = """
about: Room sensors
scalars:
  - {name: "ROOM-MIB::temperature", oid: 1.3.6.1.4.1.99999.1.0, metric: device_room_celsius, scale: 0.1, high: 30}
"""


def written(directory: Path) -> Path:
    (directory / "ours").mkdir()
    (directory / "ours" / "room.yaml").write_text(ROOM)
    (directory / "ours" / "notes.txt").write_text("not a profile")
    network = directory / "network.yaml"
    network.write_text(NETWORK)
    return network


def test_every_profile_of_ours_can_be_read_and_names_each_object_once() -> None:
    known = {one.name: one for one in built_in()}
    assert set(known) == {
        "h3c",
        "host",
        "huawei",
        "interfaces",
        "linux",
        "machine-room",
        "sensors",
        "system",
        "ups",
    }
    for profile in known.values():
        figures = [*profile.scalars, *(one for table in profile.tables for one in table.columns)]
        objects = {(one.name, one.where) for one in figures}
        assert len(objects) == len(figures)
        assert all("::" in name for name, _ in objects)


def test_the_users_profiles_are_known_beside_ours(tmp_path: Path) -> None:
    config = load(written(tmp_path))
    (room,) = [one for one in config.known_profiles if one.name == "room"]
    (temperature,) = room.scalars
    assert (temperature.scale, temperature.limit.high) == (0.1, 30.0)
    assert len(config.known_profiles) == 1 + len(built_in())


def test_a_users_profile_takes_the_place_of_ours_of_the_same_name(tmp_path: Path) -> None:
    network = written(tmp_path)
    (tmp_path / "ours" / "ups.yaml").write_text(ROOM)
    (ups,) = [one for one in load(network).known_profiles if one.name == "ups"]
    assert [one.metric for one in ups.scalars] == ["device_room_celsius"]


def test_a_configuration_is_kept_with_its_profiles(tmp_path: Path) -> None:
    config = load(written(tmp_path))
    again = load_text(config.text)
    assert again.known_profiles == config.known_profiles
    assert again.digest == config.digest
    (tmp_path / "ours" / "room.yaml").write_text(ROOM.replace("30", "35"))
    assert load(tmp_path / "network.yaml").digest != config.digest


def test_a_profile_that_is_no_yaml_is_told_with_its_line() -> None:
    (finding,) = read_profile("x", "about: x\n\tscalars: []\n", "x.yaml").findings
    assert str(finding) == "x.yaml:2: a tab cannot indent YAML; expected spaces"


def test_the_prober_of_devices_is_given_the_profiles(tmp_path: Path) -> None:
    config = load(written(tmp_path))
    asked = specs(config, dt.date(2026, 11, 21))
    (plan,) = [one for one in plans(config, asked, range(len(asked))) if one.probe == "snmp"]
    (agent,) = plan.targets.settings
    assert isinstance(agent, WatchedAgent)
    assert agent.profiles == config.known_profiles
    assert agent.settings.profiles == ("room",)


def test_a_circuit_bound_to_an_interface_has_it_asked_of_the_device(tmp_path: Path) -> None:
    config = load(written(tmp_path))
    (bound,) = [one for one in specs(config, dt.date(2026, 11, 21)) if one.kind == "interface"]
    assert (bound.subject, bound.probe, bound.address) == (
        "haikou-ct",
        "interface",
        "core/GigabitEthernet0/0/1",
    )
    assert isinstance(bound.settings, InterfaceSettings)
    assert (bound.settings.address, bound.settings.community, bound.settings.interface) == (
        "10.0.2.1",
        "env:COMMUNITY",
        "GigabitEthernet0/0/1",
    )
