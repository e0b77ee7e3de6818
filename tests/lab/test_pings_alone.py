"""A network that is asked by SNMP, on a machine without agents: the same network, asked by pings."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from config.load import load
from lab.pings_alone import is_wanted, write_pings_alone
from lab.routing import plan_of
from lab.story import story_of
from tests.lab.visiting import ANSWERING, without_snmpd, write_answering

EXAMPLES = Path(__file__).parents[2] / "config" / "examples"


def test_devices_are_pinged_and_nothing_else_changes(tmp_path: Path) -> None:
    config = load(write_answering(tmp_path))
    changed = load(write_pings_alone(config, tmp_path / "network.yaml", tmp_path / "kept"))
    assert is_wanted(config)
    assert not is_wanted(changed)
    assert {device.id: device.check.host for device in changed.devices} == {
        device.id: device.check.host for device in config.devices
    }
    assert {device.check.probe for device in changed.devices} == {"icmp"}
    assert (changed.systems, changed.services, changed.circuits) == (
        config.systems,
        config.services,
        config.circuits,
    )


def test_throughput_tests_are_ordered_as_they_were(tmp_path: Path) -> None:
    place = write_answering(tmp_path)
    ordered = """
throughput:
  service_hours: 08:00-24:00
  most_bytes_a_day: 500M
  tests:
    - {circuits: [alpha-ct], far_end: "iperf3://{address}:5201", at: ["02:30", "23:05"], days: sun, rate: 50%}
    - {circuits: [alpha-ct], far_end: "iperf3://{address}:5201", at: "04:00", every_days: 30, rate: 2.5M}
storage: {daily_at: "03:40"}
"""
    rated = place.read_text("utf-8").replace("address: 10.64.0.2,", "address: 10.64.0.2, commit_rate: 10M,")
    place.write_text(rated + ordered, "utf-8")
    config = load(place)
    changed = load(write_pings_alone(config, place, tmp_path / "kept"))
    assert (changed.throughput, changed.storage) == (config.throughput, config.storage)


@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.iterdir()))
def test_every_example_can_be_watched_by_pings_alone_and_keeps_its_story(
    tmp_path: Path, example: str
) -> None:
    place = EXAMPLES / example / "network.yaml"
    config = load(place)
    written = write_pings_alone(config, place, tmp_path)
    changed = load(written)
    lines = [line.name for line in plan_of(config).lines]
    assert plan_of(changed) == plan_of(config)
    assert story_of(changed, written, lines) == story_of(config, place, lines)


def test_a_demo_without_snmpd_says_so_once_and_pings_the_devices(tmp_path: Path) -> None:
    network, kept = tmp_path / "network.yaml", tmp_path / "kept"
    network.write_text(f"listen: 127.0.0.1:0\n{ANSWERING}", encoding="utf-8")
    demo = ("-m", "collector.cli", "demo", "--for", "9", "--network", network, "--data", kept)
    done = without_snmpd(sys.executable, *demo)
    assert (done.stdout + done.stderr).count("apt install snmpd") == 1, done.stderr
    with closing(sqlite3.connect(kept / "ledger.sqlite")) as ledger:
        asked = ledger.execute(
            'SELECT c.probe, outcome FROM "check" c JOIN run ON run."check" = c.id WHERE c.kind = ?',
            ["device"],
        ).fetchall()
    assert asked == [("icmp", 1)] * 5
