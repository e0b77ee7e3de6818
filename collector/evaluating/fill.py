"""A plan and what was judged for its rows into a `FilledPlan`. Pure: nothing is read here, nothing filled by default.

A number is printed with as many places as its target and its bands have (of shares two at least) and rounded
towards its bad end, so that rounding never carries it over a target or the edge of a band.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from collector.evaluating.measured import Found
from collector.judging.window import Period
from config.plan import Money, Row
from config.plan_case import Case, axis_of_row, cells_of, stretches_of, unit_of
from config.plan_filling import fill as decided
from config.plan_filling import in_unit_of_row
from config.plan_points import scored
from config.quantities import WHOLE
from exporters.forms.filled import FilledMoney, FilledPlan, FilledRow, printed
from indicators.bands import GRADES, grade_of, settled
from indicators.catalogue import CATALOGUE
from indicators.measure import Measure
from indicators.percentages import Way, rounded, towards
from indicators.scoring import Filled as Decided
from indicators.scoring import Open, grade_of_total, total

_PLACES_OF_SHARES = 2


def fill(
    case: Case, found: Mapping[str, Found], over: Period, zone: str, *, half: bool = False
) -> FilledPlan:
    """The plan with every value that is there by now; of a `half` year only values, by which nothing is decided."""
    given = scored(case).points
    rows = tuple(
        _measured(row, found[row.id], case, half=half) if row.id in found else _given(row, given.get(row.id))
        for row in case.plan.rows
    )
    money = tuple(FilledMoney(one, _rate(one), given.get(one.id)) for one in case.plan.money)
    in_all = _total(case, rows, money)
    grade = None if in_all is None else grade_of_total(in_all, case.profile).name
    return FilledPlan(
        plan=case.plan,
        profile=case.profile,
        rows=rows,
        money=money,
        begin=over.begin / 1e6,
        end=over.end / 1e6,
        zone=zone,
        total=in_all,
        grade=grade,
    )


def _total(case: Case, rows: tuple[FilledRow, ...], money: tuple[FilledMoney, ...]) -> Decimal | None:
    """The sum of all points; None while one of them is missing."""
    points = [
        *(one.points for one in money if one.money.weight is not None),
        *(one.points for one in rows if one.row.weight is not None),
        *(one.score for one in case.plan.scores),
    ]
    there = [one for one in points if one is not None]
    whole = case.profile.rows_score or bool(case.plan.scores)
    return total(there) if whole and there and len(there) == len(points) else None


def _measured(row: Row, found: Found, case: Case, *, half: bool) -> FilledRow:
    measure = found.printed
    filled = FilledRow(
        row,
        measure=measure,
        amends=found.measured if found.amended else None,
        built_in=found.built_in,
        adopted=found.adopted,
        reason=row.reason,
    )
    if not measure.sufficient or measure.bracket.value is None:
        return filled
    result = None if half else decided(row, measure.bracket, case)
    if isinstance(result, Open):
        return replace(filled, open=result)
    shown = replace(filled, actual=written(row, measure))
    if isinstance(result, Decided):
        return replace(shown, grade=result.grade, points=result.points)
    return shown


def written(row: Row, measure: Measure) -> str:
    """The value as it is printed, with the unit of the row."""
    value = measure.bracket.value
    if value is None:
        return ""
    way = towards(CATALOGUE[measure.indicator].bad)
    number = rounded(Fraction(in_unit_of_row(value, row)), places_of(row), way)
    return f"{printed(number)}{unit_of(row)}"


def places_of(row: Row) -> int:
    """How many decimal places a value of a row is printed with."""
    target = row.quantity(row.target)
    edges = [end for one in stretches_of(row).values() for end in (one.low, one.high) if end is not None]
    if target is not None:
        edges.append(target.number)
    written_ = [max(0, -int(edge.as_tuple().exponent)) for edge in edges if edge.is_finite()]
    least = 0 if unit_of(row) in WHOLE else _PLACES_OF_SHARES
    return max([least, *written_])


def _given(row: Row, points: Decimal | None) -> FilledRow:
    """A row whose value a person gives, as far as it is there."""
    return FilledRow(
        row, actual=row.actual, outcome=row.outcome, grade=_grade(row), points=points, reason=row.reason
    )


def _grade(row: Row) -> str | None:
    """The band in which the value of a person lies."""
    stretches, actual = stretches_of(row), row.quantity(row.actual)
    if actual is None or not stretches:
        return row.actual if row.actual in GRADES and cells_of(row) else None
    return grade_of(settled(stretches, axis_of_row(row)), actual.number)


def _rate(money: Money) -> str:
    """执行率: what was spent of the budget, in per cent with two places, half up; as printed where it is."""
    budget = money.budget or money.planned
    if money.spent is None or not budget:
        return "" if money.rate is None else f"{printed(money.rate)}%"
    return f"{printed(rounded(Fraction(money.spent) * 100 / Fraction(budget), 2, Way.HALF_UP))}%"
