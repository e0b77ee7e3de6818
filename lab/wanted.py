"""What must answer in the practice network of a configuration: agents, servers, far ends. No sockets.

Where a configuration asks nobody but by ICMP nothing is wanted: kernels answer that by themselves. Where it asks
otherwise, or everything is wanted, every device has an SNMP agent and every system and branch a web server.
"""

import dataclasses
import secrets
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from config.asked import AskedBy
from config.model import Config, Device
from lab.agents import Access, Agent
from lab.agents import Kind as AgentKind
from lab.hosts import Host, Kind
from lab.names import names_of
from lab.places import CORE_ROUTER
from lab.plan import CENTRE, COLLECTOR, CORE, Plan
from probes.credentials import NoSecretError, is_reference, look_up

SNMP_PORT, HTTP_PORT, DNS_PORT = 161, 80, 53
_HTTPS_PORT = 443
COMMUNITY = "LINEWALKER_LAB_COMMUNITY"
NAME_SERVER = (
    "name-server"  # the host at the first far sentinel, which stands for nothing in the configuration
)
_MADE_UP_OCTETS = 12


@dataclass(frozen=True, slots=True)
class Attended:
    """All that is attended to. `far_ends` are the nodes that have an iperf3 server, `records` what names lead to."""

    agents: tuple[Agent, ...] = ()
    hosts: tuple[Host, ...] = ()
    far_ends: tuple[str, ...] = ()
    records: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    @property
    def known(self) -> tuple[Host, ...]:
        """Everything that can be broken, agents too."""
        return (*self.hosts, *(_host_of(agent) for agent in self.agents))

    def __bool__(self) -> bool:
        return bool(self.agents or self.hosts or self.far_ends)


def checks_of(config: Config) -> Iterator[AskedBy]:
    """Every check of a configuration that is written as one."""
    yield from (circuit.check for circuit in config.circuits if circuit.check)
    yield from (check for _, _, check in _subjects(config))


def _subjects(config: Config) -> Iterator[tuple[str, str, AskedBy]]:
    """Id, name and check of every system, service and device that has one, in the order in which they are served."""
    yield from ((system.id, system.name, system.check) for system in config.systems)
    yield from ((service.id, service.name, service.check) for service in config.services if service.check)
    yield from ((device.id, device.name, device.check) for device in config.devices)


def make_up_secrets(config: Config, environment: MutableMapping[str, str]) -> None:
    """Set every environment variable that a check refers to and nobody has set: in here any word will do.

    COMMUNITY, too, which lets in whoever is not in the configuration, such as somebody who tries `discover`.
    """
    environment.setdefault(COMMUNITY, secrets.token_hex(_MADE_UP_OCTETS))
    for check in checks_of(config):
        for reference in _references(check.settings):
            kind, _, name = reference.partition(":")
            if kind == "env" and not environment.get(name):
                environment[name] = secrets.token_hex(_MADE_UP_OCTETS)


def _references(settings: Any) -> Iterator[str]:
    for one in dataclasses.fields(settings):
        value = getattr(settings, one.name)
        if isinstance(value, str) and is_reference(value):
            yield value


def attended_of(
    config: Config, plan: Plan, environment: Mapping[str, str], *, everything: bool = False
) -> Attended:
    """What is wanted, with the secrets of this environment."""
    if not everything and all(check.probe == "icmp" for check in checks_of(config)):
        return Attended()
    nodes = {each.address: each.node for each in plan.addresses if each.node != COLLECTOR}
    hosts = tuple(_hosts(config, nodes))
    addresses = {subject: check.host for subject, _, check in _subjects(config)}
    records: dict[tuple[str, str], tuple[str, ...]] = {
        (name, "A"): (address,) for name, address in names_of(addresses).items()
    }
    sites = dict.fromkeys(line.node for line in plan.lines if line.node not in (COLLECTOR, CORE))
    return Attended(
        tuple(_agents(config, nodes, environment)), hosts, tuple(sites), records | _expected_records(config)
    )


def _agents(config: Config, nodes: Mapping[str, str], environment: Mapping[str, str]) -> Iterator[Agent]:
    known = [_access(check.settings, environment) for check in checks_of(config) if check.probe == "snmp"]
    anybody = Access(community=environment.get(COMMUNITY, ""))
    everybody = (anybody, *dict.fromkeys(access for access in known if access))
    seen: set[tuple[str, int]] = set()
    for device in config.devices:
        port = (
            getattr(device.check.settings, "port", SNMP_PORT) if device.check.probe == "snmp" else SNMP_PORT
        )
        place = (device.check.host, port)
        if device.check.host in nodes and place not in seen:
            seen.add(place)
            access = _access(device.check.settings, environment) if device.check.probe == "snmp" else None
            node = nodes[device.check.host]
            yield Agent(
                device.id,
                device.name,
                node,
                *place,
                (access, anybody) if access else everybody,
                device.site or "",
                _agent_kind(device, node),
            )


def _access(settings: Any, environment: Mapping[str, str]) -> Access | None:
    """How an agent lets the collector in; None where nobody can know, because a secret is not to be had."""

    def secret(reference: str | None) -> str:
        return look_up(reference, environment).reveal() if reference else ""

    try:
        if settings.version != "3":
            return Access(community=secret(settings.community))
        return Access(
            user=settings.user,
            auth=settings.auth or "",
            auth_password=secret(settings.auth_password),
            privacy=settings.privacy or "",
            privacy_password=secret(settings.privacy_password),
        )
    except NoSecretError:
        return None


def _agent_kind(device: Device, node: str) -> AgentKind:
    profiles = getattr(device.check.settings, "profiles", ())
    if "ups" in profiles:
        return "ups"
    if "sensors" in profiles or "machine-room" in profiles:
        return "room"
    return "router" if device.id == CORE_ROUTER and node == CORE else "plain"


def _hosts(config: Config, nodes: Mapping[str, str]) -> Iterator[Host]:
    """A server at every place that is asked for one, and a web server for everybody else; the first there has it."""
    seen: set[tuple[str, int]] = set()
    for host in _servers(config, nodes):
        if host.address in nodes and (host.address, host.port) not in seen:
            seen.add((host.address, host.port))
            yield host


def _servers(config: Config, nodes: Mapping[str, str]) -> Iterator[Host]:
    for subject, name, check in _subjects(config):
        kind, port, words, document = _served(check)
        if kind is not None:
            yield Host(subject, name, kind, nodes.get(check.host, ""), check.host, port, words, document)
    devices = {device.id for device in config.devices}
    for subject, name, check in _subjects(config):
        if check.probe == "icmp" and subject not in devices:
            yield Host(subject, name, "http", nodes.get(check.host, ""), check.host, HTTP_PORT)
    for address in config.vantage.sentinels.far[:1]:
        yield Host(NAME_SERVER, NAME_SERVER, "dns", CENTRE, address, DNS_PORT)


def _served(check: AskedBy) -> tuple[Kind | None, int, tuple[str, ...], tuple[str, str] | None]:
    """What a check wants to find: kind of server, port, texts, and a value in a JSON document by its path."""
    settings = check.settings
    match check.probe:
        case "http":
            url = urlsplit(settings.url)
            secured: Kind = "https" if url.scheme == "https" else "http"
            port = url.port or (_HTTPS_PORT if secured == "https" else HTTP_PORT)
            document = (settings.json_path, settings.json_value) if settings.json_path else None
            return secured, port, (settings.text,) if settings.text else (), document
        case "tcp":
            return "tcp", settings.port, (settings.expect,) if settings.expect else (), None
        case "dns":
            return "dns", settings.port, (), None
    return None, 0, (), None


def _expected_records(config: Config) -> dict[tuple[str, str], tuple[str, ...]]:
    return {
        (check.settings.name.rstrip(".").lower(), check.settings.type): check.settings.expect
        for check in checks_of(config)
        if check.probe == "dns" and check.settings.expect
    }


def _host_of(agent: Agent) -> Host:
    kind: Kind = agent.kind if agent.kind in ("ups", "room") else "agent"
    return Host(agent.subject, agent.name, kind, agent.node, agent.address, agent.port)
