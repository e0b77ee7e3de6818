"""`/metrics` of very many circuits, ours and prometheus_client's in turn, in a process of its own; prints JSON."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from prometheus_client import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from exporters.prometheus import FAMILIES, Metrics
from exporters.reading import UP, Change, CollectorNow, Columns, Kind, Overview, Subject


@dataclass(frozen=True, slots=True)
class Standing:
    """A reader of one moment that does not change."""

    now: Overview

    def overview(self) -> Overview:
        """That moment."""
        return self.now

    def recent(self, limit: int) -> tuple[Change, ...]:
        """Nothing has happened."""
        return ()[:limit]


class ByClient(Collector):
    """The same families and labels, as a custom collector of prometheus_client."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def collect(self) -> Iterator[Metric]:
        """All families of the circuits."""
        lines, now = self._kind.subjects, self._kind.now
        for family in FAMILIES:
            make = CounterMetricFamily if family.type == "counter" else GaugeMetricFamily
            name = f"linewalker_circuit_{family.suffix}"
            metric = make(name, family.help, labels=["circuit", "group", "carrier", "site"])
            for line, value in zip(lines, family.values(now).tolist(), strict=True):
                metric.add_metric([line.id, line.group, line.carrier, line.site], value)
            yield metric
        labels = ["circuit", "name", "site_name", "carrier_name", "cid", "path"]
        info = GaugeMetricFamily("linewalker_circuit_info", "Name and attributes.", labels=labels)
        for line in lines:
            texts = [line.id, line.name, line.site_name, line.carrier_name, line.cid, line.path]
            info.add_metric(texts, 1)
        yield info


def main() -> None:
    """Arguments: how many circuits, how many repetitions."""
    count, repetitions = int(sys.argv[1]), int(sys.argv[2])
    kind = Kind(tuple(_circuit(at) for at in range(count)), _columns(count))
    now = Overview(0.0, {"circuits": kind}, CollectorNow("bench", "bench", "0", watching=True))
    metrics, client = Metrics(Standing(now)), ByClient(kind)
    found: dict[str, list[float]] = {"first": [_timed(metrics.render)], "ours": [], "client": []}
    for _ in range(repetitions):
        found["ours"].append(_timed(metrics.render))
        found["client"].append(_timed(lambda: generate_latest(client)))
    lines = metrics.render().count(b"\nlinewalker_circuit_")
    print(json.dumps({**found, "lines": lines, "bytes": len(metrics.render())}))


def _timed(render: Callable[[], bytes]) -> float:
    began = time.process_time()
    render()
    return time.process_time() - began


def _circuit(at: int) -> Subject:
    return Subject(
        id=f"c{at:05}",
        name=f"线路{at}",
        group=f"group{at % 20}",
        carrier=("ct", "cu", "cm")[at % 3],
        carrier_name=("中国电信", "中国联通", "中国移动")[at % 3],
        site=f"s{at // 2}",
        site_name=f"分局{at // 2}",
        path="direct",
        cid=f"HN-{at:06}",
    )


def _columns(count: int) -> Columns:
    draw = np.random.default_rng(7)
    return Columns(
        state=np.full(count, UP, np.int8),
        since=np.zeros(count),
        rtt=draw.uniform(0.002, 0.03, count),
        loss=np.zeros(count),
        outages=np.zeros(count, np.int64),
        outage_seconds=np.zeros(count),
    )


if __name__ == "__main__":
    main()
