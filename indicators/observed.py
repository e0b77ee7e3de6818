"""From runs and watches to raw histories: what every check saw, while somebody looked.

A run says how a check stood; only a watch proves that anybody asked. A check is known inside its runs as far as
its round was watched: from its first to its last scheduled question inside a watch, which follow from its phase.
Everything else is unknown, and begins at the check's last observation.
"""

from dataclasses import dataclass

import numpy as np

from indicators.axis import (
    LANE,
    MOST_LANES,
    NEVER,
    Flags,
    Ints,
    Stretches,
    ascending,
    measure,
    moment_of,
    none,
    numbered,
    order_of,
    overlapping,
    stretches,
    union,
    without,
)
from indicators.facts import Bins, Checks, Facts, Floats, Runs, Watches, or_else
from indicators.threestate import DOWN, UNKNOWN, UP
from indicators.timeline import Cause, Codes, Timeline, changed, combined, filled, simplified, timeline

BIN = 300_000_000
_OFTEN = 30_000_000  # loss is judged of rounds at least so often


@dataclass(frozen=True, slots=True)
class Edges:
    """How sure a recorded change is of its time: it lies between `after` and `before`. Places, sorted by `at`."""

    at: Ints
    after: Ints
    before: Ints

    def bounds(self, place: Ints) -> tuple[Ints, Ints]:
        """The bounds of changes at these places; a place at which nothing was recorded is its own bounds."""
        if not len(self.at):
            return place, place
        found = np.minimum(np.searchsorted(self.at, place), len(self.at) - 1)
        known = self.at[found] == place
        return np.where(known, self.after[found], place), np.where(known, self.before[found], place)


def raw(facts: Facts, max_loss: float, now: int) -> Timeline:
    """The raw history of every subject: its primary checks from all vantages, filled by its other checks.

    `now` is the moment of judging, microseconds: five minutes that are not over at it are not doubted yet.
    """
    vantages = ascending(facts.checks.vantage[facts.checks.primary]).tolist()
    seen = [_seen(facts, one, max_loss, now) for one in vantages]
    if len(seen) > 1:
        primary = combined(zip(seen, (in_service(facts, one) for one in vantages), strict=True))
    else:
        primary = seen[0] if seen else timeline(facts.lanes, *_nothing())
    others = ~facts.checks.primary[facts.runs.check]
    if not others.any():
        return simplified(primary)
    start, end, state = _watched_runs(facts, facts.runs.chosen(others))
    # A live interface says nothing of the line beyond; a dead one says all.
    dead = stretches(start[state == DOWN], end[state == DOWN])
    return simplified(filled(primary, none(), dead, Cause.OTHER_CHECK))


def in_service(facts: Facts, vantage: int) -> Stretches:
    """From when until when a vantage looked after each subject: from its first run, for ever if one stands open.

    A vantage that was taken away had its runs closed at its last observation; one that died left them open.
    """
    mine = facts.checks.primary & (facts.checks.vantage == vantage)
    runs = facts.runs.chosen(mine[facts.runs.check])
    lane, row = np.unique(facts.checks.lane[runs.check], return_inverse=True)
    begin, end = np.full(len(lane), LANE), np.zeros(len(lane), np.int64)
    np.minimum.at(begin, row, runs.started_at)
    np.maximum.at(end, row, np.where(runs.ended_at == NEVER, LANE, runs.ended_at))
    return stretches(lane * LANE + begin, lane * LANE + end)


def edges(facts: Facts) -> Edges:
    """When recorded changes happened at the earliest and at the latest."""
    runs = facts.runs.chosen(facts.checks.primary[facts.runs.check])
    shift = facts.checks.lane[runs.check] * LANE
    over = runs.ended_at != NEVER
    at = np.concatenate([runs.started_at + shift, (runs.ended_at + shift)[over]])
    after = np.concatenate(
        [
            or_else(runs.started_after, runs.started_at) + shift,
            (or_else(runs.ended_after, runs.ended_at) + shift)[over],
        ]
    )
    before = np.concatenate(
        [
            or_else(runs.started_before, runs.started_at) + shift,
            (or_else(runs.ended_before, runs.ended_at) + shift)[over],
        ]
    )
    order = np.argsort(at, kind="stable")
    first = order[np.append(True, np.diff(at[order]) != 0)[: len(at)]]
    return Edges(at[first], after[first], before[first])


def watched(phase: Floats, watches: Watches) -> tuple[Ints, Ints]:
    """First and last scheduled question of each check inside each watch, microseconds; shape (checks, watches).

    Where a check has no question inside a watch the first is later than the last.
    """
    offset = watches.origin + np.rint(phase[:, None] * watches.span).astype(np.int64)
    begin = offset - (offset - watches.started_at) // watches.every * watches.every
    end = offset + (watches.ended_at - offset) // watches.every * watches.every
    return begin, end


def _seen(facts: Facts, vantage: int, max_loss: float, now: int) -> Timeline:
    """What the primary checks of one vantage saw, too lossy five minutes taken out."""
    mine = facts.checks.primary & (facts.checks.vantage == vantage)
    line = _line(facts, facts.runs.chosen(mine[facts.runs.check]))
    lossy, unsure = lossy_bins(facts.bins, facts.checks, mine, max_loss)
    unsure = without(union(unsure, unfinished_bins(facts, vantage, line, max_loss, now)), lossy)
    return changed(changed(line, lossy, UP, DOWN, Cause.LOSS), unsure, UP, UNKNOWN, Cause.LOSS_UNSURE)


def lossy_bins(bins: Bins, checks: Checks, mine: Flags, max_loss: float) -> tuple[Stretches, Stretches]:
    """Five minutes of these checks that are not available for loss, and those of which nobody can tell.

    After the principle of ITU-T Y.1540: l > `max_loss`·n is not available; l + q ≤ `max_loss`·n has no effect.
    """
    limit = max_loss * bins.due
    lossy = mine[bins.check] & (bins.rescued > limit)
    unsure = mine[bins.check] & ~lossy & (bins.rescued + bins.incomplete > limit)
    place = checks.lane[bins.check] * LANE + bins.started_at
    return (
        stretches(place[lossy], place[lossy] + BIN),
        stretches(place[unsure], place[unsure] + BIN),
    )


def unfinished_bins(facts: Facts, vantage: int, line: Timeline, max_loss: float, now: int) -> Stretches:
    """Five minutes in which a watch begins or ends and too few questions were asked to know the loss.

    They follow from the schedule alone: of q questions of a bin that no watch holds nobody knows whether a packet
    would have been lost.
    """
    down, found = line.where(DOWN), [none()]
    for (of, number), watches in facts.watches.items():
        chosen = facts.checks.primary[facts.runs.check] & (facts.runs.round == number)
        own = ascending(facts.runs.check[chosen & (facts.checks.vantage[facts.runs.check] == of)])
        if of == vantage and len(own) and watches.interval.max() <= _OFTEN:
            found.append(_unfinished(facts.checks, own, watches, down, max_loss, now))
    return union(*found)


def _unfinished(
    checks: Checks, own: Ints, watches: Watches, down: Stretches, max_loss: float, now: int
) -> Stretches:
    first, last = watched(checks.phase[own], watches)
    there = last >= first
    begin, end = first[there], last[there]
    every = watches.every
    varied = len(every) > 1
    every = np.broadcast_to(every, first.shape)[there] if varied else every
    lane = np.broadcast_to(checks.lane[own][:, None] * LANE, first.shape)[there]
    # Of each watch the five minutes of its first and of its last question, side by side: so they are in order.
    bins = np.stack([begin // BIN, end // BIN], axis=1) * BIN
    place, asked = (bins + lane[:, None]).ravel(), _questions(begin, end, every, bins).ravel()
    order = order_of(place)
    place, asked = place[order], asked[order]
    rows = np.flatnonzero(np.append(True, place[1:] != place[:-1])[: len(place)])
    done = np.add.reduceat(asked, rows) if len(rows) else asked
    place, step = place[rows], every.repeat(2)[order][rows] if varied else every
    due = np.maximum(BIN // step - _down_in_bins(down, place) // step, 0)
    doubtful = (BIN // step - done > max_loss * due) & (moment_of(place) + BIN <= now)
    return stretches(place[doubtful], place[doubtful] + BIN)


def _down_in_bins(down: Stretches, place: Ints) -> Ints:
    """How long each of these bins was down; few were at all."""
    found = np.zeros(len(place), np.int64)
    _, rows = overlapping(down, Stretches(place, place + BIN))
    found[rows] = measure(down, place[rows], place[rows] + BIN)
    return found


def _questions(begin: Ints, end: Ints, every: Ints, bins: Ints) -> Ints:
    """How many questions of those at `begin`, begin + every, … `end` lie in the bins of the first and of the last.

    Shape (watches, 2); where both are the same bin all are counted in the first.
    """
    one = bins[:, 0] == bins[:, 1]
    until = np.where(one, end, bins[:, 0] + BIN - 1)
    in_last = np.where(one, 0, (end - bins[:, 1]) // every + 1)
    return np.stack([(until - begin) // every + 1, in_last], axis=1)


def _line(facts: Facts, runs: Runs) -> Timeline:
    """The history that these runs make up, each as far as its round was watched."""
    start, end, state = _watched_runs(facts, runs)
    if not len(start):
        return timeline(facts.lanes, *_nothing())
    order = order_of(start)
    start, end, state = start[order], end[order], state[order]
    # Two checks of one subject at once, of an address that was changed: the later one counts.
    end[:-1] = np.minimum(end[:-1], start[1:])
    real = end > start
    cause = np.where(state == UNKNOWN, np.int8(Cause.NOT_ASKED), np.int8(Cause.MEASURED))
    return timeline(facts.lanes, start[real], end[real], state[real], cause[real])


def _watched_runs(facts: Facts, runs: Runs) -> tuple[Ints, Ints, Codes]:
    """Start, end and state of what of these runs was watched, in no order; those of several checks may overlap."""
    parts = [
        _clipped(facts, runs.chosen(rows), watches)
        for (vantage, number), watches in facts.watches.items()
        if (rows := (runs.round == number) & (facts.checks.vantage[runs.check] == vantage)).any()
    ]
    if not parts:
        return _nothing()[:3]
    start, end, state = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return start, end, state


def _clipped(facts: Facts, runs: Runs, watches: Watches) -> tuple[Ints, Ints, Codes]:
    """Start, end and state of runs inside the watched time of their checks, of so many checks as one axis holds."""
    own, row = numbered(runs.check)
    parts = [
        _clipped_part(facts, runs.chosen((row >= first) & (row < first + MOST_LANES)), watches)
        for first in range(0, len(own), MOST_LANES)
    ]
    start, end, state = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return start, end, state


def _clipped_part(facts: Facts, runs: Runs, watches: Watches) -> tuple[Ints, Ints, Codes]:
    own, row = numbered(runs.check)
    first, last = watched(facts.checks.phase[own], watches)
    # On an axis of their own, a lane a check: a subject may have had several.
    lanes = np.arange(len(own), dtype=np.int64)[:, None] * LANE
    looked = stretches((first + lanes).ravel(), (last + lanes).ravel())
    here = row * LANE
    start = here + runs.started_at
    end = here + np.where(runs.ended_at == NEVER, LANE - 1, runs.ended_at)
    end[:-1] = np.minimum(end[:-1], start[1:])  # of two at once the later one counts
    long = np.flatnonzero(end > start)
    of, rows = overlapping(looked, Stretches(start[long], end[long]))
    run = long[rows]
    shift = facts.checks.lane[runs.check[run]] * LANE - here[run]
    begin, until = np.maximum(looked.start[of], start[run]), np.minimum(looked.end[of], end[run])
    return begin + shift, until + shift, runs.outcome[run]


def _nothing() -> tuple[Ints, Ints, Codes, Codes]:
    empty, codes = np.empty(0, np.int64), np.empty(0, np.int8)
    return empty, empty, codes, codes
