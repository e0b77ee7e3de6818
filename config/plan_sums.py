"""Rules on sums and rates: weights-sum, scores-sum, money-sum, rate-rounding. Parts add up to what is printed."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

from config.plan import Money, Score
from config.plan_case import Case, added, number
from config.quantities import Quantity
from config.tree import Loc, Remark
from indicators.percentages import Way, rounded
from indicators.scoring import grade_of_total, mean, share_of_money
from indicators.scoring_profiles import Node

_COLUMNS = ("planned", "budget", "arrived", "spent")


def on_weights(case: Case) -> Iterator[Remark]:
    """Weights of rows and of the score table against what is printed for their levels, and in all."""
    weighed = _weighed(case)
    for loc, level1, level2, printed in _printed_weights(case):
        parts = [weight for one, two, weight in weighed if one == level1 and level2 in ("", two)]
        if not parts and loc[0] == "weights":
            text = "a weight is printed for {name}, and no row with a weight stands there"
            yield Remark(loc, "weights-sum", text, {"name": level2 or level1})
        if parts and sum(parts) != printed:
            values: dict[str, object] = {
                "name": level2 or level1,
                "arithmetic": added(parts),
                "printed": number(printed),
            }
            text = "the weights of {name} add up to {arithmetic}; the form says {printed}"
            yield Remark(loc, "weights-sum", text, values)
    for at, row in enumerate(case.plan.rows):
        if case.profile.rows_score and row.weight is None:
            text = "{name} has no weight; in the profile {profile} every row has one"
            values = {"name": row.level3, "profile": case.profile.name}
            yield Remark(("rows", at, "weight"), "missing-field", text, values)
    levels: dict[str, Decimal] = {}
    for level1, _, weight in weighed:
        levels[level1] = levels.get(level1, Decimal(0)) + weight
    budget = [one.weight for one in case.plan.money if one.weight is not None]
    printed = case.plan.total.weight or case.profile.most
    if levels and sum((*budget, *levels.values())) != printed:
        text = "all weights add up to {arithmetic}; the form says {printed}"
        values = {
            "arithmetic": added((*budget, *levels.values())),
            "printed": number(printed),
        }
        yield Remark(("total", "weight"), "weights-sum", text, values)
    yield from _leaves(case)


def _weighed(case: Case) -> list[tuple[str, str, Decimal]]:
    """The levels and the weight of every row and line that has one."""
    rows = [(row.level1, row.level2, row.weight) for row in case.plan.rows if row.weight is not None]
    return [*rows, *((one.level1, one.level2, one.weight) for one in case.plan.scores)]


def _printed_weights(case: Case) -> Iterator[tuple[Loc, str, str, Decimal]]:
    """The weights of levels that a form prints; those of the profile where it prints none."""
    said = {(one.level1, one.level2) for one in case.plan.weights}
    for at, one in enumerate(case.plan.weights):
        yield ("weights", at), one.level1, one.level2, one.weight
    for node in case.profile.tree:
        if (node.name, "") not in said:
            yield ("scores" if case.plan.scores else "rows",), node.name, "", node.weight


def _leaves(case: Case) -> Iterator[Remark]:
    """The lines of a score table against the leaves of their profile."""
    if not case.plan.scores:
        return
    leaves = {leaf.name: leaf for node in case.profile.tree for leaf in _ends(node)}
    given = {one.level3 for one in case.plan.scores}
    for at, one in enumerate(case.plan.scores):
        leaf = leaves.get(one.level3)
        if leaf is None:
            text = "{name} is no part of the profile {profile}; expected one of {known}"
            values: dict[str, object] = {
                "name": one.level3,
                "profile": case.profile.name,
                "known": ", ".join(leaves),
            }
            yield Remark(("scores", at, "level3"), "weights-sum", text, values)
        elif leaf.weight != one.weight and not case.profile.changeable:
            text = "{name} has the weight {found}; the profile {profile} says {expected}"
            values = {
                "name": one.level3,
                "found": number(one.weight),
                "expected": number(leaf.weight),
            }
            yield Remark(
                ("scores", at, "weight"), "weights-sum", text, {**values, "profile": case.profile.name}
            )
    missing = [name for name in leaves if name not in given]
    if missing:
        text = "the score table has no line for {missing}"
        yield Remark(("scores",), "missing-field", text, {"missing": ", ".join(missing)})


def _ends(node: Node) -> Iterator[Node]:
    if not node.parts:
        yield node
    for part in node.parts:
        yield from _ends(part)


def on_scores(case: Case) -> Iterator[Remark]:
    """Scores against their total, the evaluators against their mean, the grade against the total."""
    plan = case.plan
    found = [
        *(one.score for one in plan.money if one.weight is not None),
        *(row.score for row in plan.rows if row.weight is not None),
        *(one.score for one in plan.scores),
    ]
    given = [score for score in found if score is not None]
    printed = plan.total.score
    if printed is not None and given and len(given) == len(found) and sum(given) != printed:
        text = "the scores add up to {arithmetic}; the form says {printed}"
        values: dict[str, object] = {"arithmetic": added(given), "printed": number(printed)}
        yield Remark(("total", "score"), "scores-sum", text, values)
    yield from _evaluators(case)
    if printed is not None and plan.total.grade:
        grade = grade_of_total(printed, case.profile)
        if plan.total.grade not in (grade.name, *grade.also):
            text = "{score} of {most} is {grade} (from {since} on); the form says {found}"
            values = {
                "score": number(printed),
                "most": number(case.profile.most),
                "grade": grade.name,
                "since": number(grade.since * case.profile.most),
                "found": plan.total.grade,
            }
            yield Remark(("total", "grade"), "score-rule", text, values)


def _evaluators(case: Case) -> Iterator[Remark]:
    given = [one.score for one in case.plan.evaluators if one.score is not None]
    averaged = mean(given, case.profile)
    for key, printed in (("mean", case.plan.total.mean), ("score", case.plan.total.score)):
        if (
            averaged is not None
            and len(given) == len(case.plan.evaluators)
            and printed not in (None, averaged)
        ):
            text = "the evaluators gave ({sum}) ÷ {count} = {mean}; the form says {printed}"
            values: dict[str, object] = {
                "sum": " + ".join(map(number, given)),
                "count": len(given),
                "mean": number(averaged),
                "printed": number(printed or Decimal(0)),
            }
            yield Remark(("total", key), "scores-sum", text, values)


def on_money(case: Case) -> Iterator[Remark]:
    """Parts of the money against the whole, rates and their points against the amounts."""
    for at, whole in enumerate(case.plan.money):
        parts = [one for one in case.plan.money if one.part_of == whole.id]
        for column in _COLUMNS:
            yield from _column(("money", at, column), whole, parts, column)
        yield from _rate(("money", at), whole, case)
    known = {one.id for one in case.plan.money}
    for at, one in enumerate(case.plan.money):
        if one.part_of is not None and one.part_of not in known:
            values: dict[str, object] = {"found": one.part_of, "known": ", ".join(sorted(known))}
            text = "{found} is no row of the money; expected one of {known}"
            yield Remark(("money", at, "part_of"), "reference", text, values)


def _column(loc: Loc, whole: Money, parts: list[Money], column: str) -> Iterator[Remark]:
    printed = getattr(whole, column)
    given = [value for one in parts if (value := getattr(one, column)) is not None]
    if printed is not None and given and sum(given) != printed:
        text = "the parts of {name} add up to {arithmetic}; the form says {printed}"
        values: dict[str, object] = {
            "name": whole.name,
            "arithmetic": added(given),
            "printed": number(printed),
        }
        yield Remark(loc, "money-sum", text, values)


def _rate(loc: Loc, one: Money, case: Case) -> Iterator[Remark]:
    budget = next((sum_ for sum_ in (one.budget, one.arrived, one.planned) if sum_), None)
    if one.spent is None or budget is None:
        return
    share = Fraction(one.spent) / Fraction(budget)
    if one.rate is not None:
        yield from wrong_rate((*loc, "rate"), one.spent, budget, one.rate)
    if one.spent > budget:
        text = "{name}: {spent} was spent of {budget}"
        values: dict[str, object] = {"name": one.name, "spent": number(one.spent), "budget": number(budget)}
        yield Remark((*loc, "spent"), "money-sum", text, values, "warning")
    if one.score is not None and one.weight is not None:
        exact = share_of_money(Fraction(one.spent), Fraction(budget), Fraction(one.weight)) or share
        yield from _budget_score((*loc, "score"), one, budget, exact, case)


def _budget_score(loc: Loc, one: Money, budget: Decimal, exact: Fraction, case: Case) -> Iterator[Remark]:
    places, score = case.profile.places, one.score or Decimal(0)
    right = rounded(exact, places, Way.HALF_UP)
    if score == right:
        return
    values: dict[str, object] = {
        "arithmetic": f"{number(one.spent or Decimal(0))} ÷ {number(budget)} × {number(one.weight or Decimal(0))}",
        "right": number(right),
        "found": number(score),
    }
    # 46 % of 10 points is 4.6: right as far as it is printed, but rounded twice.
    if rounded(exact, Quantity(score).places, Way.HALF_UP) == score:
        text = "{arithmetic} = {right}; {found} was reckoned from a rounded rate"
        yield Remark(loc, "rate-rounding", text, values, "info")
    else:
        text = "{arithmetic} = {right}; the form says {found}"
        yield Remark(loc, "score-rule", text, values, "warning" if one.reason else "error")


def wrong_rate(loc: Loc, part: Decimal, whole: Decimal, printed: Decimal) -> Iterator[Remark]:
    """A remark where part ÷ whole is not the rate printed, with as many places as were printed."""
    exact = Fraction(part) / Fraction(whole) * 100
    places = Quantity(printed).places
    right = rounded(exact, places, Way.HALF_UP)
    if right != printed:
        values: dict[str, object] = {
            "arithmetic": f"{number(part)} ÷ {number(whole)} = {number(exact, places + 2)} %",
            "right": f"{right:f} %",
            "found": f"{printed:f} %",
        }
        text = "{arithmetic}, rounded {right}; the form says {found}"
        yield Remark(loc, "rate-rounding", text, values)


def leaf_of(case: Case, score: Score) -> Node | None:
    """The leaf of the profile that a line of the score table stands for."""
    leaves: Iterable[Node] = (leaf for node in case.profile.tree for leaf in _ends(node))
    return next((leaf for leaf in leaves if leaf.name == score.level3), None)
