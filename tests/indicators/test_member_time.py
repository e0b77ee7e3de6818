"""Time of members, made small: it adds up over subjects and over days to what all of it together gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.axis import Flags, Ints
from indicators.member_time import Members, MemberTime, below, followed, member_time
from indicators.policy import GroupDays, Policy
from indicators.sums import Sums
from indicators.tables import columns, each, from_columns

DAY = 86_400_000_000
POLICIES = (Policy(), Policy(max_downtime=600.0), Policy(group_days=GroupDays("share", share=0.5)))


def drawn(seed: int, subjects: int, windows: int) -> tuple[Sums, Flags, Flags]:
    """Sums of days that hold some of everything, who is a member when, and which windows are whole days."""
    draw = np.random.default_rng(seed)

    def some(share: float) -> Ints:
        there = draw.random((subjects, windows)) < share
        found: Ints = np.where(there, draw.integers(0, DAY // 4, (subjects, windows)), 0)
        return found

    down, unknown = some(0.3), some(0.3)
    up = np.where(draw.random((subjects, windows)) < 0.1, 0, DAY - down - unknown)
    sums = Sums(up, down, unknown, up // 2, down // 2)
    return sums, draw.random((subjects, windows)) < 0.6, draw.random(windows) < 0.8


def same(one: MemberTime, other: MemberTime) -> None:
    for (name, mine), (_, theirs) in zip(columns("", one), columns("", other), strict=True):
        assert mine.tolist() == theirs.tolist(), name


@pytest.mark.parametrize("policy", POLICIES)
@given(
    seed=st.integers(0, 10_000), subjects=st.integers(2, 6), windows=st.integers(2, 7), cut=st.integers(1, 5)
)
def test_it_adds_up_over_subjects_and_over_windows(
    policy: Policy, seed: int, subjects: int, windows: int, cut: int
) -> None:
    sums, counts, whole = drawn(seed, subjects, windows)
    everything = member_time(sums, counts, whole, policy)
    row, window = min(cut, subjects - 1), min(cut, windows - 1)

    def part(rows: slice, days: slice) -> MemberTime:
        chosen = each(lambda column: column[rows, days], sums)
        return member_time(chosen, counts[rows, days], whole[days], policy)

    all_of_them = slice(None)
    upper, lower = part(slice(row), all_of_them), part(slice(row, None), all_of_them)
    same(below([(0, upper), (row, lower)]), everything)
    same(followed(part(all_of_them, slice(window)), part(all_of_them, slice(window, None))), everything)


def test_a_table_comes_back_from_its_columns() -> None:
    one = member_time(*drawn(1, 5, 6), Policy())
    kept = dict(columns("time", one))
    assert {"time.rows", "time.sums.up", "time.days.sums.down", "time.days.there"} <= {*kept}
    same(from_columns(MemberTime, "time", kept), one)
    del kept["time.days.there"]
    with pytest.raises(KeyError):
        from_columns(MemberTime, "time", kept)


def test_a_group_and_a_carrier_of_one_name_are_two() -> None:
    counts = np.ones((1, 1), np.bool_)
    assert Members("ct", counts, "group").key != Members("ct", counts, "carrier").key
