"""Tracing a path once when a line goes down, and on demand. Bounded: a storm of outages is not a storm of traces."""

import ipaddress
import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import icmplib

from collector.ledger.store import Batch, micros
from collector.packets import DAY_SECONDS, WHOLE_A_DAY

log = logging.getLogger(__name__)

_WORKERS = 2
_WAITING = 32
_MAX_HOPS = 16
NOT_PERMITTED = "not permitted"


class Tracer:
    """Traces in the background; what it finds is kept with the run that began."""

    def __init__(self, write: Callable[[Batch], None]) -> None:
        self._write = write
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="trace")
        self._room = threading.Semaphore(_WAITING)
        self._traced: dict[int, tuple[int, int]] = {}  # by check: the day, and how many of its runs

    def submit(self, check: int, run_started_at: float, address: str, source: str | None) -> None:
        """Trace the path to an address for a run that began.

        Does nothing while too many wait, and for the down-runs of a day of which not all packets are kept either.
        """
        day = int(run_started_at // DAY_SECONDS)
        of, traced = self._traced.get(check, (day, 0))
        if of != day:
            traced = 0
        if traced < WHOLE_A_DAY and self._room.acquire(blocking=False):
            self._traced[check] = day, traced + 1
            self._pool.submit(self._trace, check, run_started_at, address, source)

    def close(self) -> None:
        """Drop what waits and end what runs as soon as it answers."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _trace(self, check: int, run_started_at: float, address: str, source: str | None) -> None:
        try:
            kept = json.dumps(trace(address, source))
            batch = Batch(traces=[{"check": check, "started_at": micros(run_started_at), "trace": kept}])
            self._write(batch)
        finally:
            self._room.release()


def is_address(host: str) -> bool:
    """Whether a path can be traced there without looking a name up."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def trace(address: str, source: str | None) -> list[dict[str, Any]]:
    """The hops towards an address as they answered: distance, address and round trip in seconds.

    A machine that does not allow it gives one entry that says so under `error`.
    """
    try:
        hops = icmplib.traceroute(
            address, count=1, interval=0.05, timeout=1, max_hops=_MAX_HOPS, source=_address(source)
        )
    except icmplib.SocketPermissionError:
        return [{"error": NOT_PERMITTED}]
    except (icmplib.ICMPLibError, OSError) as error:
        return [{"error": str(error) or type(error).__name__}]
    return [{"distance": hop.distance, "address": hop.address, "rtt": hop.avg_rtt / 1000} for hop in hops]


def ping(address: str, source: str | None, count: int) -> dict[str, Any]:
    """Ping an address `count` times, a quarter of a second apart; times in seconds."""
    for privileged in (True, False):
        try:
            host = icmplib.ping(
                address, count=count, interval=0.25, timeout=2, source=_address(source), privileged=privileged
            )
        except icmplib.SocketPermissionError:
            continue
        except (icmplib.ICMPLibError, OSError) as error:
            return {"address": address, "error": str(error) or type(error).__name__}
        return {
            "address": address,
            "sent": host.packets_sent,
            "received": host.packets_received,
            "rtts": [rtt / 1000 for rtt in host.rtts],
        }
    return {"address": address, "error": NOT_PERMITTED}


def _address(source: str | None) -> str | None:
    """icmplib takes a source address only; a source that is an interface is left to the routes."""
    return source if source and (":" in source or source[0].isdigit()) else None
