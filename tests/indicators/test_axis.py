"""The algebra of stretches against portion's, several lanes at once."""

from collections.abc import Callable, Sequence

import numpy as np
import portion
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.axis import (
    LANE,
    MOST_LANES,
    Stretches,
    covers,
    intersection,
    measure,
    on_lane,
    overlapping,
    stretches,
    union,
    whole,
    without,
)
from indicators.threestate import DOWN
from indicators.timeline import unknown

Pairs = list[tuple[int, int]]
# Small numbers meet often; the ends of a lane are where lanes could run into each other.
moments = st.integers(0, 12) | st.integers(LANE - 12, LANE)
pairs = st.lists(st.tuples(moments, moments).map(lambda two: (min(two), max(two))), max_size=6)
lanes = st.lists(pairs, min_size=1, max_size=3)


def ours(of: Sequence[Pairs]) -> Stretches:
    rows = [(lane * LANE + a, lane * LANE + b) for lane, some in enumerate(of) for a, b in some]
    table = np.array(rows, np.int64).reshape(-1, 2)
    return stretches(table[:, 0], table[:, 1])


def theirs(of: Pairs) -> portion.Interval:
    found = portion.empty()
    for begin, end in of:
        found |= portion.closedopen(begin, end)
    return found


def on_lanes(of: Sequence[portion.Interval]) -> list[tuple[int, int]]:
    return [
        (lane * LANE + one.lower, lane * LANE + one.upper)
        for lane, some in enumerate(of)
        for one in some
        if not one.empty
    ]


def told(of: Stretches) -> list[tuple[int, int]]:
    return list(zip(of.start.tolist(), of.end.tolist(), strict=True))


@settings(max_examples=150, deadline=None)
@given(lanes)
def test_any_stretches_become_sorted_ones_that_neither_overlap_nor_touch(of: list[Pairs]) -> None:
    assert told(ours(of)) == on_lanes([theirs(some) for some in of])


@pytest.mark.parametrize(
    ("operation", "same"),
    [
        (union, lambda a, b: a | b),
        (intersection, lambda a, b: a & b),
        (without, lambda a, b: a - b),
    ],
)
def test_both_algebras_agree(
    operation: Callable[[Stretches, Stretches], Stretches],
    same: Callable[[portion.Interval, portion.Interval], portion.Interval],
) -> None:
    @settings(max_examples=150, deadline=None)
    @given(lanes, lanes)
    def agrees(a: list[Pairs], b: list[Pairs]) -> None:
        a, b = (one + [[]] * (3 - len(one)) for one in (a, b))
        wanted = [same(theirs(x), theirs(y)) for x, y in zip(a, b, strict=True)]
        assert told(operation(ours(a), ours(b))) == on_lanes(wanted)

    agrees()


@settings(max_examples=150, deadline=None)
@given(pairs, pairs)
def test_lengths_and_membership_agree(of: Pairs, windows: Pairs) -> None:
    begin, end = np.array(windows, np.int64).reshape(-1, 2).T
    parts = [theirs(of) & portion.closedopen(a, b) for a, b in windows]
    wanted = [sum(one.upper - one.lower for one in part if not one.empty) for part in parts]
    assert measure(on_lane(0, of), begin, end).tolist() == wanted
    places = [place for place, _ in windows]
    inside = [place in theirs(of) for place in places]
    assert covers(on_lane(0, of), np.array(places, np.int64)).tolist() == inside


@settings(max_examples=150, deadline=None)
@given(st.lists(moments, max_size=8, unique=True).map(sorted), pairs)
def test_stretches_that_touch_overlap_others_one_by_one(corners: list[int], of: Pairs) -> None:
    touching = Stretches(np.array(corners[:-1], np.int64), np.array(corners[1:], np.int64))
    apart = on_lane(0, of)
    mine, theirs_ = overlapping(apart, touching)
    pairs_ = list(zip(np.arange(len(apart))[mine].tolist(), theirs_.tolist(), strict=True))
    assert pairs_ == [
        (row, other)
        for row, (begin, end) in enumerate(told(apart))
        for other, (first, last) in enumerate(told(touching))
        if max(begin, first) < min(end, last)
    ]


def test_what_begins_with_a_lane_more_than_once_is_one_stretch() -> None:
    assert told(union(whole(2), whole(2))) == [(0, LANE), (LANE, 2 * LANE)]
    assert told(intersection(union(whole(2), ours([[(0, 5)]])), whole(2))) == [(0, LANE), (LANE, 2 * LANE)]


def test_the_last_of_the_most_lanes_still_fits() -> None:
    assert whole(MOST_LANES).end[-1] == MOST_LANES * LANE < 1 << 63
    nothing = unknown(MOST_LANES)
    assert nothing.end.dtype == np.int64
    assert len(nothing.where(DOWN)) == 0
