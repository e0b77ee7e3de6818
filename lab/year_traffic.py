"""What goes over the lines of a made-up year whose ports are read: day and night, working days, growth. Pure.

The same hours are busy on every working day, some 1.6 % more each month. On a few lines it is too much for an hour
or more: they are *full*. A few carry less than was agreed for a month: they are *squeezed*. And now and then a port
is not read though its device answers, or its counters begin anew. Counts are whole numbers by five minutes.
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.model import Circuit, Config
from indicators.calendar import Holidays, dates_of, day_edges, instant
from lab.year_affairs import BIN, DAY, HOUR, MINUTE, SECOND
from lab.year_spans import Ints, covered
from lab.year_world import Span, Spans, key, union

COUNTS = ("octets_in", "octets_out", "discards_in", "discards_out")
Floats = NDArray[np.float64]

_SATURDAY = 5
_ALWAYS = 1 << 62
_MILLI = 1000  # microseconds: finer would not fit into 64 bits beside octets
_OCTETS = BIN / 8e6  # in five minutes, of one bit a second
_NO_RATE = 10_000_000  # bit/s; what a line is taken for of which none was agreed
_GRAIN = 1 << 16  # octets of a usual day: what is not noise down to the last bit is packed the smaller
_OUT = 0.35  # goes out for what comes in
_KINDS = 4  # of lines, by how much they are used
_GROWTH = 0.016  # a month of 30 days
_SPEEDS = (10**8, 10**9, 10**10, 10**11)  # of ports, bit/s


@dataclass(frozen=True, slots=True)
class Port:
    """The port of a device that carries a line.

    `serving`: when the line is in service. `rates`: from when on which rate was agreed, bit/s; 0: none. `telling`: it
    tells what it discards. `pinged`: how often its line is pinged, microseconds; 0: it is not.
    """

    circuit: str
    number: int  # its place among all ports
    device: str
    name: str
    speed: int
    serving: Span
    rates: tuple[tuple[int, int], ...]
    telling: bool
    pinged: int

    def rate_at(self, at: int) -> int:
        """What was agreed at a moment."""
        return next((rate for since, rate in reversed(self.rates) if since <= at), 0)


@dataclass(frozen=True, slots=True)
class Full:
    """A line is filled to this share of its rate; `dropping`: its port discards what finds no room."""

    circuit: str
    begin: int
    end: int
    share: float
    dropping: bool


@dataclass(frozen=True, slots=True)
class Squeezed:
    """A line carries no more than this share of its rate."""

    circuit: str
    begin: int
    end: int
    share: float


@dataclass(frozen=True, slots=True)
class Unread:
    """A port is not found on its device, or (`reset`) its counters begin anew in this moment."""

    circuit: str
    begin: int
    end: int
    reset: bool


@dataclass(frozen=True, slots=True)
class Traffic:
    """All that is to be said of traffic in a year."""

    ports: Mapping[str, Port] = field(default_factory=dict)  # by circuit
    full: tuple[Full, ...] = ()
    squeezed: tuple[Squeezed, ...] = ()
    unread: tuple[Unread, ...] = ()
    days: tuple[int, ...] = ()  # where each begins, and where the last one ends
    working: tuple[bool, ...] = ()

    def day_of(self, at: int) -> int:
        """The number of the day in which a moment lies."""
        return bisect_right(self.days, at) - 1

    def lost(self, port: Port) -> Spans:
        """When a port is not found on its device."""
        mine = (one for one in self.unread if one.circuit == port.circuit and not one.reset)
        return union((one.begin, one.end) for one in mine)

    def capacity(self, port: Port, at: int) -> int:
        """What its line carries at the most, bit/s."""
        squeezed = (one for one in self.squeezed if one.circuit == port.circuit and one.begin <= at < one.end)
        return int(port.rate_at(at) * min((one.share for one in squeezed), default=1.0))


def drawn(config: Config, begin: int, end: int, seed: int, tested: Collection[str] = ()) -> Traffic:
    """The traffic of [begin, end), microseconds; the same for the same seed. `tested`: circuits that are."""
    zone = ZoneInfo(config.calendar.zone)
    edges = day_edges(begin, end, zone)
    working = tuple(_works(config.known_holidays, day) for day in dates_of(edges, zone))
    of = Traffic(ports_of(config), days=tuple(edges.tolist()), working=working)
    draw = np.random.default_rng([seed, 2])
    full, squeezed, unread = _full(of, draw), _squeezed(of, tested, draw), _unread(of, draw)
    return replace(of, full=tuple(full), squeezed=tuple(squeezed), unread=tuple(unread))


def ports_of(config: Config) -> dict[str, Port]:
    """The ports whose octets are counted, by the circuit they carry."""
    agents = {one.id for one in config.devices if one.check.probe == "snmp"}
    zone, found = ZoneInfo(config.calendar.zone), dict[str, Port]()
    for one in config.circuits:
        device, _, name = (one.interface or "").partition("/")
        if device in agents:
            rates = _rates(one, zone)
            most = max(rate for _, rate in rates)
            speed = next((speed for speed in _SPEEDS if speed >= most), most)
            number = len(found)
            telling = number % 5 != _KINDS
            pinged = round(config.rounds.of("icmp").interval * SECOND) if one.check is None else 0
            serving = _moment(one.in_service_from, zone, 0), _moment(one.in_service_until, zone, _ALWAYS)
            above = key("device", device)
            found[one.id] = Port(one.id, number, above, name, speed, serving, rates, telling, pinged)
    return found


def _moment(day: dt.date | None, zone: ZoneInfo, otherwise: int) -> int:
    return otherwise if day is None else instant(day, 0, zone)


def _rates(one: Circuit, zone: ZoneInfo) -> tuple[tuple[int, int], ...]:
    changed = [
        (instant(change.from_, 0, zone), change.commit_rate) for change in one.changes if change.commit_rate
    ]
    return ((0, one.commit_rate or 0), *sorted(changed))


def _works(holidays: Holidays, day: dt.date) -> bool:
    return holidays.is_working(day) if day.year in holidays.years else day.weekday() < _SATURDAY


def _full(of: Traffic, draw: np.random.Generator) -> Iterator[Full]:
    """On one line of eight, on some working days a year; half of these ports discard what finds no room."""
    days = [at for at, works in zip(of.days, of.working, strict=False) if works]
    for one in of.ports.values():
        often = draw.poisson(8 * len(of.working) / 365) if one.number % 8 == 1 else 0
        for day in sorted(draw.choice(days, min(often, len(days)), replace=False).tolist() if days else ()):
            begin = day + 8 * HOUR + int(draw.integers(0, 8 * HOUR // BIN)) * BIN
            bins, share = int(draw.integers(6, 37)), float(draw.uniform(0.82, 1.0))
            yield Full(one.circuit, begin, begin + bins * BIN, share, dropping=bool(draw.integers(0, 2)))


def _squeezed(of: Traffic, tested: Collection[str], draw: np.random.Generator) -> Iterator[Squeezed]:
    """One line of twelve of those that are tested, for some weeks: nobody else would ever know."""
    chosen = [one for one in of.ports if one in tested]
    last = of.days[-1] - 60 * DAY
    for one in chosen[::12] if last > of.days[0] else ():
        begin = int(draw.integers(of.days[0], last))
        until = begin + int(draw.integers(14 * DAY, 45 * DAY))
        yield Squeezed(one, begin, until, float(draw.uniform(0.5, 0.9)))


def _unread(of: Traffic, draw: np.random.Generator) -> Iterator[Unread]:
    """Twice a year a port cannot be found for a while, four times its counters begin anew."""
    for one in of.ports.values():
        for reset, often in ((False, 2), (True, 4)):
            for _ in range(draw.poisson(often * len(of.working) / 365)):
                at = int(draw.integers(of.days[0], of.days[-1] - DAY))
                until = at if reset else at + int(draw.integers(20 * MINUTE, 5 * HOUR))
                yield Unread(one.circuit, at, until, reset)


def passed(of: Traffic, port: Port, day: int, away: Spans) -> tuple[Ints, bool]:
    """What really went through a port on a day, counts of COUNTS by five minutes; and whether it is shared.

    `away`: when the line carried nothing. A shared day is one object for all that are alike, not to be changed.
    """
    start, end = of.days[day], of.days[day + 1]
    bins, since = (end - start) // BIN, of.days[0]
    rate = port.rate_at(start) or _NO_RATE
    usual = _usual(rate, of.working[day], (start - since) // (30 * DAY), port.number % _KINDS, bins)
    full = [one for one in of.full if one.circuit == port.circuit and one.begin < end and start < one.end]
    gone = covered(away, start, bins)
    room = [one for one in of.squeezed if one.circuit == port.circuit and one.begin < end and start < one.end]
    if not full and not room and not gone.any():
        return usual, True
    found = usual.copy()
    for one in full:
        _fill(found, one, rate, (one.begin - start) // BIN)
    for each in room:
        most = int(each.share * rate * _OCTETS)
        found[:2] = np.where(
            covered([(each.begin, each.end)], start, bins) > 0, np.minimum(found[:2], most), found[:2]
        )
    return found * ((BIN - gone) // _MILLI) // (BIN // _MILLI), False


def _fill(counts: Ints, one: Full, rate: int, first: int) -> None:
    bins = slice(first, first + (one.end - one.begin) // BIN)
    size = counts[0, bins].size
    shares = one.share * (1 - 0.01 * (np.arange(size) % 4))
    counts[0, bins] = np.maximum(counts[0, bins], shares * rate * _OCTETS)
    counts[1, bins] = counts[0, bins] * _OUT
    if one.dropping:
        counts[2, bins] = 40 + 17 * (np.arange(size) % 5)


@lru_cache(maxsize=2048)
def _usual(rate: int, works: bool, month: int, kind: int, bins: int) -> Ints:
    """A day on which nothing happens."""
    draw = np.random.default_rng([kind, month, works])
    hour = np.arange(bins) * BIN / HOUR
    shape = _working_day(hour) if works else 0.04 + 0.1 * np.exp(-(((hour - 14) / 5) ** 2))
    share = shape * (0.7 + 0.15 * kind) * (1 + _GROWTH * month) * draw.uniform(0.9, 1.1, bins)
    found = np.zeros((len(COUNTS), bins), np.int64)
    found[0] = share * rate * _OCTETS // _GRAIN * _GRAIN
    found[1] = found[0] * _OUT // _GRAIN * _GRAIN
    found.flags.writeable = False
    return found


def _working_day(hour: Floats) -> Floats:
    """Busy before noon and in the afternoon; what is saved goes over at two in the night."""
    humps = ((0.36, 10, 2.2), (0.32, 15.5, 2.4), (0.12, 2, 0.7))
    return 0.04 + sum((most * np.exp(-(((hour - at) / wide) ** 2)) for most, at, wide in humps), np.zeros(1))
