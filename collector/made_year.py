"""Writing a made-up year into an empty ledger: the checks that would have been asked, and the rows `lab.year` makes.

Rows go through the same `Ledger.write` as a collector's; nothing else of a year is known here.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from collector import checks
from collector.checks import CheckSpec
from collector.keeping import bins
from collector.keeping.bins import Ints
from collector.ledger.store import Batch, Ledger, Life, Row, micros
from collector.plans import plans
from config.model import Config
from indicators.calendar import date_at, day_edges, instant
from indicators.entered import Maintenance, Subject
from lab.year import Asked, Year, recorded
from lab.year_watching import Beat
from probes.rhythm import Rhythm

_TOGETHER = 5000  # rows
_INTERFACE = "interface"  # fills what is unknown where it is dead; in a made-up year it is not


def write(ledger: Ledger, config: Config, year: Year, version: str) -> dict[str, int]:
    """Write all of it as one life of one collector; how many rows of each table there are."""
    ledger.begin(Life(collector="main", vantage=config.vantage.name, version=version, now=year.begin / 1e6))
    told = asked(ledger, config, year.begin, year.end)
    edges = day_edges(year.begin, year.end, ZoneInfo(config.calendar.zone)).tolist()
    written = {"check": len(told)}
    tables = recorded(year, told, config.vantage.name, edges)
    pack = _packer()
    first = [("config_version", iter([_version(config, year)])), ("maintenance", map(_window, windows(year)))]
    for table, rows in chain(first, tables):
        packed = ({**row, "bins": pack(row["bins"])} for row in rows) if table == "quality_bins" else rows
        written[table] = written.get(table, 0) + _write(ledger, table, packed)
    return written


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
            if one.kind != _INTERFACE:
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
