"""How a year will end: the distribution against fractions, the interval against simulated years, dates by hand."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.forecast import Breach, Forecast, breach, forecast, predictive, quantile
from indicators.margin import LOST, NORMAL, TAKEN, UNDECIDED
from indicators.measure import Bracket
from indicators.traffic import Rates
from tests.indicators.circuit import POLICY
from tests.indicators.test_margin import ends, year


def rising(start: Fraction, many: int) -> Fraction:
    """start × (start + 1) × … of `many` factors."""
    product = Fraction(1)
    for step in range(many):
        product *= start + step
    return product


def by_fractions(normal: int, known: int, to_come: int) -> list[Fraction]:
    """Beta-binomial without any gamma function: C(m, x) · a⁽ˣ⁾ · b⁽ᵐ⁻ˣ⁾ / (a + b)⁽ᵐ⁾, rising factorials."""
    a, b = normal + Fraction(1, 2), known - normal + Fraction(1, 2)
    return [
        comb(to_come, x) * rising(a, x) * rising(b, to_come - x) / rising(a + b, to_come)
        for x in range(to_come + 1)
    ]


def test_one_normal_day_of_one_and_one_to_come() -> None:
    # a = 3/2, b = 1/2: the next day is normal with a / (a + b) = 3/4.
    assert predictive(1, 1, 1) == pytest.approx([1 / 4, 3 / 4])


def test_two_days_to_come_by_hand() -> None:
    # After 88 of 90: a = 88.5, b = 2.5, a + b = 91. Both normal: 88.5/91 × 89.5/92; none: 2.5/91 × 3.5/92.
    both, none = 88.5 / 91 * 89.5 / 92, 2.5 / 91 * 3.5 / 92
    assert predictive(88, 90, 2) == pytest.approx([none, 1 - both - none, both])


@pytest.mark.parametrize(
    "case", [(0, 1, 5), (90, 90, 275), (85, 90, 365), (0, 90, 30), (45, 90, 100), (3, 3, 0)]
)
def test_log_gamma_arithmetic_agrees_with_fractions(case: tuple[int, int, int]) -> None:
    found = predictive(*case)
    exact = by_fractions(*case)
    assert sum(exact) == 1
    assert found == pytest.approx([float(one) for one in exact], rel=1e-10, abs=1e-300)


def test_a_quantile_is_the_smallest_number_that_reaches_the_share() -> None:
    assert [quantile([0.1, 0.4, 0.5], share) for share in (0.05, 0.1, 0.11, 0.5, 0.51, 1.0)] == [
        0,
        0,
        1,
        1,
        2,
        2,
    ]


def test_a_forecast_by_hand() -> None:
    # 364 of 365 days are closed, 4 were lost; the last 90 were normal. The last day: a = 90.5, b = 0.5.
    found = forecast(year([LOST] * 4 + [NORMAL] * 360, target=361), POLICY)
    assert found.probability.value == pytest.approx(90.5 / 91)
    assert [one.value for one in (found.median, found.low, found.high)] == [361, 361, 361]
    assert found.median.evidence == {"known": 90, "normal": 90, "to_come": 1, "needed": 361}


def test_only_the_last_90_known_days_say_how_often_days_are_lost() -> None:
    states = [LOST] * 50 + [NORMAL] * 60 + [UNDECIDED] * 20 + [TAKEN] * 27 + [LOST] * 3
    assert forecast(year(states), POLICY).median.evidence["normal"] == 87
    assert forecast(year(states), POLICY).median.evidence["known"] == 90
    fewer = forecast(year(states), replace(POLICY, forecast_days=10)).median.evidence
    assert (fewer["known"], fewer["normal"]) == (10, 7)


def test_undecided_days_move_the_whole_forecast() -> None:
    # 2 taken and 3 undecided: the total may be 2 less or 3 more.
    states = [NORMAL] * 95 + [TAKEN] * 2 + [UNDECIDED] * 3
    found = forecast(year(states), POLICY)
    assert found.median.value is not None
    assert ends(found.median) == (found.median.value - 2, found.median.value, found.median.value + 3)
    lower, value, upper = ends(found.probability)
    assert lower is not None
    assert value is not None
    assert upper is not None
    assert 0 < lower < value < upper < 1


def test_what_is_certain_has_a_probability_of_exactly_one_and_zero() -> None:
    assert forecast(year([NORMAL] * 360), POLICY).probability.value == 1.0
    assert forecast(year([LOST] * 6), POLICY).probability.value == 0.0
    assert forecast(year([NORMAL] * 360 + [LOST] * 5), POLICY).probability.value == 1.0
    assert forecast(year([LOST] * 6 + [NORMAL] * 359), POLICY).probability.value == 0.0


def test_without_a_known_day_nothing_is_forecast() -> None:
    for states in ([], [UNDECIDED] * 5):
        found = forecast(year(states), POLICY)
        assert found.median == found.probability
        assert found.median.value is None
        assert found.at_this_rate == Breach(None, None)


# The dates. Of 365 days 5 may be lost; the sixth is one too many.


def test_at_worst_the_target_falls_with_the_sixth_lost_day() -> None:
    # 100 days are closed, to 10 April, and 2 were lost. The fourth day to come, 14 April, would be the sixth.
    found = forecast(year([LOST] * 2 + [NORMAL] * 98), POLICY)
    assert found.at_worst == Breach(date(2026, 4, 14), date(2026, 4, 14))


def test_at_the_present_rate_lost_days_come_evenly() -> None:
    # Of the last 90 known days 3 were lost, one in 30: the third from now on falls on the 90th day to come.
    # 100 days are closed; day 190 of the year is 9 July.
    found = forecast(year([NORMAL] * 97 + [LOST] * 3), POLICY)
    assert found.at_this_rate == Breach(date(2026, 7, 9), date(2026, 7, 9))


def test_the_day_on_which_a_lost_one_is_complete_counts() -> None:
    # Of 31 days 4 were lost, and two more are too many: 2 × 31 / 4 = 15.5, so the 16th day after 31 January.
    found = forecast(year([NORMAL] * 27 + [LOST] * 4), POLICY)
    assert found.at_this_rate.on == date(2026, 2, 16)


def test_where_no_day_was_lost_lately_there_is_no_such_date() -> None:
    assert forecast(year([LOST] * 5 + [NORMAL] * 95), POLICY).at_this_rate == Breach(None, None)


def test_a_rate_too_low_for_this_year_has_no_date() -> None:
    # One in 90: five more take 450 days, and 265 are left.
    assert forecast(year([NORMAL] * 99 + [LOST]), POLICY).at_this_rate.on is None


def test_a_target_that_has_fallen_names_the_day() -> None:
    states = [NORMAL] * 10 + [LOST] * 6 + [NORMAL] * 4 + [LOST]
    for found in (forecast(year(states), POLICY).at_worst, forecast(year(states), POLICY).at_this_rate):
        assert found == Breach(date(2026, 1, 16), date(2026, 1, 16))


def test_undecided_days_may_bring_the_date_forward() -> None:
    # 1 lost and 2 undecided of 10 days: the fifth day to come is the sixth lost one, or already the third.
    found = breach(year([LOST, UNDECIDED, UNDECIDED] + [NORMAL] * 7), Fraction(1))
    assert found == Breach(date(2026, 1, 15), date(2026, 1, 13))


def test_a_target_met_already_cannot_fall() -> None:
    assert forecast(year([LOST] + [NORMAL] * 360), POLICY).at_worst == Breach(None, None)


# The interval, by simulation


def covered(chance: np.random.Generator, p: Rates, closed: int) -> tuple[float, float]:
    """One year for each p: in what share of them the total fell within the interval, and the mass it should have."""
    inside, mass = 0, 0.0
    for of_a_day in p.tolist():
        days = chance.random(365) < of_a_day
        known = days[max(0, closed - 90) : closed]
        chances = predictive(int(known.sum()), known.size, 365 - closed)
        low, high = quantile(chances, 0.1), quantile(chances, 0.9)
        inside += low <= int(days[closed:].sum()) <= high
        mass += sum(chances[low : high + 1])
    return inside / p.size, mass / p.size


def test_the_80_percent_interval_covers_80_percent_of_simulated_years_whose_p_follows_the_prior() -> None:
    # Whole days cannot hit 80 % exactly, so an interval holds a little more; where p is near 1 or 0, more still. The
    # share that is covered must be the mass the forecast gave, within 3 standard errors: 3 × √(0.8 × 0.2 / 1500).
    chance = np.random.default_rng(2026)
    share, mass = covered(chance, chance.beta(0.5, 0.5, 1500), closed=120)
    assert share == pytest.approx(mass, abs=0.031)
    assert 0.80 <= mass <= 0.88


@pytest.mark.parametrize("p", [0.5, 0.8, 0.9, 0.97])
def test_the_80_percent_interval_covers_near_80_percent_of_years_with_one_fixed_p(p: float) -> None:
    chance = np.random.default_rng(int(p * 100))
    share, _ = covered(chance, np.full(800, p), closed=180)
    assert 0.76 <= share <= 0.90


def test_the_probability_of_the_target_is_as_often_right_as_it_says() -> None:
    """Years sorted by the probability told after 90 days; of each class so many met the target as were told to."""
    chance = np.random.default_rng(7)
    told: list[tuple[float, bool]] = []
    for p in chance.beta(0.5, 0.5, 3000):
        normal = chance.random(365) < p
        states = np.where(normal[:90], NORMAL, LOST).tolist()
        value = forecast(year(states, target=340), POLICY).probability.value
        assert value is not None
        told.append((value, bool(normal.sum() >= 340)))
    for low, high in ((0.0, 0.2), (0.2, 0.8), (0.8, 1.01)):
        here = [(said, met) for said, met in told if low <= said < high]
        error = 3 * sqrt(0.25 / len(here))
        assert len(here) > 100
        assert np.mean([met for _, met in here]) == pytest.approx(
            np.mean([said for said, _ in here]), abs=error
        )


@given(
    states=st.lists(st.sampled_from([LOST, NORMAL, TAKEN, UNDECIDED]), max_size=365),
    target=st.integers(0, 365),
)
def test_laws_of_every_forecast(states: list[int], target: int) -> None:
    found = forecast(year(states, target=target), POLICY)
    assert all(ordered(one) for one in (found.low, found.median, found.high, found.probability))
    if found.low.value is not None and found.median.value is not None and found.high.value is not None:
        assert found.low.value <= found.median.value <= found.high.value <= 365
    for dates in (found.at_worst, found.at_this_rate):
        assert dates.on is None or (dates.earliest is not None and dates.earliest <= dates.on)
    assert reachable(found) == (found.at_worst.on is None or states.count(LOST) <= 365 - target)


def ordered(bracket: Bracket) -> bool:
    ends_ = [end for end in ends(bracket) if end is not None]
    return ends_ == sorted(ends_)


def reachable(found: Forecast) -> bool:
    """Whether the target can still be met, as far as the probability tells."""
    return found.probability.upper is None or found.probability.upper > 0
