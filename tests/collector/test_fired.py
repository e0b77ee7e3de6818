"""A real Prometheus with our rules scrapes the real service: a cut line fires, its mending is the end of it.

And every query of the dashboards is asked of it.
"""

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from exporters.dashboards.circuit import CHOICE, CHOSEN
from lab import control
from tests.awaiting import until
from tests.exporters.dashboards.drawn import filled, queries
from tests.exporters.scraping import prometheus, series, waited
from tests.practice import Practice, linewalker, practice

NETWORK = """\
organisation: 试验局
vantage: {name: 机房, sentinels: {near: [10.0.0.1], far: [10.0.1.1]}}
rounds: {icmp: {interval: 4s, retries: 1, retry_after: 0.5s, timeout: 1s, fast: 1s}}
policy: policy.yaml
groups: [{id: g, name: 市县}]
carriers: [{id: ct, name: 电信}]
sites: [{id: centre, name: 中心}, {id: a, name: 甲}, {id: b, name: 乙}]
circuits:
  - {id: cut, name: 甲线, group: g, carrier: ct, termination_a: centre, termination_z: a, address: 10.64.0.2,
     path: direct, cid: CT-1}
  - {id: whole, name: 乙线, group: g, carrier: ct, termination_a: centre, termination_z: b, address: 10.64.0.6,
     path: direct}
targets: [{indicator: availability, value: 99, unit: "%"}]
"""
POLICY = "name: quick\nconfirm_down: 4s\nconfirm_up: 4s\n"
PATIENCE = 25.0
JUDGED = 60.0


@dataclass(frozen=True)
class Fired:
    network: Practice
    client: httpx.Client
    folder: Path

    def alerts(self) -> dict[str, dict[str, Any]]:
        """Every alert that fires now, by its name."""
        found = self.client.get("/alerts").json()["data"]["alerts"]
        return {one["labels"]["alertname"]: one for one in found if one["state"] == "firing"}

    def await_alerts(self, expected: set[str]) -> dict[str, dict[str, Any]]:
        found = waited(self.alerts, lambda now: now.keys() == expected, PATIENCE)
        assert found.keys() == expected
        return found

    def times_fired(self) -> int:
        """At how many evaluations the cut line was told of."""
        found = self.ask('count_over_time(ALERTS{alertname="LinewalkerCircuitDown",alertstate="firing"}[1h])')
        return int(found[0]["value"][1])

    def ask(self, expr: str) -> list[dict[str, Any]]:
        answer = self.client.get("/query", params={"query": expr}).json()
        assert answer["status"] == "success", (expr, answer)
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found


@pytest.fixture
def fired(tmp_path: Path) -> Iterator[Fired]:
    path = tmp_path / "network.yaml"
    path.write_text(NETWORK, "utf-8")
    (tmp_path / "policy.yaml").write_text(POLICY, "utf-8")
    rules = tmp_path / "rules.yaml"
    assert linewalker("rules", "-c", path, "-o", rules, lang="zh").returncode == 0
    done = linewalker("dashboards", "-c", path, "-o", tmp_path / "dashboards", lang="zh")
    assert done.returncode == 0
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with (
            practice(path, tmp_path / "data", listener=listener) as network,
            prometheus(tmp_path, address, rules) as client,
        ):
            network.await_watch()
            yield Fired(network, client, tmp_path)


@pytest.mark.timeout(300)
def test_a_cut_line_fires_and_its_mending_ends_it(fired: Fired) -> None:
    both = {"cut": 1.0, "whole": 1.0}
    assert (
        waited(lambda: series(fired.client, "linewalker_circuit_up"), lambda now: now == both, PATIENCE)
        == both
    )
    fired.await_alerts(set())

    control.cut(fired.network.folder, "cut", silent=True)
    fires = fired.await_alerts({"LinewalkerCircuitDown"})["LinewalkerCircuitDown"]
    labels = {key: fires["labels"][key] for key in fires["labels"].keys() - {"instance"}}
    assert labels == {
        "alertname": "LinewalkerCircuitDown", "severity": "warning", "job": "linewalker",
        "circuit": "cut", "group": "g", "carrier": "ct", "site": "a",
        "name": "甲线", "cid": "CT-1", "carrier_name": "电信", "site_name": "甲", "path": "direct",
    }  # fmt: skip
    assert fires["annotations"] == {
        "summary": "线路甲线中断",
        "description": "运营商电信，电路代号CT-1，对端甲",
    }

    assert not waited(lambda: empty_panels(fired, "now"), lambda titles: not titles, PATIENCE)

    _blind_the_collector(fired)
    control.restore(fired.network.folder, "cut")
    fired.await_alerts(set())
    _ask_everything(fired)
    _choose_a_circuit(fired)


def _blind_the_collector(fired: Fired) -> None:
    """While nobody sees anything nothing of the line is over, and nothing else of it begins."""
    control.cut(fired.network.folder, "uplink", silent=True)
    gone = waited(lambda: series(fired.client, "linewalker_circuit_up"), lambda now: now == {}, PATIENCE)
    assert gone == {}
    looked = fired.times_fired()
    until(lambda: fired.times_fired() >= looked + 3, PATIENCE)
    control.restore(fired.network.folder, "uplink")
    back = waited(lambda: series(fired.client, "linewalker_circuit_up"), lambda now: len(now) == 2, PATIENCE)
    assert back == {"cut": 0.0, "whole": 1.0}
    assert "LinewalkerCircuitDown" in fired.alerts()


def empty_panels(fired: Fired, name: str) -> set[str]:
    """The titles of a dashboard's panels of which a query finds nothing; none may be refused."""
    text = (fired.folder / "dashboards" / f"linewalker-{name}.json").read_text("utf-8")
    return {title for title, expr in queries(json.loads(text)) if not fired.ask(filled(expr, circuit="cut"))}


def _ask_everything(fired: Fired) -> None:
    """Every rule is in order, and so is every query of a dashboard."""
    # At the start, where nothing was seen yet, the year has no figures: it is judged each minute until it has.
    judged = 'linewalker_indicator_value{period="year",indicator="availability"}'
    assert waited(lambda: fired.ask(judged), bool, JUDGED)
    groups = fired.client.get("/rules").json()["data"]["groups"]
    health = [(rule["health"], rule.get("lastError", "")) for one in groups for rule in one["rules"]]
    assert set(health) <= {("ok", ""), ("unknown", "")}  # unknown: those of every five minutes, not yet
    assert health.count(("unknown", "")) <= 4
    assert empty_panels(fired, "circuit") == set()
    # The ledger is kept a minute after the start, which may be by now or not; the mended line has left the list.
    assert empty_panels(fired, "collector") <= {"距上次账本维护"}
    assert empty_panels(fired, "now") == {"中断的线路"}
    assert "比率类指标" not in empty_panels(fired, "year")


def _choose_a_circuit(fired: Fired) -> None:
    """What Grafana offers to choose from: names are shown, ids are asked for."""
    pattern = re.compile(CHOSEN.strip("/").replace("(?<", "(?P<"))  # as JavaScript names groups
    offered = {}
    for one in fired.ask(CHOICE.removeprefix("query_result(").removesuffix(")")):
        labels = ",".join(f'{name}="{value}"' for name, value in one["metric"].items() if name != "__name__")
        match = pattern.search(f"linewalker_circuit_info{{{labels}}} 1 0")
        assert match, labels
        offered[match["value"]] = match["text"]
    assert offered == {"cut": "甲线", "whole": "乙线"}
