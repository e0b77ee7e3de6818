"""A plan with its values in it: what every form, proof and annex is made from, and nothing else.

`cells` gives all of it flat, by permanent names such as `rows.days.actual`: the placeholders of a template, the
anchors of a frozen form, and what is compared cell by cell when a form is verified. Empty stays empty.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from config.plan import Money, Plan, Row
from config.plan_case import cells_of
from indicators.measure import Measure
from indicators.scoring import Open
from indicators.scoring_profiles import ScoringProfile


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row with what goes into its cells, and where that comes from."""

    row: Row
    actual: str = ""  # 实际完成值, as printed, with its unit
    outcome: str = ""  # of a qualitative row: 达成 …
    grade: str | None = None  # 优 良 中 差
    points: Decimal | None = None
    measure: Measure | None = None  # the judgement behind a measured value; None of what a person gave
    amends: Measure | None = None  # as measured alone, where approved papers made `measure` another
    built_in: Measure | None = None  # the same under the built-in policy, where ours was adopted late
    adopted: str = ""  # of the policy: document, approver, date
    open: Open | None = None  # the bracket crosses an edge: nothing is filled
    reason: str = ""  # 偏差原因, as a person gave or accepted it
    proposed: str = ""  # a reason that the facts suggest; never in the clean form before a person accepts it


@dataclass(frozen=True, slots=True)
class FilledMoney:
    """A row of the money with its rate, as printed, and its points."""

    money: Money
    rate: str = ""
    points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class FilledPlan:
    """A whole plan, filled. `begin` and `end` are the window of what was measured, in seconds since 1970 UTC."""

    plan: Plan
    profile: ScoringProfile
    rows: tuple[FilledRow, ...]
    money: tuple[FilledMoney, ...]
    begin: float
    end: float
    zone: str
    total: Decimal | None = None  # None while a row has no points
    grade: str | None = None
    revision: int | None = None  # None of what is not frozen
    code: str = ""  # the check code of a frozen revision

    @property
    def open_rows(self) -> tuple[FilledRow, ...]:
        """The rows that stop the plan: their bracket crosses an edge."""
        return tuple(row for row in self.rows if row.open is not None)


def cells(of: FilledPlan) -> Mapping[str, str]:
    """Every value of a filled plan as it is printed, by its permanent name."""
    return dict([*_of_project(of), *_of_money(of), *_of_rows(of), *_of_scores(of)])


def _of_project(of: FilledPlan) -> Iterator[tuple[str, str]]:
    for name, value in of.plan.project.model_dump().items():
        yield f"project.{name}", printed(value)
    yield "goal.expected", of.plan.goal.expected
    yield "goal.actual", of.plan.goal.actual
    for place, signature in enumerate(of.plan.signatures, 1):
        yield f"signatures.{place}", signature


def _of_money(of: FilledPlan) -> Iterator[tuple[str, str]]:
    for one in of.money:
        money = one.money
        for name in ("name", "planned", "budget", "arrived", "spent", "weight", "reason"):
            yield f"money.{money.id}.{name}", printed(getattr(money, name))
        yield f"money.{money.id}.rate", one.rate
        yield f"money.{money.id}.score", printed(one.points)


def _of_rows(of: FilledPlan) -> Iterator[tuple[str, str]]:
    for one in of.rows:
        row = one.row
        at = f"rows.{row.id}"
        for name in ("level1", "level2", "level3", "target", "unit", "weight"):
            yield f"{at}.{name}", printed(getattr(row, name))
        for grade, cell in cells_of(row).items():
            yield f"{at}.{grade}", cell
        yield f"{at}.actual", one.actual
        yield f"{at}.outcome", one.outcome
        yield f"{at}.grade", one.grade or ""
        yield f"{at}.score", printed(one.points)
        yield f"{at}.reason", one.reason


def _of_scores(of: FilledPlan) -> Iterator[tuple[str, str]]:
    for place, score in enumerate(of.plan.scores, 1):
        for name in ("level1", "level2", "level3", "weight", "score", "reason"):
            yield f"scores.{place}.{name}", printed(getattr(score, name))
    for place, evaluator in enumerate(of.plan.evaluators, 1):
        for name in ("name", "post", "unit", "score"):
            yield f"evaluators.{place}.{name}", printed(getattr(evaluator, name))
    yield "total.score", printed(of.total)
    yield "total.grade", of.grade or ""


def printed(value: object) -> str:
    """A value as it stands in a form: nothing where there is none, a number without zeros at its end."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)
