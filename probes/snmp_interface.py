"""What is asked of one interface of a device: whether it is up, and what went through it. No sockets of its own.

An interface is named by its name, `alias:…` or `index:…`. Devices number interfaces anew when a card is changed or
they are started again; so an index is only where the name was last seen, and is looked for again when another name
stands there. One named by its index is followed by the name it had when it was first read.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probes.columns import DOWN, UNKNOWN, UP, Octets, Reading, Readings, Statement
from probes.counters import EVENTS, GROWN, RESET, WRAPPED, Growth, Kinds, Samples, growth, stood_for
from probes.replies import Reply
from probes.snmp_agent import SYS_UPTIME, AgentError, Session, Value
from probes.snmp_readings import text_of

DEVICE_SILENT = "the device does not answer"
EVENTS_METRIC = "interface_counter_events_total"

_NAME, _ALIAS = "1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.31.1.1.1.18"
_DESCRIPTION, _SPEED = "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1.5"
_ADMIN, _STATUS, _LAST_CHANGE = "1.3.6.1.2.1.2.2.1.7", "1.3.6.1.2.1.2.2.1.8", "1.3.6.1.2.1.2.2.1.9"
_IN, _OUT = "1.3.6.1.2.1.2.2.1.10", "1.3.6.1.2.1.2.2.1.16"
_HIGH_SPEED, _MARKER = "1.3.6.1.2.1.31.1.1.1.15", "1.3.6.1.2.1.31.1.1.1.19"
_HC_IN, _HC_OUT = "1.3.6.1.2.1.31.1.1.1.6", "1.3.6.1.2.1.31.1.1.1.10"
_DISCARDS_IN, _DISCARDS_OUT = "1.3.6.1.2.1.2.2.1.13", "1.3.6.1.2.1.2.2.1.19"
# Told as they stand; who scrapes them sees their growth.
_COUNTED = {
    "interface_in_errors_total": "1.3.6.1.2.1.2.2.1.14",
    "interface_out_errors_total": "1.3.6.1.2.1.2.2.1.20",
    "interface_in_discards_total": _DISCARDS_IN,
    "interface_out_discards_total": _DISCARDS_OUT,
}
_COLUMNS = (
    _NAME,
    _ALIAS,
    _DESCRIPTION,
    _ADMIN,
    _STATUS,
    _LAST_CHANGE,
    _SPEED,
    _HIGH_SPEED,
    _MARKER,
    _HC_IN,
    _HC_OUT,
    _IN,
    _OUT,
    *_COUNTED.values(),
)
# Version 1 refuses a request for the sake of one column that is not there; so those are asked for now and then only.
_ALL_EVERY = 30
# ifOperStatus of RFC 2863: up(1), down(2), notPresent(6), lowerLayerDown(7); the others say neither.
_DOWN_STATUS = {2: "interface down", 6: "interface not present", 7: "interface down (lower layer)"}
_SWITCHED_OFF = 2  # ifAdminStatus
_MOST_32_BITS = 2**32 - 1  # what ifSpeed says of anything faster
# Rows of samples: octets in and out, then discards, which are packets.
_OCTET_ROWS, _DISCARD_ROWS = slice(0, 2), slice(2, 4)
_APART = np.array([0, 0, 1, 1])
_SMALLEST_PACKET = 64  # octets of a frame; so many times fewer packets than octets can a line carry


@dataclass(frozen=True, slots=True)
class Selector:
    """Which interface: `by` is "name", "alias" or "index"."""

    by: str
    text: str


def read_selector(written: str) -> Selector:
    """`GigabitEthernet0/0/1`, `alias:haikou-ct` or `index:12`."""
    by, _, text = written.partition(":")
    if by in ("alias", "index") and text:
        return Selector(by, text)
    return Selector("name", written)


class InterfaceQuestion:
    """One interface of one agent, from round to round."""

    def __init__(self, selector: Selector) -> None:
        self._wanted = selector
        self._index = selector.text if selector.by == "index" else ""
        self._rounds = 0
        self._there: tuple[str, ...] = _COLUMNS
        self._before: Samples | None = None
        self._bits: tuple[int, ...] = ()
        self._events: Counter[str] = Counter()

    def first(self) -> Sequence[str]:
        """Uptime, and the interface where it was last seen."""
        wanted = _COLUMNS if self._rounds % _ALL_EVERY == 0 else self._there
        return (SYS_UPTIME, *(f"{oid}.{self._index}" for oid in wanted if self._index))

    async def read(self, session: Session, said: dict[str, Value], until: float) -> Reply:
        """Look for the interface if it is not where it was, and say how it stands."""
        at = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(until):
                here = self._here(said)
                if not self._is_it(here):
                    self._index = await self._find(session)
                    if not self._index:
                        return self._lost()
                    self._rounds = 0
                    said = await session.get(self.first())
                    at, here = asyncio.get_running_loop().time(), self._here(said)
        except (AgentError, TimeoutError):
            return Reply(UNKNOWN, DEVICE_SILENT, definite=False)
        if self._wanted.by == "index" and (name := _name_of(here)):
            self._wanted = Selector("name", name)
        self._there, self._rounds = tuple(here), self._rounds + 1
        return self._reply(here, _number(said.get(SYS_UPTIME)) / 100, at)

    def _here(self, said: dict[str, Value]) -> dict[str, Value]:
        return {oid: said[place] for oid in _COLUMNS if (place := f"{oid}.{self._index}") in said}

    def _is_it(self, here: dict[str, Value]) -> bool:
        if not here or not self._index:
            return False
        if self._wanted.by == "alias":
            return text_of(here.get(_ALIAS, b"")) == self._wanted.text
        names = {text_of(here[oid]) for oid in (_NAME, _DESCRIPTION) if oid in here}
        return self._wanted.by == "index" or self._wanted.text in names

    async def _find(self, session: Session) -> str:
        """The index of the interface; empty where there is none."""
        for oid in (_ALIAS,) if self._wanted.by == "alias" else (_NAME, _DESCRIPTION):
            async for place, value in session.walk(oid):
                if text_of(value) == self._wanted.text:
                    return place[len(oid) + 1 :]
        return ""

    def _lost(self) -> Reply:
        self._before = None
        return Reply(UNKNOWN, f"the device has no interface {self._wanted.text}")

    def _reply(self, here: dict[str, Value], uptime: float, at: float) -> Reply:
        octets = self._octets(here, uptime, at)
        readings = [
            Reading(EVENTS_METRIC, (("event", event),), float(count)) for event, count in self._events.items()
        ]
        outcome, reason = _standing(here)
        told = {**_figures(here, outcome), **_rates(octets)}
        readings += [Reading(metric, (), value) for metric, value in told.items() if not np.isnan(value)]
        statement = _statement(here, outcome, uptime)
        return Reply(outcome, reason, readings=Readings.of(readings), octets=octets, statement=statement)

    def _octets(self, here: dict[str, Value], uptime: float, at: float) -> Octets | None:
        """What went through since it was last read, and what was discarded; each odd sample is counted."""
        bits, samples = _samples(here, uptime, at)
        before = self._before if bits == self._bits else None
        speed = _speed(here)
        grown = _growth(before, samples, bits, speed / 8)
        self._count(grown, samples)
        self._before, self._bits = samples, bits
        if np.isnan(grown.amount).all():
            return None
        received, sent, *discards = grown.amount.tolist()
        return Octets(grown.seconds, received, sent, speed, *discards)

    def _count(self, grown: Growth, samples: Samples) -> None:
        """Count odd samples; of discards only where the device counts any."""
        counted = samples.known.copy()
        counted[_OCTET_ROWS] = True
        self._events.update(EVENTS[event] for event in grown.event[counted].tolist() if event != GROWN)


def _growth(before: Samples | None, samples: Samples, bits: tuple[int, ...], rate: float) -> Growth:
    """By how much the counters grew on a line that carries so many octets a second.

    Where octets were set anew discards were, too, and where both went back. That discards alone went back says
    nothing of octets: there are devices that keep what they threw away somewhere else.
    """
    most = np.array([rate, rate, rate / _SMALLEST_PACKET, rate / _SMALLEST_PACKET])
    grown = growth(before, samples, Kinds(np.array(bits), _APART, most))
    octets, discards = grown.event[_OCTET_ROWS], grown.event[_DISCARD_ROWS]
    if RESET in octets or (WRAPPED in octets and WRAPPED in discards):
        discards[discards <= WRAPPED] = RESET
        grown.amount[_DISCARD_ROWS] = np.nan
    return grown


def _samples(here: dict[str, Value], uptime: float, at: float) -> tuple[tuple[int, ...], Samples]:
    """In and out octets, the counters of 64 bits where there are both of them; and discards."""
    wide = _HC_IN in here and _HC_OUT in here
    read = (*((_HC_IN, _HC_OUT) if wide else (_IN, _OUT)), _DISCARDS_IN, _DISCARDS_OUT)
    values = [here.get(oid) for oid in read]
    samples = Samples(
        at=at,
        uptime=uptime,
        value=np.array([value if isinstance(value, int) else 0 for value in values], np.uint64),
        known=np.array([isinstance(value, int) for value in values]),
        marker=np.full(len(values), _number(here.get(_MARKER))),
    )
    return (64, 64, 32, 32) if wide else (32, 32, 32, 32), samples


def _figures(here: dict[str, Value], outcome: int) -> dict[str, float]:
    """What the interface says of itself, NaN where it does not; of the octets the counters that are compared."""
    wide, admin = _HC_IN in here and _HC_OUT in here, here.get(_ADMIN)
    return {
        "interface_up": float("nan") if outcome == UNKNOWN else float(outcome == UP),
        "interface_enabled": float(admin == 1) if admin in (1, _SWITCHED_OFF) else float("nan"),
        "interface_speed_bits": _speed(here),
        "interface_last_change_seconds": _number(here.get(_LAST_CHANGE)) / 100,
        "interface_in_octets_total": _number(here.get(_HC_IN if wide else _IN)),
        "interface_out_octets_total": _number(here.get(_HC_OUT if wide else _OUT)),
        **{metric: _number(here.get(oid)) for metric, oid in _COUNTED.items()},
    }


def _rates(octets: Octets | None) -> dict[str, float]:
    """Octets a second since it was last read; nothing where that is not known."""
    if octets is None:
        return {}
    return {
        "interface_in_octets_per_second": octets.received / octets.seconds,
        "interface_out_octets_per_second": octets.sent / octets.seconds,
    }


def _standing(here: dict[str, Value]) -> tuple[int, str]:
    """Outcome and reason."""
    status = here.get(_STATUS)
    if status == 1:
        return UP, ""
    if status in _DOWN_STATUS:
        off = here.get(_ADMIN) == _SWITCHED_OFF
        return DOWN, "interface switched off" if off else _DOWN_STATUS[int(status)]
    return UNKNOWN, "the device does not say whether the interface is up"


def _statement(here: dict[str, Value], outcome: int, uptime: float) -> Statement | None:
    """Since when it has stood so; nothing where the device does not say."""
    lasted = stood_for(uptime, _number(here.get(_LAST_CHANGE)) / 100)
    return None if outcome == UNKNOWN or np.isnan(lasted) else Statement("interface", outcome, lasted, uptime)


def _speed(here: dict[str, Value]) -> float:
    """Bits a second; NaN where the device does not say."""
    if high := _number(here.get(_HIGH_SPEED, 0)):
        return high * 1e6
    speed = _number(here.get(_SPEED))
    return speed if 0 < speed < _MOST_32_BITS else float("nan")


def _name_of(here: dict[str, Value]) -> str:
    return text_of(here.get(_NAME) or here.get(_DESCRIPTION) or b"")


def _number(value: Value | None) -> float:
    return float(value) if isinstance(value, int) else float("nan")
