"""What proves the bandwidth of lines in a made-up year: throughput tests that were ordered, and carriers' reports.

A test comes to what the line carries, the other traffic of the same seconds among it. Of every line whose port is
read the carrier brings a report each quarter; some come late. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.year_affairs import BIN, DAY, HOUR, SECOND
from lab.year_traffic import Port, Traffic, passed
from lab.year_world import Spans, key

_QUARTER = 91 * DAY
_VALID = 95 * DAY  # of a report
_SEGMENT = 1460  # octets of payload in a full packet
_HEADERS = 40 / _SEGMENT
_UNKNOWN = "planned_at ended_at bytes cap_bps segment other_bps supersedes"
_UNSAID = "far_end source reason reference recorded_by"
_EMPTY = {**dict.fromkeys(_UNKNOWN.split()), **dict.fromkeys(_UNSAID.split(), "")}


@dataclass(frozen=True, slots=True)
class Order:
    """One throughput test that is to be made, as the configuration orders it; times in microseconds."""

    id: str
    circuit: str
    direction: str
    method: str
    planned_at: int
    at: int
    seconds: float
    cap: int
    far_end: str
    source: str
    valid: int

    @property
    def end(self) -> int:
        """When it is over."""
        return self.at + round(self.seconds * SECOND)


@dataclass(frozen=True, slots=True)
class Proof:
    """A test or a report of a line, and what it came to: bit/s with all that went over the line, or None.

    `cap` is the rate it was made for: it says nothing of a larger one. `row` is what the ledger holds of it beside
    the vantage.
    """

    circuit: str
    measured: bool
    direction: str
    at: int
    valid_until: int
    carried: int | None
    cap: int
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a test meets: the traffic, when each line is away, and when nobody makes tests."""

    traffic: Traffic
    away: Mapping[str, Spans]
    nobody: Spans


def proofs(of: Circumstances, orders: Sequence[Order], begin: int, end: int, seed: int) -> list[Proof]:
    """All tests and reports that speak of [begin, end), in the order of time."""
    draw = np.random.default_rng([seed, 3])
    reports = [one for port in of.traffic.ports.values() for one in _reports(port, begin, end, draw)]
    made = (one for one in orders if begin <= one.at < end and not _meets(of.nobody, one))
    tests = (_test(of, one) for one in made)
    return sorted([*reports, *tests], key=lambda one: (one.at, one.circuit, one.direction))


def _reports(port: Port, begin: int, end: int, draw: np.random.Generator) -> Iterator[Proof]:
    """One of the quarter before, and one each quarter; one of twenty-four is late by some days."""
    for number, quarter in enumerate(range(begin - _QUARTER, end, _QUARTER)):
        late = int(draw.integers(6, 12)) if number and draw.integers(0, 24) == 0 else 0
        at = quarter + late * DAY + 10 * HOUR
        share = draw.uniform(0.97, 1.03)
        if port.rate_at(at) and at < end:
            yield _report(port, number, at, share, min(max(at + DAY, begin + HOUR), end - 1))


def _report(port: Port, number: int, at: int, share: float, recorded_at: int) -> Proof:
    agreed = port.rate_at(at)
    rate = round(agreed * share)
    told = {
        "cap_bps": agreed,
        "id": f"report-{port.number}-{number}",
        "origin": "attested",
        "method": "report",
        "reference": f"专线测试报告 第{number + 1}期",
        "recorded_at": recorded_at,
        "recorded_by": "lab",
    }
    return _proof(port.circuit, "both", (at, at + _VALID), rate, rate, told)


def _test(of: Circumstances, one: Order) -> Proof:
    told = {
        "id": one.id,
        "origin": "measured",
        "method": one.method,
        "planned_at": one.planned_at,
        "ended_at": one.end,
        "cap_bps": one.cap,
        "far_end": one.far_end,
        "source": one.source,
        "recorded_at": one.at,
    }
    times = one.at, one.end + one.valid
    port = of.traffic.ports.get(one.circuit)
    if _meets(of.away[key("circuit", one.circuit)], one) or (port and _meets(of.traffic.lost(port), one)):
        return _proof(one.circuit, one.direction, times, None, None, {**told, "reason": "not finished"})
    payload, other = _came_to(of, port, one)
    moved = round(payload * one.seconds / 8)
    told |= {"bytes": moved, "segment": _SEGMENT, "other_bps": None if port is None else other}
    return _proof(one.circuit, one.direction, times, payload + other, payload, told)


def _came_to(of: Circumstances, port: Port | None, one: Order) -> tuple[int, int]:
    """Payload, and all else that went over the line, bit/s."""
    if port is None:
        return round(one.cap / (1 + _HEADERS)), round(one.cap * _HEADERS)
    counts, _ = passed(of.traffic, port, of.traffic.day_of(one.at), of.away[key("circuit", one.circuit)])
    day = of.traffic.days[of.traffic.day_of(one.at)]
    rest = int(counts[0 if one.direction == "receive" else 1, (one.at - day) // BIN]) * 8_000_000 // BIN
    room = max(1, round((of.traffic.capacity(port, one.at) - rest) / (1 + _HEADERS)))
    payload = min(one.cap, room)
    return payload, rest + round(payload * _HEADERS)


def _proof(
    circuit: str,
    direction: str,
    times: tuple[int, int],
    carried: int | None,
    rate: int | None,
    told: Mapping[str, Any],
) -> Proof:
    row = {
        **_EMPTY,
        "circuit": circuit,
        "direction": direction,
        "started_at": times[0],
        "rate_bps": rate,
        **told,
    }
    row["valid_until"] = None if rate is None else times[1]
    return Proof(circuit, told["origin"] == "measured", direction, *times, carried, told["cap_bps"], row)


def _meets(spans: Spans, one: Order) -> bool:
    return any(begin < one.end and one.at < end for begin, end in spans)
