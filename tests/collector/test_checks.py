"""Whom a configuration asks on a day, and where in the round."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from collector import checks
from collector.checks import CheckSpec, phase, specs
from config.dated import in_service
from config.model import Config
from probes.icmp import IcmpSettings
from probes.kind import IpAddress
from probes.router import lag_of
from tests.config.written import HEAD, load_written

LINES = """\
circuits:
  - {id: old, name: 旧线, group: branch, carrier: ct, termination_a: centre, termination_z: haikou,
     address: 10.64.0.2, in_service_from: 2026-01-01, in_service_until: 2026-07-01}
  - {id: new, name: 新线, group: branch, carrier: cm, termination_a: centre, termination_z: haikou,
     address: 10.64.0.4, source: 10.0.0.5, in_service_from: 2026-07-01,
     changes: [{from: 2026-08-01, address: 10.64.0.6}, {from: 2026-09-01, source: eth1}]}
services:
  - {id: haikou, name: 海口, group: branch, site: haikou, check: {address: 10.65.0.1}, circuits: [old, new]}
devices:
  - {id: core, name: 核心, check: {address: 10.0.2.1, source: 10.0.0.5}}
systems:
  - {id: oa, name: 办公, check: {address: 10.66.0.1}}
"""


@pytest.fixture
def network(tmp_path: Path) -> Config:
    return load_written(tmp_path, HEAD + LINES)


def asked(network: Config, day: str) -> dict[str, tuple[str, str]]:
    """Address and source of every circuit that is asked on a day."""
    found = specs(network, dt.date.fromisoformat(day))
    return {one.subject: (one.address, one.source) for one in found if one.kind == "circuit"}


def test_sentinels_services_devices_and_systems_are_asked_every_day(network: Config) -> None:
    found = [one for one in specs(network, dt.date(2025, 1, 1)) if one.kind != "circuit"]
    assert {type(one.settings) for one in found} == {IcmpSettings}
    assert [(one.settings.address, one.settings.source or "") for one in found] == [
        (one.address, one.source) for one in found
    ]
    assert [replace(one, settings=None) for one in found] == [
        CheckSpec("sentinel", "10.0.0.1", "icmp", "10.0.0.1"),
        CheckSpec("sentinel", "10.0.1.1", "icmp", "10.0.1.1"),
        CheckSpec("service", "haikou", "icmp", "10.65.0.1"),
        CheckSpec("device", "core", "icmp", "10.0.2.1", "10.0.0.5"),
        CheckSpec("system", "oa", "icmp", "10.66.0.1"),
    ]


@pytest.mark.parametrize(
    ("day", "lines"),
    [
        ("2025-12-31", set()),
        ("2026-01-01", {"old"}),
        ("2026-06-30", {"old"}),
        ("2026-07-01", {"new"}),  # the end is the first day out of service
    ],
)
def test_a_circuit_is_asked_while_it_is_in_service(network: Config, day: str, lines: set[str]) -> None:
    assert set(asked(network, day)) == lines


def test_a_circuit_without_dates_is_always_in_service(network: Config) -> None:
    [old, _] = network.circuits
    always = replace(old, in_service_from=None, in_service_until=None)
    assert in_service(always, dt.date.min)
    assert in_service(always, dt.date.max)


@pytest.mark.parametrize(
    ("day", "way"),
    [
        ("2026-07-31", ("10.64.0.4", "10.0.0.5")),
        ("2026-08-01", ("10.64.0.6", "10.0.0.5")),
        ("2026-09-01", ("10.64.0.6", "eth1")),
    ],
)
def test_a_change_of_address_or_source_holds_from_its_day_on(
    network: Config, day: str, way: tuple[str, str]
) -> None:
    assert asked(network, day)["new"] == way


@pytest.mark.parametrize("first", [1, 7, 100_000])
@pytest.mark.parametrize("count", [3, 92, 10_000])
def test_phases_spread_evenly_whichever_checks_there_are(first: int, count: int) -> None:
    places = np.sort([phase(check) for check in range(first, first + count)])
    assert 0 <= places[0] < places[-1] < 1
    gaps = np.diff(places, append=places[0] + 1)
    assert gaps.max() < 3 / count  # no second asks three times its share
    assert gaps.min() > 0.3 / count


def test_the_place_of_a_check_follows_from_its_id_alone() -> None:
    # multiples of 0.6180339887…, the fraction of each
    assert [round(phase(check), 6) for check in (1, 2, 3, 100)] == [0.618034, 0.236068, 0.854102, 0.803399]


@pytest.mark.parametrize(
    ("day", "next_"),
    [
        ("2025-12-31", "2026-01-01"),
        ("2026-01-01", "2026-07-01"),
        ("2026-07-01", "2026-08-01"),
        ("2026-08-31", "2026-09-01"),
        ("2026-09-01", None),
    ],
)
def test_the_next_day_that_may_ask_others_is_the_first_one_dated(
    network: Config, day: str, next_: str | None
) -> None:
    found = checks.next_change(network, dt.date.fromisoformat(day))
    assert found == (next_ and dt.date.fromisoformat(next_))


READ = """\
devices:
  - {id: core, name: 核心, check: {probe: snmp, address: 10.0.2.1, port: 1161, community: "env:C"}}
circuits:
  - {id: read, name: 读, group: branch, carrier: ct, termination_a: centre, termination_z: haikou, address: 10.64.0.2,
     path: device, check: {probe: nqa, device: core, test: read, fresh: 2m}}
"""


def test_a_line_that_is_read_from_a_router_is_joined_with_its_agent(tmp_path: Path) -> None:
    config = load_written(tmp_path, HEAD + READ)
    [spec] = [one for one in specs(config, dt.date(2026, 7, 1)) if one.kind == "circuit"]
    assert (spec.probe, spec.address) == ("nqa", "core/linewalker/read")
    assert checks.host(spec) == ""  # no packet of ours goes over the line: there is no path to trace
    assert (spec.settings.agent.address, spec.settings.agent.port) == ("10.0.2.1", 1161)
    assert (spec.settings.device, spec.settings.settings.fresh) == ("core", 120.0)
    assert lag_of(spec.settings) == 125.0
    assert lag_of(IcmpSettings(IpAddress("10.64.0.2"))) == 0.0
