"""停机余量: allowed in the year, allowed so far, used and left, with the arithmetic of each example."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.margin import LOST, NORMAL, TAKEN, UNDECIDED, Margin, Year, margin
from indicators.measure import Bracket


def year(
    states: list[int], *, target: float = 360, begin: date = date(2026, 1, 1), end: date = date(2026, 12, 31)
) -> Year:
    """A year in service from `begin` to `end`, both included, whose first days are closed."""
    days = range(begin.toordinal(), end.toordinal() + 1)
    year_days = date(begin.year, 12, 31).timetuple().tm_yday
    return Year(days[: len(states)], states, days[len(states) :], target, year_days)


def ends(bracket: Bracket) -> tuple[float | None, float | None, float | None]:
    return bracket.lower, bracket.value, bracket.upper


def numbers(found: Margin) -> list[float | None]:
    return [one.value for one in (found.allowed, found.allowed_so_far, found.used, found.left)]


def test_the_four_numbers_of_a_target_of_360_of_365_days() -> None:
    # After 73 days, a fifth of the year: allowed 365 − 360 = 5, so far 5 × 73 / 365 = 1, used 2, left 3.
    found = margin(year([LOST, LOST] + [NORMAL] * 71))
    assert numbers(found) == [5, 1.0, 2, 3]
    assert found.allowed.evidence["prorated"] is False


def test_a_leap_year_has_366_days_and_so_one_more_may_be_lost() -> None:
    leap = year([NORMAL] * 61, begin=date(2028, 1, 1), end=date(2028, 12, 31))
    assert numbers(margin(leap)) == [6, 1.0, 0, 6]  # 6 × 61 / 366


def test_a_circuit_in_service_from_1_july_has_its_target_prorated() -> None:
    # 1 July to 31 December are 184 days; 360 × 184 / 365 = 181.479…, so 182 are needed and 2 may be lost.
    part = year([NORMAL] * 46, begin=date(2026, 7, 1))
    found = margin(part)
    assert numbers(found) == [2, 0.5, 0, 2]  # 2 × 46 / 184
    assert found.allowed.evidence["prorated"] is True
    assert found.allowed.evidence["prorated_target"] == pytest.approx(181.479452)
    assert found.allowed.evidence["needed"] == 182
    # In a leap year it is 360 × 184 / 366 = 180.98…: 181 are needed, and 3 may be lost.
    assert margin(year([], begin=date(2028, 7, 1), end=date(2028, 12, 31))).allowed.value == 3


def test_a_target_is_prorated_exactly_so_that_no_day_is_lost_to_binary_numbers() -> None:
    # 98.55 % of 365 days written as 359.7; half a year of 146 days: 359.7 × 146 / 365 = 143.88.
    assert year([], target=359.7, end=date(2026, 5, 26)).needed == 144
    # 219 / 365 of 350 are exactly 210, and not one more.
    assert year([], target=350, end=date(2026, 8, 7)).needed == 210


def test_undecided_days_are_not_used_but_may_be() -> None:
    # 10 closed: 1 lost, 6 surely normal, 1 taken for normal, 2 undecided. Used at most 10 − 6 = 4.
    found = margin(year([LOST, UNDECIDED, TAKEN, UNDECIDED] + [NORMAL] * 6))
    assert ends(found.used) == (1, 1, 4)
    assert ends(found.left) == (5 - 4, 5 - 1, 5 - 1)
    assert found.left.coverage == 0.8


def test_who_has_lost_more_than_allowed_has_less_than_nothing_left() -> None:
    assert numbers(margin(year([LOST] * 7)))[2:] == [7, -2]


def test_before_the_first_day_is_closed_all_is_left() -> None:
    found = margin(year([]))
    assert numbers(found) == [5, 0.0, 0, 5]
    assert found.used.coverage is None


def test_when_nobody_watched_any_day_there_is_no_value() -> None:
    found = margin(year([UNDECIDED] * 3))
    assert numbers(found) == [5, 5 * 3 / 365, None, None]
    assert found.used.coverage == 0.0


def test_excused_days_are_in_none_of_it() -> None:
    # 5×8 in 2026 leaves, say, 250 days that count: 360 × 250 / 365 = 246.57…, 247 are needed and 3 may be lost.
    days = range(date(2026, 1, 1).toordinal(), date(2026, 12, 31).toordinal() + 1)
    found = margin(Year([], [], list(days)[:250], 360, 365))
    assert found.allowed.value == 3


def test_a_year_out_of_service_allows_nothing_and_has_used_nothing() -> None:
    assert numbers(margin(Year([], [], [], 360, 365))) == [0, 0.0, 0, 0]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (([2], [], [], 1, 365), "one state for each"),
        (([2, 1], [0, 0], [], 1, 365), "in order"),
        (([2], [0], [2], 1, 365), "in order"),
        (([], [], [], 366, 365), "a target of 366"),
        (([], [], [], 1, 360), "0 days of a year of 360"),
        (([], [], list(range(366)), 1, 365), "366 days of a year of 365"),
    ],
)
def test_a_year_that_cannot_be_is_refused(
    wrong: tuple[list[int], list[int], list[int], int, int], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        Year(*wrong)


STATES = st.lists(st.sampled_from([LOST, NORMAL, TAKEN, UNDECIDED]), min_size=1, max_size=365)


@given(states=STATES, target=st.integers(0, 365))
def test_the_parts_add_up_and_every_truth_lies_in_the_bracket(states: list[int], target: int) -> None:
    of = year(states, target=target)
    found = margin(of)
    assert of.allowed >= 0
    for truth in (LOST, NORMAL):
        settled = margin(year([truth if one in {TAKEN, UNDECIDED} else one for one in states], target=target))
        for wide, narrow in ((found.used, settled.used), (found.left, settled.left)):
            if wide.lower is not None and wide.upper is not None:
                assert narrow.value is not None
                assert wide.lower <= narrow.value <= wide.upper
                assert narrow.lower == narrow.upper
    if found.used.value is not None and found.left.value is not None and found.allowed.value is not None:
        assert found.used.value + found.left.value == found.allowed.value
        assert found.used.value + of.count(NORMAL, TAKEN) + of.count(UNDECIDED) == len(states)
