"""Three-valued histories: at every moment of every lane a subject is up, down or unknown, and why.

Rules
=====
1. A timeline has no hole: what no fact tells is UNKNOWN, from the beginning of a lane to its end.
2. A segment begins wherever state or cause may change, and at the beginning of every lane. Neighbours may be alike.
3. Only UNKNOWN is ever filled (by another check, by an attestation); only DOWN is ever masked (by an upstream);
   only UP is ever doubted (by loss). Nothing turns measured DOWN into UP.

`cause` says where a state comes from; the texts behind it are looked up in the facts when somebody asks.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indicators.axis import LANE, Flags, Ints, Stretches, ascending, begins_lane, covers, none, rows_of, whole
from indicators.threestate import DOWN, UNKNOWN, UP

Codes = NDArray[np.int8]


class Cause(IntEnum):
    """Where the state of a segment comes from."""

    MEASURED = 0  # packets of the primary check
    NOT_WATCHED = 1  # no completed round looked
    NOT_ASKED = 2  # a round looked, but our own fault kept it from asking
    UPSTREAM = 3  # down behind something that was itself down or unknown
    LOSS = 4  # answered, but too lossy to use
    LOSS_UNSURE = 5  # answered, but too few questions were completed to know
    OTHER_CHECK = 6  # told by another check of the same circuit
    ATTESTED = 7  # told by a signed paper: 佐证
    WITNESSED = 8  # told afterwards by the router itself


@dataclass(frozen=True)  # without slots: what is worked out once stays with it
class Timeline:
    """`at`: where segments begin, strictly increasing, `at[0]` = 0; `state` and `cause` of each segment."""

    lanes: int
    at: Ints
    state: Codes
    cause: Codes

    def __len__(self) -> int:
        return len(self.at)

    @property
    def end(self) -> Ints:
        """Where segments end."""
        return np.append(self.at[1:], self.lanes * LANE)

    @cached_property
    def first(self) -> Ints:
        """The row of the segment with which each lane begins."""
        return np.searchsorted(self.at, whole(self.lanes).start)

    @cached_property
    def _where(self) -> dict[int, Stretches]:
        return {}

    def where(self, state: int) -> Stretches:
        """The stretches of one state, whatever their cause; worked out once."""
        if state not in self._where:
            self._where[state] = self.chosen(self.state == state)
        return self._where[state]

    def chosen(self, flags: Flags) -> Stretches:
        """The stretches that these segments make up: segments are in order already, those side by side are one."""
        if not flags.any():
            return none()
        begins = flags.copy()
        begins[1:] &= ~flags[:-1]
        before = flags[:-1] & ~flags[1:]
        if self.lanes > 1:
            # A stretch never reaches over the end of a lane; lanes are few.
            begins[self.first] = flags[self.first]
            before[self.first[1:] - 1] = flags[self.first[1:] - 1]
        last = np.flatnonzero(before) + 1
        end = self.at[last]
        if len(flags) and flags[-1]:
            end = np.append(end, self.lanes * LANE)
        return Stretches(self.at[begins], end)

    def latest(self) -> tuple[Codes, Ints]:
        """The state of each lane when it was last watched, and until when; UNKNOWN and 0 where it never was.

        What was watched and yet is unknown, such as down-time behind something unknown, hides what it was before.
        """
        watched = (self.state != UNKNOWN) | (self.cause != Cause.NOT_WATCHED)
        rows, lanes = np.flatnonzero(watched), np.arange(self.lanes, dtype=np.int64)
        after = np.searchsorted(rows, np.append(self.first[1:], len(self)))
        found = np.append(rows, 0)[after - 1]
        known = (after > 0) & (found >= self.first)
        state = np.where(known, self.state[found], np.int8(UNKNOWN))
        return state, np.where(known, self.end[found] - lanes * LANE, 0)

    def state_at(self, place: Ints) -> Codes:
        """The state at each place."""
        found: Codes = self.state[np.searchsorted(self.at, place, side="right") - 1]
        return found


def unknown(lanes: int) -> Timeline:
    """Nothing is known of anybody."""
    at = whole(lanes).start
    return Timeline(lanes, at, np.full(lanes, UNKNOWN, np.int8), np.full(lanes, Cause.NOT_WATCHED, np.int8))


def timeline(lanes: int, start: Ints, end: Ints, state: Codes, cause: Codes) -> Timeline:
    """From what is known: sorted stretches that do not overlap, each with its state; the rest is unknown."""
    starts_lane = whole(lanes).start
    gap = np.ones(len(start), np.bool_)
    gap[:-1] = end[:-1] < start[1:]
    gap &= ~begins_lane(end)
    taken = np.searchsorted(start, starts_lane, side="right") > np.searchsorted(start, starts_lane)
    # Each stretch, and after it the gap that it leaves; then the beginnings of lanes on which there is nothing yet.
    count = gap + 1
    after = np.cumsum(count)[gap] - 1
    at, states, causes = (np.repeat(one, count) for one in (start, state, cause))
    at[after], states[after], causes[after] = end[gap], UNKNOWN, Cause.NOT_WATCHED
    new = starts_lane[~taken]
    row = np.searchsorted(at, new)
    return Timeline(
        lanes,
        np.insert(at, row, new),
        np.insert(states, row, np.int8(UNKNOWN)),
        np.insert(causes, row, np.int8(Cause.NOT_WATCHED)),
    )


def refined(one: Timeline, places: Ints) -> Timeline:
    """The same, with a segment beginning at each of these places, too."""
    new = ascending(places)
    row = np.searchsorted(one.at, new)
    there = row < len(one)
    there[there] = one.at[row[there]] == new[there]
    new, row = new[~there], row[~there]
    if not len(new):
        return one
    at, before = np.insert(one.at, row, new), row - 1
    return Timeline(
        one.lanes,
        at,
        np.insert(one.state, row, one.state[before]),
        np.insert(one.cause, row, one.cause[before]),
    )


def changed(
    one: Timeline, within: Stretches, old: int, new: int, cause: Cause, among: Collection[Cause] = ()
) -> Timeline:
    """Within these stretches every segment in state `old` takes the state `new`, for this cause.

    `among` names the causes of those that may change; without it all may.
    """
    if not len(within):
        return one
    fine = refined(one, np.concatenate([within.start, within.end[within.end < one.lanes * LANE]]))
    first = np.searchsorted(fine.at, within.start)
    rows = rows_of(first, np.searchsorted(fine.at, within.end) - first)
    rows = rows[fine.state[rows] == old]
    if among:
        rows = rows[np.isin(fine.cause[rows], list(among))]
    state, causes = fine.state.copy(), fine.cause.copy()
    state[rows], causes[rows] = new, cause
    return Timeline(one.lanes, fine.at, state, causes)


def filled(
    one: Timeline, up: Stretches, down: Stretches, cause: Cause, among: Collection[Cause] = ()
) -> Timeline:
    """What is unknown becomes up or down where another source says so; what is known stays. `among` as above."""
    return changed(changed(one, down, UNKNOWN, DOWN, cause, among), up, UNKNOWN, UP, cause, among)


def combined(several: Iterable[tuple[Timeline, Stretches]]) -> Timeline:
    """What several vantages saw: up if any saw up, down if all that were in service saw down, else unknown.

    Each with when it was in service; all must have the same lanes.
    """
    all_ = list(several)
    if len(all_) == 1:
        return all_[0][0]
    total = all_[0][0].lanes * LANE
    places = [place for one, there in all_ for place in (one.at, there.start, there.end[there.end < total])]
    at = ascending(np.concatenate(places))
    fine = [refined(one, at) for one, _ in all_]
    states = np.stack([one.state for one in fine])
    away = np.stack([~covers(there, at) for _, there in all_])
    any_up = (states == UP).any(axis=0)
    all_down = ((states == DOWN) | away).all(axis=0) & (states == DOWN).any(axis=0)
    state = np.where(any_up, UP, np.where(all_down, DOWN, UNKNOWN)).astype(np.int8)
    cause = fine[0].cause
    for one in reversed(fine):
        cause = np.where(one.state == state, one.cause, cause)
    return Timeline(all_[0][0].lanes, at, state, cause.astype(np.int8))


def picked(one: Timeline, lanes: Ints) -> Timeline:
    """The histories of these lanes, in this order, as lanes of a new timeline; a lane may be picked often."""
    first = np.searchsorted(one.at, lanes * LANE)
    count = np.searchsorted(one.at, (lanes + 1) * LANE) - first
    rows = rows_of(first, count)
    shift = np.repeat((np.arange(len(lanes)) - lanes) * LANE, count)
    return Timeline(len(lanes), one.at[rows] + shift, one.state[rows], one.cause[rows])


def joined(several: Iterable[Timeline]) -> Timeline:
    """The lanes of several timelines, one after the other."""
    all_ = list(several)
    shift = np.cumsum([0, *(one.lanes for one in all_)]) * LANE
    return Timeline(
        sum(one.lanes for one in all_),
        np.concatenate([one.at + by for one, by in zip(all_, shift[:-1].tolist(), strict=True)]),
        np.concatenate([one.state for one in all_]),
        np.concatenate([one.cause for one in all_]),
    )


def simplified(one: Timeline) -> Timeline:
    """Neighbours that are alike joined."""
    keep = np.ones(len(one), np.bool_)
    keep[1:] = (one.state[1:] != one.state[:-1]) | (one.cause[1:] != one.cause[:-1])
    keep[one.first] = True
    return Timeline(one.lanes, one.at[keep], one.state[keep], one.cause[keep])
