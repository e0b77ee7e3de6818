"""An evaluation plan as frozen models: the project, its money, its rows, the score table, and what the form printed.

Texts stand as in the approval, word by word. A row has its value from the facts (`measure`) or from a person
(`manual`); what a form already says is `printed`, so that a signed form can be checked as well as a new one. A model
here checks what one value can tell; what only several together can tell is in `plan_rules.py`.
"""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from config.addresses import Id
from config.errors import WrongValueError
from config.quantities import Quantity, read_number, read_percent, read_quantity
from config.units import Day
from config.yaml_models import Written
from indicators.bands import Direction

Number = Annotated[Decimal, BeforeValidator(read_number)]
Percent = Annotated[
    Decimal,
    BeforeValidator(read_percent),
    PlainSerializer(lambda value: f"{value} %", when_used="json-unless-none"),
]
Kind = Literal["circuits", "services", "devices", "systems"]

HALF_YEAR = "monitoring"
"""The form of January to June, on which nothing is decided."""
FORMS = ("hainan", "self-evaluation", HALF_YEAR)
"""The built-in forms; anything else is a template of the user's."""


def read_form(written: str) -> str:
    """A built-in form, or the file of a template. Raises WrongValueError."""
    if written not in FORMS and not written.lower().endswith((".docx", ".xlsx")):
        raise WrongValueError(
            "{found} is no form; expected {known}, or a template such as ours.docx",
            rule="form",
            found=written,
            known=", ".join(FORMS),
        )
    return written


class Project(Written):
    """What is evaluated, and by whom it is carried out."""

    name: str
    unit: str
    year: int = Field(ge=2000, le=2100)
    department: str = ""
    number: str = ""
    kind: str = ""  # 经常性项目 or 一次性项目
    leader: str = ""
    phone: str = ""
    address: str = ""
    postcode: str = ""


class Money(Written):
    """A row of the money table, in 万元; `part_of` names the row it is a part of."""

    id: Id
    name: str
    part_of: str | None = None
    planned: Number | None = None  # 计划投资额, 年初预算数
    budget: Number | None = None  # 全年预算数
    arrived: Number | None = None  # 实际到位
    spent: Number | None = None  # 实际使用, 全年执行数
    rate: Percent | None = None  # 执行率 as printed
    weight: Number | None = None
    score: Number | None = None  # as printed
    reason: str = ""


class Weight(Written):
    """The weight printed for a group of rows: of a first level, or of a second level below it."""

    level1: str
    level2: str = ""
    weight: Number


class Bands(Written):
    """The four cells 绩效标准, as printed."""

    best: str = Field(default="", alias="优")
    good: str = Field(default="", alias="良")
    fair: str = Field(default="", alias="中")
    poor: str = Field(default="", alias="差")

    def cells(self) -> dict[str, str]:
        """The cells by their grade, from the best to the worst."""
        return {"优": self.best, "良": self.good, "中": self.fair, "差": self.poor}


class Inventory(Written):
    """Whose number in the inventory a number has to agree with: all of a kind, or those of a group."""

    of: Literal["circuits", "services", "devices", "systems", "sites"]
    group: str = ""


class Measure(Written):
    """A value that is judged from the facts."""

    indicator: str
    group: str = ""  # empty: all together
    of: Kind | None = None  # where a group has several kinds
    view: Literal["line", "business"] | None = None  # None: the first of the catalogue
    policy: str = ""  # a file beside the plan; empty: that of the network


class Manual(Written):
    """A value that a person gives: who, when, and what proves it."""

    who: str = ""
    when: Day | None = None
    proof: str = ""
    value: str = ""
    outcome: str = ""  # of a qualitative row, one of its profile
    score: Number | None = None
    reason: str = ""


class Printed(Written):
    """What a form says of a row."""

    actual: str = ""
    outcome: str = ""
    score: Number | None = None
    reason: str = ""


class Row(Written):
    """A row of the table of indicators."""

    id: Id
    level1: str
    level2: str = ""
    level3: str
    target: str = ""
    unit: str = ""
    direction: Direction | None = None
    bands: Bands | None = None
    target_note: str = ""  # why the target is not where 优 begins
    weight: Number | None = None
    inventory: Inventory | None = None
    measure: Measure | None = None
    manual: Manual | None = None
    printed: Printed = Printed()

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if self.measure is not None and self.manual is not None:
            raise WrongValueError(
                "a value is measured or given by a person; expected `measure` or `manual`", rule="source"
            )
        return self

    @property
    def actual(self) -> str:
        """The value that is there by now, from a person or as printed."""
        return (self.manual.value if self.manual else "") or self.printed.actual

    @property
    def score(self) -> Decimal | None:
        """The score that is there by now."""
        return self.manual.score if self.manual and self.manual.score is not None else self.printed.score

    @property
    def reason(self) -> str:
        """What is said about a deviation."""
        return (self.manual.reason if self.manual else "") or self.printed.reason

    @property
    def outcome(self) -> str:
        """What is said to have become of a qualitative row."""
        return (self.manual.outcome if self.manual else "") or self.printed.outcome

    def quantity(self, written: str) -> Quantity | None:
        """A number of this row; one without a unit is in that of the row. None for a text."""
        found = read_quantity(written)
        return found and Quantity(found.number, found.unit or self.unit)


class Score(Written):
    """A line of the score table of a profile whose rows carry no points, such as 20/25/55."""

    level1: str
    level2: str = ""
    level3: str
    weight: Number
    score: Number | None = None
    reason: str = ""


class Total(Written):
    """The last lines of a form, as printed."""

    weight: Number | None = None
    score: Number | None = None
    grade: str = ""
    mean: Number | None = None  # 平均得分 of the evaluators


class Goal(Written):
    """年度总体目标."""

    expected: str = ""
    actual: str = ""


class Evaluator(Written):
    """Who evaluated, and what they gave."""

    name: str
    post: str = ""
    unit: str = ""
    score: Number | None = None


class Count(Written):
    """A number somewhere in the text and what it has to agree with: its parts, a list of names, the inventory."""

    what: str
    printed: Number
    unit: str = ""
    where: str = ""
    parts: tuple[Number, ...] = ()
    each: int | None = Field(default=None, ge=1)  # so many for each of `named`, or of `sites`
    sites: Number | None = None
    named: tuple[str, ...] = ()
    inventory: Inventory | None = None


class Passage(Written):
    """A passage of the text part that says something which stands elsewhere, too."""

    where: str = ""
    says: str


class Plan(Written):
    """All that may be written in a plan."""

    project: Project
    profile: str
    form: Annotated[str, AfterValidator(read_form)] = "self-evaluation"
    mapping: str = ""  # which value goes into which cell of the template, a file beside the plan
    network: str = ""  # the configuration, beside the plan
    profiles: str = ""  # a folder with scoring profiles of the user's own, beside the plan
    money: tuple[Money, ...] = ()
    weights: tuple[Weight, ...] = ()
    rows: tuple[Row, ...]
    scores: tuple[Score, ...] = ()
    total: Total = Total()
    goal: Goal = Goal()
    evaluators: tuple[Evaluator, ...] = ()
    signatures: tuple[str, ...] = ()
    counts: tuple[Count, ...] = ()
    texts: tuple[Passage, ...] = ()


LISTS = ("money", "weights", "rows", "scores", "evaluators", "counts", "texts")
"""Which lists of a plan may be tables."""


def is_plan(tree: object) -> bool:
    """Whether a file holds a plan rather than a network."""
    return isinstance(tree, dict) and "organisation" not in tree and {"project", "rows"} <= tree.keys()
