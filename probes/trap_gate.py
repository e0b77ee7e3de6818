"""Which datagrams are let in at all: from whom, and how many. Pure, and cheap: it comes before anything is read.

What a datagram says is not here; `now` are seconds of a steady clock.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

FOREIGN = "source"  # not among those who may send
TOO_MANY_OF_ONE = "source rate"
TOO_MANY = "total rate"

# A router that starts, or loses a card, says so in one breath: so many seconds' worth may come at once.
BURST_SECONDS = 10.0
# Networks may hold more sources than memory should: beyond this, those who fell silent are forgotten.
MOST_SOURCES = 10_000

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(4096)
def plain(source: str) -> str:
    """An address as configurations write it: without a scope, and IPv4 as IPv4 even where it came over IPv6."""
    address = ipaddress.ip_address(source.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


@dataclass(slots=True)
class Bucket:
    """So many a second in the long run, and at most a burst at once."""

    rate: float
    left: float
    at: float

    @classmethod
    def full(cls, rate: float, now: float) -> "Bucket":
        """A bucket from which nothing was taken yet; it never holds less than one."""
        return cls(rate, max(rate * BURST_SECONDS, 1.0), now)

    def holds_one(self, now: float) -> bool:
        """Whether there is one to take now."""
        most = max(self.rate * BURST_SECONDS, 1.0)
        self.left = min(most, self.left + (now - self.at) * self.rate)
        self.at = now
        return self.left >= 1.0


class Gate:
    """Lets in datagrams of these addresses and networks, at most so many a second from one and from all."""

    def __init__(self, allowed: Iterable[str], per_source: float, in_all: float, now: float) -> None:
        networks = [ipaddress.ip_network(one) for one in allowed]
        self._hosts = frozenset(
            str(one.network_address) for one in networks if one.num_addresses == 1
        )  # nearly always all of them
        self._networks = tuple(one for one in networks if one.num_addresses > 1)
        self._per_source = per_source
        self._all = Bucket.full(in_all, now)
        self._of: dict[str, Bucket] = {}

    def refuses(self, source: str, now: float) -> str:
        """Why a datagram from this address (as `plain` writes it) is not let in; empty if it is."""
        if source not in self._hosts and not self._within(source):
            return FOREIGN
        own = self._of.get(source) or self._enter(source, now)
        if own is None or not own.holds_one(now):
            return TOO_MANY_OF_ONE
        if not self._all.holds_one(now):
            return TOO_MANY
        own.left -= 1.0
        self._all.left -= 1.0
        return ""

    def _within(self, source: str) -> bool:
        if not self._networks:
            return False
        address = ipaddress.ip_address(source)
        return any(address in network for network in self._networks)

    def _enter(self, source: str, now: float) -> Bucket | None:
        if len(self._of) >= MOST_SOURCES:
            self._of = {one: bucket for one, bucket in self._of.items() if now - bucket.at < BURST_SECONDS}
        if len(self._of) >= MOST_SOURCES:
            return None
        bucket = self._of[source] = Bucket.full(self._per_source, now)
        return bucket
