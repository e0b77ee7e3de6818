"""Throughput tests: how much a line carries, found out by filling it for a moment. Not a probe of any round.

`transfers` says what a test is, `iperf3` and `timed_transfer` make one. When a test may be made, and what becomes
of its result, is not known here.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from probes import iperf3
from probes.transfers import SHORTEST_SECONDS, Direction, FailedTestError, Order, Transfer

__all__ = [
    "METHODS",
    "SHORTEST_SECONDS",
    "Direction",
    "FailedTestError",
    "Order",
    "Transfer",
    "measure",
    "method_of",
]


async def _timed(order: Order) -> Transfer:
    # Every process that reads a configuration knows the methods; few need the client, which takes some megabytes.
    from probes import timed_transfer  # noqa: PLC0415

    return await timed_transfer.run(order)


METHODS: dict[str, Callable[[Order], Awaitable[Transfer]]] = {
    "iperf3": iperf3.run,
    "http": _timed,
    "https": _timed,
}
"""How each kind of far end is tested, by the scheme of its URL."""


async def measure(order: Order) -> Transfer:
    """One test, made now. Raises FailedTestError with the reason where it comes to no rate."""
    return await METHODS[urlsplit(order.far_end).scheme](order)


def method_of(far_end: str) -> str:
    """How a far end is tested: iperf3 or http."""
    return urlsplit(far_end).scheme.removesuffix("s")
