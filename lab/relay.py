"""The lines of a built network, as they are now: carrying, cut, lossy, slow. Breaking and mending them.

Times of deeds are taken here, at the moment the gate closed or opened; frames are moved in `ways.py`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from lab import interfaces
from lab.build import Network, relay_index, relay_interface
from lab.errands import Hosts
from lab.orders import Order, require_line
from lab.plan import CORE, Line
from lab.truth import Truth
from lab.ways import DIRECTIONS, Carrier, Direction, Way

Impairment = Literal["loss", "delay"]
UNITS: dict[Impairment, str] = {"loss": "ratio", "delay": "seconds"}


@dataclass(slots=True)
class Span:
    """The relay of one line: its two ways, how it is cut (`""`: not at all) and what else was ordered of it."""

    line: Line
    outward: Way
    inward: Way
    cut: Literal["", "link", "silent"] = ""
    ordered: dict[Impairment, float] = field(default_factory=lambda: {"loss": 0.0, "delay": 0.0})

    def ways(self, direction: Direction | None = None) -> tuple[Way, ...]:
        """Both ways, or the one asked for."""
        if direction is None:
            return self.outward, self.inward
        return (self.outward if direction == "outward" else self.inward,)

    def description(self) -> dict[str, object]:
        """This line as `lab lines` shows it."""
        blocked = [name for name in DIRECTIONS if not self.ways(name)[0].open]
        state = self.cut or ("silent" if blocked else "carrying")
        return {
            "line": self.line.name,
            "to": self.line.node,
            "state": state,
            "blocked": blocked,
            "loss": self.ordered["loss"],
            "delay": self.ordered["delay"],
        }


def spans_of(lines: tuple[Line, ...]) -> dict[str, Span]:
    """A relay for every line, carrying."""
    return {
        line.name: Span(line, Way(relay_interface(line, line.node)), Way(relay_interface(line, CORE)))
        for line in lines
    }


def ways_by_entry(spans: dict[str, Span]) -> dict[int, Way]:
    """Every way by the index of the relay's interface at which its frames come in."""
    outward = {relay_index(span.line, CORE): span.outward for span in spans.values()}
    inward = {relay_index(span.line, span.line.node): span.inward for span in spans.values()}
    return outward | inward


@dataclass(frozen=True, slots=True)
class Relay:
    """All lines, and what can be done to them; `wall` is the clock by which the truth is told."""

    network: Network
    spans: dict[str, Span]
    carrier: Carrier
    truth: Truth
    wall: Callable[[], float]

    def cut(self, name: str, *, silent: bool = False, direction: Direction | None = None) -> None:
        """Let nothing through. Unless silent (or one way only), both routers lose carrier, too."""
        span = self.spans[name]
        ways = span.ways(direction)
        take_link = not silent and direction is None
        if not any(way.open for way in ways) and (span.cut == "link" or not take_link):
            return
        # What arrived before this moment was sent on a whole line.
        self.carrier.carry_all()
        at = self.wall()
        for way in ways:
            way.open = False
        self.carrier.forget(ways)
        if take_link:
            span.cut = "link"
            self._set_link(span, up=False)
        elif direction is None:
            span.cut = "silent"
        self.truth.begin(name, "cut", at, silent=not take_link, **_said(direction))

    def restore(self, name: str) -> None:
        """Mend everything about a line; when this returns, packets pass."""
        span = self.spans[name]
        self.degrade(name, loss=0.0, delay=0.0)
        if all(way.open for way in span.ways()):
            return
        # The gate opens last: from the moment noted as the end, whatever is sent arrives.
        if span.cut == "link":
            self._set_link(span, up=True)
        self.carrier.carry_all()
        for way in span.ways():
            way.open = True
        span.cut = ""
        self.truth.end(name, "cut", self.wall())

    def degrade(
        self,
        name: str,
        *,
        loss: float | None = None,
        delay: float | None = None,
        direction: Direction | None = None,
    ) -> None:
        """Lose this ratio of round trips and slow them by this many seconds; both ways take an equal part."""
        wanted: dict[Impairment, float | None] = {"loss": loss, "delay": delay}
        for what, total in wanted.items():
            if total is not None and (total or self.spans[name].ordered[what]):
                self._impair(self.spans[name], what, total, direction)

    def _impair(self, span: Span, what: Impairment, total: float, direction: Direction | None) -> None:
        self.carrier.carry_all()
        ways = span.ways(direction)
        share = 1 - math.pow(1 - total, 1 / len(ways)) if what == "loss" else total / len(ways)
        for way in span.ways():
            setattr(way, what, share if way in ways else 0.0)
        at = self.wall()
        span.ordered[what] = total
        if total:
            self.truth.begin(span.line.name, what, at, **{UNITS[what]: total}, **_said(direction))
        else:
            self.truth.end(span.line.name, what, at)

    def _set_link(self, span: Span, *, up: bool) -> None:
        """Take the light from both routers, or give it back, and see that they act on it."""
        line = span.line
        for node in (CORE, line.node):
            interfaces.set_up(self.network.relay_control, relay_interface(line, node), up)
            # Not for the answer: asking spares the wait for the kernel's own rounds.
            interfaces.has_carrier(self.network.controls[node], line.interface)


def _said(direction: Direction | None) -> dict[str, object]:
    return {"direction": direction} if direction else {}


def obey(relay: Relay, hosts: Hosts, order: Order) -> list[dict[str, object]]:
    """Carry out an order and describe what it concerns; raises LinewalkerError if there is no such line or host."""
    match order.do:
        case "lines":
            return [span.description() for span in relay.spans.values()]
        case "hosts":
            return hosts.rows()
        case "break":
            hosts.break_(order.line, order.fault)
            return hosts.rows(order.line)
        case "restore" if hosts.has(order.line):
            hosts.restore(order.line)
            if order.line not in relay.spans:
                return hosts.rows(order.line)
    require_line(order.line, list(relay.spans))
    match order.do:
        case "cut":
            relay.cut(order.line, silent=order.silent, direction=order.direction)
        case "restore":
            relay.restore(order.line)
        case "degrade":
            relay.degrade(order.line, loss=order.loss, delay=order.delay, direction=order.direction)
    return [relay.spans[order.line].description()]
