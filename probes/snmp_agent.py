"""What an SNMP agent is to us: where it is, how it is spoken to, what a conversation with it can do. No sockets.

Two engines lead such conversations, `probes.snmp_gufo` and `probes.snmp_pysnmp`; which of them is chosen in
`probes.snmp_engines`. Both give the same values for the same answer:

    INTEGER, Counter32, Counter64, Gauge32, TimeTicks, Unsigned32    int
    OCTET STRING, BITS, Opaque                                       bytes
    OBJECT IDENTIFIER, IpAddress                                     str, dotted

What an agent does not have (noSuchObject, noSuchInstance, noSuchName, null) is left out.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from probes.credentials import NOTHING, Hidden

Value = int | str | bytes
Version = Literal["1", "2c", "3"]
Auth = Literal["MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"]
# -C: keys lengthened as Cisco (and Huawei, H3C) do it, else as Blumenthal's draft says.
Privacy = Literal["DES", "3DES", "AES-128", "AES-192", "AES-256", "AES-192-C", "AES-256-C"]

SYS_UPTIME = "1.3.6.1.2.1.1.3.0"


class AgentError(Exception):
    """A conversation that led to nothing."""


class SilentError(AgentError):
    """Nothing came back in time."""


class RefusedError(AgentError):
    """The agent answered that it does not take our credentials, or its answer was not made with them."""


class UnreadableError(AgentError):
    """What came back is not an answer, or leads nowhere."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """How an agent is spoken to, secrets already looked up: a community, or a user with keys."""

    version: Version
    community: Hidden = NOTHING
    user: str = ""
    auth: Auth | None = None
    auth_password: Hidden = NOTHING
    privacy: Privacy | None = None
    privacy_password: Hidden = NOTHING
    context: str = ""


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent. `timeout` is how many seconds one request waits; a walk asks again `retries` times.

    `source` is an own address or the name of an interface, from where it is asked.
    """

    address: str
    credentials: Credentials
    port: int = 161
    timeout: float = 2.0
    retries: int = 1
    max_repetitions: int = 20
    source: str | None = None


class Session(Protocol):
    """A conversation with one agent: one thing is asked at a time."""

    async def open(self) -> None:
        """Learn what version 3 must know of the agent before it can be asked. Raises AgentError."""
        ...

    async def get(self, oids: Sequence[str]) -> dict[str, Value]:
        """The values of these objects, one request and no retry. Raises AgentError."""
        ...

    def walk(self, oid: str) -> AsyncIterator[tuple[str, Value]]:
        """What stands below an object, in order, as it comes in. Raises AgentError where it breaks off."""
        ...

    def close(self) -> None:
        """Give back the socket."""
        ...


def steps(oid: str) -> tuple[int, ...]:
    """An object identifier as numbers, which is how identifiers are ordered."""
    return tuple(map(int, oid.split(".")))
