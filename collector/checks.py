"""Whom a configuration asks: every subject's check, as plain rows. Pure."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from config.asked import AskedBy
from config.dated import as_of, in_service
from config.model import Circuit, Config
from probes import PROBERS
from probes.columns import Floats, Ints
from probes.icmp import IcmpSettings
from probes.interface import InterfaceSettings
from probes.kind import IpAddress, Source
from probes.router import ReadAtRouter, is_read_at_router
from probes.snmp import SnmpSettings

# Successive multiples of the golden ratio spread evenly over [0, 1), however many there are and in whatever
# order checks come and go: a check keeps its place in the round for ever.
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """One check to be made: its permanent identity, except for the vantage, and what else its settings say."""

    kind: str  # circuit, service, device, system, sentinel, or interface (of a circuit)
    subject: str
    probe: str
    address: str
    source: str = ""
    settings: Any = field(default=None, hash=False)


def phase(check: int) -> float:
    """The place of a check in every round, 0 ≤ phase < 1, from its permanent id."""
    return check * _GOLDEN % 1.0


def phases(checks: Ints) -> Floats:
    """The place of each of these checks."""
    return np.asarray(checks * _GOLDEN % 1.0)


def specs(config: Config, day: dt.date) -> tuple[CheckSpec, ...]:
    """Every check that is to be made on a day: circuits in service, own checks, and the sentinels."""
    found = [_echo("sentinel", address, address) for address in sentinels(config)]
    agents = {one.id: one.check.settings for one in config.devices if one.check.probe == "snmp"}
    found += [_circuit(circuit, day, agents) for circuit in config.circuits if in_service(circuit, day)]
    found += _interfaces(config, day, agents)
    found += [_own("service", one.id, one.check) for one in config.services if one.check]
    found += [_own("device", one.id, one.check) for one in config.devices]
    found += [_own("system", one.id, one.check) for one in config.systems]
    return tuple(found)


def next_change(config: Config, day: dt.date) -> dt.date | None:
    """The first day after `day` on which other checks may be made; None if nothing is dated later."""
    dated = [
        date
        for circuit in config.circuits
        for date in (
            circuit.in_service_from,
            circuit.in_service_until,
            *(change.from_ for change in circuit.changes),
        )
    ]
    return min((date for date in dated if date is not None and date > day), default=None)


def sentinels(config: Config) -> tuple[str, ...]:
    """The sentinels' addresses, near ones first."""
    return (*config.vantage.sentinels.near, *config.vantage.sentinels.far)


def _circuit(circuit: Circuit, day: dt.date, agents: Mapping[str, SnmpSettings]) -> CheckSpec:
    if circuit.check:
        return _own("circuit", circuit.id, _joined(circuit.check, agents))
    standing = as_of(circuit, day)
    return _echo("circuit", circuit.id, standing.address, standing.source)


def _echo(kind: str, subject: str, address: str, source: str | None = None) -> CheckSpec:
    return CheckSpec(kind, subject, "icmp", address, source or "", echo_settings(address, source))


def echo_settings(address: str, source: str | None) -> IcmpSettings:
    """All that an echo says: whom to ask, and from where."""
    return IcmpSettings(IpAddress(address), Source(source) if source else None)


def _own(kind: str, subject: str, check: AskedBy) -> CheckSpec:
    return CheckSpec(kind, subject, check.probe, check.address, check.source or "", check.settings)


def _joined(check: AskedBy, agents: Mapping[str, SnmpSettings]) -> AskedBy:
    """A check that is read from a router together with that router's agent; any other as it is."""
    if not is_read_at_router(check.settings):
        return check
    return replace(check, settings=ReadAtRouter(check.settings, agents[check.settings.device]))


def _interfaces(config: Config, day: dt.date, agents: Mapping[str, SnmpSettings]) -> Iterator[CheckSpec]:
    """The interfaces that carry circuits; of a kind of their own, because they are no second opinion on the line."""
    for circuit in config.circuits:
        device, _, name = (circuit.interface or "").partition("/")
        if device in agents and in_service(circuit, day):
            agent = {key.name: getattr(agents[device], key.name) for key in fields(agents[device])}
            settings = InterfaceSettings(**agent, interface=name, known_as=f"{device}/{name}")
            yield _own("interface", circuit.id, AskedBy("interface", settings))


def host(spec: CheckSpec) -> str:
    """Whom the packets of a check go to, an address or a name; empty where nobody can tell."""
    return PROBERS[spec.probe].host_of(spec.settings)
