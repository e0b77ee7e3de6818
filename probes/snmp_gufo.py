"""Conversations led by gufo_snmp: a Rust core that decodes, one descriptor a session. Nothing of policy here.

It leaves out what an agent does not have and swallows the error status of an answer: a request that an agent
refuses as a whole (noSuchName of version 1, tooBig, genErr) comes back empty and is asked again in halves.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import closing
from functools import partial
from typing import TypeVar

from gufo.snmp import (
    Aes128Key,
    Aes192Key,
    Aes256Key,
    BaseAuthKey,
    BasePrivKey,
    DesKey,
    KeyExpansion,
    Md5Key,
    Sha1Key,
    Sha224Key,
    Sha256Key,
    Sha384Key,
    Sha512Key,
    SnmpAuthError,
    SnmpError,
    SnmpVersion,
    User,
    ValueType,
)
from gufo.snmp.aio import SnmpSession
from gufo.snmp.user import KeyType

from probes.credentials import Hidden
from probes.deadlines import AnswerDeadlines, of_answers
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
from probes.tcp import bound

T = TypeVar("T")

_STRANGE = frozenset({float, type(None)})

_VERSIONS = {"1": SnmpVersion.v1, "2c": SnmpVersion.v2c, "3": SnmpVersion.v3}
_AUTH: dict[Auth, type[BaseAuthKey]] = {
    "MD5": Md5Key,
    "SHA-1": Sha1Key,
    "SHA-224": Sha224Key,
    "SHA-256": Sha256Key,
    "SHA-384": Sha384Key,
    "SHA-512": Sha512Key,
}
_PRIVACY: dict[Privacy, type[BasePrivKey]] = {
    "DES": DesKey,
    "AES-128": Aes128Key,
    "AES-192": Aes192Key,
    "AES-256": Aes256Key,
    "AES-192-C": Aes192Key,
    "AES-256-C": Aes256Key,
}


class MasterKeys:
    """Keys made from passwords, shown to nobody. A million octets are hashed for one, so each is made once."""

    def __init__(self) -> None:
        self._made: dict[tuple[Auth, str], bytes] = {}

    def of(self, kind: Auth, password: Hidden) -> bytes:
        """The master key of a password, RFC 3414 §2.6."""
        wanted = (kind, password.reveal())
        if wanted not in self._made:
            self._made[wanted] = _AUTH[kind].get_master_key(wanted[1].encode())
        return self._made[wanted]


def can_lead(credentials: Credentials) -> bool:
    """Whether gufo_snmp knows all that these credentials ask for."""
    return knows(credentials.privacy, credentials.context)


def knows(privacy: Privacy | None, context: str) -> bool:
    """Whether gufo_snmp knows this encryption, and needs to know of no context."""
    return not context and (privacy is None or privacy in _PRIVACY)


class _Session(SnmpSession):
    """gufo_snmp's session with a plainer way to wait: `asyncio.wait_for` costs more than the request itself.

    The event loop goes on listening between two requests, which spares two system calls for each; until something
    comes that nobody waits for, or it is let go.
    """

    _listener: asyncio.AbstractEventLoop | None = None
    _deadlines: AnswerDeadlines
    _has_read: bool = False  # since the loop was last told that something came
    _waiting: "asyncio.Future[bool] | None" = None

    async def get_many(self, oids: Iterable[str]) -> dict[str, ValueType]:
        """As gufo_snmp has it, with less between the question and the answer."""
        wanted = list(oids)
        try:
            self._sock.send_get_many(wanted)
        except BlockingIOError:  # the kernel has no room for it
            await self._send(partial(self._sock.send_get_many, wanted))
        return await self._recv(self._sock.recv_get_many)

    async def _recv(self, receiver: Callable[[], T]) -> T:
        """What the receiver reads once something has come; TimeoutError where nothing does."""
        loop = asyncio.get_running_loop()
        if self._listener is not loop:
            loop.add_reader(self._fd, self._hear)
            self._listener, self._deadlines = loop, of_answers(loop)
        patience, began = self._timeout, loop.time()
        while True:
            came = self._waiting = loop.create_future()
            self._deadlines.put(patience, came)
            try:
                if not await came:
                    raise TimeoutError
                self._has_read = True
                return receiver()
            except BlockingIOError:  # what came was no answer to this
                patience = began + self._timeout - loop.time()
            finally:
                self._waiting = None

    def _hear(self) -> None:
        if self._waiting is not None:
            _tell(self._waiting, True)
        elif self._has_read:
            self._has_read = False  # the loop looked once more before what had come was read
        else:
            self.let_go()  # it stays readable until the next request reads it

    def let_go(self) -> None:
        """Listen no longer; before the socket is closed, or another one of its number would not be heard."""
        if self._listener is not None:
            self._listener.remove_reader(self._fd)
            self._listener = None


def _tell(waiting: "asyncio.Future[bool]", came: bool) -> None:
    if not waiting.done():
        waiting.set_result(came)


class GufoSession:
    """A conversation with one agent; see `probes.snmp_agent.Session`."""

    def __init__(self, agent: Agent, keys: MasterKeys) -> None:
        self._agent = agent
        credentials = agent.credentials
        self._session: _Session | None = _Session(
            agent.address,
            port=agent.port,
            community=credentials.community.reveal(),
            user=_user(credentials, keys) if credentials.version == "3" else None,
            version=_VERSIONS[credentials.version],
            timeout=agent.timeout,
            max_repetitions=agent.max_repetitions,
        )
        if agent.source:
            _speak_from(self._session, agent)

    async def open(self) -> None:
        """Learn engine id, boots and time of a version 3 agent."""
        await _told(self._open.refresh())

    async def get(self, oids: Sequence[str]) -> dict[str, Value]:
        """The values of these objects; more requests than one only where an agent refuses them together."""
        try:
            got = await self._open.get_many(oids)
        except (TimeoutError, SnmpError) as error:
            raise _in_our_words(error) from None
        if not got and len(oids) > 1:
            half = len(oids) // 2
            return await self.get(oids[:half]) | await self.get(oids[half:])
        if not _STRANGE.isdisjoint(map(type, got.values())):
            return {oid: _value(value) for oid in oids if (value := got.get(oid)) is not None}
        return {oid: got[oid] for oid in oids if oid in got}  # type: ignore[misc] # nothing strange is in it

    async def walk(self, oid: str) -> AsyncIterator[tuple[str, Value]]:
        """What stands below an object; a request without an answer is repeated."""
        rows, left, last = self._open.fetch(oid), self._agent.retries, steps(oid)
        while True:
            try:
                name, value = await _told(anext(rows))
            except StopAsyncIteration:
                return
            except (SilentError, UnreadableError):
                left -= 1
                if left < 0:
                    raise
                continue
            left, before, last = self._agent.retries, last, steps(name)
            if last <= before:
                raise UnreadableError("the agent goes round in circles")
            if value is not None:
                yield name, _value(value)

    def close(self) -> None:
        """The socket goes with the session."""
        if self._session is not None:
            self._session.let_go()
        self._session = None

    @property
    def _open(self) -> _Session:
        if self._session is None:
            raise UnreadableError("the conversation is over")
        return self._session


def _speak_from(session: SnmpSession, agent: Agent) -> None:
    """Have the session ask from a source, of which gufo_snmp knows nothing. Raises OSError.

    It keeps the number of its socket; another socket, bound and connected, is put in that one's place.
    """
    with closing(bound(agent.address, agent.source, socket.SOCK_DGRAM)) as own:
        own.connect((agent.address, agent.port))
        os.dup2(own.fileno(), session._sock.get_fd(), inheritable=False)


async def _told(asked: Awaitable[T]) -> T:
    """What gufo_snmp says, with its errors in our words."""
    try:
        return await asked
    except (TimeoutError, SnmpError) as error:
        raise _in_our_words(error) from None


def _in_our_words(error: TimeoutError | SnmpError) -> AgentError:
    """None of them repeats anything of the credentials."""
    if isinstance(error, TimeoutError):
        return SilentError("no answer")
    if isinstance(error, SnmpAuthError):
        return RefusedError("the agent does not take these credentials")
    return UnreadableError(f"the answer cannot be read: {error}")


def _user(credentials: Credentials, keys: MasterKeys) -> User:
    auth = privacy = None
    kind = credentials.auth
    if kind:
        auth = _AUTH[kind](keys.of(kind, credentials.auth_password), KeyType.Master)
    if kind and credentials.privacy:
        # The key of privacy is made by the hash of authentication too.
        privacy = _PRIVACY[credentials.privacy](keys.of(kind, credentials.privacy_password), KeyType.Master)
    cisco = (credentials.privacy or "").endswith("-C")
    expansion = KeyExpansion.Cisco if cisco else KeyExpansion.Blumenthal
    return User(credentials.user, auth_key=auth, priv_key=privacy, key_expansion=expansion)


def _value(value: ValueType) -> Value:
    if value is None or isinstance(value, float):
        raise UnreadableError("the answer has a value of no kind that SNMP knows")
    return value
