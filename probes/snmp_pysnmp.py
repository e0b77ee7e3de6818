"""Conversations led by pysnmp: slower by far, and knows what gufo_snmp does not (3DES, a context name).

It is the second engine of the differential test too. Nothing of policy here.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from pyasn1.type import univ  # pysnmp's own types are made of these
from pysnmp.hlapi.v3arch import asyncio as hlapi
from pysnmp.proto import errind, rfc1902

from probes.snmp_agent import (
    Agent,
    AgentError,
    Auth,
    Credentials,
    Privacy,
    RefusedError,
    SilentError,
    UnreadableError,
    Value,
    steps,
)

AUTH: dict[Auth, Any] = {
    "MD5": hlapi.USM_AUTH_HMAC96_MD5,
    "SHA-1": hlapi.USM_AUTH_HMAC96_SHA,
    "SHA-224": hlapi.USM_AUTH_HMAC128_SHA224,
    "SHA-256": hlapi.USM_AUTH_HMAC192_SHA256,
    "SHA-384": hlapi.USM_AUTH_HMAC256_SHA384,
    "SHA-512": hlapi.USM_AUTH_HMAC384_SHA512,
}
PRIVACY: dict[Privacy, Any] = {
    "DES": hlapi.USM_PRIV_CBC56_DES,
    "3DES": hlapi.USM_PRIV_CBC168_3DES,
    "AES-128": hlapi.USM_PRIV_CFB128_AES,
    "AES-192": hlapi.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES-256": hlapi.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "AES-192-C": hlapi.USM_PRIV_CFB192_AES,
    "AES-256-C": hlapi.USM_PRIV_CFB256_AES,
}
_REFUSALS = (
    errind.AuthenticationError,
    errind.AuthenticationFailure,
    errind.DecryptionError,
    errind.NotInTimeWindow,
    errind.UnknownSecurityName,
    errind.UnknownUserName,
    errind.UnsupportedSecurityLevel,
    errind.WrongDigest,
)
_NO_SUCH_NAME = 2

Binding = tuple[str, Any]  # the identifier, and the value as pysnmp has it


class _Reply(NamedTuple):
    status: int
    at: int  # from 1: which binding the status is about
    bindings: list[Binding]


class PysnmpSession:
    """A conversation with one agent; see `probes.snmp_agent.Session`."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        # One engine a session: an engine tells users apart by name alone, and names repeat from agent to agent.
        self._engine = hlapi.SnmpEngine()
        self._auth = _auth(agent.credentials)
        self._context = hlapi.ContextData(contextName=agent.credentials.context.encode())
        self._target: Any = None

    async def open(self) -> None:
        """Nothing to learn: pysnmp does so by itself with the first request."""

    async def get(self, oids: Sequence[str]) -> dict[str, Value]:
        """The values of these objects; asked again without those an agent of version 1 refuses."""
        reply = await self._ask(hlapi.get_cmd, oids)
        if reply.status and len(oids) > 1:
            if reply.status == _NO_SUCH_NAME and 0 < reply.at <= len(oids):
                return await self.get([oid for at, oid in enumerate(oids, 1) if at != reply.at])
            half = len(oids) // 2
            return await self.get(oids[:half]) | await self.get(oids[half:])
        got = {} if reply.status else dict(reply.bindings)
        return {oid: _value(got[oid]) for oid in oids if oid in got and not isinstance(got[oid], univ.Null)}

    async def walk(self, oid: str) -> AsyncIterator[tuple[str, Value]]:
        """What stands below an object; a request without an answer is repeated."""
        below, last = f"{oid}.", oid
        while True:
            bindings = await self._after(last)
            for name, value in bindings:
                if not name.startswith(below) or isinstance(value, univ.Null):
                    return
                if steps(name) <= steps(last):
                    raise UnreadableError("the agent goes round in circles")
                last = name
                yield name, _value(value)
            if not bindings:
                return

    async def _after(self, oid: str) -> list[Binding]:
        for left in range(self._agent.retries, -1, -1):
            try:
                reply = await self._following(oid)
            except SilentError:
                if not left:
                    raise
            else:
                return [] if reply.status else reply.bindings
        return []

    async def _following(self, oid: str) -> _Reply:
        if self._agent.credentials.version == "1":
            return await self._ask(hlapi.next_cmd, [oid])
        return await self._ask(hlapi.bulk_cmd, [oid], 0, self._agent.max_repetitions)

    async def _ask(
        self, command: Callable[..., Awaitable[Any]], oids: Sequence[str], *numbers: int
    ) -> _Reply:
        if self._target is None:
            self._target = await self._reached()
        named = [hlapi.ObjectType(hlapi.ObjectIdentity(oid)) for oid in oids]
        indication, status, index, bindings = await command(
            self._engine, self._auth, self._target, self._context, *numbers, *named, lookupMib=False
        )
        if indication:
            raise _error(indication)
        return _Reply(int(status), int(index), [(str(one[0]), one[1]) for one in bindings])

    async def _reached(self) -> Any:
        agent = self._agent
        kind: Any = hlapi.Udp6TransportTarget if ":" in agent.address else hlapi.UdpTransportTarget
        target = await kind.create((agent.address, agent.port), timeout=agent.timeout, retries=0)
        return target.set_local_address((agent.source, 0)) if agent.source else target

    def close(self) -> None:
        """Give back the socket."""
        self._engine.close_dispatcher()


def _auth(credentials: Credentials) -> Any:
    if credentials.version != "3":
        model = 0 if credentials.version == "1" else 1
        return hlapi.CommunityData(credentials.community.reveal(), mpModel=model)
    keys: dict[str, Any] = {}
    if credentials.auth:
        keys |= {"authKey": credentials.auth_password.reveal(), "authProtocol": AUTH[credentials.auth]}
    if credentials.auth and credentials.privacy:
        secret, protocol = credentials.privacy_password.reveal(), PRIVACY[credentials.privacy]
        keys |= {"privKey": secret, "privProtocol": protocol}
    return hlapi.UsmUserData(credentials.user, **keys)  # noqa: S509 - how much is asked for is the user's choice


def _error(indication: Any) -> AgentError:
    """What pysnmp says, in our words; its own may repeat what was sent."""
    if isinstance(indication, errind.RequestTimedOut):
        return SilentError("no answer")
    if isinstance(indication, _REFUSALS):
        return RefusedError("the agent does not take these credentials")
    return UnreadableError(f"the answer cannot be read: {type(indication).__name__}")


def _value(value: Any) -> Value:
    if isinstance(value, rfc1902.IpAddress):  # an octet string too, as Bits and Opaque are
        return str(value.prettyPrint())
    if isinstance(value, univ.OctetString):
        return bytes(value)
    return str(value) if isinstance(value, univ.ObjectIdentifier) else int(value)
