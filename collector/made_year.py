"""Writing a made-up year into an empty ledger: the checks that would have been asked, and the rows `lab.year` makes.

Rows go through the same `Ledger.write` as a collector's; nothing else of a year is known here.
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, groupby
from typing import Any
from zoneinfo import ZoneInfo

from collector import appointments, checks
from collector.appointments import Appointment, Rules
from collector.checks import CheckSpec
from collector.keeping import bins
from collector.keeping.bins import Ints
from collector.ledger.store import Batch, Ledger, Life, Row, micros
from collector.plans import plans
from config.model import Config
from indicators.calendar import date_at, dates_of, day_edges, instant
from indicators.entered import Maintenance, Subject
from lab.year import Asked, Year, draw, recorded
from lab.year_papers import papers
from lab.year_proofs import Order
from lab.year_watching import Beat
from probes.rhythm import Rhythm
from probes.throughput import method_of

_TOGETHER = 5000  # rows
_TURN = 60_000_000  # microseconds from one throughput test to the next


def drawn(config: Config, begin: int, end: int, seed: int, *, gapless: bool = False) -> Year:
    """The truth of [begin, end), microseconds, with the throughput tests that the configuration orders and allows.

    Of those that the collector would have refused nothing is written.
    """
    return draw(config, begin, end, seed, gapless=gapless, orders=_orders(config, begin, end))


def _orders(config: Config, begin: int, end: int) -> list[Order]:
    rules = appointments.rules(config)
    if rules is None or config.throughput is None:
        return []
    days = dates_of(day_edges(begin, end, rules.zone), rules.zone)
    moments = (dt.datetime.combine(day, at, rules.zone) for day in days for at in config.throughput.times)
    due = {one.id: one for at in moments for one in appointments.due(config, at.timestamp())}
    found = sorted(due.values(), key=lambda one: one.planned_at)
    together = groupby(found, key=lambda one: one.planned_at)
    used = Counter[float]()
    return [order for _, some in together for order in _made(some, used, rules)]


def _made(appointed: Iterable[Appointment], used: Counter[float], rules: Rules) -> Iterator[Order]:
    """Those of one time that are not refused, one after the other; `used` are the octets of each day so far."""
    late = 0
    for one in appointed:
        now = one.planned_at + late / 1e6
        today = appointments.midnight(rules.zone, now)
        if not appointments.objection(one, used[today], rules, now):
            used[today] += one.most_bytes
            yield _order(one, late, rules)
            late += _TURN


def _order(one: Appointment, late: int, rules: Rules) -> Order:
    """Tests of one time follow each other: this one begins so many microseconds later."""
    return Order(
        id=one.id,
        circuit=one.circuit,
        direction=one.order.direction,
        method=method_of(one.order.far_end),
        planned_at=micros(one.planned_at),
        at=micros(one.planned_at) + late,
        seconds=one.order.lasting,
        cap=one.order.rate,
        far_end=one.order.far_end.partition("?")[0],
        source=one.order.source,
        valid=micros(rules.validity_seconds),
    )


def write(ledger: Ledger, config: Config, year: Year, version: str) -> dict[str, int]:
    """Write all of it as one life of one collector; how many rows of each table there are."""
    ledger.begin(Life(collector="main", vantage=config.vantage.name, version=version, now=year.begin / 1e6))
    told = asked(ledger, config, year.begin, year.end)
    edges = day_edges(year.begin, year.end, ZoneInfo(config.calendar.zone)).tolist()
    written = {"check": len(told)}
    tables = recorded(year, told, config.vantage.name, edges)
    pack = _packer()
    for table, rows in chain(_written(config, year), tables):
        packed = ({**row, "bins": pack(row["bins"])} for row in rows) if table == "quality_bins" else rows
        written[table] = written.get(table, 0) + _write(ledger, table, packed)
    return written


def _written(config: Config, year: Year) -> Iterator[tuple[str, Iterable[Row]]]:
    """What was loaded, and what people entered."""
    told = papers(year)
    yield "config_version", [_version(config, year)]
    yield "maintenance", map(_window, windows(year))
    yield "fault", told.tickets
    yield "approval", told.approvals


def asked(ledger: Ledger, config: Config, begin: int, end: int) -> list[Asked]:
    """Every check that a configuration asks in [begin, end), with its permanent id and the rhythm of its round."""
    times = _times(config, begin, end)
    ids = ledger.enrol([_identity(one, config.vantage.name) for one in times])
    found = []
    for plan in plans(config, list(times), ids):
        specs = {check: (one, times[one]) for check, one in zip(ids, times, strict=True)}
        beat = _beat(plan.name, plan.rhythm)
        for check, phase in zip(plan.checks, plan.targets.phase.tolist(), strict=True):
            one, (first, last) = specs[check]
            found.append(Asked(check, one.kind, one.subject, one.address, phase, beat, first, last))
    return found


def _times(config: Config, begin: int, end: int) -> dict[CheckSpec, tuple[int, int]]:
    """From when until when each check is asked: what it is changes with a day."""
    zone = ZoneInfo(config.calendar.zone)
    day: dt.date | None = date_at(begin, zone)
    found: dict[CheckSpec, tuple[int, int]] = {}
    while day is not None and (start := max(begin, instant(day, 0, zone))) < end:
        later = checks.next_change(config, day)
        until = end if later is None else min(end, instant(later, 0, zone))
        for one in checks.specs(config, day):
            found[one] = (found[one][0] if one in found else start, until)
        day = later
    return found


def _identity(one: CheckSpec, vantage: str) -> Row:
    names = ("kind", "subject", "probe", "address", "source")
    return {**{name: getattr(one, name) for name in names}, "vantage": vantage}


def _beat(name: str, rhythm: Rhythm) -> Beat:
    return Beat(
        name=name,
        interval=micros(rhythm.interval),
        span=micros(rhythm.span),
        retries=rhythm.retries,
        retry_after=micros(rhythm.retry_after),
        timeout=micros(rhythm.timeout),
        fast=micros(rhythm.fast),
    )


def _version(config: Config, year: Year) -> dict[str, Any]:
    return {"digest": config.digest, "loaded_at": year.begin, "loaded_by": "lab", "text": config.text}


def windows(year: Year) -> list[Maintenance]:
    """The maintenance windows as values."""
    return [
        Maintenance(
            id=f"{number:032x}",
            subjects=(Subject(*one.element.split(":", 1)),),
            begin=one.begin,
            end=one.end,
            recorded_at=one.recorded_at,
            recorded_by="lab",
            reason="割接",
        )
        for number, one in enumerate(year.windows, 1)
    ]


def _window(one: Maintenance) -> dict[str, Any]:
    same = {name: getattr(one, name) for name in ("id", "recorded_at", "recorded_by", "reason")}
    subjects = json.dumps([[each.kind, each.id] for each in one.subjects], ensure_ascii=False)
    stretch = {"subjects": subjects, "started_at": one.begin, "ended_at": one.end}
    empty = {"reference": "", "file_name": "", "file_sha256": "", "supersedes": None, "cancelled": 0}
    return {**same, **stretch, **empty, "account": "lab"}


def _packer() -> Callable[[Ints], bytes]:
    """Packs five-minute columns; those of clean days are the same few objects, and packed once."""
    known: dict[int, tuple[Ints, bytes]] = {}

    def pack(columns: Ints) -> bytes:
        if columns.flags.writeable:
            return bins.pack(columns)
        if id(columns) not in known:
            known[id(columns)] = columns, bins.pack(columns)
        return known[id(columns)][1]

    return pack


def _write(ledger: Ledger, table: str, rows: Iterable[Mapping[str, Any]]) -> int:
    written, batch = 0, Batch()
    for row in rows:
        batch.add(table, [row])
        if len(batch) == _TOGETHER:
            ledger.write(batch)
            written, batch = written + len(batch), Batch()
    if len(batch):
        ledger.write(batch)
    return written + len(batch)
