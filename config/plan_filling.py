"""What a judged bracket puts into a row: the grade of its band, its points, or what is open. Never a default."""

from collections.abc import Mapping
from decimal import Decimal

from config.plan import Row
from config.plan_case import Case, axis_of_row, stretches_of, unit_of
from config.targets import FACTORS
from indicators.bands import settled
from indicators.measure import Bracket
from indicators.scoring import Filled, Open, by_bands, by_points, points


def in_unit_of_row(value: float, row: Row) -> Decimal:
    """A value of a formula (shares 0 to 1, seconds) in the unit of the row, as exactly as it is written."""
    return Decimal(repr(value)) / FACTORS.get(unit_of(row), Decimal(1))


def fill(row: Row, bracket: Bracket, case: Case) -> Filled | Open | None:
    """What a bracket decides about a row; None where there is no value, or the row asks for neither grade nor points.

    Open wins over filled: a row whose grade is clear and whose points are not is not done.
    """
    if bracket.lower is None or bracket.upper is None:
        return None
    lower, upper = (in_unit_of_row(end, row) for end in (bracket.lower, bracket.upper))
    value = None if bracket.value is None else in_unit_of_row(bracket.value, row)
    found = [
        _grade(row, lower, upper, bracket.evidence),
        _points(row, (lower, upper), value, bracket.evidence, case),
    ]
    left_open = [one for one in found if isinstance(one, Open)]
    if left_open:
        return left_open[0]
    filled = [one for one in found if isinstance(one, Filled)]
    grade = next((one.grade for one in filled if one.grade is not None), None)
    given = next((one.points for one in filled if one.points is not None), None)
    return Filled(grade, given) if filled else None


def _grade(row: Row, lower: Decimal, upper: Decimal, evidence: Mapping[str, object]) -> Filled | Open | None:
    written = stretches_of(row)
    return by_bands(lower, upper, settled(written, axis_of_row(row)), evidence) if written else None


def _points(
    row: Row,
    ends: tuple[Decimal, Decimal],
    value: Decimal | None,
    evidence: Mapping[str, object],
    case: Case,
) -> Filled | Open | None:
    target, weight, direction = row.quantity(row.target), row.weight, row.direction
    if target is None or weight is None or direction is None:
        return None
    wanted = target.number
    return by_points(
        ends, value, lambda one: points(direction, one, wanted, weight, case.profile), weight, evidence
    )
