"""The five-minute counts of one check over a made-up year, day by day, as the collector keeps them. Pure.

Most days are clean: nobody was down, nothing was lost, somebody always looked. Those share a few sets of columns,
which differ in their round trips only; what they hold is what was counted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.year_affairs import BIN
from lab.year_seen import DOWN, Run, Seen
from lab.year_watching import Beat, Watch

Ints = NDArray[np.int64]
COLUMNS = (
    "sent",
    "rescued",
    "incomplete",
    "down",
    "answered",
    "rtt_sum",
    "rtt_max",
    "octets_in",
    "octets_out",
    "discards_in",
    "discards_out",
)
SENT, _RESCUED, INCOMPLETE, WHILE_DOWN, _ANSWERED, _SUM, _MOST = range(7)
PASSED = slice(7, len(COLUMNS))  # nothing of a check that is no port
_ALIKE = 16  # sets of columns that clean days share
_NOT_COUNTED = -1


@dataclass(frozen=True, slots=True)
class Counted:
    """One day: its sums, of a check as a row, and its columns, shape (counts, five minutes)."""

    sums: Mapping[str, Any]
    columns: Ints


def counted(
    check: int,
    beat: Beat,
    phase: float,
    seen: Seen,
    watches: Sequence[Watch],
    edges: Sequence[int],
    alike: int = _ALIKE,
) -> Iterator[Counted]:
    """Every day between successive edges on which the check was asked; clean ones share so many sets of columns."""
    if not seen.runs:
        return
    begin, end = seen.runs[0].begin, seen.runs[-1].end or watches[-1].end
    for number, (start, until) in enumerate(pairwise(edges)):
        if begin < until and start < end:
            day = _clean(beat, (check + number) % alike, (until - start) // BIN)
            if not _is_clean(seen, watches, start, until, beat):
                columns = _counts(beat, phase, seen, watches, start, until, day.columns)
                day = Counted(sums(columns), columns)
            if day.columns[:4].any():
                yield of_day(check, start, until, day)


def of_day(check: int, start: int, until: int, counts: Counted) -> Counted:
    """Counts as those of one day of one check."""
    return Counted({"started_at": start, "check": check, "ended_at": until, **counts.sums}, counts.columns)


def questions(beat: Beat, phase: float, watches: Sequence[Watch], begin: int, end: int) -> Ints:
    """When first packets of regular questions left in [begin, end)."""
    found = [np.empty(0, np.int64)]
    for watch in watches:
        if watch.begin < end and begin <= watch.end:
            origin = watch.begin + round(phase * beat.span)
            first = origin + max(0, -(-(begin - origin) // beat.interval)) * beat.interval
            found.append(np.arange(first, min(watch.end + 1, end), beat.interval, dtype=np.int64))
    return np.concatenate(found)


def _is_clean(seen: Seen, watches: Sequence[Watch], start: int, until: int, beat: Beat) -> bool:
    """Whether all that can be said of a day is that it went well."""
    lost = any(start <= at < until for at in seen.rescued)
    whole = any(one.begin <= start - beat.interval and until <= one.end for one in watches)
    steady = any(
        run.outcome != DOWN and run.begin <= start and (run.end is None or until <= run.end)
        for run in seen.runs
    )
    return whole and steady and not lost and not BIN % beat.interval


@lru_cache(maxsize=256)
def _clean(beat: Beat, kind: int, bins: int) -> Counted:
    """A day without an event. One of a few, so that who packs it need not do so for each."""
    draw = np.random.default_rng(kind)
    columns = np.zeros((len(COLUMNS), bins), np.int64)
    columns[PASSED] = _NOT_COUNTED
    each = BIN // beat.interval
    columns[[SENT, _ANSWERED]] = each
    noise = draw.normal(12_000, 900, (each, bins)).astype(np.int64)
    columns[_SUM], columns[_MOST] = noise.sum(axis=0), noise.max(axis=0)
    columns.flags.writeable = False
    return Counted(sums(columns), columns)


def _counts(
    beat: Beat, phase: float, seen: Seen, watches: Sequence[Watch], start: int, until: int, like: Ints
) -> Ints:
    asked = questions(beat, phase, watches, start, until)
    asked = asked[asked >= seen.runs[0].begin]
    down = _within(asked, [run for run in seen.runs if run.outcome == DOWN])
    lost = np.array([at for at in seen.rescued if start <= at < until], np.int64)
    columns, size = np.zeros_like(like), like.shape[1]

    def each(moments: Ints) -> Ints:
        return np.bincount((moments - start) // BIN, minlength=size)

    columns[PASSED] = _NOT_COUNTED
    columns[SENT], columns[WHILE_DOWN], columns[_RESCUED] = each(asked[~down]), each(asked[down]), each(lost)
    columns[_ANSWERED] = columns[SENT]
    mean = like[_SUM] // np.maximum(like[SENT], 1)
    columns[_SUM] = mean * columns[_ANSWERED]
    columns[_MOST] = np.where(columns[_ANSWERED] > 0, like[_MOST], 0)
    return columns


def _within(moments: Ints, runs: Sequence[Run]) -> NDArray[np.bool_]:
    hit = np.zeros(len(moments), np.bool_)
    for run in runs:
        first = np.searchsorted(moments, run.begin)
        hit[first : len(moments) if run.end is None else np.searchsorted(moments, run.end)] = True
    return hit


def sums(columns: Ints) -> dict[str, int | None]:
    """Sums of a day, of the longest round trip the greatest; of what went through where any is known."""
    total: list[int | None] = columns.sum(axis=1).tolist()
    total[_MOST] = int(columns[_MOST].max())
    for row in range(PASSED.start, PASSED.stop):
        known = columns[row][columns[row] != _NOT_COUNTED]
        total[row] = int(known.sum()) if known.size else None
    return dict(zip(COLUMNS, total, strict=True))
