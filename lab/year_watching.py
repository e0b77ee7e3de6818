"""When a made-up collector looked: restarts, blind spells, nights when nobody had it running. Pure.

Every round has its own watches; all of them end and begin again together, each at its own places. A watch ends with a
round that was completed, so whatever was asked in it was settled in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lab.year_affairs import DAY, HOUR, MINUTE, SECOND


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which nobody looked, and what ended the watches before it."""

    begin: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Beat:
    """The rhythm of one round, in microseconds; `name` is what the ledger calls it."""

    name: str
    interval: int
    span: int  # over how much of the interval first packets are paced
    retries: int
    retry_after: int
    timeout: int
    fast: int


@dataclass(frozen=True, slots=True)
class Watch:
    """One stretch in which a round was completed: its first round starts with it."""

    begin: int
    end: int
    reason: str


def gaps(begin: int, end: int, seed: int) -> list[Gap]:
    """When nobody looked in [begin, end): restarts every other week, blind spells, and a few whole nights."""
    draw = np.random.default_rng([seed, 1])
    share = (end - begin) / (365 * DAY)
    kinds = (
        ("stopped", 26, 20 * SECOND, 2 * MINUTE),
        ("interrupted", 8, 30 * SECOND, 10 * MINUTE),
        ("blind", 30, 5 * SECOND, 20 * MINUTE),
        ("suspended", 10, MINUTE, HOUR),
        ("stopped", 12, 6 * HOUR, 10 * HOUR),
    )
    found = [
        Gap(at, at + int(np.exp(draw.uniform(np.log(least), np.log(most)))), reason)
        for reason, often, least, most in kinds
        for at in draw.integers(begin, end - DAY, draw.poisson(often * share)).tolist()
    ]
    return _apart(sorted(found, key=lambda one: one.begin), begin)


def watches(beat: Beat, begin: int, end: int, between: Sequence[Gap]) -> list[Watch]:
    """Those of one round in [begin, end)."""
    starts = [begin, *(one.end for one in between)]
    ends = [*((one.begin, one.reason) for one in between), (end, "stopped")]
    found = []
    for start, (last, reason) in zip(starts, ends, strict=True):
        rounds = (last - start) // beat.interval
        if rounds > 0:
            # With the last first packet of its last round; what that asked is settled before the next would begin.
            until = start + (rounds - 1) * beat.interval + beat.span
            found.append(Watch(start, until, reason))
    return found


def _apart(found: Sequence[Gap], begin: int) -> list[Gap]:
    """Those that leave room for a watch between them."""
    kept, free = [], begin + HOUR
    for one in found:
        if one.begin >= free:
            kept.append(one)
            free = one.end + HOUR
    return kept
