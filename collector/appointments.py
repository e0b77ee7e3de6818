"""When throughput tests are due, and which of them may begin: pure, no clock, no socket, nothing kept.

An appointment is one test of one circuit in one direction at one time. It begins at that time or up to `within`
later, as soon as no other test shares its circuit or one of its sites, or it is refused for good, with a reason.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from zlib import crc32
from zoneinfo import ZoneInfo

from collector import checks
from collector.ledger.store import micros
from config.dated import as_of, in_service
from config.model import Circuit, Config
from config.throughput import ADDRESS, WEEKDAYS, Hours, ThroughputTest
from probes.interface import InterfaceSettings
from probes.transfers import SHORTEST_SECONDS, Direction, Order

_AROUND_SECONDS = 20.0  # connecting, saying goodbye, reading counters
_DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class Appointment:
    """One test; `planned_at` and `until`, the latest beginning, are seconds since 1970 UTC.

    `agent` knows what goes over the line; what it sends goes towards us unless `agent_is_beyond` turns it round.
    """

    circuit: str
    sites: frozenset[str]
    planned_at: float
    until: float
    order: Order
    in_service_hours: bool = False
    agent: InterfaceSettings | None = None
    agent_is_beyond: bool = False

    @property
    def id(self) -> str:
        """By what its row is known: the same however often it is planned."""
        said = f"{self.circuit} {self.order.direction} {micros(self.planned_at)} {self.order.far_end}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def most_bytes(self) -> int:
        """What the test may move at the most."""
        return min(self.order.bytes, round(self.order.rate * self.order.seconds / 8))


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for all tests."""

    zone: ZoneInfo
    service_hours: Hours
    service_days: Collection[str]
    most_bytes_a_day: int
    validity_seconds: float
    vantage: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of those who wait: begun now, refused for a reason, or waiting on."""

    begin: list[Appointment] = field(default_factory=list)
    refuse: list[tuple[Appointment, str]] = field(default_factory=list)
    wait: list[Appointment] = field(default_factory=list)


def rules(config: Config) -> Rules | None:
    """The rules of a configuration; None where no test is ordered."""
    ordered = config.throughput
    if ordered is None or not ordered.tests:
        return None
    return Rules(
        zone=ZoneInfo(config.calendar.zone),
        service_hours=ordered.service_hours,
        service_days=ordered.service_days,
        most_bytes_a_day=ordered.most_bytes_a_day,
        validity_seconds=ordered.validity_days * 86400.0,
        vantage=config.vantage.name,
    )


def due(config: Config, now: float) -> list[Appointment]:
    """Every appointment whose time has come and is not over at `now`, in the order of their times."""
    tests = config.throughput.tests if config.throughput else ()
    zone = ZoneInfo(config.calendar.zone)
    found = [
        one
        for test in tests
        for moment, date in _moments(test, zone, now)
        for one in _of_a_moment(config, test, moment, date)
    ]
    return sorted(found, key=lambda one: (one.planned_at, one.circuit, one.order.direction))


def decide(
    waiting: Sequence[Appointment], running: Collection[Appointment], used: int, rules: Rules, now: float
) -> Decision:
    """Who begins, who is refused and who waits at `now`; `used` are the bytes today's tests moved until now."""
    made = Decision()
    for one in waiting:
        busy = [*running, *made.begin]
        reserved = used + sum(other.most_bytes for other in busy)
        why = objection(one, reserved, rules, now)
        if why:
            made.refuse.append((one, why))
        elif any(_meet(one, other) for other in busy):
            made.wait.append(one)
        else:
            made.begin.append(one)
    return made


def objection(one: Appointment, used: int, rules: Rules, now: float) -> str:
    """Why an appointment cannot be kept at `now`; empty where it can, as far as others let it."""
    text = ""
    if now > one.until:
        text = "refused: its circuit or a site of it was busy until it was too late"
    elif not one.order.rate:
        text = "refused: the contracted rate is not known"
    elif one.order.lasting < SHORTEST_SECONDS:
        text = "refused: most_bytes is less than a second takes at this rate"
    elif not one.in_service_hours and serving(rules, now, now + one.order.lasting + _AROUND_SECONDS):
        text = "refused: in service hours"
    elif used + one.most_bytes > rules.most_bytes_a_day:
        text = "refused: more than most_bytes_a_day"
    return text


def serving(rules: Rules, begin: float, end: float) -> bool:
    """Whether service hours overlap [begin, end], seconds since 1970 UTC and less than a day apart."""
    first, last = (dt.datetime.fromtimestamp(at, rules.zone) for at in (begin, end))
    if first.date() == last.date():
        return _serving(rules, first.date(), _minute(first), _minute(last))
    return _serving(rules, first.date(), _minute(first), _DAY_MINUTES) or _serving(
        rules, last.date(), 0.0, _minute(last)
    )


def midnight(zone: ZoneInfo, now: float) -> float:
    """When the day of `now` began."""
    today = dt.datetime.fromtimestamp(now, zone).date()
    return dt.datetime.combine(today, dt.time(), zone).timestamp()


def _serving(rules: Rules, date: dt.date, begin: float, end: float) -> bool:
    hours = rules.service_hours
    return WEEKDAYS[date.weekday()] in rules.service_days and begin < hours.end and end >= hours.begin


def _minute(at: dt.datetime) -> float:
    return at.hour * 60 + at.minute + at.second / 60


def _meet(one: Appointment, other: Appointment) -> bool:
    return one.circuit == other.circuit or bool(one.sites & other.sites)


def _moments(test: ThroughputTest, zone: ZoneInfo, now: float) -> Iterator[tuple[float, dt.date]]:
    """The times of a test that have come and are not over."""
    today = dt.datetime.fromtimestamp(now, zone).date()
    for date in (today - dt.timedelta(1), today):
        for at in test.at:
            moment = dt.datetime.combine(date, at, zone).timestamp()
            if moment <= now <= moment + test.within:
                yield moment, date


def _of_a_moment(config: Config, test: ThroughputTest, moment: float, date: dt.date) -> Iterator[Appointment]:
    if test.days and WEEKDAYS[date.weekday()] not in test.days:
        return
    agents = {spec.subject: spec.settings for spec in checks.specs(config, date) if spec.kind == "interface"}
    sites = {device.id: device.site for device in config.devices}
    for circuit in config.circuits:
        meant = as_of(circuit, date)
        its_day = (date.toordinal() + crc32(circuit.id.encode())) % test.every_days == 0
        if its_day and _is_of(test, meant) and in_service(circuit, date):
            beyond = sites.get((circuit.interface or "").partition("/")[0]) == circuit.termination_z
            for direction in dict.fromkeys(test.directions):
                yield Appointment(
                    circuit=circuit.id,
                    sites=frozenset({circuit.termination_a, circuit.termination_z}),
                    planned_at=moment,
                    until=moment + test.within,
                    order=_order(test, meant, direction),
                    in_service_hours=test.in_service_hours,
                    agent=agents.get(circuit.id),
                    agent_is_beyond=beyond,
                )


def _is_of(test: ThroughputTest, circuit: Circuit) -> bool:
    return circuit.id in test.circuits or (test.group is not None and circuit.group == test.group)


def _order(test: ThroughputTest, circuit: Circuit, direction: Direction) -> Order:
    address = f"[{circuit.address}]" if ":" in circuit.address else circuit.address
    return Order(
        far_end=test.far_end.replace(ADDRESS, address),
        direction=direction,
        rate=test.rate.of(circuit.commit_rate) or 0,
        seconds=test.most_seconds,
        bytes=test.most_bytes,
        source=test.source or circuit.source or "",
    )
