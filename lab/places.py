"""On which node each address of a configuration lives, and which lines alone may carry it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from config.errors import LinewalkerError
from config.model import Circuit, Config
from lab.plan import (
    CENTRE,
    COLLECTOR_ADDRESS,
    COLLECTOR_SECOND_ADDRESS,
    CORE,
    CORE_SWITCH_ADDRESSES,
    FIRST_POINT_TO_POINT,
    UPLINK,
    Line,
    lines_of,
    router_of,
)
from probes.names import is_address

CORE_ROUTER = "core-router"  # the device whose address is the core router's own


POINT_TO_POINT_RANGES = (FIRST_POINT_TO_POINT, IPv4Address("100.64.0.0"), IPv4Address("198.18.0.0"))


@dataclass(frozen=True, slots=True)
class Claim:
    """An address somebody has, the node it must be on, and the line it must not be reached without, if any."""

    subject: str
    address: str
    node: str
    line: str | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """What the collector sends from `source` to `address` travels `line` or not at all."""

    address: str
    source: str
    line: Line


@dataclass(frozen=True, slots=True)
class Places:
    """Where addresses live and how they may be reached.

    `loopback` maps each address beside the lines' own to its node, `direct` those that one line alone carries;
    `sources` are the collector's addresses.
    """

    loopback: dict[str, str]
    direct: dict[str, Line]
    pins: tuple[Pin, ...]
    sources: tuple[str, ...]


def lay_lines(config: Config) -> tuple[Line, ...]:
    """The lines, with point-to-point addresses from the first range in which nobody else has one.

    Raises LinewalkerError where an address cannot be made, or is taken by the practice network itself.
    """
    claims = tuple(_claims(config))
    taken = (COLLECTOR_ADDRESS, *CORE_SWITCH_ADDRESSES)
    for claim in claims:
        _require_ipv4(claim.subject, claim.address)
        if claim.address in taken:
            raise LinewalkerError(
                "{subject}: the practice network itself has {address}; give it another address",
                subject=claim.subject,
                address=claim.address,
            )
    laid = (lines_of(config, first) for first in POINT_TO_POINT_RANGES)
    return next((lines for lines in laid if not _confused(claims, lines[2:])), lines_of(config))


def _confused(claims: tuple[Claim, ...], lines: tuple[Line, ...]) -> bool:
    """Whether an address is that of a line other than it should be."""
    core = {line.core_address for line in lines}
    far = {line.node_address: line for line in lines}
    return any(
        claim.address in core
        or (line is not None and (line.node != claim.node or claim.line not in {None, line.name}))
        for claim in claims
        for line in [far.get(claim.address)]
    )


def places_of(config: Config, lines: tuple[Line, ...]) -> Places:
    """Derive every place from the configuration alone; the first to claim an address has it."""
    circuits = tuple(zip(config.circuits, lines[2:], strict=True))
    own = {address for line in lines for address in (line.core_address, line.node_address)}
    sources = _sources(config)
    loopback: dict[str, str] = {}
    for claim in _claims(config):
        if claim.address not in own and claim.address not in sources:
            loopback.setdefault(claim.address, claim.node)
    direct = {
        address: line
        for circuit, line in circuits
        for address, source in _asked(circuit)
        if address in loopback and _is_alone(circuit, source)
    }
    pins = tuple(
        Pin(address, source, line)
        for circuit, line in circuits
        if circuit.path == "pinned"
        for address, source in _asked(circuit)
        if source and source != UPLINK
    )
    return Places(loopback, direct, pins, sources)


def _is_alone(circuit: Circuit, source: str | None) -> bool:
    """Whether one line alone may carry what is asked: pinned to an interface is no less than direct."""
    return circuit.path == "direct" or (circuit.path == "pinned" and source in {None, UPLINK})


def _claims(config: Config) -> Iterator[Claim]:
    """Every address somebody has, in the order in which they are heard. What is known by a name has none here."""
    sentinels = config.vantage.sentinels
    yield from (Claim("a near sentinel", address, CORE) for address in sentinels.near)
    yield from (Claim("a far sentinel", address, CENTRE) for address in sentinels.far)
    for circuit in config.circuits:
        line = circuit.id if circuit.path in {"direct", "pinned"} else None
        for address, _ in _asked(circuit):
            yield Claim(f"circuit {circuit.id}", address, router_of(circuit.termination_z), line)
    home = _Homes(config)
    for service in config.services:
        if service.check and is_address(service.check.host):
            members = service.circuits or (service.needs.of if service.needs else ())
            yield Claim(f"service {service.id}", service.check.host, home.of(service.site, members))
    for device in config.devices:
        node = CORE if device.id == CORE_ROUTER else home.of(device.site)
        if is_address(device.check.host):
            yield Claim(f"device {device.id}", device.check.host, node)
    for system in config.systems:
        if is_address(system.check.host):
            yield Claim(f"system {system.id}", system.check.host, home.of(system.site))


class _Homes:
    """A site with circuits has a router of its own; everything else stands in the centre."""

    def __init__(self, config: Config) -> None:
        self.site = {circuit.id: circuit.termination_z for circuit in config.circuits}

    def of(self, site: str | None, circuits: tuple[str, ...] = ()) -> str:
        site = site or next((self.site[name] for name in circuits if name in self.site), None)
        return router_of(site) if site is not None and site in self.site.values() else CENTRE


def _asked(circuit: Circuit) -> Iterator[tuple[str, str | None]]:
    """(address, source) of a circuit, today's and those of its dated changes."""
    address, source = circuit.address, circuit.source
    yield address, source
    for change in circuit.changes:
        address, source = change.address or address, change.source or source
        yield address, source


def _sources(config: Config) -> tuple[str, ...]:
    asked = [(f"circuit {c.id}", source) for c in config.circuits for _, source in _asked(c)]
    checks = [
        (f"{kind} {one.id}", one.check.source)
        for kind, several in (
            ("service", config.services),
            ("device", config.devices),
            ("system", config.systems),
        )
        for one in several
        if one.check
    ]
    named = {source: subject for subject, source in (*asked, *checks) if source and source != UPLINK}
    for source, subject in named.items():
        _require_ipv4(subject, source)
    return tuple(dict.fromkeys((COLLECTOR_ADDRESS, COLLECTOR_SECOND_ADDRESS, *named)))


def _require_ipv4(subject: str, address: str) -> None:
    try:
        IPv4Address(address)
    except ValueError:
        raise LinewalkerError(
            "{subject}: {address} cannot be made in the practice network; it knows IPv4 addresses, "
            "and one interface of the collector, named {interface}",
            subject=subject,
            address=address,
            interface=UPLINK,
        ) from None
