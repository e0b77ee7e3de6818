"""What judging a year costs: cold, with closed days kept, of one circuit, live; beside pandas and Prometheus."""

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec

from bench import account, judging_prometheus
from bench.section import Goal, Section

SIZES = (1_000, 3_000, 10_000)
LARGE = (30_000,)
GOAL = 10_000
_RUNS_A_CIRCUIT = 100
_PROMETHEUS = (15, 30)  # circuits, days
_HOW = """\
A year at 10 s in an SQLite ledger, {runs} runs a circuit of which ten circuits hold half, a watch broken off 400
times, five-minute columns of every day with a silence, 20 % of all days with some lost packets. *cold*: every
time-based indicator of all groups and of everybody, in both views, with bounds, from the rows of the ledger.
*kept*: the same once the verdicts of its closed days lie beside the ledger. *one circuit*: all its indicators,
its year read from the ledger. *live*: what a minute costs the service: today's figures (the
median of three), and each tenth time this month's and year's with them. CPU seconds of the process and, in brackets,
of the clock; the load of
the machine was {load} when it began."""
_LIMITS = """\
**What limits it.** Cold, a fifth is SQLite handing over a million runs, a quarter finding and unpacking
five-minute columns of days on which loss may matter, the rest passes over 400 unknown gaps of each circuit. All
of it is linear in circuits and their gaps. A thread reads 512 circuits while the 512 before are judged: so the
clock may show less than the processor, and up to three batches are in memory, beside the sums of days. pandas
computes two of the indicators: availability and normal days, without unknown time, settling, maintenance, views
or bounds. Prometheus averages samples: of {circuits} circuits over {days} days ({samples:.1f} million samples;
it loads 50 million at most in one query, unless told otherwise), with nothing said of time nobody watched."""


def section(sizes: Sequence[int] = SIZES, title: str = "Judging a year") -> Section:
    """Write years of growing size and judge them."""
    load, rows, goals, skipped = os.getloadavg()[0], list[tuple[str, ...]](), list[Goal](), list[str]()
    kinds = ["cold", "kept", "one", "live"]
    if find_spec("pandas"):
        kinds.append("pandas")
    else:
        skipped.append("pandas is not installed (`pip install pandas` into `.venv`; it is no dependency)")
    for count in sizes:
        found = _judged(count, kinds)
        rows += [(f"{count:,} circuits, {_NAMES[kind]}", *_cells(found[kind])) for kind in kinds]
        goals += _goals(found) if count == GOAL else []
    if shutil.which("promtool") and shutil.which("prometheus"):
        circuits, days = _PROMETHEUS
        asked = judging_prometheus.asked(circuits, days)
        name = f"Prometheus, availability of {circuits} circuits, {days} days"
        rows.append((name, *_cells(asked)))
        rows.append(("… and to import them", f"{asked['import_cpu']:.1f} ({asked['import']:.1f})", "", ""))
    else:
        skipped.append("prometheus and promtool are not installed")
    samples = _PROMETHEUS[0] * _PROMETHEUS[1] * 8640 / 1e6
    limits = _LIMITS.format(circuits=_PROMETHEUS[0], days=_PROMETHEUS[1], samples=samples)
    how = _HOW.format(runs=_RUNS_A_CIRCUIT, load=f"{load:.1f}")
    return Section(title, how, ("What", "CPU s (clock)", "Peak MiB", "Figures"), rows, limits, skipped, goals)


_NAMES = {
    "cold": "cold",
    "kept": "closed days kept",
    "one": "one circuit",
    "live": "live refresh",
    "pandas": "pandas",
}


def _judged(count: int, kinds: Sequence[str]) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory() as kept:
        argv = ("--kept", kept, "--count", count, "--runs", count * _RUNS_A_CIRCUIT)
        account.spend(account.python("bench.judging_run", "write", *argv), within=3600)
        return {
            kind: json.loads(
                account.spend(account.python("bench.judging_run", kind, "--kept", kept), within=1200).printed
            )
            for kind in kinds
        }


def _cells(found: dict[str, float]) -> tuple[str, str, str]:
    digits = 3 if found["cpu"] < 1 else 1
    took = f"{found['cpu']:.{digits}f} ({found['wall']:.{digits}f})"
    return took, f"{found['peak'] / 2**20:,.0f}", f"{found['count']:,}"


def _goals(found: dict[str, dict[str, float]]) -> list[Goal]:
    cold, kept, one, live = (found[kind] for kind in ("cold", "kept", "one", "live"))
    what = f"{GOAL:,} circuits, a year, a million runs"
    return [
        Goal(f"{what}: all indicators cold", "≤ 10 s", f"{cold['wall']:.1f} s", cold["wall"] <= 10),
        Goal(f"{what}: with closed days kept", "≤ 2 s", f"{kept['wall']:.1f} s", kept["wall"] <= 2),
        Goal(f"{what}: peak memory", "≤ 1 GB", f"{cold['peak'] / 2**20:,.0f} MiB", cold["peak"] <= 1e9),
        Goal("one circuit's year", "≤ 20 ms", f"{one['wall'] * 1e3:.0f} ms", one["wall"] <= 0.02),
        Goal(
            f"live refresh of {GOAL:,} circuits each minute",
            "≤ 1 % of a core",
            f"{live['cpu'] / 0.6:.1f} %",
            live["cpu"] <= 0.6,
        ),
    ]
