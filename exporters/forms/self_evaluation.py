"""项目支出绩效自评表, as 财预〔2020〕10号 has it: the project, its money, its goal, its indicators, the total."""

from collections.abc import Iterator, Mapping

from exporters.forms.filled import FilledPlan, FilledRow, cells, printed
from exporters.forms.sheet import Box, Form, Grid, head, runs
from exporters.words import Say
from indicators.scoring_profiles import ScoringProfile

WIDTHS = (1.0, 1.8, 1.9, 3.5, 2.2, 2.3, 1.1, 1.4, 2.6)
Notes = dict[str, str]


def self_evaluation(of: FilledPlan, say: Say, notes: Notes) -> Form:
    """The form; `notes` are printed below the value of each row, by the id of the row."""
    top = [*_project(of, say), *_money(of, say), *_goal(of, say)]
    lines = [*top, _titles(say), *_rows(of, say, notes), _total(of, say)]
    return Form(
        title=say("self-evaluation of project spending"),
        under=say("({year}; amounts in 10,000 yuan)").format(year=of.plan.project.year),
        grids=(Grid(WIDTHS, tuple(lines), repeated=range(len(top), len(top) + 1)),),
        signatures=of.plan.signatures,
        sheet=say("self-evaluation"),
    )


def _project(of: FilledPlan, say: Say) -> Iterator[tuple[Box, ...]]:
    project = of.plan.project
    yield head(say("project name"), 2), Box(project.name, 7, name="project.name")
    yield (
        head(say("department in charge"), 2),
        Box(project.department, 3, name="project.department"),
        head(say("unit that carries it out")),
        Box(project.unit, 3, name="project.unit"),
    )


def _money(of: FilledPlan, say: Say) -> Iterator[tuple[Box, ...]]:
    if not of.money:
        return
    titles = (
        "budget at the year's begin",
        "budget of the year",
        "spent in the year",
        "weight",
        "rate",
        "score",
    )
    yield (
        head(say("money of the project"), rows=len(of.money) + 1),
        head("", 2),
        *(head(say(one)) for one in titles),
    )
    for one in of.money:
        at = f"money.{one.money.id}"
        yield (
            Box(one.money.name, 2, side="left", name=f"{at}.name"),
            *(
                Box(printed(getattr(one.money, name)), name=f"{at}.{name}")
                for name in ("planned", "budget", "spent")
            ),
            Box(printed(one.money.weight), name=f"{at}.weight"),
            Box(one.rate, name=f"{at}.rate"),
            Box(printed(one.points), name=f"{at}.score"),
        )


def _goal(of: FilledPlan, say: Say) -> Iterator[tuple[Box, ...]]:
    goal = of.plan.goal
    if not (goal.expected or goal.actual):
        return
    yield head(say("goal of the year"), rows=2), head(say("expected"), 4), head(say("what was reached"), 4)
    yield (
        Box(goal.expected, 4, side="left", name="goal.expected"),
        Box(goal.actual, 4, side="left", name="goal.actual"),
    )


def _titles(say: Say) -> tuple[Box, ...]:
    names = (
        "level 1",
        "level 2",
        "level 3",
        "value for the year",
        "value reached",
        "weight",
        "score",
        "reasons for deviations, and what is done",
    )
    return head(say("indicators of performance")), *(head(say(name)) for name in names)


def _rows(of: FilledPlan, say: Say, notes: Notes) -> Iterator[tuple[Box, ...]]:
    rows, told = of.rows, cells(of)
    first = runs([one.row.level1 for one in rows])
    second = runs([f"{one.row.level1}\0{one.row.level2}" for one in rows])
    weights = {(one.level1, one.level2): one.weight for one in of.plan.weights}
    for at, one in enumerate(rows):
        line = [head("", rows=len(rows))] if at == 0 else []
        if first[at]:
            line.append(Box(_level(one.row.level1, weights.get((one.row.level1, "")), say), rows=first[at]))
        if second[at]:
            line.append(Box(one.row.level2, rows=second[at]))
        yield (*line, *_values(one, told, notes))


def _level(name: str, weight: object, say: Say) -> str:
    return name if weight is None else f"{name}\n{say('({weight} points)').format(weight=printed(weight))}"


def _values(one: FilledRow, told: Mapping[str, str], notes: Notes) -> Iterator[Box]:
    at = f"rows.{one.row.id}"
    yield Box(one.row.level3, side="left", name=f"{at}.level3")
    yield Box(one.row.target, name=f"{at}.target")
    yield Box(one.actual or one.outcome, name=f"{at}.actual", note=notes.get(one.row.id, ""))
    yield Box(told[f"{at}.weight"], name=f"{at}.weight")
    yield Box(told[f"{at}.score"], name=f"{at}.score")
    yield Box(one.reason, side="left", name=f"{at}.reason")


def _total(of: FilledPlan, say: Say) -> tuple[Box, ...]:
    most = of.plan.total.weight if of.plan.total.weight is not None else _most(of.profile)
    return (
        head(say("total"), 6),
        Box(printed(most), name="total.weight"),
        Box(printed(of.total), name="total.score"),
        Box(of.grade or "", name="total.grade"),
    )


def _most(of: ScoringProfile) -> object:
    return of.most or None
