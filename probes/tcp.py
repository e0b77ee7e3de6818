"""Whether a TCP port takes connections and, if wanted, says what it should. When and how often: `conversations`."""

import asyncio
import socket
from contextlib import closing
from dataclasses import dataclass

from probes.columns import DOWN, UP, Targets
from probes.conversations import Conversations
from probes.eyes import Eyes
from probes.kind import IpAddress, Probe, Source, WrongSettingError
from probes.names import is_address
from probes.replies import Reply, Stage
from probes.rhythm import VERDICT_SECONDS, Rhythm

RHYTHM = Rhythm(interval=30.0, retries=1, retry_after=3.0, timeout=3.0, fast=5.0, verdict=VERDICT_SECONDS)
_MOST_BYTES = 65536
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class TcpSettings:
    """A port of an address. Of what is `send` first, `\\n` and `\\r` are ends of lines; `expect` must come back."""

    address: IpAddress
    port: int
    source: Source | None = None
    send: str = ""
    expect: str = ""

    def __post_init__(self) -> None:
        check_port(self.port)


def check_port(port: int) -> None:
    """Raises WrongSettingError for what cannot be a port."""
    if not 0 < port < 65536:
        raise WrongSettingError("{port} is not a port; expected 1 to 65535", port=port)


def open_tcp(targets: Targets, rhythm: Rhythm, eyes: Eyes) -> Conversations:
    """A prober of TCP ports."""
    return Conversations(targets, rhythm, eyes, talk)


async def talk(settings: TcpSettings, stage: Stage) -> Reply:
    """Connect, say and hear what is wanted."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    with closing(bound(settings.address, settings.source)) as connection:
        await loop.sock_connect(connection, (settings.address, settings.port))
        values = {"connect_seconds": loop.time() - begun}
        if settings.send:
            await loop.sock_sendall(connection, line_ends(settings.send).encode())
        if not settings.expect:
            return Reply(UP, values=values)
        stage("connected, but what is expected does not come")
        heard = await _hear(connection, line_ends(settings.expect).encode())
        if heard is None:
            return Reply(UP, values=values)
        return Reply(DOWN, f"expected {settings.expect}, heard {_shown(heard)}")


def bound(address: str, source: str | None, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
    """A socket that does not block, for what is sent to an address from a source. Raises OSError."""
    connection = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    try:
        connection.setblocking(False)
        if source and is_address(source):
            connection.bind((source, 0))
        elif source:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, source.encode())
    except OSError:
        connection.close()
        raise
    return connection


def line_ends(written: str) -> str:
    """What is written on one line, with its ends of lines."""
    return written.replace("\\r", "\r").replace("\\n", "\n")


async def _hear(connection: socket.socket, expected: bytes) -> bytes | None:
    """None as soon as the expected bytes came; all that came, if the other side ends before that."""
    loop, heard = asyncio.get_running_loop(), b""
    while expected not in heard:
        part = await loop.sock_recv(connection, 4096)
        heard += part
        if not part or len(heard) > _MOST_BYTES:
            return heard
    return None


def _shown(heard: bytes) -> str:
    """What was heard, short enough for a line."""
    text = " ".join(heard.decode("utf-8", "replace").split())
    return (text if len(text) <= _SHOWN else text[:_SHOWN] + "…") or "nothing"


def address_of(settings: TcpSettings) -> str:
    """The address and its port."""
    host = f"[{settings.address}]" if ":" in settings.address else settings.address
    return f"{host}:{settings.port}"


TCP = Probe(open=open_tcp, settings=TcpSettings, rhythm=RHYTHM, address_of=address_of)
