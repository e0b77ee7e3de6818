"""Who an agent says it is, and what hangs on its interfaces: read once, slowly, for whoever looks a network over.

No probe, and nothing is judged. A walk that breaks off keeps its rows; how many did is told.
"""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from probes.snmp_agent import AgentError, Session, SilentError, Value

SYS_DESCR, SYS_OBJECT_ID = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0"
SYS_NAME, SYS_LOCATION, SYS_SERVICES = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.6.0", "1.3.6.1.2.1.1.7.0"
SYSTEM = (SYS_DESCR, SYS_OBJECT_ID, SYS_NAME, SYS_LOCATION, SYS_SERVICES)

# IF-MIB (RFC 2863): ifTable and ifXTable.
IF_DESCR, IF_SPEED = "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1.5"
IF_ADMIN, IF_OPER = "1.3.6.1.2.1.2.2.1.7", "1.3.6.1.2.1.2.2.1.8"
IF_NAME, IF_HIGH_SPEED = "1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.31.1.1.1.15"
IF_ALIAS = "1.3.6.1.2.1.31.1.1.1.18"
# IP-MIB: ipAddrTable (RFC 1213, IPv4 only) and ipAddressTable (RFC 4293).
AD_INDEX, AD_MASK = "1.3.6.1.2.1.4.20.1.2", "1.3.6.1.2.1.4.20.1.3"
ADDRESS_INDEX, ADDRESS_PREFIX = "1.3.6.1.2.1.4.34.1.3", "1.3.6.1.2.1.4.34.1.5"
COLUMNS = (
    IF_DESCR,
    IF_SPEED,
    IF_ADMIN,
    IF_OPER,
    IF_NAME,
    IF_HIGH_SPEED,
    IF_ALIAS,
    AD_INDEX,
    AD_MASK,
    ADDRESS_INDEX,
    ADDRESS_PREFIX,
)

MOST_ROWS = 5_000  # of one column: more interfaces than a router at the end of a line has
_MOST_SILENCES = 2  # then the rest is not asked for
_LARGEST_GAUGE = 2**32 - 1
_UP, _DOWN = 1, 2
_ADDRESS_OCTETS = {4: 4, 16: 16}

Column = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface; `addresses` are its own with their prefix lengths, `speed` is in bit/s."""

    index: int
    name: str
    alias: str = ""
    enabled: bool | None = None
    up: bool | None = None
    speed: int | None = None
    addresses: tuple[str, ...] = ()

    @property
    def neighbours(self) -> tuple[str, ...]:
        """The far ends of point-to-point networks: whoever else there is on a /30, a /31 or a /127."""
        return tuple(far for address in self.addresses if (far := far_end(address)))


@dataclass(frozen=True, slots=True)
class Identity:
    """What an agent says of itself; `services` is sysServices, `broken` counts walks that broke off."""

    name: str
    description: str
    object_id: str
    location: str = ""
    services: int = 0
    interfaces: tuple[Interface, ...] = ()
    broken: int = 0

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address of its own, without prefix lengths."""
        return tuple(one.partition("/")[0] for port in self.interfaces for one in port.addresses)


def far_end(address: str) -> str:
    """The one other host in the network of an address with its prefix length; empty where there is not just one."""
    here = ipaddress.ip_interface(address)
    if here.network.num_addresses > 4:
        return ""
    others = [host for host in here.network.hosts() if host != here.ip]
    return str(others[0]) if len(others) == 1 else ""


async def identify(session: Session) -> Identity:
    """Ask an agent who it is and for its interfaces. Raises AgentError if it does not answer the first request."""
    said = await _first(session)
    columns: dict[str, Column] = {}
    broken = silences = 0
    for oid in COLUMNS:
        if silences < _MOST_SILENCES:
            column = columns[oid] = {}
            try:
                await _walk(session, oid, column)
            except AgentError as error:
                broken += 1
                silences += isinstance(error, SilentError)
    return identity(said, columns, broken)


async def _first(session: Session) -> dict[str, Value]:
    """One request, and a second one where a packet was lost."""
    try:
        return await session.get(SYSTEM)
    except SilentError:
        return await session.get(SYSTEM)


async def _walk(session: Session, oid: str, column: Column) -> None:
    async for name, value in session.walk(oid):
        column[name[len(oid) + 1 :]] = value
        if len(column) >= MOST_ROWS:
            return


def identity(said: Mapping[str, Value], columns: Mapping[str, Column], broken: int = 0) -> Identity:
    """What these scalars and columns say. Pure."""
    services = said.get(SYS_SERVICES, 0)
    return Identity(
        name=text(said.get(SYS_NAME)),
        description=text(said.get(SYS_DESCR)),
        object_id=text(said.get(SYS_OBJECT_ID)),
        location=text(said.get(SYS_LOCATION)),
        services=services if isinstance(services, int) else 0,
        interfaces=tuple(_interfaces(columns)),
        broken=broken,
    )


def text(value: Value | None) -> str:
    """A value as people read it, on one line: devices in China write UTF-8 or GBK."""
    if value is None:
        return ""
    if not isinstance(value, bytes):
        return str(value)
    raw = value.rstrip(b"\0")
    try:
        found = raw.decode("utf-8")
    except UnicodeDecodeError:
        found = raw.decode("gb18030", "replace")
    return " ".join("".join(one if one.isprintable() else " " for one in found).split())


def _interfaces(columns: Mapping[str, Column]) -> Iterator[Interface]:
    def cell(oid: str, index: str) -> Value | None:
        return columns.get(oid, {}).get(index)

    addresses = _addresses(columns)
    indexes = {*columns.get(IF_DESCR, {}), *columns.get(IF_NAME, {})}
    for index in sorted((one for one in indexes if one.isdigit()), key=int):
        yield Interface(
            index=int(index),
            name=text(cell(IF_NAME, index)) or text(cell(IF_DESCR, index)),
            alias=text(cell(IF_ALIAS, index)),
            enabled=_either(cell(IF_ADMIN, index)),
            up=_either(cell(IF_OPER, index)),
            speed=_speed(cell(IF_HIGH_SPEED, index), cell(IF_SPEED, index)),
            addresses=tuple(addresses.get(int(index), ())),
        )


def _either(value: Value | None) -> bool | None:
    return {_UP: True, _DOWN: False}.get(value) if isinstance(value, int) else None


def _speed(megabits: Value | None, bits: Value | None) -> int | None:
    """ifSpeed, exact below 4.3 Gbit/s, else ifHighSpeed in millions; None where neither says anything."""
    if isinstance(bits, int) and 0 < bits < _LARGEST_GAUGE:
        return bits
    return megabits * 1_000_000 if isinstance(megabits, int) and megabits > 0 else None


def _addresses(columns: Mapping[str, Column]) -> dict[int, list[str]]:
    """Addresses with their prefix lengths, by the index of their interface."""
    found: dict[int, list[str]] = {}
    for index, address in (*_older(columns), *_newer(columns)):
        known = found.setdefault(index, [])
        if address not in known:
            known.append(address)
    return found


def _older(columns: Mapping[str, Column]) -> Iterator[tuple[int, str]]:
    masks = columns.get(AD_MASK, {})
    for address, index in columns.get(AD_INDEX, {}).items():
        try:
            found = ipaddress.IPv4Interface(f"{address}/{text(masks.get(address, 32))}")
        except ValueError:
            continue
        if isinstance(index, int) and not found.is_loopback:
            yield index, str(found)


def _newer(columns: Mapping[str, Column]) -> Iterator[tuple[int, str]]:
    prefixes = columns.get(ADDRESS_PREFIX, {})
    for key, index in columns.get(ADDRESS_INDEX, {}).items():
        _, length, *octets = map(int, key.split("."))
        # The last step of ipAddressPrefix is the length; 0.0 says that there is none to tell.
        pointer = str(prefixes.get(key, "0.0"))
        bits = len(octets) * 8 if pointer in ("0.0", "0") else int(pointer.rpartition(".")[2])
        if isinstance(index, int) and _ADDRESS_OCTETS.get(length) == len(octets) and max(octets) < 256:
            host = ipaddress.ip_address(bytes(octets))
            if not (host.is_link_local or host.is_loopback) and bits <= host.max_prefixlen:
                yield index, f"{host}/{bits}"
