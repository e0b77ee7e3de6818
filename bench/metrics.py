"""`/metrics` at 10,000 circuits, beside prometheus_client."""

import json

from bench import account
from bench.figures import ratios, spread
from bench.section import Section

_CIRCUITS = 10_000
_HOW = """\
CPU seconds to write `/metrics` for {circuits:,} circuits: {lines:,} lines, {mebibytes:.1f} MiB, the same families and
labels by a custom collector of prometheus_client; in one process, in turn, {repetitions} times."""
_LIMITS = """\
**prometheus_client** makes an object a sample and escapes and joins every label anew at every scrape.
**Linewalker** keeps the label part of each line and writes the values: what is left is `repr` of a number and one
join. The first answer after a start or a reload also renders the labels."""


def section(repetitions: int) -> Section:
    """Render in turn."""
    printed = account.spend(account.python("bench.metrics_run", _CIRCUITS, repetitions), within=120).printed
    found = json.loads(printed)
    how = _HOW.format(
        circuits=_CIRCUITS,
        lines=found["lines"],
        mebibytes=found["bytes"] / 2**20,
        repetitions=repetitions,
    )
    rows = [
        (
            "Linewalker, first answer",
            spread(found["first"], 3),
            spread(ratios(found["first"], found["ours"]), 1),
        ),
        ("Linewalker", spread(found["ours"], 3), "1"),
        ("prometheus_client", spread(found["client"], 3), spread(ratios(found["client"], found["ours"]), 1)),
    ]
    return Section("`/metrics`", how, ("Who", "CPU, s", "× ours"), rows, _LIMITS)
