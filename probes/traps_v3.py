"""Version 3: traps of senders who are authorities for themselves, and informs for which we are. By pysnmp's engine.

pysnmp checks digests and deciphers. What it leaves to others is here:

- It knows a user of another engine only by the keys made for that engine. They are made from the user's passwords
  when that engine first speaks, and forgotten again if it turns out not to know them.
- Of a trap it does not ask whether it is as safe as the user is meant to be: without, whoever knows a user's name
  could send unsigned ones. Less than what is configured is not let in.
- It takes old traps for new ones. By RFC 3414 §3.2.7b what is older than 150 s is not.
- Messages that fail leave something behind in an engine. After so many it is replaced by a new one.

No socket: messages go in, answers come out.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pyasn1.codec.ber import decoder
from pysnmp.carrier.base import AbstractTransportDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413.ntfrcv import NotificationReceiver
from pysnmp.proto import errind
from pysnmp.proto.mpmod.rfc3412 import SNMPv3Message
from pysnmp.proto.secmod.rfc3414.service import UsmSecurityParameters

from probes.snmp_agent import Credentials
from probes.snmp_pysnmp import AUTH, PRIVACY
from probes.traps import NOT_TRUSTED, REPLAYED, Heard

WINDOW_SECONDS = 150
MOST_ENGINES = 1000  # whose keys are held ready at a time
MOST_FAILURES = 2000
_SHORTEST_ENGINE, _LONGEST_ENGINE = 5, 32  # octets of an engine's identifier
_LEVELS = {0: 1, 1: 2, 3: 3}  # msgFlags: neither, signed, signed and enciphered
_PEER = ("1.3.6.1.6.1.1", ("peer", 0))
# A sender that has still to learn who and how late we are: part of the conversation, no failure.
_LEARNING = (errind.UnknownEngineID, errind.NotInTimeWindow)


class Head(NamedTuple):
    """What a message says of itself before it is believed."""

    engine: bytes
    boots: int
    time: int
    user: str
    level: int


@dataclass(frozen=True, slots=True, repr=False)
class _User:
    """One user with the keys of all engines still in it."""

    name: str
    level: int
    keys: dict[str, Any]


class _Outbox(AbstractTransportDispatcher):  # type: ignore[misc] # pysnmp ships no types
    """Where the engine leaves what it would send."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[bytes] = []

    def send_message(self, outgoingMessage: bytes, *_: object) -> None:  # noqa: N803 - pysnmp's own name
        """Keep a message."""
        self.messages.append(outgoingMessage)


class Usm:
    """Reads version 3 for these users. `engine_id` names us for ever; `boots` counts another start of an engine."""

    def __init__(self, users: Iterable[Credentials], engine_id: bytes, boots: Callable[[], int]) -> None:
        self._users = {one.user: _user(one) for one in users}
        self._engine_id = engine_id
        self._boots = boots
        self._newest: OrderedDict[bytes, tuple[int, int, float]] = OrderedDict()
        self._begin()

    def _begin(self) -> None:
        """Another engine, which knows our users for itself."""
        self._failures = 0
        self._known: OrderedDict[tuple[bytes, str], None] = OrderedDict()
        self._heard: list[Any] = []
        self._why: list[Any] = []
        self._outbox = _Outbox()
        self._engine = SnmpEngine()
        # Given at the construction, it would be counted in a folder for temporary files that others may write to.
        (named, booted) = self._engine.get_mib_builder().import_symbols(
            "__SNMP-FRAMEWORK-MIB", "snmpEngineID", "snmpEngineBoots"
        )
        named.syntax = named.syntax.clone(self._engine_id)
        booted.syntax = booted.syntax.clone(self._boots())
        self._engine.snmpEngineID = named.syntax
        self._engine.register_transport_dispatcher(self._outbox)
        NotificationReceiver(self._engine, self._take)
        self._engine.observer.register_observer(self._fail, "rfc3412.prepareDataElements:sm-failure")
        for user in self._users.values():
            config.add_v3_user(self._engine, user.name, **user.keys)

    def _take(self, *told: Any) -> None:
        self._heard = list(told[4])

    def _fail(self, *told: Any) -> None:
        self._why.append(told[2]["statusInformation"].get("errorIndication"))

    def read(self, datagram: bytes, now: float) -> tuple[Heard, Sequence[tuple[Any, Any]]]:
        """What a datagram says, and its variables where it is a trap. Raises whatever pysnmp raises."""
        if self._failures >= MOST_FAILURES:
            self._begin()
        self._failures += 1
        head = head_of(datagram)
        own = head.engine == self._engine_id or len(head.engine) < _SHORTEST_ENGINE
        found = self._for_us(datagram) if own else self._of_another(head, datagram, now)
        if found[1]:
            self._failures -= 1
        return found

    def _for_us(self, datagram: bytes) -> tuple[Heard, Sequence[tuple[Any, Any]]]:
        heard = self._hand_over(datagram)
        learning = any(isinstance(why, _LEARNING) for why in self._why)
        dropped = "" if heard or (learning and self._outbox.messages) else NOT_TRUSTED
        return Heard(dropped=dropped, answers=tuple(self._outbox.messages)), heard

    def _of_another(self, head: Head, datagram: bytes, now: float) -> tuple[Heard, Sequence[tuple[Any, Any]]]:
        user = self._users.get(head.user)
        if user is None or head.level < user.level or len(head.engine) > _LONGEST_ENGINE:
            return Heard(dropped=NOT_TRUSTED), ()
        new = self._learn(head.engine, user)
        heard = self._hand_over(datagram)
        if not heard:
            if new:
                self._forget(head.engine, user.name)
            return Heard(dropped=NOT_TRUSTED), ()
        if user.level > 1 and self._old(head, now):
            return Heard(dropped=REPLAYED), ()
        return Heard(), heard

    def _hand_over(self, datagram: bytes) -> list[Any]:
        self._heard, self._why = [], []
        self._outbox.messages.clear()
        self._engine.message_dispatcher.receive_message(self._engine, *_PEER, datagram)
        return self._heard

    def _learn(self, engine: bytes, user: _User) -> bool:
        """Have the keys of a user for an engine ready; whether they were not."""
        key = (engine, user.name)
        new = key not in self._known
        if new:
            config.add_v3_user(self._engine, user.name, securityEngineId=engine, **user.keys)
            self._known[key] = None
        self._known.move_to_end(key)
        if len(self._known) > MOST_ENGINES:
            self._forget(*next(iter(self._known)))
        return new

    def _forget(self, engine: bytes, user: str) -> None:
        del self._known[engine, user]
        config.delete_v3_user(self._engine, user, securityEngineId=engine)

    def _old(self, head: Head, now: float) -> bool:
        """Whether a message is older than what its engine has said before; what it says is remembered."""
        boots, time, at = self._newest.get(head.engine, (0, 0, now))
        if head.boots < boots or (head.boots == boots and head.time < time + (now - at) - WINDOW_SECONDS):
            return True
        if (head.boots, head.time) > (boots, time):
            self._newest[head.engine] = (head.boots, head.time, now)
        if len(self._newest) > MOST_ENGINES:
            self._newest.popitem(last=False)
        return False


def head_of(datagram: bytes) -> Head:
    """What a message of version 3 says of itself. Raises whatever pysnmp raises on what is none."""
    message, _ = decoder.decode(datagram, asn1Spec=SNMPv3Message())
    (flags,) = message[1][2].asNumbers()
    security, _ = decoder.decode(bytes(message[2]), asn1Spec=UsmSecurityParameters())
    return Head(
        engine=bytes(security[0]),
        boots=int(security[1]),
        time=int(security[2]),
        user=bytes(security[3]).decode(),
        level=_LEVELS[flags & 3],
    )


def _user(one: Credentials) -> _User:
    """A user with master keys: they take a while to make from passwords, and no time to adapt to an engine."""
    keys: dict[str, Any] = {
        "authKeyType": config.USM_KEY_TYPE_MASTER,
        "privKeyType": config.USM_KEY_TYPE_MASTER,
    }
    if one.auth:
        auth = AUTH[one.auth]
        secret = one.auth_password.reveal().encode()
        keys |= {"authProtocol": auth, "authKey": config.AUTH_SERVICES[auth].hash_passphrase(secret)}
        if one.privacy:
            privacy = PRIVACY[one.privacy]
            secret = one.privacy_password.reveal().encode()
            made = config.PRIV_SERVICES[privacy].hash_passphrase(auth, secret)
            keys |= {"privProtocol": privacy, "privKey": made}
    level = 1 + bool(one.auth) + bool(one.auth and one.privacy)
    return _User(one.user, level, keys)
