"""All circuits down at once, and all back: are rounds punctual, and is every edge inside its bounds?"""

import json

from bench import account
from bench.section import Goal, Section
from probes.rhythm import Rhythm

CIRCUITS, SECONDS = 10_000, 40
_HOW = """\
{circuits:,} circuits behind one route of another namespace; the route is taken away in the midst of a round, and put
back {seconds} s later, while the near sentinel goes on answering. Fast rhythm 2 s. *Late* is when a first packet of a
regular round left, by the packet records of the ledger, against its place in the round; {sends:,} of them, those just
after the cut and the return among them. An edge is right if the true moment (CLOCK_REALTIME around the call) lies
inside its bounds."""
_LIMITS = """\
**What limits it.** Packets that are due are collected for up to {tick:.0f} ms so that batches fill: half of that is
the median lateness. Beyond it stands what a down-run costs: its own row, the packets of two rounds before and after
it, and the end, some {rows} rows a circuit, made by the process that also asks. The bounds of an edge are as wide as
the rhythm: up to an interval and the retries for the beginning, 2 s and the timeout for the end."""


def section() -> Section:
    """Cut them all, and mend them all."""
    argv = account.python("bench.outage_run", "--count", CIRCUITS, "--seconds", SECONDS)
    found = json.loads(account.spend(account.alone(argv), within=400).printed)
    texts = {"circuits": CIRCUITS, "seconds": SECONDS, "sends": found["sends"]}
    late, widths = found["late"], found["widths"]
    rows = [
        ("circuits found down, each once", f"{found['once']:,} of {CIRCUITS:,}"),
        ("beginnings inside their bounds", f"{found['began']:,}"),
        ("ends inside their bounds", f"{found['ended']:,}"),
        ("bounds, median and widest", f"{widths[0]:.1f} s, {widths[2]:.1f} s"),
        ("late, median, 99th percentile, most", ", ".join(f"{1000 * late[at]:.0f} ms" for at in (0, 1, 3))),
        ("CPU meanwhile, % of a core", f"{100 * sum(found['cpu'].values()) / found['seconds']:.0f}"),
        ("held at the end", f"{found['held'] / 2**20:.0f} MiB"),
    ]
    right = min(found["began"], found["ended"])
    once = found["runs"] == found["once"] == CIRCUITS
    goals = [
        Goal("mass outage, 99th percentile late", "≤ 50 ms", f"{1000 * late[1]:.0f} ms", late[1] <= 0.05),
        Goal(
            "mass outage, every edge once and inside its bounds",
            f"{CIRCUITS:,}",
            f"{right:,}",
            right == CIRCUITS and once,
        ),
    ]
    limits = _LIMITS.format(rows=round(found["packets"] / CIRCUITS) + 2, tick=1000 * Rhythm().tick)
    return Section("Mass outage", _HOW.format(**texts), ("What", "Measured"), rows, limits, goals=goals)
