"""What a throughput test is: how it is ordered, how it is bounded, and what comes of it. Plain values, no sockets.

Rates are bits of payload a second, as iperf3 and every transfer count them. Headers come on top of it on the line: a
full line of 10 Mbit/s carries 9.4 Mbit/s of payload. `ip_rate` adds those that are sure to be there.
"""

from dataclasses import dataclass
from typing import Literal

Direction = Literal["receive", "send"]
"""`receive`: from the far end to here; `send`: from here to the far end."""

SHORTEST_SECONDS = 1.0  # what lasts less tells of buffers, not of the line
SETTLING_SECONDS = 1.0  # TCP feels its way to the rate of a line; that is transferred, and not measured
_IP_HEADER, _TCP_HEADER = {4: 20, 6: 40}, 20


class FailedTestError(Exception):
    """A test that came to no rate; `text` is an English template of its `values`."""

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text)
        self.text = text
        self.values = values

    def __str__(self) -> str:
        return self.text.format(**self.values)


@dataclass(frozen=True, slots=True)
class Order:
    """One test: `rate` bit/s, `seconds` and `bytes` are the most that it may come to.

    `far_end` is `iperf3://host:port` or a http(s) URL; `source` an own address, an interface, or empty.
    """

    far_end: str
    direction: Direction
    rate: int
    seconds: float
    bytes: int
    source: str = ""

    @property
    def lasting(self) -> float:
        """Seconds in which the rate comes to the bytes, and no more than the seconds."""
        return min(self.seconds, self.bytes * 8 / self.rate)


@dataclass(frozen=True, slots=True)
class Transfer:
    """What was measured: `bytes` in `seconds`, and `moved`, all bytes of the test with those while it settled.

    `segment` is how many of them a full packet carried; None where that is not known.
    """

    bytes: int
    seconds: float
    moved: int
    segment: int | None = None

    @property
    def rate(self) -> int:
        """Bits a second."""
        return round(self.bytes * 8 / self.seconds)


def measured(transferred: int, seconds: float, moved: int, segment: int | None) -> Transfer:
    """A transfer that lasted long enough to tell something. Raises FailedTestError."""
    if seconds < SHORTEST_SECONDS * 0.9 or transferred <= 0:
        raise FailedTestError(
            "too little to measure: {bytes} bytes in {seconds} s", bytes=transferred, seconds=f"{seconds:.2f}"
        )
    return Transfer(transferred, seconds, max(transferred, moved), segment)


def ip_rate(rate: int, segment: int, *, version: int = 4) -> int:
    """Bits of IP packets a second (the IP-layer capacity of ITU-T Y.1540) from a rate of payload in full packets.

    Options of TCP are not counted in, for nobody knows whether they were used: the true rate is up to 1 % higher.
    """
    headers = _IP_HEADER[version] + _TCP_HEADER
    return round(rate * (segment + headers) / segment)


def settling(lasting: float) -> float:
    """How long a test of so many seconds may settle: not at all where little would be left to measure."""
    return SETTLING_SECONDS if lasting >= 4 * SETTLING_SECONDS else 0.0
