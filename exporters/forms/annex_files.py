"""The evidence as rows for other programs: everything of the annex, uncut, and the cells of the form."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from zoneinfo import ZoneInfo

from exporters.figures import rfc3339
from exporters.forms.annex import Annex, Blame, Part
from exporters.forms.filled import FilledPlan, cells
from exporters.measures import row as measure_row
from exporters.text import Rows, as_csv

Line = dict[str, object]
_BOM = "\ufeff"  # without it spreadsheets of the offices take UTF-8 for something else


def sheets(of: FilledPlan, annex: Annex) -> Mapping[str, bytes]:
    """CSV files by name."""
    zone = ZoneInfo(annex.zone)
    parts = list(annex.parts.values())
    told: Mapping[str, Rows] = {
        "cells": [{"cell": name, "value": value} for name, value in cells(of).items()],
        "measures": list(_measures(of, zone)),
        "outages": [line for part in parts for line in _outages(part, zone)],
        "faults": [line for part in parts for line in _faults(part, zone)],
        "days": [line for part in parts for line in _days(part)],
        "unknown": [line for part in parts for line in _unknown(part)],
        "maintenance": [
            {**asdict(one), **_moments(zone, begin=one.begin, end=one.end, recorded_at=one.recorded_at)}
            for one in annex.windows
        ],
        "papers": [{**asdict(one), **_moments(zone, begin=one.begin, end=one.end)} for one in annex.papers],
        "carriers": [
            {
                "carrier": one.carrier,
                "name": one.name,
                "lines": one.lines,
                "unproven": one.unproven,
                **measure_row(measure, zone),
            }
            for one in annex.carriers
            for measure in one.measures.values()
        ],
        "unwatched": [asdict(one) for one in annex.unwatched],
        "gone": [{"kind": kind, "id": name} for kind, name in annex.gone],
    }
    return {f"{name}.csv": (_BOM + as_csv(rows)).encode() for name, rows in told.items()}


def _measures(of: FilledPlan, zone: ZoneInfo) -> Iterator[Line]:
    for one in of.rows:
        if one.measure is not None:
            named = {"row": one.row.id, "level3": one.row.level3, "actual": one.actual, "grade": one.grade}
            yield named | measure_row(one.measure, zone)


def _whose(part: Part) -> Line:
    scope = part.scope
    return {
        "kind": scope.kind,
        "group": scope.subject,
        "view": scope.view,
        "basis": scope.basis,
        "policy": scope.policy,
    }


def _moments(zone: ZoneInfo, **micros: int | None) -> Line:
    return {
        name: None if moment is None else rfc3339(moment / 1e6, zone, "microseconds")
        for name, moment in micros.items()
    }


def _blame(of: Blame) -> Line:
    return {"responsible": of.party, "says": of.says, "reference": of.reference, "confirmed": of.confirmed}


def _outages(part: Part, zone: ZoneInfo) -> Iterator[Line]:
    for one in part.outages:
        edges = _moments(
            zone,
            start=one.start,
            start_after=one.start_after,
            start_before=one.start_before,
            end=one.end,
            end_after=one.end_after,
            end_before=one.end_before,
        )
        told = {"seconds": one.down, "unknown_seconds": one.unknown, "reason": one.reason, "fault": one.fault}
        yield {**_whose(part), "subject": one.subject, "name": one.name, **edges, **told, **_blame(one.blame)}


def _faults(part: Part, zone: ZoneInfo) -> Iterator[Line]:
    for one in part.faults:
        yield {
            **_whose(part),
            "fault": one.id,
            "subject": one.subject,
            "name": one.name,
            **_moments(zone, start=one.start, end=one.end if one.ended else None),
            "clock_seconds": one.clock,
            "shortest_seconds": one.shortest,
            "longest_seconds": one.longest,
            "limit_seconds": part.limit,
            "verdict": one.verdict,
            **_blame(one.blame),
        }


def _days(part: Part) -> Iterator[Line]:
    for one in part.days:
        yield {
            **_whose(part),
            "day": one.date,
            "verdict": one.verdict,
            "counted_seconds": one.counted,
            "down_seconds": one.down,
            "unknown_seconds": one.unknown,
            "limit_seconds": one.limit,
        }


def _unknown(part: Part) -> Iterator[Line]:
    for cause, seconds in part.unknown.items():
        yield {**_whose(part), "cause": cause, "seconds": seconds, "counted_seconds": part.counted}
