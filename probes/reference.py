"""Ask one NTP server, or a device that speaks NTP, how far our wall clock is from its own. No clock is ever set.

One datagram there and one back, in client mode (RFC 5905). The request carries a random number in place of our
time, and only a reply that repeats it counts: a late reply or a forged one moves nothing.
"""

import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass

import ntplib  # type: ignore[import-untyped] # it ships none

from probes.clock import STEP_SECONDS, Clock, offset

PORT = 123
ANSWER_SECONDS = 1.0

_VERSION = 3  # understood by everything from old routers to chrony
_CLIENT, _SERVER = 3, 4
_UNSYNCHRONISED = 3  # leap indicator
_STRATA = range(1, 16)  # 0 is a refusal, 16 a server without a source
_ERA_SECONDS = 2.0**32  # the server's seconds begin anew in 2036
_REPLY_BYTES = 1024
_MOST_REPLIES = 8  # of others, read before we give up


class UnusableReplyError(Exception):
    """A server answered, but not with a time to rely on; the text says why."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How far our wall clock was ahead of the server's, in seconds; negative: behind.

    The true figure lies within `error`: half the round trip, and what the server says of its own distance from
    a source of time. `at` is the steady clock then, `ahead` how far the wall clock was ahead of the steady one.
    """

    offset: float
    error: float
    at: float
    ahead: float


def random_stamp() -> float:
    """A random number that fits the 64 bits of a time stamp without rounding."""
    return secrets.randbits(52) / 2**20


def ask(
    address: str,
    clock: Clock,
    *,
    port: int = PORT,
    timeout: float = ANSWER_SECONDS,
    stamp: Callable[[], float] = random_stamp,
) -> Reading:
    """Ask once. Raises OSError when nothing answers, UnusableReplyError when what answers cannot be relied on."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    request = ntplib.NTPPacket(version=_VERSION, mode=_CLIENT, tx_timestamp=stamp())
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.settimeout(timeout)
        asking.connect((address, port))
        ahead, sent = offset(clock), clock.monotonic()
        asking.send(request.to_data())
        reply = _reply_to(request, asking)
        received = clock.monotonic()
    if abs(offset(clock) - ahead) > STEP_SECONDS:
        raise UnusableReplyError("the clock was set while the answer was awaited")
    return _reading(reply, sent, received, ahead)


def _reply_to(request: ntplib.NTPPacket, asking: socket.socket) -> ntplib.NTPPacket:
    for _ in range(_MOST_REPLIES):
        reply = ntplib.NTPPacket()
        try:
            reply.from_data(asking.recv(_REPLY_BYTES))
        except ntplib.NTPException:
            continue
        if reply.mode == _SERVER and reply.orig_timestamp == request.tx_timestamp:
            return reply
    raise UnusableReplyError("what answers does not answer our question")


def _reading(reply: ntplib.NTPPacket, sent: float, received: float, ahead: float) -> Reading:
    """The offset and its error by RFC 5905, section 8; both our stamps are taken from the steady clock."""
    if reply.leap == _UNSYNCHRONISED or reply.stratum not in _STRATA:
        raise UnusableReplyError(f"its own clock is not set by anybody (stratum {reply.stratum or 16})")
    if not (reply.recv_timestamp and reply.tx_timestamp):
        raise UnusableReplyError("the answer holds no time")
    theirs = (reply.recv_timestamp + reply.tx_timestamp) / 2 - ntplib.NTP.NTP_DELTA
    ours = (sent + received) / 2 + ahead
    delay = received - sent - (reply.tx_timestamp - reply.recv_timestamp)
    distance = reply.root_delay / 2 + reply.root_dispersion
    return Reading(_within_era(ours - theirs), max(delay, 0.0) / 2 + distance, received, ahead)


def _within_era(seconds: float) -> float:
    """The difference of two times whose era is not known: the nearest of all it may be."""
    return (seconds + _ERA_SECONDS / 2) % _ERA_SECONDS - _ERA_SECONDS / 2
