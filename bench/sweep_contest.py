"""The sweep's contestants in turn, inside one namespace. Run by `bench.sweep`; prints all samples as JSON.

Round and round: every repetition runs everybody once, so that whatever else the machine does hits them alike.
"""

import argparse
import json
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import account, sweep_blackbox
from bench.figures import Sample

WITHIN = 240.0
BLACKBOX_TARGETS = 1000
# Default of icmplib; as many as it takes to get through 10,000 silent targets within a round of 10 s; all, as ours.
ICMPLIB_AT_ONCE = (50, 2000, 10_000)
BLACKBOX_CONNECTIONS = (1, 16)
FPING_MOST = 60_000  # it has 65,535 sequence numbers to give away in 10 s, so more go in several runs
FPING = {
    "fping -q -c1": ("-q", "-c1"),  # a line on every target, which is what is recorded of each of ours
    "fping -u": ("-u",),  # its cheapest run that still says who is silent
}

ICMPLIB = "icmplib async_multiping, {at_once} at once"
FLOOR = "the kernel alone"

Samples = Iterator[tuple[str, Sample]]


def main() -> None:
    """Hold the contest."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--repetitions", type=int, required=True)
    parser.add_argument("--interval", type=float, default=10.0)
    parser.add_argument("--paced", action="store_true", help="hold rounds paced over the interval too")
    parser.add_argument("--only-fping", action="store_true", help="leave out the peers that take minutes")
    given = parser.parse_args()
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "addresses"
        file.write_text("".join(f"{address}\n" for address in loopback(given.count)))
        for _ in range(given.repetitions):
            for contestant in _contestants(given):
                for who, sample in contestant(file):
                    found[who].append(sample.plain())
    print(json.dumps(found))


def loopback(count: int) -> Iterator[str]:
    """So many different addresses of 127.0.0.0/8, none of them ending in 0 or 255."""
    for number in range(count):
        rest, last = divmod(number, 254)
        yield f"127.{1 + rest // 256}.{rest % 256}.{1 + last}"


def _contestants(given: argparse.Namespace) -> list[Callable[[Path], Samples]]:
    pace = "paced" if given.paced else "sweeps"
    chosen: list[Callable[[Path], Samples]] = [lambda file: _ours(file, given.interval, pace)]
    chosen.append(_floor)
    if shutil.which("fping"):
        chosen.append(lambda file: _fping(file, given.count))
    if not given.only_fping:
        chosen.append(_icmplib)
        if shutil.which(sweep_blackbox.PROGRAM):
            chosen.append(_blackbox)
    return chosen


def _ours(file: Path, interval: float, pace: str) -> Samples:
    run = account.spend(account.python("bench.sweep_ours", file, interval, pace), WITHIN)
    for kind, samples in json.loads(run.printed).items():
        for sample in samples:
            yield f"Linewalker, {kind}", Sample(**sample)


def _floor(file: Path) -> Samples:
    run = account.spend(account.python("bench.sweep_floor", file), WITHIN)
    yield FLOOR, Sample(**json.loads(run.printed))


def _fping(file: Path, count: int) -> Samples:
    addresses = file.read_text().split()
    for who, options in FPING.items():
        parts = []
        for at in range(0, count, FPING_MOST):
            part = file.with_name("part")
            part.write_text("\n".join(addresses[at : at + FPING_MOST]))
            parts.append(_fping_part(part, options))
        spent = [run for run, _ in parts]
        yield (
            who,
            Sample(
                cpu=sum(run.cpu for run in spent) / count,
                wall=sum(run.wall for run in spent),
                peak=max(run.peak for run in spent),
                asked=count,
                lost=count - sum(heard for _, heard in parts),
            ),
        )


def _fping_part(file: Path, options: tuple[str, ...]) -> tuple[account.Spent, int]:
    argv = ["fping", *options, "-s", "-i0", "-r0", "-f", str(file)]
    run = account.spend(argv, WITHIN, fine=(0, 1))  # 1: somebody was silent
    heard = re.search(r"(\d+) ICMP Echo Replies received", run.complained)
    if heard is None:
        raise account.RunError(f"fping said nothing of replies: {run.complained[-500:]}")
    return run, int(heard[1])


def _icmplib(file: Path) -> Samples:
    for at_once in ICMPLIB_AT_ONCE:
        run = account.spend(account.python("bench.sweep_icmplib", file, at_once), WITHIN)
        yield ICMPLIB.format(at_once=at_once), Sample(**json.loads(run.printed))


def _blackbox(file: Path) -> Samples:
    addresses = file.read_text().split()[:BLACKBOX_TARGETS]
    for connections in BLACKBOX_CONNECTIONS:
        plural = "s" if connections > 1 else ""
        who = f"blackbox_exporter, {connections} connection{plural}"
        yield who, sweep_blackbox.sample(addresses, connections)


if __name__ == "__main__":
    main()
