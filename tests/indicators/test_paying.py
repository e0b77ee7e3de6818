"""Deductions by hand, and their laws: more time never deducts less, and certain ≤ confirmed ≤ possible ≤ the fee."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.contracts import (
    ENDLESS,
    AvailabilitySteps,
    Contract,
    DowntimeSteps,
    Fee,
    Line,
    OverLimit,
    RestoreLimit,
    Rule,
    cents,
    fee_of,
    share_of,
)
from indicators.paying import Fault, Month, Span, Standing, account

MINUTE = 60_000_000
HOUR = 60 * MINUTE
MONTH = 720 * HOUR
OVER = OverLimit("over", 4 * HOUR, HOUR, Decimal(2), cap=Decimal(50))
STEPS = AvailabilitySteps(
    "steps",
    ((Fraction("0.999"), Decimal(10)), (Fraction("0.99"), Decimal(25)), (Fraction("0.95"), Decimal(100))),
)
RULES: tuple[Rule, ...] = (
    OVER,
    OverLimit("full", 4 * HOUR, HOUR, Decimal(2), each=False, begun=False),
    STEPS,
    DowntimeSteps("a-day", ((25 * HOUR, Decimal(50)),)),
    RestoreLimit("late", 4 * HOUR, Decimal(5)),
)


def contract(*rules: Rule, cap: str = "100") -> Contract:
    line = Line("a", (Fee(None, Decimal(1700)),))
    return Contract("x", "ct", dt.date(2026, 1, 1), None, (line,), rules, cap=Decimal(cap))


def fault(least: int, most: int | None = None, standing: Standing = "confirmed") -> Fault:
    span = Span(least, least if most is None else most)
    return Fault("a@1", standing, span, span, begins=True)


@pytest.mark.parametrize(
    ("down", "percent"),
    [(4 * HOUR, 0), (4 * HOUR + 1, 2), (5 * HOUR, 2), (5 * HOUR + 1, 4), (300 * HOUR, 50), (ENDLESS, 50)],
)
def test_a_begun_hour_over_the_limit_counts_whole_up_to_the_cap(down: int, percent: int) -> None:
    assert OVER.percent(down, MONTH) == percent


def test_an_availability_that_is_exactly_the_step_is_not_below_it() -> None:
    # 99.9 % of 720 h leaves 43 min 12 s.
    edge = 43 * MINUTE + 12_000_000
    assert [STEPS.percent(edge, MONTH), STEPS.percent(edge + 1, MONTH)] == [0, 10]
    assert STEPS.percent(MONTH, MONTH) == 100
    assert STEPS.percent(0, 0) == 0


def test_amounts_are_rounded_half_up_to_the_fen_once() -> None:
    assert share_of(Decimal("100.25"), Decimal(2)) == Decimal("2.01")  # 2.005
    assert cents(Fraction(1, 3)) == Decimal("0.33")
    line = Line("a", (Fee(None, Decimal(1000)), Fee(dt.date(2026, 2, 15), Decimal(500))))
    february = [dt.date(2026, 2, 1) + dt.timedelta(days=number) for number in range(28)]
    assert fee_of(line, february, 28) == Decimal("750.00")
    assert fee_of(line, february[:1], 28) == Decimal("35.71")


def test_what_a_cap_cuts_off_is_neither_deducted_nor_undecided() -> None:
    month = Month(Decimal(1000), MONTH, 0, (fault(30 * HOUR),))
    found = account(contract(OVER, DowntimeSteps("a-day", ((25 * HOUR, Decimal(50)),)), cap="60"), month)
    assert [one.amount.certain for one in found.deductions] == [500, 500]
    assert [found.deducted.certain, found.deducted.possible, found.due] == [600, 600, 400]


def test_unknown_time_beside_a_confirmed_fault_is_undecided_and_by_itself_disputed() -> None:
    beside = account(contract(STEPS), Month(Decimal(1000), MONTH, 10 * HOUR, (fault(HOUR),)))
    assert [beside.deducted.certain, beside.deducted.confirmed] == [100, 250]
    alone = account(contract(STEPS), Month(Decimal(1000), MONTH, 10 * HOUR, ()))
    assert [alone.deducted.certain, alone.deducted.confirmed, alone.deducted.possible] == [0, 0, 250]


def test_what_others_are_held_responsible_for_deducts_nothing_at_all() -> None:
    found = account(contract(*RULES), Month(Decimal(1000), MONTH, 0, (fault(30 * HOUR, standing="others"),)))
    assert found.deducted.possible == 0


_spans = st.tuples(st.integers(0, 40), st.integers(0, 10)).map(
    lambda drawn: Span(drawn[0] * HOUR // 2, (drawn[0] + drawn[1]) * HOUR // 2)
)
_standings: st.SearchStrategy[Standing] = st.sampled_from(("confirmed", "disputed", "others"))
_fault = st.builds(
    lambda span, standing, begins: Fault("a@1", standing, span, span, begins),
    _spans,
    _standings,
    st.booleans(),
)
_months = st.builds(
    lambda fee, unknown, faults: Month(Decimal(fee) / 100, MONTH, unknown * HOUR, tuple(faults)),
    st.integers(0, 500_000),
    st.integers(0, 40),
    st.lists(_fault, max_size=4),
)
_rules = st.lists(st.sampled_from(RULES), unique=True)


@given(_rules, _months, st.integers(0, 100))
def test_certain_is_at_most_confirmed_at_most_possible_at_most_the_cap(
    rules: list[Rule], month: Month, cap: int
) -> None:
    found = account(contract(*rules, cap=str(cap)), month)
    assert 0 <= found.deducted.certain <= found.deducted.confirmed <= found.deducted.possible <= found.cap
    assert 0 <= found.due <= found.fee
    for one in found.deductions:
        assert one.amount.certain <= one.amount.confirmed <= one.amount.possible


@given(_rules, st.lists(st.integers(0, 80), max_size=3))
def test_what_is_known_and_confirmed_leaves_nothing_open(rules: list[Rule], halves: list[int]) -> None:
    faults = tuple(fault(half * HOUR // 2) for half in halves)
    assert not account(contract(*rules), Month(Decimal(1700), MONTH, 0, faults)).deducted.is_open


@given(st.sampled_from(RULES), st.integers(0, MONTH), st.integers(0, MONTH))
def test_more_time_never_deducts_less(rule: Rule, one: int, other: int) -> None:
    least, most = sorted((one, other))
    assert rule.percent(least, MONTH) <= rule.percent(most, MONTH) <= 100
