"""A year of very many circuits for judging: a million runs of which ten circuits hold half, written into a ledger.

Every row goes through the collector's own `Ledger.write`. What a circuit did is drawn with a seed: outages from
seconds to hours, days with a retry here and there; the five-minute columns of clean days are let go, as retention
does after 13 months, and those of days with a round down are there.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.province import Province
from collector.keeping import bins
from collector.keeping.bins import Ints
from collector.ledger.store import Batch, Ledger, Life, Row, open_ledger, sqlite_url
from probes.rhythm import Rhythm

DAY = 86_400_000_000
BIN = 300_000_000
BUSY = 10  # circuits that hold half of all runs
_ROWS = 5000
_WATCHES = 400  # one a day, and a few restarts
_BREAK = 60_000_000  # between two watches
_ROUND = "icmp-10s"


def write_year(kept: Path, province: Province, runs: int, days: int = 365) -> dict[str, int]:
    """A year that ends with the last midnight UTC; how many rows of each table it has."""
    end = int(time.time() * 1e6) // DAY * DAY
    ledger = open_ledger(sqlite_url(kept), create=True)
    ledger.begin(Life(collector="main", vantage="bench", version="0", now=(end - days * DAY) / 1e6))
    same = {"probe": "icmp", "source": "", "vantage": "bench", "kind": "circuit"}
    specs = [{**same, "subject": one, "address": address} for one, address in province.identities()]
    checks = ledger.enrol(specs)
    draw = np.random.default_rng(7)
    moments = {check: _moments(draw, end, days, count) for check, count in _shares(checks, runs)}
    tables = {
        "watch": _watches(end, days, province.interval),
        "run": (row for check, begins in moments.items() for row in _runs(check, begins)),
        "quality_day": _days(moments, end, days),
        "quality_bins": _bins(moments, draw, end, days),
    }
    written = {name: _write(ledger, name, rows) for name, rows in tables.items()}
    ledger.close()
    return written


def _shares(checks: list[int], runs: int) -> Iterator[tuple[int, int]]:
    """How many outages each circuit has; an outage is two runs."""
    busy = min(BUSY, len(checks) // 2)
    for number, check in enumerate(checks):
        yield check, runs // 4 // busy if number < busy else runs // 4 // (len(checks) - busy)


def _moments(draw: np.random.Generator, end: int, days: int, outages: int) -> Ints:
    """When the runs of a circuit begin: up, down, up, …; the last is up and goes on."""
    starts = np.sort(draw.integers(end - days * DAY + BIN, end - DAY, outages))
    lengths = (np.exp(draw.normal(5.5, 1.2, outages)) * 1e6).astype(np.int64)  # some four minutes
    room = np.diff(starts, append=end)
    ends = starts + np.minimum(lengths, room * 9 // 10)
    return np.concatenate([[end - days * DAY], np.stack([starts, ends], axis=1).ravel()])


def _write(ledger: Ledger, table: str, rows: Iterator[Row]) -> int:
    written, batch = 0, Batch()
    for row in rows:
        batch.add(table, [row])
        if len(batch) == _ROWS:
            ledger.write(batch)
            written, batch = written + len(batch), Batch()
    ledger.write(batch)
    return written + len(batch)


def _watches(end: int, days: int, interval: float) -> Iterator[Row]:
    length = days * DAY // _WATCHES
    for at in range(_WATCHES):
        begin = end - days * DAY + at * length
        yield {
            "vantage": "bench",
            "round": _ROUND,
            "started_at": begin,
            "ended_at": begin + length - _BREAK,
            "reason": "stopped",
            "stepped_to": None,
            "origin": begin,
            "interval": int(interval * 1e6),
            "span": int(Rhythm(interval=interval).span * 1e6),
            "clock_offset": None,
            "clock_source": None,
        }


def _runs(check: int, begins: Ints) -> Iterator[Row]:
    at = begins.tolist()
    for number, (begin, after) in enumerate(zip(at, [*at[1:], None], strict=True)):
        yield {
            "check": check,
            "started_at": begin,
            "outcome": 1 - number % 2,
            "round": _ROUND,
            "started_after": begin - 2_000_000,
            "started_before": begin + 1_000_000,
            "ended_at": after,
            "ended_after": after and after - 2_000_000,
            "ended_before": after and after + 1_000_000,
            "reason": "host unreachable from 10.0.0.1" if number % 6 == 1 else "",
        }


def _down_days(begins: Ints) -> set[int]:
    return set((begins[1:] // DAY * DAY).tolist())


def _days(moments: dict[int, Ints], end: int, days: int) -> Iterator[Row]:
    down = {check: _down_days(begins) for check, begins in moments.items()}
    for day in range(1, days + 1):
        begin = end - day * DAY
        for check, mine in down.items():
            yield {
                "started_at": begin,
                "check": check,
                "ended_at": begin + DAY,
                **_counted(begin in mine, 8 * (check % 5 == 0)),
            }


def _counted(down: bool, lossy: int) -> Row:
    sent = 8640 - 24 * down
    return {
        "sent": sent,
        "rescued": lossy,
        "incomplete": 0,
        "down": 24 * down,
        "answered": sent,
        "rtt_sum": 12_000 * sent,
        "rtt_max": 40_123,
    }


def _bins(
    moments: dict[int, Ints],
    draw: np.random.Generator,
    end: int,
    days: int,
) -> Iterator[Row]:
    packed = [bins.pack(_day(draw)) for _ in range(50)]
    first = end - days * DAY
    for check, begins in moments.items():
        for day in sorted(_down_days(begins)):
            if day >= first:
                yield {"started_at": day, "check": check, "bins": packed[(check + day // DAY) % len(packed)]}


def _day(draw: np.random.Generator) -> bins.Ints:
    """288 five minutes at 10 s: some 30 questions each, one a rescue here and there, an outage of four minutes."""
    one: bins.Ints = bins.empty(1, DAY // BIN)[0]
    noise = draw.normal(0, 900, (30, DAY // BIN)) + 12_000
    one[[0, 4]] = 30
    one[0, 100], one[3, 100] = 6, 24
    one[1, draw.choice(DAY // BIN, 8, replace=False)] = 1
    one[5], one[6] = noise.astype(np.int64).sum(axis=0), noise.astype(np.int64).max(axis=0)
    return one
