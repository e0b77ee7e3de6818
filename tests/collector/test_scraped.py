"""A real Prometheus scrapes the real service on a practice network: what it stored agrees with the ledger."""

import os
import signal
import socket
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path

import httpx
import pytest

from lab import control
from tests.awaiting import until
from tests.exporters.scraping import SCRAPE_SECONDS, prometheus, series, waited
from tests.practice import DownRun, Practice, practice

NETWORK = """\
organisation: 试验局
vantage: {name: 机房, sentinels: {near: [10.0.0.1], far: [10.0.1.1]}}
rounds: {icmp: {interval: 4s, retries: 1, retry_after: 0.5s, timeout: 1s, fast: 1s}}
carriers: [{id: ct, name: 电信}]
sites: [{id: centre, name: 中心}, {id: a, name: 甲}, {id: b, name: 乙}, {id: c, name: 丙}]
circuits:
  - {id: cut, name: 甲线, group: g, carrier: ct, termination_a: centre, termination_z: a, address: 10.64.0.2,
     path: direct}
  - {id: whole, name: 乙线, group: g, carrier: ct, termination_a: centre, termination_z: b, address: 10.64.0.6,
     path: direct}
"""
LEAVING = """\
  - {id: leaving, name: 丙线, group: g, carrier: ct, termination_a: centre, termination_z: c, address: 10.64.0.10,
     path: direct}
"""
ALL = {"cut": 1.0, "whole": 1.0, "leaving": 1.0}
PATIENCE = 25.0  # seconds; it comes about much sooner where nobody is in the way
UP, WATCHED = "linewalker_circuit_up", "linewalker_circuit_watched"
OUTAGES, SECONDS = "linewalker_circuit_outages_total", "linewalker_circuit_outage_seconds_total"


class Scraped:
    """A practice network with Prometheus looking on."""

    def __init__(self, network: Practice, client: httpx.Client, address: str) -> None:
        self.network = network
        self.client = client
        self.address = address

    def await_up(self, expected: dict[str, float]) -> None:
        """Wait until Prometheus knows exactly these circuits, and these states of them."""
        self.await_series(UP, expected)

    def await_series(self, metric: str, expected: dict[str, float]) -> None:
        found = waited(lambda: series(self.client, metric), lambda now: now == expected, PATIENCE)
        assert found == expected

    def stored(self, metric: str) -> dict[str, list[tuple[float, float]]]:
        """Every sample ever scraped: when and what, by circuit; of a metric without circuits under ''."""
        answer = self.client.get("/query", params={"query": f"{metric}[1h]"})
        return {
            one["metric"].get("circuit", ""): [(float(at), float(value)) for at, value in one["values"]]
            for one in answer.json()["data"]["result"]
        }


@pytest.fixture
def scraped(tmp_path: Path) -> Iterator[Scraped]:
    path = tmp_path / "network.yaml"
    path.write_text(NETWORK + LEAVING, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with (
            practice(path, tmp_path / "data", listener=listener) as network,
            prometheus(tmp_path, address) as client,
        ):
            network.await_watch()
            yield Scraped(network, client, address)


@pytest.mark.timeout(240)
def test_what_prometheus_stored_agrees_with_the_ledger(scraped: Scraped) -> None:
    folder = scraped.network.folder
    scraped.await_up(ALL)

    control.cut(folder, "cut")
    scraped.await_up({**ALL, "cut": 0.0})
    control.cut(folder, "leaving", silent=True)
    scraped.await_up({**ALL, "cut": 0.0, "leaving": 0.0})
    control.restore(folder, "cut")
    control.restore(folder, "leaving")
    scraped.await_up(ALL)

    control.cut(folder, "uplink", silent=True)
    scraped.await_up({})
    scraped.await_series(WATCHED, {})
    control.restore(folder, "uplink")
    scraped.await_up(ALL)

    killed = scraped.network.pid("collector.ask")
    os.kill(killed, signal.SIGKILL)
    until(lambda: scraped.network.pid("collector.ask") not in {0, killed}, PATIENCE)
    scraped.await_up(ALL)
    control.cut(folder, "cut", silent=True)
    scraped.await_up({**ALL, "cut": 0.0})
    control.restore(folder, "cut")
    scraped.await_up(ALL)

    _assert_a_removed_circuit_is_forgotten(scraped)
    _assert_totals_come_to_agree(scraped)
    _assert_unknown_is_absence(scraped)
    _assert_samples_follow_the_runs(scraped)


def _assert_a_removed_circuit_is_forgotten(scraped: Scraped) -> None:
    network = scraped.network.folder.parent / "network.yaml"
    network.write_text(NETWORK, encoding="utf-8")
    os.kill(scraped.network.pid("collector.app"), signal.SIGHUP)
    scraped.await_up({"cut": 1.0, "whole": 1.0})
    # its samples of a moment ago are still there, and said to have ended: else they would count for five minutes
    assert scraped.stored(UP)["leaving"]
    assert series(scraped.client, '{circuit="leaving"}') == {}
    listed = httpx.get(f"{scraped.address}/sd/circuits").json()
    assert [one["labels"]["__meta_linewalker_id"] for one in listed] == ["cut", "whole"]


def _watched(scraped: Scraped) -> list[tuple[float, float]]:
    return scraped.network.query("SELECT started_at / 1e6, ended_at / 1e6 FROM watch")


def _seconds(runs: list[DownRun], watched: list[tuple[float, float]], until: float) -> float:
    """What of these runs was watched up to a moment."""
    return sum(
        max(0.0, min(run.ended_at or until, until, end) - max(run.started_at, begin))
        for run in runs
        for begin, end in watched
    )


def _assert_totals_come_to_agree(scraped: Scraped) -> None:
    def expected() -> tuple[dict[str, float], dict[str, float]]:
        runs, watched = scraped.network.down_runs(), _watched(scraped)
        own = {name: [run for run in runs if run.subject == name] for name in ("cut", "whole")}
        lasted = {name: _seconds(found, watched, float("inf")) for name, found in own.items()}
        return {name: float(len(found)) for name, found in own.items()}, lasted

    def agrees(found: tuple[dict[str, float], dict[str, float]]) -> bool:
        outages, lasted = expected()
        return found[0] == outages and found[1] == pytest.approx(lasted, abs=1e-5)

    found = waited(
        lambda: (series(scraped.client, OUTAGES), series(scraped.client, SECONDS)), agrees, PATIENCE
    )
    assert agrees(found), (found, expected())
    assert found[0]["cut"] >= 2
    assert found[1]["cut"] > 0


def _assert_unknown_is_absence(scraped: Scraped) -> None:
    """In every scrape while nobody watched, no circuit was said to be up, down or watched."""
    watching = dict(scraped.stored("linewalker_watching")[""])
    blind = {at for at, value in watching.items() if not value}
    assert blind
    for metric in (UP, WATCHED):
        for circuit, samples in scraped.stored(metric).items():
            assert not blind & {at for at, _ in samples}, (metric, circuit)
    assert {value for samples in scraped.stored(WATCHED).values() for _, value in samples} == {1.0}


def _assert_samples_follow_the_runs(scraped: Scraped) -> None:
    runs, watched = scraped.network.down_runs(), _watched(scraped)
    up, outages, lasted = (scraped.stored(metric) for metric in (UP, OUTAGES, SECONDS))
    for circuit, cuts in (("cut", 2), ("leaving", 1), ("whole", 0)):
        own = [run for run in runs if run.subject == circuit]
        silences = [list(part) for value, part in groupby(up[circuit], lambda one: one[1]) if value == 0.0]
        # one that was over before the next scrape is in the ledger alone
        assert cuts <= len(silences) <= len(own), circuit
        for first, _ in (silence[0] for silence in silences):
            assert any(run.started_before <= first + SCRAPE_SECONDS for run in own), (circuit, first)
        for at, value in outages[circuit]:
            assert value <= sum(run.started_at <= at + SCRAPE_SECONDS for run in own), (circuit, at)
        for at, value in lasted[circuit]:
            assert value <= _seconds(own, watched, at + SCRAPE_SECONDS) + 1e-5, (circuit, at)
        for counted in (outages[circuit], lasted[circuit]):
            assert all(after >= before for (_, before), (_, after) in pairwise(counted)), circuit
