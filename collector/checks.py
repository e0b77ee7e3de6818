"""Whom a configuration asks: every subject's check, as plain rows. Pure."""

import datetime as dt
from dataclasses import dataclass

from config.model import Check, Circuit, Config

# Successive multiples of the golden ratio spread evenly over [0, 1), however many there are and in whatever
# order checks come and go: a check keeps its place in the round for ever.
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """One check to be made: its permanent identity, except for the vantage."""

    kind: str  # circuit, service, device, system or sentinel
    subject: str
    probe: str
    address: str
    source: str = ""


def phase(check: int) -> float:
    """The place of a check in every round, 0 ≤ phase < 1, from its permanent id."""
    return check * _GOLDEN % 1.0


def specs(config: Config, day: dt.date) -> tuple[CheckSpec, ...]:
    """Every check that is to be made on a day: circuits in service, own checks, and the sentinels."""
    found = [CheckSpec("sentinel", address, "icmp", address) for address in sentinels(config)]
    found += [_circuit(circuit, day) for circuit in config.circuits if in_service(circuit, day)]
    found += [_own("service", one.id, one.check) for one in config.services if one.check]
    found += [_own("device", one.id, one.check) for one in config.devices]
    found += [_own("system", one.id, one.check) for one in config.systems]
    return tuple(found)


def sentinels(config: Config) -> tuple[str, ...]:
    """The sentinels' addresses, near ones first."""
    return (*config.vantage.sentinels.near, *config.vantage.sentinels.far)


def in_service(circuit: Circuit, day: dt.date) -> bool:
    """Whether the circuit is in service on this day; the end date is the first day out of service."""
    begun = circuit.in_service_from is None or circuit.in_service_from <= day
    return begun and (circuit.in_service_until is None or day < circuit.in_service_until)


def _circuit(circuit: Circuit, day: dt.date) -> CheckSpec:
    address, source = circuit.address, circuit.source
    for change in circuit.changes:
        if change.from_ <= day:
            address, source = change.address or address, change.source or source
    return CheckSpec("circuit", circuit.id, "icmp", address, source or "")


def _own(kind: str, subject: str, check: Check) -> CheckSpec:
    return CheckSpec(kind, subject, check.probe, check.address, check.source or "")
