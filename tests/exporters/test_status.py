"""The shape of `status --json` and `/api/v1/status`, which others build on."""

import json
from zoneinfo import ZoneInfo

from exporters.reading import UP
from exporters.status import failed_switch_overs, recent, status
from tests.exporters.network import set_row, troubled

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_a_circuit_that_is_down_is_told_with_these_keys_and_values() -> None:
    found = json.loads(json.dumps(status(troubled().now, SHANGHAI), allow_nan=False))
    assert found["at"] == "2026-03-01T10:00:10.000+08:00"
    assert found["circuits"][0] == {
        "id": "b00-ct",
        "name": "海口分局电信",
        "group": "市县分局",
        "carrier": "ct",
        "path": "direct",
        "state": "down",
        "reason": "no answer",
        "since": "2026-03-01T09:56:47.000+08:00",
        "rtt_seconds": None,
        "loss_ratio": 1.0,
    }


def test_every_list_is_there_even_where_nothing_of_the_kind_is_watched() -> None:
    found = status(troubled().now)
    assert list(found) == [
        "at",
        "circuits",
        "services",
        "devices",
        "systems",
        "sentinels",
        "collector",
        "indicators",
    ]
    assert found["systems"] == []


def test_what_was_never_watched_has_neither_beginning_nor_figures() -> None:
    circuits = status(troubled().now)["circuits"]
    assert isinstance(circuits, list)
    vpdn = next(one for one in circuits if one["id"] == "vpdn")
    assert (vpdn["state"], vpdn["since"], vpdn["rtt_seconds"], vpdn["loss_ratio"]) == (
        "unknown",
        None,
        None,
        None,
    )


def test_times_are_in_utc_unless_a_zone_is_given() -> None:
    assert status(troubled().now)["at"] == "2026-03-01T02:00:10.000+00:00"


def test_the_collector_tells_of_its_rounds_and_its_blind_spot() -> None:
    found = status(troubled().now, SHANGHAI)["collector"]
    assert isinstance(found, dict)
    assert found["watching"] is True
    assert found["shortest_sure_seconds"] == 12.0
    assert (found["clock_offset_seconds"], found["clock_error_seconds"], found["clock_source"]) == (
        None,
        None,
        "",
    )
    assert found["rounds"] == [
        {
            "name": "icmp-10s",
            "completed": 9000,
            "late_seconds": 0.012,
            "watched_until": "2026-03-01T10:00:08.000+08:00",
        }
    ]


def test_a_service_down_while_one_of_its_lines_is_up_is_a_failed_switch_over() -> None:
    assert failed_switch_overs(troubled().now) == {"b00"}


def test_a_service_down_with_all_its_lines_is_no_failed_switch_over() -> None:
    now = troubled().now
    set_row(now.kinds["circuits"].now, 1, 0, 100)
    assert failed_switch_overs(now) == frozenset()


def test_a_derived_service_never_failed_to_switch_over() -> None:
    now = troubled().now
    set_row(now.kinds["services"].now, 0, UP, 100)
    set_row(now.kinds["services"].now, 10, 0, 100)
    assert failed_switch_overs(now) == frozenset()


def test_a_change_is_told_with_what_came_before() -> None:
    told = recent(troubled().changes, SHANGHAI)
    assert told[0] == {
        "at": "2026-03-01T10:00:02.000+08:00",
        "kind": "circuits",
        "id": "p0-2",
        "name": "秀英港裸光纤2",
        "state": "down",
        "reason": "no answer",
        "lasted_seconds": 86_000.0,
    }
