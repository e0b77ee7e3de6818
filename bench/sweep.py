"""The sweep: one ping to each of many loopback addresses, ours with everything recorded, beside the peers."""

import json
import shutil
import statistics
from collections.abc import Iterator, Mapping, Sequence

from bench import account, sweep_blackbox
from bench.figures import Sample, mebibytes, ratios, spread
from bench.section import Goal, Section
from bench.sweep_contest import BLACKBOX_TARGETS, FLOOR, FPING_MOST, ICMPLIB, ICMPLIB_AT_ONCE

Found = Mapping[str, Sequence[Sample]]

OURS = "Linewalker, sweep"
_HEAD = ("Who", "CPU per ping, µs", "× ours", "Peak, MiB", "Time, s", "Lost")
_PACKAGES = {"fping": "fping", sweep_blackbox.PROGRAM: "prometheus-blackbox-exporter"}
_WANTED = {"fping": 1.0, "icmplib": 20.0, "blackbox": 40.0}
_HOW = """\
Each contestant asks {count:,} different addresses of 127.0.0.0/8 once, in a network namespace of its own, in turn,
{repetitions} times round. Median (least–most). CPU is user and system time; on loopback it holds the kernel's
work on request *and* answer, the same for everybody. Ours is the collector's own `Round` with its writer and an
SQLite ledger: runs, packet records, watch and quality, the five-minute quality rows with the share one round
bears of them. *First sweep* opens {count:,} runs; *sweep* is every later one, and what "× ours" refers to, pair
by pair; *paced round* spreads its packets over the interval, as the service does all day. *The kernel alone* is
ready-made packets through `sendmmsg` and `recvmmsg` that nobody looks at: the least any program can need this way."""
_LIMITS = """\
What limits each. **Linewalker**: more than half is the kernel's part, see *the kernel alone*; the rest is
numpy's fixed cost per call, borne by every batch, so fuller batches are cheaper and a round paced over
seconds (small batches, cold caches after every sleep) costs more than a sweep. The first sweep adds one `run`
row a target. **fping**: one system call a packet, no record but its output. **icmplib**: a socket, a task and
a dozen Python objects a target; every raw socket is handed every reply, so it grows with how many are asked
at once: {few} is its default, {many} is what it takes to get through 10,000 silent targets in a
round of 10 s.{reach}
**blackbox_exporter**: an HTTP request, a registry and a socket a ping; asked {blackbox:,} times and counted
per ping; what Prometheus spends to ask and to store is not in it."""
_REACH = """
With {few} at once, its default, it needs {times:.0f} times what the kernel alone does: nobody who sends through the
kernel can be {wanted:g} times cheaper than that here. Its goal is held against {many} and more at once."""
_LARGE = """\
The same with {count:,} addresses and rounds of {interval:g} s, {repetitions} times round. fping is run on
{most:,} addresses at a time: it has 65,535 sequence numbers to give away in 10 s."""


def section(repetitions: int) -> Section:
    """10,000 addresses, everybody."""
    count = 10_000
    found = contest(count, repetitions, 10.0, "--paced")
    texts = {"count": count, "repetitions": repetitions}
    return Section(
        title=f"Sweep of {count:,} addresses",
        how=_HOW.format(**texts),
        head=_HEAD,
        rows=list(_rows(found)),
        limits=_limits(found),
        skipped=[f"{name}, which Debian has in `{package}`" for name, package in _missing()],
        goals=list(_goals(found)),
    )


def large(count: int, repetitions: int, interval: float) -> Section:
    """Very many addresses, only those who can."""
    found = contest(count, repetitions, interval, "--only-fping")
    how = _LARGE.format(count=count, interval=interval, repetitions=repetitions, most=FPING_MOST)
    return Section(f"Sweep of {count:,} addresses", how, _HEAD, list(_rows(found)))


def contest(count: int, repetitions: int, interval: float, *options: str) -> Found:
    """Hold the contest in a namespace; the samples of each contestant in the order they were taken."""
    argv = account.python(
        "bench.sweep_contest",
        "--count",
        count,
        "--repetitions",
        repetitions,
        "--interval",
        interval,
        *options,
    )
    printed = account.spend(account.alone(argv), within=600).printed
    return {who: [Sample(**one) for one in samples] for who, samples in json.loads(printed).items()}


def _limits(found: Found) -> str:
    few, many, _ = ICMPLIB_AT_ONCE
    theirs = [one.cpu for one in found[ICMPLIB.format(at_once=few)]]
    times = statistics.median(ratios(theirs, [one.cpu for one in found[FLOOR]]))
    wanted = _WANTED["icmplib"]
    reach = _REACH.format(few=few, many=many, times=times, wanted=wanted)
    return _LIMITS.format(few=few, many=many, reach=reach, blackbox=BLACKBOX_TARGETS)


def _rows(found: Found) -> Iterator[tuple[str, ...]]:
    for who, samples in found.items():
        yield (
            who,
            spread([one.cpu for one in samples], 1, 1e6),
            "1" if who == OURS else spread(_times_ours(found, who), 2),
            mebibytes([one.peak for one in samples]),
            spread([one.wall for one in samples], 2),
            f"{sum(one.lost for one in samples):,} of {sum(one.asked for one in samples):,}",
        )


def _times_ours(found: Found, who: str) -> list[float]:
    """Theirs by ours of the same repetition; we sweep more than once in each."""
    theirs = [one.cpu for one in found[who]]
    each = max(1, len(found[OURS]) // len(theirs))
    ours = [one.cpu for one in found[OURS]]
    means = [sum(ours[at : at + each]) / each for at in range(0, len(ours), each)]
    return ratios(theirs, means)


def _goals(found: Found) -> Iterator[Goal]:
    lost = sum(one.lost for one in found[OURS])
    yield Goal("replies lost by the sweep", "0", str(lost), lost == 0)
    for who in found:
        least = _wanted(who)
        if least is None:
            continue
        times = _times_ours(found, who)
        median = statistics.median(times)
        if who.startswith("fping"):
            yield Goal(
                f"CPU per ping, recording all, by {who}", "≤ 1.00", f"{1 / median:.2f}", median >= least
            )
        else:
            yield Goal(f"CPU per ping of {who}, by ours", f"≥ {least:g}", f"{median:.1f}", median >= least)


def _wanted(who: str) -> float | None:
    """How many times ours a peer must cost."""
    if who == ICMPLIB.format(at_once=ICMPLIB_AT_ONCE[0]):
        return None  # out of reach for whoever sends through the kernel; the text says so
    return next((least for name, least in _WANTED.items() if who.startswith(name)), None)


def _missing() -> list[tuple[str, str]]:
    return [(name, package) for name, package in _PACKAGES.items() if not shutil.which(name)]
