"""`ledger check`: what must hold of recorded facts, whatever happened while they were written. Pure, over rows.

- Runs of one check do not overlap, and none ends before it starts.
- Between two runs of one check there is no hole inside watched time, unless the check had left the round.
- Watches of one round do not overlap, and none ends before it starts.
- The moment that dates a run lies inside its bounds.
- What a device says of the time before it was asked ends when it was asked, and is up or down.

What lies in a stretch that a backward step of the wall clock made happen twice may overlap.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from collector.ledger.reading import Watched
from config.errors import Finding
from probes.columns import DOWN, UP

# What is watched ends between two questions: a hole shorter than this is the pause between them.
SLACK_MICROS = 1


def violations(runs: Iterable[Any], watches: Sequence[Any], watched: dict[str, Watched]) -> list[Finding]:
    """Everything that does not hold; `runs` sorted by (check, started_at), `watches` by (round, started_at)."""
    found: list[Finding] = []
    steps = [row for row in watches if row.stepped_to is not None and row.stepped_to < row.ended_at]
    for _, own in groupby(runs, key=lambda row: row.check):
        found += _of_runs(list(own), watched, steps)
    for _, own in groupby(watches, key=lambda row: (row.vantage, row.round)):
        found += _of_watches(list(own), steps)
    return found


def false_statements(statements: Iterable[Any]) -> Iterator[Finding]:
    """Statements of devices that cannot have been made."""
    for row in statements:
        place = f"check {row.check}, statement {row.said_at}"
        if row.since is not None and row.since > row.said_at:
            yield Finding(
                "statement-early", "error", place,
                "it was made before {since}, since when it says things stand so", {"since": row.since},
            )  # fmt: skip
        if row.outcome not in (DOWN, UP):
            yield Finding(
                "statement-outcome", "error", place,
                "it says neither up nor down but {outcome}", {"outcome": row.outcome},
            )  # fmt: skip


def _overlap(before: Any, after: Any, steps: Sequence[Any]) -> bool:
    """Whether `before` goes on after `after` began, other than in time that a step of the clock brought back."""
    ends = [row.ended_at for row in (before, after) if row.ended_at is not None]
    if before.ended_at is not None and before.ended_at <= after.started_at:
        return False
    twice = (
        step.stepped_to <= after.started_at and ends and min(ends) <= step.ended_at + step.interval
        for step in steps
        if step.round == before.round
    )
    return not any(twice)


def _of_runs(runs: list[Any], watched: dict[str, Watched], steps: Sequence[Any]) -> Iterator[Finding]:
    for run in runs:
        yield from _bounds(run)
    for before, after in pairwise(runs):
        place = f"check {before.check}, run {before.started_at}"
        if _overlap(before, after, steps):
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
    left = before.ended_before is None  # nothing was seen that ended it: its check was asked no more
    if left or before.round not in watched or after.started_at - before.ended_at <= SLACK_MICROS:
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


def _of_watches(watches: list[Any], steps: Sequence[Any]) -> Iterator[Finding]:
    for watch in watches:
        if watch.ended_at < watch.started_at:
            yield Finding(
                "watch-backwards", "error", f"watch {watch.round} {watch.started_at}",
                "it ends at {end}, before it starts", {"end": watch.ended_at},
            )  # fmt: skip
    for before, after in pairwise(watches):
        if _overlap(before, after, steps):
            yield Finding(
                "watches-overlap", "error", f"watch {before.round} {before.started_at}",
                "it ends at {end}, after the next began at {next}",
                {"end": before.ended_at, "next": after.started_at},
            )  # fmt: skip
