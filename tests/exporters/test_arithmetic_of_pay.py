"""How a deduction came about: only of what more is due than before is anything reckoned out."""

from decimal import Decimal
from fractions import Fraction

import pytest

from exporters.arithmetic_of_pay import arithmetic
from indicators.contracts import AvailabilitySteps, DowntimeSteps, Rule
from indicators.paying import Deduction, Levels, Span

HOUR = 3600 * 1_000_000
NOTHING = Decimal("0.00")


@pytest.mark.parametrize(
    ("rule", "step"),
    [
        (
            AvailabilitySteps("steps", ((Fraction(999, 1000), Decimal(1)),)),
            "1 − 2:00:00 ÷ 1000:00:00 = 99.8 % < 99.9 % → 1 %; 1700 × 1 % = 17.00",
        ),
        (DowntimeSteps("hours", ((HOUR, Decimal(1)),)), "2:00:00 ≥ 1:00:00 → 1 %; 1700 × 1 % = 17.00"),
    ],
    ids=["availability", "downtime"],
)
def test_a_step_that_only_disputed_faults_reach_is_reckoned_out_for_them_alone(rule: Rule, step: str) -> None:
    one = Decimal(1)
    deduction = Deduction(
        rule="steps",
        fault=None,
        time=Span(HOUR // 60, HOUR // 30),
        possible=2 * HOUR,
        percent=Levels(Decimal(0), Decimal(0), one),
        amount=Levels(NOTHING, NOTHING, Decimal("17.00")),
    )
    assert arithmetic(rule, deduction, Decimal(1700), 1000 * HOUR) == ("", "", step)
