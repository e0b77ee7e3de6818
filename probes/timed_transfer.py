"""A throughput test that reads a file from a web server, no faster, no longer and no more of it than was ordered.

Bytes are counted as they come over the connection, so that nothing a server packs or unpacks counts as speed.
"""

import asyncio
import socket
from dataclasses import dataclass

import httpx

from probes.names import is_address
from probes.transfers import FailedTestError, Order, Transfer, measured, settling

_CONNECT_SECONDS = 5.0
_STALL_SECONDS = 5.0
_CHUNK = 16 << 10
_OK = 200


@dataclass(slots=True)
class Meter:
    """Counts what comes; `begun` is when the first of it came, by a steady clock."""

    order: Order
    begun: float
    moved: int = 0
    counted_from: float = 0.0
    before: int = 0  # what came while it settled
    last: float = 0.0

    def __post_init__(self) -> None:
        self.counted_from = self.last = self.begun

    def take(self, amount: int, now: float) -> float:
        """So much came; the seconds to hold back before more is read."""
        self.moved += amount
        self.last = now
        if self.counted_from == self.begun and now - self.begun >= settling(self.order.lasting) > 0:
            self.counted_from, self.before = now, self.moved
        return self.moved * 8 / self.order.rate - (now - self.begun)

    def is_enough(self, now: float) -> bool:
        """Whether the most is reached that was ordered."""
        return now - self.begun >= self.order.seconds or self.moved >= self.order.bytes

    def result(self, segment: int | None) -> Transfer:
        """What was measured. Raises FailedTestError."""
        return measured(self.moved - self.before, self.last - self.counted_from, self.moved, segment)


async def run(order: Order) -> Transfer:
    """One test. Raises FailedTestError."""
    try:
        async with (
            asyncio.timeout(order.seconds + _CONNECT_SECONDS + _STALL_SECONDS),
            _client(order) as client,
        ):
            return await _transfer(order, client)
    except (TimeoutError, httpx.TimeoutException):
        raise FailedTestError("the far end stopped answering") from None
    except httpx.ConnectError as error:
        raise FailedTestError("no connection: {error}", error=error) from None
    except httpx.HTTPError as error:
        raise FailedTestError("the far end broke off: {error}", error=error) from None
    except OSError as error:
        raise FailedTestError("no connection: {error}", error=error.strerror or error) from None


async def _transfer(order: Order, client: httpx.AsyncClient) -> Transfer:
    now = asyncio.get_running_loop().time
    async with client.stream("GET", order.far_end, headers={"Accept-Encoding": "identity"}) as answer:
        if answer.status_code != _OK:
            raise FailedTestError("the far end answered {status}", status=answer.status_code)
        meter, segment = Meter(order, now()), _segment(answer)
        async for part in answer.aiter_raw(_CHUNK):
            pause = meter.take(len(part), now())
            if meter.is_enough(now()):
                break
            if pause > 0:
                await asyncio.sleep(pause)
        return meter.result(segment)


def _segment(answer: httpx.Response) -> int | None:
    """Payload of a full packet, as the kernel settled it with the far end."""
    stream = answer.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream else None
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG) or None if connection else None


def _client(order: Order) -> httpx.AsyncClient:
    """Connections from the source that was ordered. How far the kernel reads ahead follows from how fast we read."""
    device = bool(order.source) and not is_address(order.source)
    transport = httpx.AsyncHTTPTransport(
        local_address=None if device else order.source or None,
        socket_options=[(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, order.source.encode())]
        if device
        else None,
    )
    wait = httpx.Timeout(_STALL_SECONDS, connect=_CONNECT_SECONDS)
    return httpx.AsyncClient(transport=transport, timeout=wait, trust_env=False)
