"""What a datagram says that was let in: traps and informs of versions 1 and 2c. Pure: no socket, no clock.

trap_gate    who may send, and how many      trap_kinds   what a notification means to a line
traps        versions 1 and 2c, by pysnmp    traps_v3     version 3, by pysnmp's engine

pysnmp reads the messages; what it makes of a hostile one may be any exception, so `Reader.read` takes them all.
"""

import hmac
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import univ
from pysnmp.proto import rfc1155, rfc1902
from pysnmp.proto.api import v1, v2c, verdec
from pysnmp.proto.proxy import rfc2576

from probes.credentials import Hidden
from probes.trap_kinds import kind_of

log = logging.getLogger(__name__)

# Why an admitted datagram came to nothing.
MALFORMED = "malformed"
NOT_TRUSTED = "credentials"
REPLAYED = "replayed"

LONGEST = 8192  # bytes of a datagram: what is longer costs more to read than any trap is worth

_SYS_UPTIME = "1.3.6.1.2.1.1.3.0"
_TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"
_TRAP_ADDRESS = "1.3.6.1.6.3.18.1.3.0"
_TRAP_COMMUNITY = "1.3.6.1.6.3.18.1.4.0"
_IF_ENTRY = "1.3.6.1.2.1.2.2.1."
_IF_DESCR = "1.3.6.1.2.1.2.2.1.2."
_IF_NAME = "1.3.6.1.2.1.31.1.1.1.1."
_SHORTEST_SECRET = 4  # shorter ones are found in innocent words

Value = int | str | None
Variables = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Trap:
    """One trap or inform. `agent` is who it speaks of where that is not who sent it; `uptime` are seconds."""

    version: str  # 1, 2c or 3
    kind: str
    oid: str
    uptime: float | None
    agent: str
    interface_index: int | None
    interface_name: str
    variables: Variables  # identifier and value, without a community


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a datagram: a trap, or why there is none; and what is to be sent back."""

    trap: Trap | None = None
    dropped: str = ""
    answers: tuple[bytes, ...] = ()


class UnnamedError(ValueError):
    """A notification that does not say what it is about."""


class Engine(Protocol):
    """Who reads version 3."""

    def read(self, datagram: bytes, now: float) -> tuple[Heard, Sequence[tuple[Any, Any]]]:
        """What a datagram says; its variables as pysnmp has them, where it is a trap."""
        ...


class Reader:
    """Reads datagrams of those who know one of the communities, or whom `engine` trusts.

    No secret given as `secrets` is ever part of what is read.
    """

    def __init__(
        self,
        communities: Iterable[Hidden] = (),
        engine: Engine | None = None,
        secrets: Iterable[Hidden] = (),
    ) -> None:
        self._communities = tuple(one.reveal().encode() for one in communities)
        self._engine = engine
        self._secrets = (*self._communities, *(one.reveal().encode() for one in secrets))

    def read(self, datagram: bytes, now: float) -> Heard:
        """What a datagram says; never raises. `now` are seconds of a steady clock."""
        try:
            version = int(verdec.decode_message_version(datagram))
            if version == 3:
                return self._third(datagram, now)
            return self._with_community(datagram, version)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next datagram is read all the same
            log.debug("a datagram cannot be read: %s", type(error).__name__)
            return Heard(dropped=MALFORMED)

    def _third(self, datagram: bytes, now: float) -> Heard:
        if self._engine is None:
            return Heard(dropped=NOT_TRUSTED)
        heard, bindings = self._engine.read(datagram, now)
        if not bindings:
            return heard
        return Heard(trap_of("3", bindings, self._secrets), answers=heard.answers)

    def _with_community(self, datagram: bytes, version: int) -> Heard:
        api: Any = (v1, v2c)[version]
        message, _ = decoder.decode(datagram, asn1Spec=api.Message())
        if not self._trusted(bytes(api.apiMessage.get_community(message))):
            return Heard(dropped=NOT_TRUSTED)
        pdu = api.apiMessage.get_pdu(message)
        if version == 0 and pdu.tagSet == v1.TrapPDU.tagSet:
            bindings = v2c.apiPDU.get_varbinds(rfc2576.v1_to_v2(pdu))
            return Heard(trap_of("1", bindings, self._secrets))
        bindings = api.apiPDU.get_varbinds(pdu)
        if version == 1 and pdu.tagSet == v2c.SNMPv2TrapPDU.tagSet:
            return Heard(trap_of("2c", bindings, self._secrets))
        if version == 1 and pdu.tagSet == v2c.InformRequestPDU.tagSet:
            return Heard(trap_of("2c", bindings, self._secrets), answers=(_received(message, bindings),))
        return Heard(dropped=MALFORMED)

    def _trusted(self, community: bytes) -> bool:
        """Whether it is one of ours; how long that takes tells nobody how much of it was right."""
        right = [hmac.compare_digest(community, one) for one in self._communities]
        return any(right)


def _received(message: Any, bindings: Any) -> bytes:
    """The answer to an inform: it was received."""
    answer = v2c.apiMessage.get_response(message)
    v2c.apiPDU.set_varbinds(v2c.apiMessage.get_pdu(answer), bindings)
    return bytes(encoder.encode(answer))


def trap_of(version: str, bindings: Iterable[tuple[Any, Any]], secrets: Sequence[bytes] = ()) -> Trap:
    """A trap from pysnmp's variables. Raises UnnamedError where they name no notification."""
    variables = tuple((str(name), _plain(value, secrets)) for name, value in bindings)
    told = dict(variables)
    oid, uptime, agent = told.get(_TRAP_OID), told.get(_SYS_UPTIME), told.get(_TRAP_ADDRESS)
    if not isinstance(oid, str):
        raise UnnamedError("no notification is named")
    index, name = _interface(variables)
    return Trap(
        version=version,
        kind=kind_of(oid),
        oid=oid,
        uptime=uptime / 100 if isinstance(uptime, int) else None,
        agent=agent if isinstance(agent, str) and agent != "0.0.0.0" else "",  # noqa: S104 - says nothing
        interface_index=index,
        interface_name=name,
        variables=tuple(_told(variables)),
    )


def _told(variables: Variables) -> Iterator[tuple[str, Value]]:
    """Those variables that are not told otherwise, and no community."""
    known = (_SYS_UPTIME, _TRAP_OID, _TRAP_COMMUNITY)
    return ((name, value) for name, value in variables if name not in known)


def _interface(variables: Variables) -> tuple[int | None, str]:
    """The interface that the variables are of, by the last number of IF-MIB's columns; and its name."""
    index, names = None, {}
    for name, value in variables:
        if name.startswith((_IF_ENTRY, _IF_NAME)) and index is None:
            index = int(name.rpartition(".")[2])
        for column in (_IF_NAME, _IF_DESCR):
            if name.startswith(column) and isinstance(value, str):
                names[column] = value
    return index, names.get(_IF_NAME) or names.get(_IF_DESCR, "")


def _plain(value: Any, secrets: Sequence[bytes]) -> Value:
    if isinstance(value, rfc1902.IpAddress | rfc1155.IpAddress):
        return str(value.prettyPrint())
    if isinstance(value, rfc1902.OctetString):  # Bits and Opaque are octet strings too
        return _text(bytes(value), secrets)
    if isinstance(value, univ.ObjectIdentifier):
        return str(value)
    try:
        return int(value)
    except (TypeError, ValueError):  # noSuchObject and the like
        return None


def _text(value: bytes, secrets: Sequence[bytes]) -> str:
    """Octets as text where people can read them, else in hexadecimal; a secret in them as stars."""
    for secret in secrets:
        if value == secret or len(secret) >= _SHORTEST_SECRET:
            value = value.replace(secret, b"***")
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return f"0x{value.hex()}"
    return text if text.isprintable() else f"0x{value.hex()}"
