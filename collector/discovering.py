"""Looking a network over, once and politely: a few addresses at a time, pings first, then SNMP where one is answered.

Only asking is here: what is proposed from the answers is in `config/proposals.py`. Nothing here runs by itself.
"""

import asyncio
import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import icmplib

from config.addresses import read_network
from config.errors import LinewalkerError, WrongValueError
from probes.credentials import NoSecretError
from probes.icmp import NotPermitted
from probes.kind import IpAddress
from probes.snmp import SNMP, SnmpSettings, agent_of
from probes.snmp_agent import AgentError, RefusedError
from probes.snmp_engines import start
from probes.snmp_gufo import MasterKeys
from probes.snmp_identity import Identity, identify

MOST_ADDRESSES = 1_024
MOST_LARGE = 65_536
_REQUEST_SECONDS = 2.0
_DEVICE_SECONDS = 120.0  # to read all interfaces of one agent


@dataclass(frozen=True, slots=True)
class Manners:
    """How much is asked at once: addresses in flight, addresses begun a second, and pings to each."""

    at_once: int = 20
    a_second: float = 20.0
    pings: int = 2
    ping_seconds: float = 1.0

    def seconds(self, count: int) -> float:
        """How long so many addresses take where none answers."""
        silence = self.pings * self.ping_seconds
        return max(silence, count * max(1 / self.a_second, silence / self.at_once))


@dataclass(frozen=True, slots=True)
class Answer:
    """What one address said: its round trip in seconds, and who it is if its agent told, asked by `settings`.

    `refused` is set where an agent answered that it takes none of the credentials.
    """

    address: str
    rtt: float | None
    identity: Identity | None = None
    settings: SnmpSettings | None = None
    refused: bool = False


@dataclass(slots=True)
class Scan:
    """What has been found so far; complete when every address is among `answers` or `unanswered`."""

    count: int
    answers: list[Answer] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many addresses have been asked."""
        return len(self.answers) + len(self.unanswered)

    def sort(self) -> None:
        """Bring addresses in their order; they come in as they answer."""
        self.answers.sort(key=lambda one: _order(one.address))
        self.unanswered.sort(key=_order)


def addresses_in(written: Iterable[str], *, large: bool) -> list[str]:
    """Every address of these addresses and networks, each once, in order.

    Raises LinewalkerError for what is neither, for groups of receivers, and for too many.
    """
    most = MOST_LARGE if large else MOST_ADDRESSES
    networks = [_network(one) for one in written]
    count = sum(network.num_addresses for network in networks)
    if count > most:
        raise _too_many(count, large=large)
    return sorted({str(host) for network in networks for host in network.hosts()}, key=_order)


def _order(address: str) -> tuple[int, int]:
    host = ipaddress.ip_address(address)
    return host.version, int(host)


def _too_many(count: int, *, large: bool) -> LinewalkerError:
    if large:
        return LinewalkerError(
            "{count} addresses are too many to be asked one by one; expected at most {most}",
            count=count,
            most=MOST_LARGE,
        )
    return LinewalkerError(
        "{count} addresses are more than {most}; expected a smaller network, or --large to ask them all",
        count=count,
        most=MOST_ADDRESSES,
    )


def _network(written: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        found = ipaddress.ip_network(read_network(written))
    except WrongValueError as wrong:
        raise LinewalkerError(wrong.text, **wrong.values) from None
    if found.is_multicast or found.network_address.is_unspecified:
        raise LinewalkerError("{found} holds no addresses of single hosts", found=written)
    return found


def look_over(
    addresses: Sequence[str],
    credentials: Callable[[str], Sequence[SnmpSettings]],
    environment: Mapping[str, str],
    into: Scan,
    *,
    pinging: bool = True,
    manners: Manners | None = None,
    progress: Callable[[Scan], None] = lambda _: None,
) -> None:
    """Ask all addresses, and fill `into` as they answer, so that an interruption loses nothing.

    `credentials` gives the settings to try for an address, in order. Without `pinging` every address is asked by
    SNMP. Raises NotPermitted if no ICMP socket may be opened.
    """
    manners = manners or Manners()
    asking = _Asking(credentials, environment, manners, privileged=_privileged() if pinging else None)
    asyncio.run(_all(asking, addresses, manners, into, progress))


def _privileged() -> bool:
    """Whether raw sockets may be had, else datagram ones. Raises NotPermitted."""
    for privileged in (True, False):
        try:
            icmplib.ICMPv4Socket(privileged=privileged).close()
        except icmplib.SocketPermissionError:
            continue
        return privileged
    raise NotPermitted


async def _all(
    asking: "_Asking",
    addresses: Sequence[str],
    manners: Manners,
    into: Scan,
    progress: Callable[[Scan], None],
) -> None:
    room = asyncio.Semaphore(manners.at_once)

    async def one(address: str) -> None:
        try:
            answer = await asking.ask(address)
        finally:
            room.release()
        if answer is None:
            into.unanswered.append(address)
        else:
            into.answers.append(answer)
        progress(into)

    async with asyncio.TaskGroup() as group:
        for address in addresses:
            await room.acquire()
            group.create_task(one(address))
            await asyncio.sleep(1 / manners.a_second)


@dataclass(slots=True)
class _Asking:
    """How one address is asked; `privileged` is which ICMP sockets there are, None where nobody pings."""

    credentials: Callable[[str], Sequence[SnmpSettings]]
    environment: Mapping[str, str]
    manners: Manners
    privileged: bool | None
    keys: MasterKeys = field(default_factory=MasterKeys)

    async def ask(self, address: str) -> Answer | None:
        """What an address says; None where nothing comes back."""
        rtt = None if self.privileged is None else await self._ping(address)
        if rtt is None and self.privileged is not None:
            return None
        refused = False
        for settings in self.credentials(address):
            try:
                found = await self._identity(replace(settings, address=IpAddress(address)))
            except RefusedError:
                refused = True
            except (AgentError, NoSecretError, OSError, TimeoutError):
                continue
            else:
                return Answer(address, rtt, found, settings)
        return Answer(address, rtt, refused=refused) if refused or rtt is not None else None

    async def _ping(self, address: str) -> float | None:
        """The round trip in seconds of the first ping that is answered."""
        for _ in range(self.manners.pings):
            try:
                host = await icmplib.async_ping(
                    address, count=1, timeout=self.manners.ping_seconds, privileged=self.privileged
                )
            except (icmplib.ICMPLibError, OSError):  # no route, no such family: nobody answers
                return None
            if host.is_alive:
                return float(host.avg_rtt) / 1000
        return None

    async def _identity(self, settings: SnmpSettings) -> Identity:
        agent = replace(agent_of(settings, SNMP.rhythm, self.environment), timeout=_REQUEST_SECONDS)
        session = start(agent, self.keys)
        try:
            async with asyncio.timeout(_DEVICE_SECONDS):
                await session.open()
                return await identify(session)
        finally:
            session.close()
