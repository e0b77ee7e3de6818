"""What a year of circuits takes on the disk, table by table, and how long the service needs to start on it."""

import json

from bench import account
from bench.section import Goal, Section

CIRCUITS, DAYS, OUTAGES = 10_000, 365, 50
_START_SECONDS = 5.0
_HOW = """\
A year of {circuits:,} circuits at 10 s, {outages} outages each, written straight into an SQLite ledger by the
collector's own code: {runs:,} runs with {packets:,} packet records, a watch or so a day, the sums and the packed
five-minute columns of every day, five-minute rows of the last two days. Then the service is started on it.
Bytes hold the indices."""
_LIMITS = """\
**What limits it.** Round trips are noise, and noise does not pack: of a day's 288 five minutes the sums and the
greatest round trips are nearly all of *quality_bins*. They are let go after 13 months, the sums of days
(*quality_day*) never. Everything else follows the outages, not the time. Growth is linear in circuits: a thousand
take a tenth of it. The start reads open runs and newest watches by their keys, so a year more costs it nothing."""


def section() -> Section:
    """Write the year, start on it."""
    argv = account.python("bench.growth_run", "--count", CIRCUITS, "--days", DAYS, "--outages", OUTAGES)
    found = json.loads(account.spend(account.alone(argv), within=1200).printed)
    rows = [
        (name, f"{found['rows'].get(name, 0):,}", f"{size / 2**20:,.0f}", f"{size / CIRCUITS:,.0f}")
        for name, size in sorted(found["sizes"].items(), key=lambda one: -one[1])
        if size > CIRCUITS
    ]
    rows.append(("all", "", f"{found['file'] / 2**20:,.0f}", f"{found['file'] / CIRCUITS:,.0f}"))
    slowest = max(found["question"], found["page"], found["recorded"])
    measured = ", ".join(f"{found[name]:.1f} s" for name in ("question", "page", "recorded"))
    what = "start after a year: first question, first page, first recorded round"
    goals = [Goal(what, f"≤ {_START_SECONDS:g} s", measured, slowest <= _START_SECONDS)]
    texts = {"circuits": CIRCUITS, "outages": OUTAGES, "runs": found["rows"]["run"]}
    how = _HOW.format(**texts, packets=found["rows"]["packet"])
    head = ("Table", "Rows", "MiB", "Bytes a circuit and year")
    return Section("A year in the ledger", how, head, rows, _LIMITS, goals=goals)
