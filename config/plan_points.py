"""What a plan scores: every row by its rule where a number decides, else as people gave it; their sum; its grade.

Nothing is filled by default: a row without a value has no points, and where one has none there is no total.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from config.plan import Money
from config.plan_case import Case
from config.plan_scores import by_rule
from indicators.scoring import grade_of_total, row_points, share_of_money, total
from indicators.scoring_profiles import Grade


@dataclass(frozen=True, slots=True)
class Scored:
    """Points of the money, the rows and the lines of the score table, by id or name; None where there are none."""

    points: Mapping[str, Decimal | None]
    total: Decimal | None
    grade: Grade | None


def scored(case: Case) -> Scored:
    """The points of a plan as it stands, and what still has none."""
    points = dict(_points(case))
    given = [one for one in points.values() if one is not None]
    if not points or len(given) < len(points):
        return Scored(points, None, None)
    in_all = total(given)
    return Scored(points, in_all, grade_of_total(in_all, case.profile))


def _points(case: Case) -> Iterator[tuple[str, Decimal | None]]:
    for money in case.plan.money:
        if money.weight is not None:
            yield money.id, _of_money(money, money.weight, case)
    for row in case.plan.rows:
        if row.weight is not None:
            ruled = by_rule(row, case)
            yield row.id, row.score if ruled is None else ruled
    for one in case.plan.scores:
        yield one.level3, one.score


def _of_money(money: Money, weight: Decimal, case: Case) -> Decimal | None:
    budget = money.budget or money.planned
    if money.spent is None or budget is None:
        return None
    exact = share_of_money(Fraction(money.spent), Fraction(budget), Fraction(weight))
    return None if exact is None else row_points(exact, case.profile)
