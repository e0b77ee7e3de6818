"""Start the service on many circuits, let it run, and print as JSON what it cost and what it lost.

Runs in a network namespace of its own, where the kernel answers for every line. Nobody opens the page.
"""

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.province import Province
from bench.service import Memory, Service, running
from collector import feed
from collector.app import MOST_JUDGED

_LOOK_SECONDS = 0.5
_LOST = """
SELECT coalesce(sum(sent), 0), coalesce(sum(rescued), 0), coalesce(sum(incomplete), 0), coalesce(sum(down), 0)
FROM quality"""
_NOT_UP = "SELECT count(*) FROM run WHERE outcome != 1"
_WATCHES = "SELECT count(*), coalesce(sum(reason NOT IN ('', 'stopped')), 0) FROM watch"


@dataclass(slots=True)
class Peak:
    """The most that was held at any look, followed by a thread of its own."""

    service: Service
    most: Memory = field(default_factory=lambda: Memory(0, 0))
    over: threading.Event = field(default_factory=threading.Event)

    def follow(self) -> None:
        """Look until it is over."""
        while not self.over.wait(_LOOK_SECONDS):
            now = self.service.memory()
            self.most = Memory(
                max(self.most.proportional, now.proportional), max(self.most.resident, now.resident)
            )


@contextmanager
def following(service: Service) -> Iterator[Peak]:
    """The most a service holds while this is entered."""
    peak = Peak(service)
    follower = threading.Thread(target=peak.follow)
    follower.start()
    try:
        yield peak
    finally:
        peak.over.set()
        follower.join()


def main() -> None:
    """Arguments: how many circuits, the interval, and over how many steady rounds CPU is counted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--interval", type=float, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        network = Province(given.count, given.interval).write(Path(folder))
        began = time.time()
        with running(network, Path(folder) / "kept") as service, following(service) as peak:
            found = _observed(service, given.count, given.interval, given.rounds, began)
        found |= {"peak": peak.most.proportional, "peak_resident": peak.most.resident}
        print(json.dumps(found | _lost(service)))


def _observed(service: Service, count: int, interval: float, rounds: int, began: float) -> dict[str, object]:
    opened = service.next_round(None, within=600 + count / 1000)
    ready = time.time() - began
    # The opening round is not steady, nor is the first after it, while its rows are still written.
    service.next_round(opened, within=3 * interval + 60)
    if count <= MOST_JUDGED:
        service.await_judged()
    until = service.next_round(service.watched_until(), within=3 * interval + 60)
    spent, since = service.cpu(), time.monotonic()
    for _ in range(rounds):
        until = service.next_round(until, within=2 * interval + 60)
    now, lasted = service.cpu(), time.monotonic() - since
    steady, shares = service.memory(), service.shares()
    late = feed.request(service.kept, {"want": "now"}, 60)
    return {
        "ready": ready,
        "seconds": lasted,
        "cpu": {name: now[name] - spent.get(name, 0.0) for name in now},
        "start_cpu": spent,
        "steady": steady.proportional,
        "steady_resident": steady.resident,
        "shares": shares,
        "late": max(one["late"] for one in late[0]["rounds"]) if late else None,
    }


def _lost(service: Service) -> dict[str, float]:
    """From the ledger the service left; the counts of the open five minutes are written when it stops."""
    sent, rescued, incomplete, down = service.asked(_LOST)[0]
    watches, broken = service.asked(_WATCHES)[0]
    return {
        "sent": sent,
        "lost": rescued + incomplete + down + service.asked(_NOT_UP)[0][0],
        "watches": watches,
        "broken": broken,
    }


if __name__ == "__main__":
    main()
