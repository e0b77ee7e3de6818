"""Printed digits: a measured figure never looks better than it was, and what is not all of it is never 100 %."""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.percentages import Number, Way, percent, rounded, score, towards


@pytest.mark.parametrize(
    ("value", "down", "up", "half_up"),
    [
        (1.234, "1.23", "1.24", "1.23"),
        (1.235, "1.23", "1.24", "1.24"),  # as a binary number it is 1.2350000000000000977
        (2.675, "2.67", "2.68", "2.68"),  # as a binary number 2.67499999999999982236, and yet half up
        (1.23, "1.23", "1.23", "1.23"),
        (-1.235, "-1.24", "-1.23", "-1.24"),
        (-0.001, "-0.01", "0.00", "0.00"),
        (0, "0.00", "0.00", "0.00"),
        (Fraction(1, 3), "0.33", "0.34", "0.33"),
        (Fraction(1, 200), "0.00", "0.01", "0.01"),
        (Decimal("0.0049999999999999999999999999999999"), "0.00", "0.01", "0.00"),
        (10**40 + 1, f"{10**40 + 1}.00", f"{10**40 + 1}.00", f"{10**40 + 1}.00"),
    ],
)
def test_values_go_down_up_and_half_up(value: Number, down: str, up: str, half_up: str) -> None:
    found = [rounded(value, 2, way) for way in (Way.DOWN, Way.UP, Way.HALF_UP)]
    assert [f"{one:f}" for one in found] == [down, up, half_up]


def test_a_value_goes_towards_its_bad_end() -> None:
    # 99.956 % available is printed 99.95; 0.044 % failed is printed 0.05.
    assert percent(0.99956, towards("lower"), all_of_it=False) == "99.95"
    assert percent(0.00044, towards("upper"), all_of_it=False) == "0.05"


def test_one_second_down_in_a_year_is_less_than_100_percent_in_every_way() -> None:
    year = 365 * 86_400
    for way in Way:
        assert percent(Fraction(year - 1, year), way, all_of_it=False) in {"99.99", "<100"}
    assert percent(Fraction(year - 1, year), Way.DOWN, all_of_it=False) == "99.99"
    assert percent(Fraction(year - 1, year), Way.UP, all_of_it=False) == "<100"
    # A microsecond in ten thousand years: the float is 1.0, and still it was not all.
    assert percent(1 - 1 / (10_000 * year * 1e6), Way.DOWN, all_of_it=False) == "<100"


def test_what_is_all_of_it_is_100_percent() -> None:
    assert percent(1.0, Way.DOWN, all_of_it=True) == "100.00"
    assert percent(1, Way.UP, all_of_it=True, places=0) == "100"


def test_a_share_that_no_float_meets_is_printed_by_its_digits_and_a_fraction_exactly() -> None:
    assert percent(0.995, Way.DOWN, all_of_it=False, places=1) == "99.5"
    # 0.29 × 100 is 28.999999999999996 in binary arithmetic.
    assert percent(0.29, Way.DOWN, all_of_it=False) == "29.00"
    # 9,999 of 10,000 and a hair less: the float shows 0.9999.
    hair = Fraction(9999, 10_000) - Fraction(1, 10**30)
    assert percent(float(hair), Way.DOWN, all_of_it=False) == "99.99"
    assert percent(hair, Way.DOWN, all_of_it=False) == "99.98"


def test_scores_round_half_up_to_two_places() -> None:
    # 财预〔2020〕10号, positive: 347 of 360 days at 15 points are 14.4583…; a half goes up.
    assert score(Fraction(347, 360) * 15) == Decimal("14.46")
    assert score(0.125) == Decimal("0.13")
    assert sum([score(0.005), score(0.005)]) == Decimal("0.02")


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, Decimal("NaN")])
def test_what_is_no_number_is_not_printed(wrong: Number) -> None:
    with pytest.raises(ValueError, match="not a number to be printed"):
        rounded(wrong, 2, Way.DOWN)


SHARES = st.fractions(0, 1)


@given(value=SHARES, places=st.integers(0, 6))
def test_no_way_moves_a_value_by_a_unit_or_to_the_wrong_side(value: Fraction, places: int) -> None:
    down, up, half = (Fraction(rounded(value, places, way)) for way in (Way.DOWN, Way.UP, Way.HALF_UP))
    unit = Fraction(1, 10**places)
    assert down <= value <= up
    assert up - down == (0 if value == down else unit)
    assert abs(half - value) <= unit / 2


@given(parts=st.lists(SHARES, min_size=3, max_size=3).map(sorted), bad=st.sampled_from(["lower", "upper"]))
def test_a_bracket_is_still_one_when_it_is_printed(
    parts: list[Fraction], bad: Literal["lower", "upper"]
) -> None:
    lower, value, upper = parts
    assert rounded(lower, 4, Way.DOWN) <= rounded(value, 4, towards(bad)) <= rounded(upper, 4, Way.UP)
