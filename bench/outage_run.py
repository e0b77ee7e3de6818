"""All lines down at once, and all back: start the service, flip them, and print as JSON what it recorded of it.

The lines are a far namespace at the other end of one veth, whose kernel answers for all of them by one route.
Taking that route away silences every line in the same instant; the near sentinel is the far end of the veth
itself and goes on answering. Times are CLOCK_REALTIME, before and after the call that flips.
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import account
from bench.province import Province
from bench.service import Service, running
from collector.checks import phase

_LINES = "10.0.0.0/8"
_OURS, _NEAR, _FAR = "172.16.0.2", "172.16.0.1", "172.17.0.1"
_ADDRESSES = "10.0.0.0/8", "172.17.0.1/32"
_ROUNDS_BEFORE = 3
_RETRY_SECONDS = 0.9  # what comes so long after the planned moment is a retry, not a first packet
_WATCH = "SELECT origin, interval, span, reason FROM watch ORDER BY started_at"
_RUNS = (
    'SELECT run."check", started_after, started_before, ended_after, ended_before FROM run WHERE outcome = 0'
)
_PACKETS = 'SELECT "check", sent_at, count FROM packet'

Flip = tuple[float, float]


def main() -> None:
    """Arguments: how many circuits, and for how many seconds they are down."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    given = parser.parse_args()
    province = Province(given.count, near=_NEAR, far=_FAR, first=10)
    with tempfile.TemporaryDirectory() as folder, _far_end() as far:
        network = province.write(Path(folder))
        with running(network, Path(folder) / "kept") as service:
            until = service.next_round(None, within=60)
            for _ in range(_ROUNDS_BEFORE):
                until = service.next_round(until, within=60)
            time.sleep(province.interval / 3)  # in the midst of a round
            spent = service.cpu()
            down = _flip(far, "del")
            time.sleep(given.seconds)
            back = _flip(far, "add")
            for _ in range(_ROUNDS_BEFORE):
                until = service.next_round(until, within=60)
            now = service.cpu()
            held = service.memory()
        cpu = {name: now[name] - spent.get(name, 0.0) for name in now}
        found = {"cpu": cpu, "seconds": back[1] - down[0], "held": held.proportional}
        print(json.dumps(found | _judged(service, given.count, down, back)))


@contextmanager
def _far_end() -> Iterator[int]:
    """A namespace that answers for every line; the process that holds it."""
    holder = subprocess.Popen(["unshare", "-n", "sleep", "infinity"])
    try:
        _prepare(holder.pid)
        yield holder.pid
    finally:
        account.end(holder)


def _prepare(pid: int) -> None:
    own = Path("/proc/self/ns/net").readlink()
    while Path(f"/proc/{pid}/ns/net").readlink() == own:
        time.sleep(0.01)
    _do("ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(pid))
    _do("ip", "address", "add", f"{_OURS}/30", "dev", "near")
    _do("ip", "link", "set", "near", "up")
    inside = ("nsenter", "-t", str(pid), "-n", "ip")
    _do(*inside, "link", "set", "lo", "up")
    _do(*inside, "address", "add", f"{_NEAR}/30", "dev", "far")
    _do(*inside, "link", "set", "far", "up")
    _do(*inside, "route", "add", "blackhole", _LINES)  # where packets go once nobody answers for the lines
    for one in _ADDRESSES:
        _do("ip", "route", "add", one, "via", _NEAR)
        _do(*inside, "route", "add", "local", one, "dev", "lo", "table", "local")


def _flip(pid: int, how: str) -> Flip:
    before = time.time()
    route = ("route", how, "local", _LINES, "dev", "lo", "table", "local")
    _do("nsenter", "-t", str(pid), "-n", "ip", *route)
    return before, time.time()


def _do(*argv: str) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=10)
    if done.returncode:
        raise account.RunError(f"{' '.join(argv)}: {done.stderr}")


def _judged(service: Service, count: int, down: Flip, back: Flip) -> dict[str, object]:
    """What the ledger says of it; an edge is right if the flip lies inside its bounds."""
    runs = np.array(service.asked(_RUNS), np.float64).reshape(-1, 5) / 1e6
    began = (runs[:, 1] <= down[1]) & (runs[:, 2] >= down[0])
    ended = (runs[:, 3] <= back[1]) & (runs[:, 4] >= back[0])
    widths = np.concatenate([runs[:, 2] - runs[:, 1], runs[:, 4] - runs[:, 3]])
    late = _lateness(service)
    return {
        "count": count,
        "runs": len(runs),
        "once": len(np.unique(runs[:, 0])),
        "began": int(began.sum()),
        "ended": int(ended.sum()),
        "widths": np.nanpercentile(widths, [50, 99, 100]).tolist(),
        "late": np.percentile(late, [50, 99, 99.9, 100]).tolist(),
        "sends": len(late),
        "packets": service.asked("SELECT count(*) FROM packet")[0][0],
        "reasons": sorted({str(row[3]) for row in service.asked(_WATCH)}),
    }


def _lateness(service: Service) -> NDArray[np.float64]:
    """How long after its planned moment each recorded first packet left: at `phase × span` of its round."""
    origin, interval, span, _ = service.asked(_WATCH)[-1]
    packets = np.array(service.asked(_PACKETS), np.float64).reshape(-1, 3)
    single = packets[packets[:, 2] == 1]
    places = np.array([phase(int(check)) for check in single[:, 0]]) * float(span)
    late: NDArray[np.float64] = ((single[:, 1] - float(origin) - places) % float(interval)) / 1e6
    # A packet that left a hair before its moment by the wall clock is not a whole interval late.
    late = np.where(late > float(interval) / 1e6 - 0.05, 0.0, late)
    return late[late < _RETRY_SECONDS]


if __name__ == "__main__":
    main()
