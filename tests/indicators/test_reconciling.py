"""Laws of matching two lists of faults: one to one, the same from either side, nothing matched that lies apart."""

from hypothesis import given
from hypothesis import strategies as st

from indicators.reconciling import Stretch, differs, exact, matched, overlap

NOW = 1000
_faults = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30), st.booleans()).map(
        lambda drawn: exact(drawn[0], None if drawn[2] and drawn[1] == 1 else drawn[0] + drawn[1])
    ),
    max_size=6,
)
_tolerances = st.integers(0, 8)


@given(_faults, _faults, _tolerances)
def test_whoever_swaps_the_lists_gets_the_same_pairs_swapped(
    ours: list[Stretch], theirs: list[Stretch], tolerance: int
) -> None:
    there = matched(ours, theirs, tolerance, NOW)
    back = matched(theirs, ours, tolerance, NOW)
    assert there == sorted((row, column) for column, row in back)


@given(_faults, _faults, _tolerances)
def test_matching_is_one_to_one_and_leaves_no_pair_that_overlaps(
    ours: list[Stretch], theirs: list[Stretch], tolerance: int
) -> None:
    pairs = matched(ours, theirs, tolerance, NOW)
    rows, columns = [row for row, _ in pairs], [column for _, column in pairs]
    assert len({*rows}) == len(rows)
    assert len({*columns}) == len(columns)
    for row, one in enumerate(ours):
        for column, other in enumerate(theirs):
            both = overlap(one, other, tolerance, NOW)
            if (row, column) in pairs:
                assert both > 0
            elif row not in rows and column not in columns:
                assert both <= 0


@given(_faults, _tolerances)
def test_a_list_matches_itself_without_a_difference(ours: list[Stretch], tolerance: int) -> None:
    pairs = matched(ours, ours, tolerance, NOW)
    assert len(pairs) == len(ours)
    for row, column in pairs:
        assert differs(ours[row], ours[column], tolerance) == (0, 0)


@given(_faults, _faults, _tolerances)
def test_a_difference_is_the_same_from_either_side_and_shrinks_with_the_tolerance(
    ours: list[Stretch], theirs: list[Stretch], tolerance: int
) -> None:
    for one in ours:
        for other in theirs:
            there = differs(one, other, tolerance)
            assert there == differs(other, one, tolerance)
            assert differs(one, other, tolerance + 1)[0] <= there[0]


def test_a_difference_within_our_own_bounds_and_the_tolerance_is_none() -> None:
    ours = Stretch(100, 200, 90, 102, 190, 202)
    assert differs(ours, exact(85, 207), 5) == (0, 0)
    assert differs(ours, exact(84, 208), 5) == (1, 1)
    assert differs(ours, exact(100, None), 5) == (0, None)
