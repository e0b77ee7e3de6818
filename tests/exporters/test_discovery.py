"""Service discovery over HTTP, and a real Prometheus that finds the service by it, scrapes it and agrees with it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from exporters.discovery import itself
from exporters.reading import DOWN, UNKNOWN, UP, Kind, Subject
from tests.exporters.network import COLLECTOR, Told, columns, set_row, troubled
from tests.exporters.scraping import prometheus, series, waited
from tests.exporters.served import served


def addressed() -> Told:
    """The troubled network, each circuit with an address; one system, whose group says nothing."""
    reader = troubled()
    kind = reader.now.kinds["circuits"]
    lines = tuple(replace(line, address=f"10.64.0.{row}") for row, line in enumerate(kind.subjects))
    systems = Kind((Subject("oa", "办公", address="fd00::1"), Subject("no", "无地址")), columns(2))
    kinds = reader.now.kinds | {"circuits": replace(kind, subjects=lines), "systems": systems}
    return Told(replace(reader.now, kinds=kinds))


def groups(reader: Told, kind: str) -> Any:
    with served(reader) as address:
        answer = httpx.get(f"{address}/sd/{kind}")
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def test_a_circuit_is_a_target_group_with_what_is_known_of_it() -> None:
    found = groups(addressed(), "circuits")
    assert len(found) == 92
    assert found[1] == {
        "targets": ["10.64.0.1"],
        "labels": {
            "__meta_linewalker_id": "b00-cu",
            "__meta_linewalker_name": "海口分局联通",
            "__meta_linewalker_group": "市县分局",
            "__meta_linewalker_carrier": "cu",
            "__meta_linewalker_site": "b00",
            "__meta_linewalker_path": "direct",
        },
    }


def test_what_has_no_address_or_no_label_is_left_out() -> None:
    labels = {"__meta_linewalker_id": "oa", "__meta_linewalker_name": "办公"}
    assert groups(addressed(), "systems") == [{"targets": ["fd00::1"], "labels": labels}]


def test_a_network_without_devices_answers_an_empty_list() -> None:
    reader = addressed()
    del reader.now.kinds["devices"]
    assert groups(reader, "devices") == []


def test_the_service_names_the_address_where_it_was_asked_whatever_the_asker_calls_it() -> None:
    with served(addressed()) as address:
        answer = httpx.get(f"{address}/sd/linewalker", headers={"Host": "elsewhere:1"})
    labels = {
        "__meta_linewalker_organisation": COLLECTOR.organisation,
        "__meta_linewalker_vantage": COLLECTOR.vantage,
    }
    assert answer.json() == [{"targets": [address.removeprefix("http://")], "labels": labels}]


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    assert itself("::1", 8470, COLLECTOR)[0]["targets"] == ["[::1]:8470"]


@pytest.mark.parametrize("kind", ["services", "sentinels", "x"])
def test_other_lists_are_not_there(kind: str) -> None:
    with served(addressed()) as address:
        assert httpx.get(f"{address}/sd/{kind}").status_code == 404


# A real Prometheus


def up_by_overview(reader: Told) -> dict[str, float]:
    kind = reader.now.kinds["circuits"]
    pairs = zip(kind.subjects, kind.now.state.tolist(), strict=True)
    return {line.id: float(state == UP) for line, state in pairs if state != UNKNOWN}


def without(reader: Told, id_: str) -> None:
    """Let a circuit disappear from the overview, as a reload does."""
    kind = reader.now.kinds["circuits"]
    kept = np.array([line.id != id_ for line in kind.subjects])
    lines = tuple(line for line in kind.subjects if line.id != id_)
    rows = {int(row): place for place, row in enumerate(kept.nonzero()[0])}
    now = replace(
        kind.now,
        **{name: getattr(kind.now, name)[kept] for name in ("state", "since", "rtt", "loss", "outages")},
        outage_seconds=kind.now.outage_seconds[kept],
        reason={rows[row]: reason for row, reason in kind.now.reason.items() if row in rows},
    )
    reader.now = replace(reader.now, kinds=reader.now.kinds | {"circuits": Kind(lines, now)})


def test_prometheus_finds_the_service_agrees_with_it_and_forgets_what_is_removed(tmp_path: Path) -> None:
    reader = addressed()
    with served(reader) as address, prometheus(tmp_path, address) as client:
        known = waited(lambda: series(client, "linewalker_circuit_up"), bool)
        assert known == up_by_overview(reader)
        assert (known["b00-ct"], known["b00-cu"], known.get("vpdn")) == (0, 1, None)
        watched = series(client, "linewalker_circuit_watched")
        assert watched.keys() - known.keys() == {"f1", "f2"}
        assert "vpdn" not in watched

        without(reader, "b00-ct")
        set_row(reader.now.kinds["circuits"].now, 4, DOWN, 1, "no answer")
        set_row(reader.now.kinds["circuits"].now, 5, UNKNOWN)
        expected = up_by_overview(reader)
        after = waited(lambda: series(client, "linewalker_circuit_up"), lambda now: now == expected, 5)
        assert after == expected
        assert "b00-ct" not in after
        assert series(client, 'linewalker_circuit_info{circuit="b00-ct"}') == {}

        def lines() -> set[str]:
            dropped = client.get("/targets", params={"state": "dropped"}).json()["data"]["droppedTargets"]
            return {name for one in dropped if (name := one["discoveredLabels"].get("__meta_linewalker_id"))}

        configured = {line.id for line in reader.now.kinds["circuits"].subjects}
        assert waited(lines, lambda found: found == configured, 4) == configured
