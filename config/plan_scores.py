"""Rules on scores: score-rule. A score follows from its rule, or somebody says why not."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from config.plan import Money, Row, Score
from config.plan_case import Case, number
from config.plan_sums import leaf_of
from config.quantities import plain
from config.tree import Loc, Remark
from indicators.scoring import (
    asks_for_reason,
    may_be_given,
    points,
    row_points,
    share_of_money,
)
from indicators.scoring_profiles import Outcome

_MARKS = str.maketrans("", "", "。，、；,.;　")


def on_scores(case: Case) -> Iterator[Remark]:
    """Every score against the rule it should follow from."""
    for at, row in enumerate(case.plan.rows):
        if row.weight is not None and row.score is not None:
            yield from _row(("rows", at), row, row.weight, row.score, case)
    for at, one in enumerate(case.plan.scores):
        if one.score is not None:
            yield from _line(("scores", at, "score"), one, one.score, case)


def _row(loc: Loc, row: Row, weight: Decimal, score: Decimal, case: Case) -> Iterator[Remark]:
    at = (
        (*loc, "manual", "score")
        if row.manual and row.manual.score is not None
        else (*loc, "printed", "score")
    )
    if not 0 <= score <= weight:
        text = "{name}: the score {found} is not between 0 and the weight {weight}"
        yield Remark(at, "score-rule", text, _of(row.level3, found=number(score), weight=number(weight)))
        return
    right = by_rule(row, case)
    if right is None:
        yield from _qualitative(at, row, weight, score, case)
    elif right != score:
        text = (
            "{name}: {actual} against {target} gives {right} of {weight}; {found} is given, with: {reason}"
            if row.reason
            else "{name}: {actual} against {target} gives {right} of {weight}; {found} is given, and nothing says why"
        )
        values = _of(
            row.level3, actual=row.actual, target=row.target, right=number(right), weight=number(weight)
        )
        values |= {"found": number(score), "reason": row.reason}
        yield Remark(at, "score-rule", text, values, "warning" if row.reason else "error")
    yield from _far_above(loc, row, case)


def by_rule(row: Row, case: Case) -> Decimal | None:
    """The points that follow from a row's value and target; None where no number decides."""
    actual, target = row.quantity(row.actual), row.quantity(row.target)
    if row.weight is None or row.direction is None or actual is None or target is None:
        return None
    return points(row.direction, actual.number, target.number, row.weight, case.profile)


def outcome_of(row: Row, case: Case) -> Outcome | None:
    """What became of a qualitative row: as said, or as its words tell; None where they do not."""
    names = [outcome.name for outcome in case.profile.outcomes]
    said = row.outcome or _told(row)
    return case.profile.outcomes[names.index(said)] if said in names else None


def _told(row: Row) -> str:
    actual = plain(row.actual).translate(_MARKS)
    if actual and actual == plain(row.target).translate(_MARKS):
        return "达成"
    return "部分达成" if "部分" in actual else "未达成" if actual.startswith("未") else ""


def _qualitative(at: Loc, row: Row, weight: Decimal, score: Decimal, case: Case) -> Iterator[Remark]:
    outcome = outcome_of(row, case)
    if outcome is None:
        if score < weight and not row.reason:
            text = "{name}: {found} of {weight} is given, and nothing says why"
            yield Remark(at, "score-rule", text, _of(row.level3, found=number(score), weight=number(weight)))
    elif not may_be_given(outcome, score, weight, case.profile):
        text = "{name}: {outcome} allows {low} to {high} of {weight}; {found} is given"
        values = _of(row.level3, outcome=outcome.name, found=number(score), weight=number(weight))
        values |= {"low": number(outcome.low * weight), "high": number(outcome.high * weight)}
        yield Remark(at, "score-rule", text, values, "warning" if row.reason else "error")


def _far_above(loc: Loc, row: Row, case: Case) -> Iterator[Remark]:
    actual, target = row.quantity(row.actual), row.quantity(row.target)
    if row.direction != "positive" or row.reason or not (actual and target):
        return
    if asks_for_reason(actual.number, target.number, case.profile):
        text = "{name}: {actual} is {times} times the target {target}; expected a reason (偏差原因)"
        times = number(Fraction(actual.number) / Fraction(target.number))
        values = _of(row.level3, actual=row.actual, target=row.target, times=times)
        yield Remark((*loc, "printed", "reason"), "score-rule", text, values, "warning")


def _line(loc: Loc, one: Score, score: Decimal, case: Case) -> Iterator[Remark]:
    """A line of the score table: within its weight, and by its rule where it has one."""
    if not 0 <= score <= one.weight:
        text = "{name}: the score {found} is not between 0 and the weight {weight}"
        yield Remark(loc, "score-rule", text, _of(one.level3, found=number(score), weight=number(one.weight)))
        return
    money = next((row for row in case.plan.money if row.part_of is None), None)
    leaf = leaf_of(case, one)
    found = _by_money(leaf.rule, money, one.weight) if leaf and money else None
    if found is None or one.reason:
        return
    exact, arithmetic = found
    if row_points(exact, case.profile) != score:
        text = "{name}: {arithmetic} of the money gives {right} of {weight}; {found} is given, and nothing says why"
        values = _of(one.level3, arithmetic=arithmetic, right=number(exact), weight=number(one.weight))
        yield Remark(loc, "score-rule", text, values | {"found": number(score)}, "warning")


def _by_money(rule: str, money: Money, weight: Decimal) -> tuple[Fraction, str] | None:
    part, whole = {
        "arrived": (money.arrived, money.planned or money.budget),
        "budget": (money.spent, money.budget or money.planned),
    }.get(rule, (None, None))
    if part is None or not whole:
        return None
    exact = share_of_money(Fraction(part), Fraction(whole), Fraction(weight))
    return None if exact is None else (exact, f"{number(part)} ÷ {number(whole)}")


def _of(name: str, **values: object) -> dict[str, object]:
    return {"name": name, **values}
