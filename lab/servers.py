"""The listening sockets of hosts, each in the network namespace of its node, opened and closed as ordered."""

import asyncio
import datetime as dt
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from lab.certificates import AUTHORITY, make_authority, make_certificate
from lab.hosts import Host, State
from lab.names import DOMAIN, NameServer, Records
from lab.namespaces import inside
from lab.portal import attend

_WAITING = 64  # connections
_DAY = dt.timedelta(days=1)
_GOOD_FOR = 60 * _DAY


@dataclass(slots=True)
class Server:
    """One host's socket, or none while its port is closed."""

    host: Host
    state: State
    network: int
    certificates: Mapping[str, ssl.SSLContext]  # good, expired; none where nothing is secured
    records: Records
    stream: asyncio.Server | None = None
    datagram: asyncio.DatagramTransport | None = None
    visits: set[asyncio.Task[None]] = field(default_factory=set)

    async def settle(self) -> None:
        """Be as the state says: closed, or listening with the certificate that is due. Whoever is there must go."""
        self.close()
        if self.state.has("closed"):
            return
        if self.host.kind == "dns":
            await self._answer_names()
            return
        which = "expired" if self.state.has("expired") else "good"
        self.stream = await asyncio.start_server(
            self._visit,
            sock=self._socket(socket.SOCK_STREAM),
            ssl=self.certificates.get(which),
        )

    async def _answer_names(self) -> None:
        loop = asyncio.get_running_loop()
        self.datagram, _ = await loop.create_datagram_endpoint(
            partial(NameServer, self.records, self.state), sock=self._socket(socket.SOCK_DGRAM)
        )

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.create_task(attend(self.host, self.state, reader, writer))
        self.visits.add(visit)
        try:
            await visit
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self.visits.discard(visit)

    def _socket(self, kind: socket.SocketKind) -> socket.socket:
        with inside(self.network):
            opened = socket.socket(socket.AF_INET, kind | socket.SOCK_NONBLOCK)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind((self.host.address, self.host.port))
            if kind == socket.SOCK_STREAM:
                opened.listen(_WAITING)
        return opened

    def close(self) -> None:
        """Listen no more, and let nobody stay."""
        if self.stream:
            self.stream.close()
            self.stream = None
        if self.datagram:
            self.datagram.close()
            self.datagram = None
        for visit in self.visits:
            visit.cancel()


def make_certificates(hosts: tuple[Host, ...], folder: Path) -> dict[Host, dict[str, ssl.SSLContext]]:
    """A good and an expired certificate of every HTTPS host; the authority's is kept in the folder."""
    secured = [host for host in hosts if host.kind == "https"]
    if not secured:
        return {}
    now = dt.datetime.now(dt.UTC)
    authority = make_authority(folder / AUTHORITY, now)
    made: dict[Host, dict[str, ssl.SSLContext]] = {}
    for host in secured:
        made[host] = {}
        for which, until in (("good", now + _GOOD_FOR), ("expired", now - _DAY)):
            place = folder / f"{host.subject}-{host.port}-{which}.pem"
            names = (f"{host.subject.lower()}.{DOMAIN}",)
            make_certificate(authority, host.address, names, place, until)
            made[host][which] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            made[host][which].load_cert_chain(place)
    return made
