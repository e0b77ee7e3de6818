"""Which lines a trap concerns, by the configuration of a day."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.concerned import Senders, senders
from tests.config.written import HEAD, load_written

LINES = """
devices:
  - {id: core, name: 核心, check: {address: 10.0.2.1}}
  - {id: branch, name: 分支, check: {address: "2001:db8::2"}, upstream: core}
  - {id: edge, name: 边缘, check: {probe: snmp, address: 10.0.4.1, community: "env:C"}}
systems: [{id: portal, name: 门户, check: {address: 10.0.3.1}, upstream: core}]
circuits:
  - {id: one, name: 一, group: g, carrier: ct, termination_a: centre, termination_z: haikou, address: 10.64.0.2,
     upstream: core}
  - {id: moved, name: 二, group: g, carrier: ct, termination_a: centre, termination_z: haikou, address: 10.64.0.3,
     upstream: core, changes: [{from: 2026-03-01, upstream: branch}]}
  - {id: gone, name: 三, group: g, carrier: ct, termination_a: centre, termination_z: haikou, address: 10.64.0.4,
     upstream: core, in_service_until: 2026-02-01}
  - {id: apart, name: 四, group: g, carrier: ct, termination_a: centre, termination_z: haikou, address: 10.64.0.5}
  - {id: bound, name: 五, group: g, carrier: ct, termination_a: centre, termination_z: haikou, address: 10.64.0.6,
     interface: edge/GigabitEthernet0/0/1}
  - {id: read, name: 六, group: g, carrier: ct, termination_a: centre, termination_z: haikou, address: 10.64.0.7,
     path: device, check: {probe: bfd, device: edge, peer: 10.64.0.7}}
"""
TRAPS = "traps: {communities: [env:C]}\n"


def on(day: str, folder: Path, written: str = TRAPS) -> Senders:
    noon = dt.datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    found = senders(load_written(folder, HEAD + LINES + written), noon.timestamp())
    assert found is not None
    return found


def test_without_traps_nobody_listens(tmp_path: Path) -> None:
    assert senders(load_written(tmp_path, HEAD + LINES), 0.0) is None


def test_devices_and_systems_may_send_where_nobody_else_is_named(tmp_path: Path) -> None:
    assert on("2026-03-02", tmp_path).allowed == ("10.0.2.1", "2001:db8::2", "10.0.4.1", "10.0.3.1")
    named = "traps: {communities: [env:C], from: [10.0.0.0/8]}\n"
    assert on("2026-03-02", tmp_path, named).allowed == ("10.0.0.0/8",)


def test_a_trap_concerns_the_device_and_what_hangs_on_it_on_that_day(tmp_path: Path) -> None:
    found = on("2026-02-10", tmp_path)
    assert list(found.device_of.values()) == ["core", "branch", "edge", "portal"]
    assert found.concerned == {
        "core": (
            ("device", "core"),
            ("circuit", "one"),
            ("circuit", "moved"),
            ("device", "branch"),
            ("system", "portal"),
        ),
        "branch": (("device", "branch"),),
        "edge": (("circuit", "read"), ("interface", "bound"), ("device", "edge"), ("circuit", "bound")),
        "portal": (("system", "portal"),),
    }
    assert found.until == dt.date(2026, 3, 1)
    later = on("2026-03-02", tmp_path)
    assert later.concerned["branch"] == (("device", "branch"), ("circuit", "moved"))
    assert ("circuit", "moved") not in later.concerned["core"]
    assert later.until is None
    assert ("circuit", "gone") in on("2026-01-10", tmp_path).concerned["core"]
