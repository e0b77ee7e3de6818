"""What firewalls must let pass so that the vantage sees: who speaks to whom, over what, and why. From the inventory.

Rows to request; nothing is tried. Which commands routers need beside that is in `snippets.py`.
"""

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from config.dated import all_in_service, as_of
from config.model import Circuit, Config, Device, System
from config.throughput import ADDRESS
from exporters.snippets import at_device, trap_port

ICMP, TCP, UDP = "ICMP", "TCP", "UDP"
ECHO, ERRORS = "8", "3, 11"  # types; the answers to what is let out come back by the same rule
NTP_PORT, IPERF3_PORT = 123, 5201
BFD_PORTS = "3784, 3785"
ANYBODY = "any"
_PORTS = {"http": 80, "https": 443, "iperf3": IPERF3_PORT}


@dataclass(frozen=True, slots=True)
class Opening:
    """One rule: `port` is a port, or the types of ICMP messages; `why` and `subject` are for whoever approves it."""

    source: str
    target: str
    protocol: str
    port: str
    why: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a check asks, and over what."""

    host: str
    protocol: str
    port: str
    why: str


def openings(config: Config, today: date, vantage: str = "") -> list[Opening]:
    """Every rule once, in the order of the inventory; `vantage` is its address, else its name stands there."""
    here = vantage or config.vantage.name
    rows = [*_pings(config, today, here), *_checks(config, here), *_others(config, today, here)]
    rows += _at_routers(config, today)
    found: dict[tuple[str, ...], Opening] = {}
    for one in rows:
        found.setdefault((one.source, one.target, one.protocol, one.port), one)
    return list(found.values())


def _pings(config: Config, today: date, here: str) -> Iterator[Opening]:
    sentinels = config.vantage.sentinels
    for address in (*sentinels.near, *sentinels.far):
        yield Opening(here, address, ICMP, ECHO, "sentinel")
    for circuit in all_in_service(config.circuits, today):
        yield Opening(here, as_of(circuit, today).address, ICMP, ECHO, "line", circuit.id)
    yield Opening(ANYBODY, here, ICMP, ERRORS, "why a line is silent, and the way to it")


def _checks(config: Config, here: str) -> Iterator[Opening]:
    listed: Sequence[Any] = (
        *config.circuits,
        *config.services,
        *config.devices,
        *config.systems,
    )
    for one in listed:
        if one.check is not None:
            asked = _ASKED.get(one.check.probe, _by_port)
            for what in asked(one.check.settings):
                yield Opening(here, what.host, what.protocol, what.port, what.why, one.id)


def _by_icmp(settings: Any) -> Iterable[Asked]:
    return [Asked(settings.address, ICMP, ECHO, "check")]


def _by_tcp(settings: Any) -> Iterable[Asked]:
    return [Asked(settings.address, TCP, str(settings.port), "check")]


def _by_snmp(settings: Any) -> Iterable[Asked]:
    return [Asked(settings.address, UDP, str(settings.port), "SNMP, read only")]


def _by_dns(settings: Any) -> Iterable[Asked]:
    port = str(settings.port)
    return [Asked(settings.server, UDP, port, "DNS"), Asked(settings.server, TCP, port, "DNS, long answers")]


def _by_http(settings: Any) -> Iterable[Asked]:
    host, protocol, port = _at_url(settings.proxy or settings.url)
    return [Asked(host, protocol, port, "HTTP by proxy" if settings.proxy else "HTTP")]


def _at_url(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return parts.hostname or "", TCP, str(parts.port or _PORTS.get(parts.scheme) or "")


def _by_port(settings: Any) -> Iterable[Asked]:
    """A kind of probe that has no line here yet: what its settings tell."""
    host, port = getattr(settings, "address", ""), getattr(settings, "port", "")
    return [Asked(host, UDP, str(port), "check")] if host and port else []


_ASKED: Mapping[str, Callable[[Any], Iterable[Asked]]] = {
    "icmp": _by_icmp,
    "tcp": _by_tcp,
    "snmp": _by_snmp,
    "interface": _by_snmp,
    "dns": _by_dns,
    "http": _by_http,
}


def _others(config: Config, today: date, here: str) -> Iterator[Opening]:
    if config.vantage.clock:
        yield Opening(here, config.vantage.clock, UDP, str(NTP_PORT), "comparing the clock")
    if config.traps:
        for sender in config.traps.from_ or _hosts(config):
            yield Opening(sender, here, UDP, str(trap_port(config)), "traps")
    circuits = {one.id: one for one in all_in_service(config.circuits, today)}
    for test in config.throughput.tests if config.throughput else ():
        tested = [one for one in circuits.values() if one.id in test.circuits or one.group == test.group]
        for circuit in tested:
            host = f"[{circuit.address}]" if ":" in circuit.address else circuit.address
            target, protocol, port = _at_url(test.far_end.replace(ADDRESS, host))
            yield Opening(here, target, protocol, port, "throughput test", circuit.id)


def _hosts(config: Config) -> Iterator[str]:
    """The addresses of the devices and systems, which may send traps where nobody else is named."""
    listed: tuple[Device | System, ...] = (*config.devices, *config.systems)
    for one in listed:
        try:
            yield str(ipaddress.ip_address(one.check.host))
        except ValueError:
            continue


def _at_routers(config: Config, today: date) -> Iterator[Opening]:
    """What routers ask over the lines themselves."""
    hosts = {one.id: one.check.host for one in config.devices}
    for circuit in all_in_service(config.circuits, today):
        device = _router_of(circuit, hosts)
        if device:
            yield Opening(device, circuit.address, ICMP, ECHO, "NQA, RNS or IP SLA", circuit.id)
            yield Opening(device, circuit.address, UDP, BFD_PORTS, "BFD, both ways", circuit.id)


def _router_of(circuit: Circuit, hosts: Mapping[str, str]) -> str:
    return hosts.get(at_device(circuit), "")
