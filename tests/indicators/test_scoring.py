"""Rows become points by the rules of their profile, brackets fill what they decide, and nothing else is filled."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.scoring import built_in
from indicators.bands import Axis, Band, Stretch, settled
from indicators.scoring import (
    Filled,
    Open,
    asks_for_reason,
    by_bands,
    by_points,
    equal,
    grade_of_total,
    may_be_given,
    mean,
    points,
    positive,
    reverse_distance,
    reverse_ratio,
    share_of_money,
    total,
)

MOF = built_in()["mof-2020"]
HAINAN = built_in()["hainan-20-25-55"]
DAYS = Axis(whole=True, most=Decimal(366))


def d(*written: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, written))


def three(actual: str, target: str, weight: str) -> tuple[Decimal, Decimal, Decimal]:
    return Decimal(actual), Decimal(target), Decimal(weight)


def two(low: str, high: str) -> tuple[Decimal, Decimal]:
    return Decimal(low), Decimal(high)


@pytest.mark.parametrize(
    ("actual", "target", "expected"),
    [(98, 100, "9.8"), (100, 100, "10"), (130, 100, "10"), (0, 100, "0"), (-5, 100, "0"), (1, 3, "10/3")],
)
def test_more_is_better_gives_the_share_that_was_reached(actual: int, target: int, expected: str) -> None:
    assert positive(Fraction(actual), Fraction(target), Fraction(10)) == Fraction(expected)


@pytest.mark.parametrize(
    ("actual", "target", "expected"),
    [
        ("1", "1", "10"),
        ("1.5", "1", "5"),  # half a target too much: half the points
        ("2", "1", "0"),
        ("3", "1", "0"),
        ("0", "0", "10"),
        ("0.1", "0", "0"),
        ("-1", "0", "10"),
    ],
)
def test_less_is_better_loses_by_the_distance(actual: str, target: str, expected: str) -> None:
    assert reverse_distance(Fraction(actual), Fraction(target), Fraction(10)) == Fraction(expected)


def test_the_two_reverse_rules_in_circulation_disagree_and_so_stand_in_the_profile() -> None:
    one, two, ten = Fraction(1), Fraction(2), Fraction(10)
    assert reverse_distance(two, one, ten) == 0
    assert reverse_ratio(two, one, ten) == 5


def test_an_equal_target_of_nothing_is_kept_by_nothing() -> None:
    assert [equal(Fraction(actual), Fraction(0), Fraction(5)) for actual in (0, 1)] == [5, 0]
    assert equal(Fraction(16), Fraction(17), Fraction(17)) == 16


@given(st.fractions(0, 300), st.fractions(1, 100), st.fractions(1, 50))
def test_points_lie_between_none_and_all_of_the_weight(
    actual: Fraction, target: Fraction, weight: Fraction
) -> None:
    for rule in (positive, equal, reverse_distance, reverse_ratio):
        assert 0 <= rule(actual, target, weight) <= weight


@given(st.fractions(0, 300), st.fractions(0, 300), st.fractions(0, 100))
def test_a_better_value_never_has_fewer_points(one: Fraction, other: Fraction, target: Fraction) -> None:
    low, high = sorted((one, other))
    assert positive(low, target, Fraction(10)) <= positive(high, target, Fraction(10))
    assert reverse_distance(low, target, Fraction(10)) >= reverse_distance(high, target, Fraction(10))


def test_a_row_is_rounded_once_half_up_and_the_total_is_of_rounded_rows() -> None:
    third = points("positive", *three("1", "3", "5"), MOF)
    assert third == Decimal("1.67")
    assert total([third, third, third]) == Decimal("5.01")  # and not 5.00
    assert points("positive", *three("1.005", "10", "10"), MOF) == Decimal("1.01")


def test_people_judge_what_has_no_number() -> None:
    assert points("qualitative", *three("1", "1", "5"), MOF) is None


def test_the_budget_gives_at_most_its_weight_and_nothing_of_no_money() -> None:
    assert share_of_money(Fraction(82), Fraction(180), Fraction(10)) == Fraction(82, 18)
    assert share_of_money(Fraction(190), Fraction(180), Fraction(10)) == 10
    assert share_of_money(Fraction(0), Fraction(0), Fraction(10)) is None


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        ("100", "优"),
        ("90", "优"),
        ("89.99", "良"),
        ("80", "良"),
        ("79.99", "中"),
        ("60", "中"),
        ("59.99", "差"),
    ],
)
def test_a_grade_begins_at_its_edge(score: str, grade: str) -> None:
    assert grade_of_total(Decimal(score), MOF).name == grade


@pytest.mark.parametrize(
    ("outcome", "allowed", "refused"),
    [
        ("达成", ("8", "10"), ("7.99", "10.01")),
        ("部分达成", ("6", "7.99"), ("5.99", "8")),
        ("未达成", ("0", "5.99"), ("-0.01", "6")),
    ],
)
def test_a_qualitative_score_lies_in_the_band_of_its_outcome(
    outcome: str, allowed: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    [told] = [one for one in MOF.outcomes if one.name == outcome]
    assert all(may_be_given(told, score, Decimal(10), MOF) for score in d(*allowed))
    assert not any(may_be_given(told, score, Decimal(10), MOF) for score in d(*refused))


def test_far_above_the_target_asks_for_a_reason_where_the_profile_says_so() -> None:
    assert asks_for_reason(*two("130", "100"), MOF)
    assert not asks_for_reason(*two("129.9", "100"), MOF)
    assert not asks_for_reason(*two("500", "100"), HAINAN)


def test_evaluators_are_averaged() -> None:
    assert mean(d("99", "98"), HAINAN) == Decimal("98.5")
    assert mean(d("99", "98", "98"), HAINAN) == Decimal("98.33")
    assert mean((), HAINAN) is None


# Brackets


def days() -> tuple[Band, ...]:
    return settled(
        {
            "优": Stretch(low=Decimal(360), low_in=True),
            "良": Stretch(Decimal(300), Decimal(359)),
            "中": Stretch(Decimal(250), Decimal(299)),
            "差": Stretch(high=Decimal(250), high_in=False),
        },
        DAYS,
    )


def test_a_bracket_inside_one_band_fills_it() -> None:
    assert by_bands(*two("360", "366"), days(), {"unknown_seconds": 9.0}) == Filled(grade="优")
    assert by_bands(*two("300", "359"), days(), {}) == Filled(grade="良")


def test_a_bracket_across_an_edge_says_what_is_possible_and_what_would_decide() -> None:
    found = by_bands(
        *two("298", "361"), days(), {"unknown_seconds": 90.0, "up_seconds": 5.0, "undecided_days": 0}
    )
    assert found == Open(grades=("中", "良", "优"), edges=d("300", "360"), evidence={"unknown_seconds": 90.0})


def test_what_no_band_holds_fills_nothing() -> None:
    bands = settled({"优": Stretch(*two("6", "6"), True, True)}, Axis(whole=True))
    assert by_bands(*two("7", "7"), bands, {}) == Open(grades=(None,), evidence={})


def test_no_value_fills_nothing() -> None:
    assert by_bands(None, None, days(), {}) is None
    assert by_points((None, Decimal(1)), None, lambda value: value, Decimal(1), {}) is None


def test_points_follow_from_the_value_unless_its_bracket_reaches_over_the_target() -> None:
    def score(value: Decimal) -> Decimal | None:
        return points("positive", value, Decimal(100), Decimal(10), MOF)

    most, unknown = Decimal(10), {"unknown_seconds": 3.0}
    assert by_points(two("100", "100"), Decimal(100), score, most, {}) == Filled(points=most)
    assert by_points(two("98", "99"), Decimal("98.5"), score, most, unknown) == Filled(points=Decimal("9.85"))
    assert by_points(two("98", "100"), Decimal(99), score, most, unknown) == Open(
        points=two("9.8", "10"), evidence={"unknown_seconds": 3.0}
    )
