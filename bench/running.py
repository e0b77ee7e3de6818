"""The running service at 1 k, 10 k, 100 k and 1 M circuits: what all its processes cost together, what it lost."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import account
from bench.province import Province
from bench.section import Goal, Section
from bench.service import cpu_of

CPU_PERCENT, MEMORY = 6.0, 300
LARGEST_MEMORY = 2048
_MIB = 2**20
_HOW = """\
`linewalker run` as users run it, from a file with two tables, in a network namespace where the kernel answers for
every line and sentinel; nobody has the page open. CPU is user and system time of all processes, their ended children
included, over whole rounds after the opening one, the one after it and the first judgement of the year; of 10,000
circuits over ten minutes, in which this day is judged ten times, month and year once. On loopback it holds the
kernel's work on request and answer. Memory is what all processes hold together, shared pages counted once (PSS),
steady and at the highest; RSS counts shared pages in every process. *Lost* is every question that a first packet did
not settle. *fping -l -q* loops the same addresses at the same pace, in turn with it, and keeps nothing."""
_LIMITS = """\
**What limits it.** CPU: the packets, some 15 µs each with the kernel's part, so it follows circuits ÷ interval; what
goes by the second (a beat, a commit, frames) is the rest, and what goes over all circuits at once (copying the state
in a batch) shows from 100,000 on; *judge* reads and judges the days that are not sealed yet. Memory: three
interpreters with their packages, some 45 MiB each for *ask* and *tell* and 9 for their parent; then half a KiB a
circuit in *ask*, its columns (packets of two rounds, the five minutes, the open question), and three quarters in
*tell*, its names as texts. The configuration is read once, by the command itself, before it becomes the parent: of
very many circuits that is the peak, some 2 KiB a circuit, and most of the time until the first round."""


@dataclass(frozen=True, slots=True)
class Size:
    """One size to be measured."""

    count: int
    interval: float
    rounds: int
    memory: int = MEMORY  # what is allowed, MiB
    cpu: float | None = CPU_PERCENT  # what is allowed, per cent of a core


SIZES = (
    Size(1_000, 10, 14),
    Size(10_000, 10, 62),
    Size(100_000, 60, 3),
)
LARGEST = Size(1_000_000, 300, 0, LARGEST_MEMORY, None)


def section(sizes: Sequence[Size] = SIZES, title: str = "The running service") -> Section:
    """Run the service at every size."""
    rows, goals, costs = [], [], []
    for size in sizes:
        peer = _fping(size) if size.rounds and shutil.which("fping") else "–"
        found = _measured(size)
        rows.append(_row(size, found, peer))
        goals += _goals(size, found)
        costs.append(_cost(size, found))
    head = (
        "Circuits",
        "CPU, % of a core",
        "of it ask, tell",
        "fping -l -q",
        "Held, MiB",
        "Peak, MiB",
        "RSS, MiB",
        "First round, s",
        "Lost",
    )
    growth = f"**How it grows.** {'; '.join(costs)}." if len(costs) > 1 else ""
    return Section(title, _HOW, head, rows, f"{_LIMITS}\n\n{growth}".rstrip(), goals=goals)


def _cost(size: Size, found: dict[str, float]) -> str:
    """What one circuit costs at this size."""
    kibibytes = found["steady"] / 1024 / size.count
    asked = size.count / size.interval * found["seconds"]
    cpu = f", {1e6 * sum(found['cpu'].values()) / asked:.0f} µs of CPU a question" if asked else ""  # type: ignore[attr-defined]
    return f"{size.count:,} circuits: {kibibytes:.1f} KiB held a circuit{cpu}"


def _measured(size: Size) -> dict[str, float]:
    argv = ["--count", size.count, "--interval", size.interval, "--rounds", size.rounds]
    run = account.spend(
        account.alone(account.python("bench.running_run", *argv)), within=1200 + size.count / 500
    )
    found: dict[str, float] = json.loads(run.printed)
    return found


def _fping(size: Size) -> str:
    """CPU of fping asking the same addresses at the same pace for some rounds, in per cent of a core."""
    seconds = size.interval * min(size.rounds, 3)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "addresses"
        file.write_text("\n".join(Province(size.count).addresses()))
        pace = 1000 * size.interval / size.count
        argv = ["fping", "-l", "-q", f"-p{1000 * size.interval:g}", f"-i{pace:g}", "-f", str(file)]
        process = subprocess.Popen(account.alone(argv), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(1)
            before = cpu_of(process.pid)
            time.sleep(seconds)
            spent = cpu_of(process.pid) - before
        finally:
            account.end(process)
    return f"{100 * spent / seconds:.1f}"


def _row(size: Size, found: dict[str, float], peer: str) -> tuple[str, ...]:
    held, peak, resident = (found[name] / _MIB for name in ("steady", "peak", "steady_resident"))
    cpu = _percent(found)
    return (
        f"{size.count:,} every {size.interval:g} s",
        f"{cpu['all']:.1f}" if cpu else "–",
        f"{cpu['ask']:.1f}, {cpu['tell']:.1f}" if cpu else "–",
        peer,
        f"{held:,.0f}",
        f"{peak:,.0f}",
        f"{resident:,.0f}",
        f"{found['ready']:.1f}",
        f"{found['lost']:,.0f} of {found['sent']:,.0f}",
    )


def _percent(found: dict[str, float]) -> dict[str, float]:
    """Per cent of a core, by process and of all; nothing where no steady round was counted."""
    spent: dict[str, float] = found["cpu"]  # type: ignore[assignment] # as JSON has it
    if found["seconds"] < 1:
        return {}
    shares = {name: 100 * seconds / found["seconds"] for name, seconds in spent.items()}
    return {"ask": 0.0, "tell": 0.0, **shares, "all": sum(shares.values())}


def _goals(size: Size, found: dict[str, float]) -> list[Goal]:
    what = f"{size.count:,} circuits every {size.interval:g} s"
    held, peak, cpu = found["steady"] / _MIB, found["peak"] / _MIB, _percent(found)
    lost, broken = int(found["lost"]), int(found["broken"])
    goals = [
        Goal(f"{what}, memory", f"≤ {size.memory} MiB", f"{held:.0f} MiB", held <= size.memory),
        Goal(
            f"{what}, memory at the highest", f"≤ {size.memory} MiB", f"{peak:.0f} MiB", peak <= size.memory
        ),
        Goal(f"{what}, replies lost, rounds missed", "0, 0", f"{lost}, {broken}", not lost and not broken),
    ]
    if cpu and size.cpu is not None:
        share = cpu["all"]
        goals.append(Goal(f"{what}, CPU", f"≤ {size.cpu:g} % of a core", f"{share:.1f} %", share <= size.cpu))
    return goals
