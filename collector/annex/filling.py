"""A plan with its measured values in it, as far as evidence and report need one."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from collector.judging.figures import EVERYBODY, OF_BANDWIDTH, Wanted, bandwidth_measures, measures
from collector.judging.judge import Case
from collector.judging.window import Period
from config.plan import Measure as Asked
from config.plan import Money, Row
from config.plan_case import Case as PlanCase
from config.plan_case import unit_of
from config.plan_files import Loaded
from config.plan_filling import fill, in_unit_of_row
from exporters.forms.filled import FilledMoney, FilledPlan, FilledRow, printed
from indicators.catalogue import CATALOGUE
from indicators.measure import Measure
from indicators.percentages import rounded, towards
from indicators.scoring import Filled, Open, grade_of_total, row_points, share_of_money, total

CaseOf = Callable[[str], Case]
"""The case of the policy that a row names; empty: that of the network."""


def filled(of: Loaded, case_of: CaseOf, over: Period, zone: str) -> FilledPlan:
    """The plan with its values; whatever is not known stays empty."""
    case = PlanCase(of.plan, of.profile, of.network, {})
    known: dict[tuple[str, bool], list[Measure]] = {}
    rows = tuple(_row(row, case, _measure(row.measure, case_of, over, known)) for row in of.plan.rows)
    money = tuple(_money(one, case) for one in of.plan.money)
    in_all = _total(
        of, [(one.row.weight, one.points) for one in rows] + [(one.money.weight, one.points) for one in money]
    )
    return FilledPlan(
        plan=of.plan,
        profile=of.profile,
        rows=rows,
        money=money,
        begin=over.begin / 1e6,
        end=over.end / 1e6,
        zone=zone,
        total=in_all,
        grade=None if in_all is None else grade_of_total(in_all, of.profile).name,
    )


def _total(of: Loaded, lines: list[tuple[Decimal | None, Decimal | None]]) -> Decimal | None:
    """The sum of all points; None while one is missing."""
    points = [given for weight, given in lines if weight is not None]
    known = [one for one in points if one is not None]
    return total(known) if of.profile.rows_score and points and len(known) == len(points) else None


def _measure(
    asked: Asked | None, case_of: CaseOf, over: Period, known: dict[tuple[str, bool], list[Measure]]
) -> Measure | None:
    if asked is None:
        return None
    key = asked.policy, asked.indicator in OF_BANDWIDTH
    if key not in known:
        make = bandwidth_measures if key[1] else measures
        known[key] = list(make(case_of(asked.policy), over, Wanted()))
    wanted = asked.indicator, asked.group or EVERYBODY, asked.view or CATALOGUE[asked.indicator].views[0]
    return next(
        (
            one
            for one in known[key]
            if (one.indicator, one.subject, one.view) == wanted and asked.of in (None, one.kind)
        ),
        None,
    )


def _row(row: Row, case: PlanCase, measure: Measure | None) -> FilledRow:
    if measure is None:
        return FilledRow(row, row.actual, row.outcome, points=row.score, reason=row.reason)
    found = fill(row, measure.bracket, case)
    base = FilledRow(row, measure=measure, reason=row.reason)
    if isinstance(found, Open):
        return replace(base, open=found)
    value = measure.bracket.value
    if value is None or found is None or not measure.sufficient:
        return base
    return replace(base, actual=_told(row, measure, value), grade=found.grade, points=_points(found))


def _points(found: Filled) -> Decimal | None:
    return found.points


def _told(row: Row, measure: Measure, value: float) -> str:
    unit = unit_of(row)
    places = 2 if unit == "%" else 0
    number = rounded(in_unit_of_row(value, row), places, towards(CATALOGUE[measure.indicator].bad))
    return f"{printed(number)}{unit}"


def _money(of: Money, case: PlanCase) -> FilledMoney:
    whole, part = of.budget or of.planned, of.spent
    if whole is None or part is None or not whole:
        return FilledMoney(of, points=of.score)
    rate = f"{Fraction(part) / Fraction(whole) * 100:.2f}%"
    given = share_of_money(Fraction(part), Fraction(whole), Fraction(of.weight)) if of.weight else None
    return FilledMoney(of, rate, None if given is None else row_points(given, case.profile))
