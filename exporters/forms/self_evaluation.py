"""项目支出绩效自评表, as 财预〔2020〕10号 has it: the project, its money, its goal, its indicators, the total."""

from collections.abc import Iterator, Mapping

from exporters.forms.filled import FilledPlan, FilledRow, cells, printed
from exporters.forms.sheet import Box, Grid, Line, Page, head, runs
from exporters.words import Say

WIDTHS = (0.8, 1.8, 1.9, 3.1, 2.2, 2.2, 1.1, 1.2, 0.95, 1.55, 1.0)
Notes = Mapping[str, str]
"""What is printed small below a row, by its id."""


def self_evaluation(of: FilledPlan, say: Say, notes: Notes) -> tuple[Page, ...]:
    """The one page of the form."""
    top = (*project_lines(of, say, len(WIDTHS)), *_money(of, say), *_goal(of, say))
    lines = (_titles(say), *_rows(of, say, notes), _total(of, say))
    page = Page(
        sheet=say("self-evaluation form"),
        title=say("self-evaluation of project spending"),
        under=say("({year})").format(year=of.plan.project.year),
        grids=(Grid(WIDTHS, top), Grid(WIDTHS, lines, repeated=1)),
    )
    return (page,)


def project_lines(of: FilledPlan, say: Say, columns: int) -> Iterator[Line]:
    """The project, who is in charge of it, who carries it out, over so many columns."""
    project, half = of.plan.project, (columns - 4) // 2
    yield head(say("project name"), 2), Box(project.name, columns - 2, name="project.name")
    yield (
        head(say("department in charge"), 2),
        Box(project.department, half, name="project.department"),
        head(say("unit that carries it out"), 2),
        Box(project.unit, columns - 4 - half, name="project.unit"),
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


def _money(of: FilledPlan, say: Say) -> Iterator[Line]:
    if not of.money:
        return
    yield (
        head(say("money of the project (10,000 yuan)"), 2, rows=len(of.money) + 1),
        head("", 2),
        head(say("budget at the year's begin")),
        head(say("budget of the year")),
        head(say("spent in the year"), 2),
        head(say("weight")),
        head(say("rate of execution")),
        head(say("points")),
    )
    for one in of.money:
        at = f"money.{one.money.id}"
        yield (
            Box(one.money.name, 2, side="left", name=f"{at}.name"),
            Box(printed(one.money.planned), name=f"{at}.planned"),
            Box(printed(one.money.budget), name=f"{at}.budget"),
            Box(printed(one.money.spent), 2, name=f"{at}.spent"),
            Box(printed(one.money.weight), name=f"{at}.weight"),
            Box(one.rate, name=f"{at}.rate"),
            Box(printed(one.points), name=f"{at}.score"),
        )


def _goal(of: FilledPlan, say: Say) -> Iterator[Line]:
    goal = of.plan.goal
    if goal.expected or goal.actual:
        yield (
            head(say("general goal of the year"), 2, rows=2),
            head(say("expected"), 4),
            head(say("what was reached"), 5),
        )
        yield (
            Box(goal.expected, 4, side="left", name="goal.expected"),
            Box(goal.actual, 5, side="left", name="goal.actual"),
        )


def _titles(say: Say) -> Line:
    names = (say("level 1"), say("level 2"), say("level 3"), say("value for the year"), say("value reached"))
    points = (say("weight"), say("points"))
    return (
        head(""),
        *(head(name) for name in (*names, *points)),
        head(say("deviations: reasons and what is done"), 3),
    )


def _rows(of: FilledPlan, say: Say, notes: Notes) -> Iterator[Line]:
    told = cells(of)
    for one, levels in with_levels(of, say, notes):
        yield (*levels, *_values(one, told))
        if one.row.id in notes:
            yield (note_box(notes[one.row.id], 8),)


def with_levels(of: FilledPlan, say: Say, notes: Notes) -> Iterator[tuple[FilledRow, Line]]:
    """Every row with the boxes of the levels that begin on it; a row with a note takes two lines."""
    lines = [one for one in of.rows for _ in range(1 + (one.row.id in notes))]
    first = runs([one.row.level1 for one in lines])
    second = runs([f"{one.row.level1}\0{one.row.level2}" for one in lines])
    weights = {(one.level1, one.level2): one.weight for one in of.plan.weights}
    at = 0
    for one in of.rows:
        boxes = [] if at else [head(say("performance indicators"), rows=len(lines))]
        if first[at]:
            boxes.append(Box(_level(one.row.level1, weights.get((one.row.level1, "")), say), rows=first[at]))
        if second[at]:
            boxes.append(Box(one.row.level2, rows=second[at]))
        yield one, tuple(boxes)
        at += 1 + (one.row.id in notes)


def note_box(text: str, columns: int) -> Box:
    """What is said about the value above it."""
    return Box(text, columns, side="left", small=True)


def _level(name: str, weight: object, say: Say) -> str:
    return name if weight is None else f"{name}\n{say('({weight} points)').format(weight=printed(weight))}"


def _values(one: FilledRow, told: Mapping[str, str]) -> Line:
    at = f"rows.{one.row.id}"
    return (
        Box(one.row.level3, side="left", name=f"{at}.level3"),
        Box(one.row.target, name=f"{at}.target"),
        actual_box(one),
        Box(told[f"{at}.weight"], name=f"{at}.weight"),
        Box(told[f"{at}.score"], name=f"{at}.score"),
        Box(one.reason, 3, side="left", name=f"{at}.reason"),
    )


def actual_box(one: FilledRow, columns: int = 1) -> Box:
    """The value that was reached; of a row without one in words, its outcome."""
    name = "actual" if one.actual or not one.outcome else "outcome"
    return Box(one.actual or one.outcome, columns, name=f"rows.{one.row.id}.{name}")


def _total(of: FilledPlan, say: Say) -> Line:
    most = of.plan.total.weight if of.plan.total.weight is not None else of.profile.most
    return (
        head(say("total points"), 6),
        Box(printed(most), name="total.weight"),
        Box(printed(of.total), name="total.score"),
        Box(of.grade or "", 3, name="total.grade"),
    )
