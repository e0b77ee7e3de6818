"""`/metrics` of the running service while many have the page open: how long it takes, and whether rounds suffer."""

import json
import statistics

from bench import account
from bench.figures import spread
from bench.section import Goal, Section

CIRCUITS, PAGES, SCRAPES = 10_000, 20, 12
_HOW = """\
The running service with {circuits:,} circuits every 10 s; {pages} clients ask for `/live` every 2 s as the page does,
and `/metrics` is scraped every 5 s, {scrapes} times, both packed. *Late* is every echo request as the kernel stamped
it, against its place in the round (the soonest packets mark zero); before, and while all that goes on."""
_LIMITS = """\
**What limits it.** The text of {mebibytes:.1f} MiB packed is joined and packed anew for every scrape, on one core by
*tell*. An overview and the page made from it are shared by all who ask within half a second, so that twenty pages
cost what two cost; what is left is packing and sending. Rounds are held by another process: what they feel is that
processors are shared."""


def section() -> Section:
    """Scrape and look."""
    argv = account.python("bench.scrape_run", "--count", CIRCUITS, "--pages", PAGES, "--scrapes", SCRAPES)
    found = json.loads(account.spend(account.alone(argv), within=300).printed)
    late, quiet, took = found["late"], found["quiet"], found["scrapes"]
    middle = statistics.median(took)
    rows = [
        ("`/metrics`, s", spread(took, 2)),
        ("`/live`, s", spread(found["pages"], 3)),
        ("late before: median, 99th percentile, most", _milliseconds(quiet)),
        ("late meanwhile: median, 99th percentile, most", _milliseconds(late)),
        ("CPU of *tell* meanwhile, % of a core", f"{100 * found['cpu']['tell']:.0f}"),
        ("held by all processes", f"{found['held'] / 2**20:.0f} MiB"),
    ]
    goals = [
        Goal("`/metrics` at 10,000 circuits, median", "≤ 0.25 s", f"{middle:.2f} s", middle <= 0.25),
        Goal(
            "sent > 50 ms late while scraped and the page open 20 times",
            "0",
            f"{100 * late[4]:.2f} % (most {1000 * late[3]:.0f} ms)",
            late[3] <= 0.05,
        ),
    ]
    texts = {"circuits": CIRCUITS, "pages": PAGES, "scrapes": SCRAPES}
    limits = _LIMITS.format(mebibytes=found["bytes"] / 2**20)
    return Section(
        "Scraped and looked at", _HOW.format(**texts), ("What", "Measured"), rows, limits, goals=goals
    )


def _milliseconds(late: list[float]) -> str:
    return ", ".join(f"{1000 * late[at]:.0f} ms" for at in (0, 1, 3))
