"""A made-up year: what went wrong in it, and what a collector with its rhythm would have recorded of that.

Everything follows from a configuration and a seed. `draw` says what truly happened; `recorded` gives the rows of it
by table, as plain values: whoever keeps facts writes them, and packs the columns. Truth and record are made
apart, so that figures computed from the record can be held against the truth.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from config.model import Config
from lab.year_affairs import BIN, Affair, Deed, Window, affairs
from lab.year_counts import Counted, counted, questions
from lab.year_ports import Reading, Shared
from lab.year_proofs import Circumstances, Order, Proof, proofs
from lab.year_seen import DOWN, ROUND_TRIP, UP, Run, Seen, seen
from lab.year_traffic import Traffic, drawn
from lab.year_watching import Beat, Gap, Watch, gaps, watches
from lab.year_world import Element, Spans, away, elements, key, union

Rows = Iterator[dict[str, Any]]
Table = tuple[str, Rows]  # some rows of one
Held = Mapping[Beat, Sequence[Watch]]

PORT = "interface"  # of a check: it reads the port that carries a circuit


@dataclass(frozen=True, slots=True)
class Asked:
    """One check that is to be asked in the year, and from when until when; microseconds."""

    check: int
    kind: str
    subject: str
    address: str
    phase: float
    beat: Beat
    begin: int
    end: int

    @property
    def element(self) -> str:
        """Whose state it asks about."""
        return key(self.kind, self.subject)


@dataclass(frozen=True, slots=True)
class Year:
    """What truly happened in [begin, end): by element when it was broken itself, and when it was cut off."""

    begin: int
    end: int
    seed: int
    affairs: tuple[Affair, ...]
    gaps: tuple[Gap, ...]
    world: Mapping[str, Element]
    broken: Mapping[str, Spans]
    away: Mapping[str, Spans]
    done: Mapping[str, tuple[Deed, ...]]  # by element, in order
    traffic: Traffic
    proofs: tuple[Proof, ...]

    def deeds_of(self, name: str) -> tuple[Deed, ...]:
        """All that was done to an element, in order."""
        return self.done.get(name, ())

    @property
    def deeds(self) -> list[Deed]:
        """All that was done, in order."""
        return sorted((one for affair in self.affairs for one in affair.deeds), key=lambda one: one.begin)

    @property
    def windows(self) -> list[Window]:
        """All maintenance windows, in order."""
        return [one for affair in self.affairs for one in affair.windows]


def draw(
    config: Config, begin: int, end: int, seed: int, *, gapless: bool = False, orders: Sequence[Order] = ()
) -> Year:
    """The truth of [begin, end), microseconds; the same for the same seed.

    `gapless`: somebody always looked. `orders`: the throughput tests that the configuration has made in that time.
    """
    world = elements(config)
    found = affairs(world, begin, end, seed)
    done: dict[str, list[Deed]] = {}
    for deed in sorted((deed for affair in found for deed in affair.deeds), key=lambda one: one.begin):
        done.setdefault(deed.element, []).append(deed)
    cuts = {
        name: [(one.begin, one.end) for one in deeds if one.what == "cut"] for name, deeds in done.items()
    }
    broken = {name: union(spans) for name, spans in cuts.items() if spans}
    gone = away(world, broken)
    between = () if gapless else tuple(gaps(begin, end, seed))
    traffic = drawn(config, begin, end, seed, {one.circuit for one in orders})
    met = Circumstances(traffic, gone, [(one.begin, one.end) for one in between])
    return Year(
        begin,
        end,
        seed,
        tuple(found),
        between,
        world,
        broken,
        gone,
        {name: tuple(deeds) for name, deeds in done.items()},
        traffic,
        tuple(proofs(met, orders, begin, end, seed)),
    )


def recorded(year: Year, asked: Sequence[Asked], vantage: str, edges: Sequence[int]) -> Iterator[Table]:
    """All rows of the year, some of one table at a time; days lie between successive `edges`.

    Of `quality_bins` the `bins` are columns, to be packed by whoever writes them.
    """
    held = {one.beat: watches(one.beat, year.begin, year.end, year.gaps) for one in asked}
    yield "watch", (_watch(beat, one, vantage) for beat, found in held.items() for one in found)
    yield from _of_checks(year, [one for one in asked if one.kind != PORT], held, edges)
    yield from _of_ports(year, [one for one in asked if one.kind == PORT], held, edges)
    yield "throughput", ({**one.row, "vantage": vantage} for one in year.proofs)


def _of_checks(year: Year, asked: Sequence[Asked], held: Held, edges: Sequence[int]) -> Iterator[Table]:
    told = {one: _seen(year, one, held[one.beat]) for one in asked}
    yield "run", (_run(one, run) for one in asked for run in told[one].runs)
    yield "packet", (row for one in asked for row in _packets(one, told[one].runs))
    for one in asked:
        yield from _counts(
            one.check, counted(one.check, one.beat, one.phase, told[one], held[one.beat], edges)
        )


def _of_ports(year: Year, asked: Sequence[Asked], held: Held, edges: Sequence[int]) -> Iterator[Table]:
    shared = Shared()
    for one in asked:
        port = year.traffic.ports[one.subject]
        away_ = year.away[port.device], year.away[key("circuit", one.subject)]
        read = Reading(year.traffic, port, one.check, one.beat, one.phase, *away_, held[one.beat])
        told = read.seen(one.begin, one.end)
        yield (
            "run",
            ({**_run(one, run), "outcome": what, "reason": why} for run, what, why in read.runs(told)),
        )
        yield "port", read.speeds(told)
        yield from _counts(one.check, read.days(told, edges, shared))


def _counts(check: int, counts: Iterable[Counted]) -> Iterator[Table]:
    days = list(counts)
    yield "quality_day", (dict(day.sums) for day in days)
    yield (
        "quality_bins",
        ({"started_at": day.sums["started_at"], "check": check, "bins": day.columns} for day in days),
    )


def _seen(year: Year, one: Asked, held: Sequence[Watch]) -> Seen:
    found = seen(one.beat, one.phase, year.away.get(one.element, []), held, one.begin, one.end)
    draw_ = np.random.default_rng([year.seed, one.check])
    for deed in (deed for deed in year.deeds_of(one.element) if deed.what == "loss"):
        for bin_ in range(deed.begin, deed.end, BIN):
            found.rescued += _lost(one, held, found, bin_, deed.share, draw_)
    found.rescued.sort()
    return found


def _lost(
    one: Asked, held: Sequence[Watch], found: Seen, begin: int, share: float, draw_: np.random.Generator
) -> list[int]:
    """The questions of five minutes of which the first packet was lost."""
    asked = questions(one.beat, one.phase, held, max(begin, one.begin), min(begin + BIN, one.end))
    first = found.runs[0].begin if found.runs else 0
    asked = asked[asked > first]
    lost: list[int] = draw_.choice(asked, round(share * len(asked)), replace=False).tolist()
    return lost


def _watch(beat: Beat, one: Watch, vantage: str) -> dict[str, Any]:
    return {
        "vantage": vantage,
        "round": beat.name,
        "started_at": one.begin,
        "ended_at": one.end,
        "reason": one.reason,
        "stepped_to": None,
        "origin": one.begin,
        "interval": beat.interval,
        "span": beat.span,
        "clock_offset": None,
        "clock_error": None,
        "clock_source": None,
    }


def _run(one: Asked, run: Run) -> dict[str, Any]:
    return {
        "check": one.check,
        "started_at": run.begin,
        "outcome": run.outcome,
        "round": one.beat.name,
        "started_after": run.after,
        "started_before": run.before,
        "ended_at": run.end,
        "ended_after": run.end_after,
        "ended_before": run.end_before,
        "reason": "no answer" if run.outcome == DOWN else "",
    }


def _packets(one: Asked, runs: Sequence[Run]) -> Rows:
    """Of every down-run the last answered packet before it, the silence, and the first answered packet after it."""
    for run in runs:
        if run.outcome == DOWN:
            around = [(run.after, UP), (run.begin, DOWN), (run.end, UP)]
            for sent, outcome in around:
                if sent is not None:
                    yield _packet(one, run, sent, answered=outcome == UP)


def _packet(one: Asked, run: Run, sent: int, *, answered: bool) -> dict[str, Any]:
    beat, silent = one.beat, run.end_after or run.before - one.beat.timeout
    burst = run.begin + beat.retries * beat.retry_after
    until = sent if answered else max(silent, burst)
    return {
        "check": one.check,
        "run_started_at": run.begin,
        "sent_at": sent,
        "until": until,
        "count": 1 if answered else 1 + beat.retries + max(0, until - burst) // beat.fast,
        "received_at": sent + ROUND_TRIP if answered else None,
        "by": one.address if answered else "",
    }
