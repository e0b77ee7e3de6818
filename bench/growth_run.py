"""A year of very many circuits written straight into a ledger, then the service started on it; prints JSON.

Every row goes through the collector's own `Ledger.write`; the day's columns through its own packing. What a circuit
did in the year is drawn: some outages of minutes, a retry here and there, round trips with noise.
"""

import argparse
import http.client
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.account import RunError
from bench.province import PORT, Province
from bench.sends import Sniffer
from bench.service import Service, running
from collector.keeping import bins
from collector.ledger.schema import metadata
from collector.ledger.store import Batch, Ledger, Life, Row, open_ledger, sqlite_url
from probes.rhythm import Rhythm

DAY = 86_400_000_000
BIN = 300_000_000
PACKETS = 7  # a down-run's: two rounds before it, its own, the silence, two rounds after
_ROWS = 5000
_PATTERNS = 200  # different days that are packed; packing all of them would take half an hour
_RECENT_DAYS = 2
_WATCHES = 400  # one a day, and a few restarts
_WITHIN = 60.0
_SIZES = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name"
_TABLES = "SELECT name, tbl_name FROM sqlite_master"


def main() -> None:
    """Arguments: circuits, days, and how many outages a circuit has in that time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--outages", type=int, default=50)
    given = parser.parse_args()
    province = Province(given.count)
    with tempfile.TemporaryDirectory() as folder:
        network, kept = province.write(Path(folder)), Path(folder) / "kept"
        kept.mkdir()
        began = time.monotonic()
        rows = _write_year(kept, province, given.days, given.outages)
        wrote = time.monotonic() - began
        with Sniffer() as sniffer, running(network, kept) as service:
            found = _started(service, sniffer, time.time())
        size = (kept / "ledger.sqlite").stat().st_size
        print(json.dumps({**found, "rows": rows, "wrote": wrote, "file": size, "sizes": _sizes(service)}))


def _write_year(kept: Path, province: Province, days: int, outages: int) -> dict[str, int]:
    end = int(time.time() * 1e6) // DAY * DAY
    ledger = open_ledger(sqlite_url(kept), create=True)
    ledger.begin(Life(collector="main", vantage="bench", version="0", now=(end - days * DAY) / 1e6))
    same = {"probe": "icmp", "source": "", "vantage": "bench"}
    specs = [
        {**same, "kind": "sentinel", "subject": one, "address": one} for one in (province.near, province.far)
    ]
    specs += [
        {**same, "kind": "circuit", "subject": subject, "address": address}
        for subject, address in province.identities()
    ]
    checks = ledger.enrol(specs)
    draw, written = np.random.default_rng(7), dict[str, int]()
    tables = {
        "watch": _watches(end, days, province.interval),
        "run": _runs(checks, draw, end, days, outages),
        "packet": _packets(checks, draw, end, days, outages),
        "quality_day": _days(checks, end, days),
        "quality_bins": _bins(checks, draw, end, days),
        "quality": _recent(checks, end),
    }
    for name, rows in tables.items():
        if name in metadata.tables:
            written[name] = _write(ledger, name, rows)
    ledger.close()
    return written


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
    span = int(Rhythm(interval=interval).span * 1e6)
    for at in range(_WATCHES):
        begin = end - days * DAY + at * length
        yield {
            "vantage": "bench",
            "round": f"icmp-{interval:g}s",
            "started_at": begin,
            "ended_at": begin + length - 60_000_000,
            "reason": "stopped",
            "stepped_to": None,
            "origin": begin,
            "interval": int(interval * 1e6),
            "span": span,
            "clock_offset": None,
            "clock_source": None,
        }


def _moments(draw: np.random.Generator, end: int, days: int, outages: int) -> list[int]:
    """When the runs of a circuit begin: up, down, up, …; the last is up and goes on."""
    begins = np.sort(draw.integers(end - days * DAY, end - DAY, 2 * outages + 1))
    return [int(one) for one in begins]


def _runs(checks: list[int], draw: np.random.Generator, end: int, days: int, outages: int) -> Iterator[Row]:
    for check in checks:
        begins = _moments(draw, end, days, outages)
        for at, (begin, after) in enumerate(zip(begins, [*begins[1:], None], strict=True)):
            yield {
                "check": check,
                "started_at": begin,
                "outcome": 1 - at % 2,
                "round": "icmp-10s",
                "started_after": begin - 2_000_000,
                "started_before": begin + 1_000_000,
                "ended_at": after,
                "ended_after": after and after - 2_000_000,
                "ended_before": after and after + 1_000_000,
                "reason": "host unreachable from 10.0.0.1" if at % 6 == 1 else "",
            }


def _packets(
    checks: list[int], draw: np.random.Generator, end: int, days: int, outages: int
) -> Iterator[Row]:
    for check in checks:
        for begin in _moments(draw, end, days, outages)[1::2]:
            for number in range(PACKETS):
                sent = begin + (number - 2) * 10_000_000
                silent = 2 <= number < 5
                yield {
                    "check": check,
                    "run_started_at": begin,
                    "sent_at": sent,
                    "until": sent,
                    "count": 1,
                    "received_at": None if silent else sent + 12_345,
                    "by": "" if silent else "10.123.45.67",
                }


def _counted(sent: int) -> Row:
    return {
        "sent": sent,
        "rescued": sent // 1000,
        "incomplete": 0,
        "down": 3,
        "answered": sent - 3,
        "rtt_sum": 12_000 * sent,
        "rtt_max": 40_123,
    }


def _days(checks: list[int], end: int, days: int) -> Iterator[Row]:
    for day in range(_RECENT_DAYS, days):
        begin = end - day * DAY
        for check in checks:
            yield {"started_at": begin, "check": check, "ended_at": begin + DAY, **_counted(8640)}


def _bins(checks: list[int], draw: np.random.Generator, end: int, days: int) -> Iterator[Row]:
    packed = [bins.pack(_day(draw)) for _ in range(_PATTERNS)]
    for day in range(_RECENT_DAYS, days):
        begin = end - day * DAY
        for check in checks:
            yield {"started_at": begin, "check": check, "bins": packed[(check + 7 * day) % _PATTERNS]}


def _day(draw: np.random.Generator) -> bins.Ints:
    """288 five minutes of a healthy line at 10 s: 30 questions each, some 12 ms with noise, a rescue or two."""
    one: bins.Ints = bins.empty(1, DAY // BIN)[0]
    noise = draw.normal(0, 900, (30, DAY // BIN)) + 12_000 + 2000 * np.sin(np.arange(DAY // BIN) / 46)
    rtt = noise.astype(np.int64)
    one[[0, 4]] = 30
    one[1, draw.integers(0, DAY // BIN, 2)] = 1
    one[5], one[6] = rtt.sum(axis=0), rtt.max(axis=0)
    return one


def _recent(checks: list[int], end: int) -> Iterator[Row]:
    for begin in range(end - (_RECENT_DAYS - 1) * DAY, end + DAY, BIN):
        for check in checks:
            yield {"started_at": begin - DAY, "check": check, **_counted(30)}


def _started(service: Service, sniffer: Sniffer, began: float) -> dict[str, float]:
    """Seconds from the start of the command to the first question, the first page, and the first recorded round."""
    page = _first_page(began)
    recorded = 0.0
    while not recorded and time.time() - began < _WITHIN:
        found = service.asked(f"SELECT count(*) FROM watch WHERE started_at > {int(began * 1e6)}")
        recorded = time.time() - began if found and found[0][0] else 0.0
        time.sleep(0.1)
    _, at, nanos = sniffer.seen[0]
    return {
        "question": at + nanos / 1e9 - began,
        "page": page,
        "recorded": recorded,
        "held": service.memory().proportional,
    }


def _first_page(began: float) -> float:
    while time.time() - began < _WITHIN:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=_WITHIN)
        try:
            connection.request("GET", "/")
            if connection.getresponse().status == 200:
                return time.time() - began
        except OSError:
            time.sleep(0.02)
        finally:
            connection.close()
    raise RunError("no page came")


def _sizes(service: Service) -> dict[str, int]:
    """Bytes of every table with its indices."""
    table_of = {str(name): str(table) for name, table in service.asked(_TABLES)}
    sizes = dict[str, int]()
    for name, size in service.asked(_SIZES):
        table = table_of.get(str(name), str(name))
        sizes[table] = sizes.get(table, 0) + int(size)
    return sizes


if __name__ == "__main__":
    main()
