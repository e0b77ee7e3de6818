"""`/metrics`: the overview as Prometheus text, format 0.0.4. What is unknown has no sample.

Here live metric names, their help and how lines are put together; nothing is measured or judged here.

prometheus_client writes the families of the collector itself. It needs some 3 s for 10,000 circuits, so the
families with a line per subject are joined here: the labels of a subject are rendered once and kept for as
long as the same tuple of subjects comes back; only values are written anew.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from exporters.judged import indicator_families
from exporters.lines import THINGS, head, info_labels, lines, subject_labels
from exporters.reading import (
    UNKNOWN,
    UPSTREAM,
    AlertsNow,
    CollectorNow,
    Columns,
    Kind,
    Reader,
    Subject,
    TrapsNow,
)
from exporters.samples import Samples
from exporters.standing import Standing

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Family:
    """One metric of every subject of a kind; `values` gives a value a row, NaN where there is no sample."""

    suffix: str
    type: Literal["gauge", "counter"]
    help: str
    values: Callable[[Columns], NDArray[np.float64]]


def up(now: Columns) -> NDArray[np.float64]:
    """1 up, 0 down, NaN while unknown."""
    return np.where(now.state == UNKNOWN, np.nan, now.state)


def watched(now: Columns) -> NDArray[np.float64]:
    """1 while somebody watches. A subject masked by its upstream is watched, though its state is unknown."""
    values = np.where(now.state == UNKNOWN, np.nan, 1.0)
    values[[row for row, reason in now.reason.items() if reason.startswith(UPSTREAM)]] = 1.0
    return values


FAMILIES = (
    Family("up", "gauge", "Whether the {thing} answers: 1 up, 0 down, no sample while unknown.", up),
    Family("watched", "gauge", "1 while the {thing} is watched, no sample while nobody watches.", watched),
    Family("rtt_seconds", "gauge", "Round trip of the last answer of the {thing}.", lambda now: now.rtt),
    Family(
        "loss_ratio",
        "gauge",
        "Share of first packets lost in the last five to ten minutes.",
        lambda now: now.loss,
    ),
    Family(
        "outages_total",
        "counter",
        "Recorded down-runs of the {thing}, short ones included.",
        lambda now: now.outages,
    ),
    Family(
        "outage_seconds_total",
        "counter",
        "Measured down-time of the {thing}, the present run included.",
        lambda now: now.outage_seconds,
    ),
)

# What live figures of probes are; one that is not named here is written all the same.
FIGURES = {
    "dns_seconds": "Time to look the name up.",
    "connect_seconds": "Time to connect.",
    "tls_seconds": "Time of the TLS handshake.",
    "first_byte_seconds": "Time from the request to the head of the answer.",
    "certificate_days": "Days until the first certificate of the chain ends.",
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """What stays the same for one tuple of subjects."""

    subjects: tuple[Subject, ...]
    heads: list[str]
    info: str

    @classmethod
    def of(cls, thing: str, subjects: tuple[Subject, ...]) -> "Rendered":
        """Render the labels of all subjects once."""
        name = f"linewalker_{thing}_info"
        ones = np.ones(len(subjects))
        info = head(name, "gauge", f"Name and attributes of the {thing}.")
        info += lines(name, [info_labels(thing, subject) for subject in subjects], ones)
        return cls(subjects, [subject_labels(thing, subject) for subject in subjects], info)


_NOT_JUDGED = Standing()


class CollectorFamilies(Collector):
    """The families of the collector itself, for prometheus_client to write."""

    def __init__(self, now: CollectorNow, standing: Standing = _NOT_JUDGED) -> None:
        self._now = now
        self._standing = standing

    def collect(self) -> Iterator[Metric]:
        """Rounds, queue, clock and build."""
        now = self._now
        completed = CounterMetricFamily("linewalker_rounds", "Completed rounds.", labels=["round"])
        late = GaugeMetricFamily(
            "linewalker_round_late_seconds", "How late the last round started.", labels=["round"]
        )
        for one in now.rounds:
            completed.add_metric([one.name], one.completed)
            late.add_metric([one.name], one.late_seconds)
        yield from (completed, late)
        yield GaugeMetricFamily("linewalker_watching", "Whether the collector watches.", value=now.watching)
        yield GaugeMetricFamily(
            "linewalker_ledger_queue_rows", "Rows not yet in the ledger.", value=now.queue_rows
        )
        yield GaugeMetricFamily(
            "linewalker_ledger_spool_rows", "Of these, rows that wait on the disk.", value=now.spool_rows
        )
        yield GaugeMetricFamily(
            "linewalker_config_refused",
            "Whether a newer configuration was refused and the old one stays in force.",
            value=now.config_refused,
        )
        yield GaugeMetricFamily(
            "linewalker_keeping_problem",
            "Whether the last daily keeping of the ledger failed.",
            value=now.keeping_failed,
        )
        if now.kept_at is not None:
            yield GaugeMetricFamily(
                "linewalker_keeping_last_success_timestamp_seconds",
                "When the last daily keeping of the ledger that succeeded was begun.",
                value=now.kept_at,
            )
        # An offset of 0 would claim a clock that was compared; without a source there is no sample.
        if now.clock_offset is not None:
            yield GaugeMetricFamily(
                "linewalker_clock_offset_seconds",
                "How far the clock is ahead of the named source.",
                value=now.clock_offset,
            )
        if now.traps is not None:
            yield from _traps(now.traps)
        if now.alerts is not None:
            yield from _alerts(now.alerts)
        yield from indicator_families(self._standing)
        build = {"version": now.version, "config_digest": now.config_digest}
        yield InfoMetricFamily("linewalker_build", "Program version and configuration.", value=build)


def _traps(now: TrapsNow) -> Iterator[Metric]:
    yield CounterMetricFamily(
        "linewalker_traps_received", "SNMP traps and informs let in.", value=now.received
    )
    dropped = CounterMetricFamily(
        "linewalker_traps_dropped",
        "Datagrams that came where traps are listened for and were not let in.",
        labels=["reason"],
    )
    for reason, count in now.dropped.items():
        dropped.add_metric([reason], count)
    yield dropped


def _alerts(now: AlertsNow) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "linewalker_alerts_told", "Trouble that people were told of and that is not over.", value=now.told
    )
    labels = ["receiver"]
    waiting = GaugeMetricFamily(
        "linewalker_alerts_waiting", "Notices that are still to be told.", labels=labels
    )
    failing = GaugeMetricFamily(
        "linewalker_alerts_failing", "Whether the last message did not get through.", labels=labels
    )
    sent = GaugeMetricFamily(
        "linewalker_alerts_last_sent_timestamp_seconds", "When a message last got through.", labels=labels
    )
    for one in now.receivers:
        waiting.add_metric([one.id], one.waiting)
        failing.add_metric([one.id], bool(one.problem))
        if one.sent_at == one.sent_at:
            sent.add_metric([one.id], one.sent_at)
    yield from (waiting, failing, sent)


class Metrics:
    """Writes what the reader tells as Prometheus text."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._rendered: dict[str, Rendered] = {}
        self._samples = Samples()
        self._process = CollectorRegistry()
        ProcessCollector(registry=self._process)
        PlatformCollector(registry=self._process)

    def render(self) -> bytes:
        """All families as UTF-8 text, format 0.0.4."""
        overview = self._reader.overview()
        blocks = [
            block
            for name, kind in overview.kinds.items()
            if kind.subjects
            for block in self._kind(THINGS[name], kind)
        ]
        blocks += self._samples.render(overview.kinds)
        families = CollectorFamilies(overview.collector, overview.standing)
        own = generate_latest(families) + generate_latest(self._process)
        return "".join(f"{block}\n" for block in blocks).encode() + own

    def _kind(self, thing: str, kind: Kind) -> Iterator[str]:
        rendered = self._rendered.get(thing)
        # Identity, not equality: comparing 10,000 subjects would cost more than what is saved.
        if rendered is None or rendered.subjects is not kind.subjects:
            rendered = self._rendered[thing] = Rendered.of(thing, kind.subjects)
        yield rendered.info
        for family in FAMILIES:
            name = f"linewalker_{thing}_{family.suffix}"
            first = head(name, family.type, family.help.format(thing=thing))
            yield first + lines(name, rendered.heads, family.values(kind.now))
        for figure, column in kind.now.values.items():
            name = f"linewalker_{thing}_{figure}"
            text = FIGURES.get(figure, "Live figure of the probe.")
            yield head(name, "gauge", text) + lines(name, rendered.heads, column)
