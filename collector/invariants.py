"""`ledger check`: what must hold of recorded facts, whatever happened while they were written. Pure, over rows.

- Runs of one check do not overlap, and none ends before it starts.
- Between two runs of one check there is no hole inside watched time.
- Watches of one round do not overlap (but for a step of the wall clock), and none ends before it starts.
- The moment that dates a run lies inside its bounds.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from collector.ledger.reading import Watched
from config.errors import Finding

# What is watched ends between two questions: a hole shorter than this is the pause between them.
SLACK_MICROS = 1


def violations(runs: Sequence[Any], watches: Sequence[Any], watched: dict[str, Watched]) -> list[Finding]:
    """Everything that does not hold; `runs` sorted by (check, started_at), `watches` by (round, started_at)."""
    found: list[Finding] = []
    for _, own in groupby(runs, key=lambda row: row.check):
        found += _of_runs(list(own), watched)
    for _, own in groupby(watches, key=lambda row: (row.vantage, row.round)):
        found += _of_watches(list(own))
    return found


def _of_runs(runs: list[Any], watched: dict[str, Watched]) -> Iterator[Finding]:
    for run in runs:
        yield from _bounds(run)
    for before, after in pairwise(runs):
        place = f"check {before.check}, run {before.started_at}"
        if before.ended_at is None or before.ended_at > after.started_at:
            yield Finding(
                "runs-overlap", "error", place,
                "this run has not ended when the next begins at {next}", {"next": after.started_at},
            )  # fmt: skip
        elif _watched_between(before, after, watched) > 0:
            yield Finding(
                "runs-hole", "error", place,
                "between the end {end} of this run and the next at {next} lies watched time",
                {"end": before.ended_at, "next": after.started_at},
            )  # fmt: skip


def _watched_between(before: Any, after: Any, watched: dict[str, Watched]) -> float:
    if after.started_at - before.ended_at <= SLACK_MICROS or before.round not in watched:
        return 0.0
    hole = watched[before.round].seconds(np.array([before.ended_at]), np.array([after.started_at]))
    return float(hole[0])


def _bounds(run: Any) -> Iterable[Finding]:
    place = f"check {run.check}, run {run.started_at}"
    if run.ended_at is not None and run.ended_at < run.started_at:
        yield Finding(
            "run-backwards", "error", place, "it ends at {end}, before it starts", {"end": run.ended_at}
        )
    for name in ("started", "ended"):
        at = getattr(run, f"{name}_at")
        after, before = getattr(run, f"{name}_after"), getattr(run, f"{name}_before")
        if at is not None and ((after is not None and after > at) or (before is not None and before < at)):
            yield Finding(
                "run-bounds", "error", place,
                "{edge} {at} lies outside its bounds {after} to {before}",
                {"edge": name, "at": at, "after": after, "before": before},
            )  # fmt: skip


def _of_watches(watches: list[Any]) -> Iterator[Finding]:
    for watch in watches:
        if watch.ended_at < watch.started_at:
            yield Finding(
                "watch-backwards", "error", f"watch {watch.round} {watch.started_at}",
                "it ends at {end}, before it starts", {"end": watch.ended_at},
            )  # fmt: skip
    for before, after in pairwise(watches):
        if before.ended_at > after.started_at and before.stepped_to is None:
            yield Finding(
                "watches-overlap", "error", f"watch {before.round} {before.started_at}",
                "it ends at {end}, after the next began at {next}",
                {"end": before.ended_at, "next": after.started_at},
            )  # fmt: skip
