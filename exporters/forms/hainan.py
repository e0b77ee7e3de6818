"""海南省财政支出项目绩效评价: 项目绩效目标表 with its four grades, 项目基本信息 with scores and evaluators."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from config.plan import Money, Score
from config.plan_case import cells_of
from exporters.forms.filled import FilledPlan, FilledRow, printed
from exporters.forms.self_evaluation import Notes, actual_box, note_box
from exporters.forms.sheet import Box, Grid, Line, Page, head, runs
from exporters.words import Say
from indicators.bands import GRADES
from indicators.scoring import mean
from indicators.scoring_profiles import Node

GOALS = (1.7, 3.2, 2.2, 1.95, 1.95, 1.95, 1.95, 1.95, 0.9)
BASICS = (2.6, 1.6, 3.1, 1.6, 3.9, 1.9, 3.1)


def hainan(of: FilledPlan, say: Say, notes: Notes) -> tuple[Page, ...]:
    """The table of goals, and the basic information with the score table."""
    year, name = of.plan.project.year, of.plan.project.name
    goals = Page(
        sheet=say("table of performance goals"),
        title=say("table of performance goals"),
        under=say("project: {name} ({year})").format(name=name, year=year),
        grids=(Grid(GOALS, (*_titles(say), *_goals(of, notes)), repeated=2),),
        notes=(say("Goals as they were approved with the budget."),),
    )
    basics = (*_basics(of, say), *_money(of.plan.money, say))
    scores = (_heading(say("II. scores of the indicators")), *_scores(of, say))
    people = (_heading(say("III. evaluators")), *_evaluators(of, say))
    grids = (
        Grid(BASICS, (_heading(say("I. the project")), *basics)),
        Grid(BASICS, scores),
        Grid(BASICS, people, repeated=2),
    )
    information = Page(
        sheet=say("basic information"), title=say("basic information on the project"), grids=grids
    )
    return goals, information


def _titles(say: Say) -> Iterator[Line]:
    names = (say("kind of indicator"), say("name of indicator"), say("performance goal"))
    yield (
        *(head(name, rows=2) for name in names),
        head(say("performance standard"), 4),
        head(say("value reached"), rows=2),
        head(say("grade"), rows=2),
    )
    yield tuple(head(grade) for grade in GRADES)


def _goals(of: FilledPlan, notes: Notes) -> Iterator[Line]:
    first = runs([one.row.level1 for one in of.rows for _ in range(1 + (one.row.id in notes))])
    at = 0
    for one in of.rows:
        level = (Box(one.row.level1, rows=first[at]),) if first[at] else ()
        yield (*level, *_goal(one))
        at += 1
        if one.row.id in notes:
            yield (note_box(notes[one.row.id], len(GOALS) - 1),)
            at += 1


def _goal(one: FilledRow) -> Line:
    name, bands = f"rows.{one.row.id}", cells_of(one.row)
    return (
        Box(one.row.level3, side="left", name=f"{name}.level3"),
        Box(one.row.target, name=f"{name}.target"),
        *(Box(bands.get(grade, ""), name=f"{name}.{grade}") for grade in GRADES),
        actual_box(one),
        Box(one.grade or "", name=f"{name}.grade"),
    )


def _heading(text: str) -> Line:
    return (Box(text, len(BASICS), head=True, side="left"),)


def _basics(of: FilledPlan, say: Say) -> Iterator[Line]:
    project = of.plan.project
    pairs = (
        ((say("unit that carries it out"), "unit"), (say("department in charge"), "department")),
        ((say("person in charge"), "leader"), (say("telephone"), "phone")),
        ((say("address"), "address"), (say("postcode"), "postcode")),
    )
    for (one, left), (other, right) in pairs:
        yield (
            head(one),
            Box(getattr(project, left), 3, name=f"project.{left}"),
            head(other),
            Box(getattr(project, right), 2, name=f"project.{right}"),
        )
    yield head(say("kind of project")), Box(_kinds(project.kind), 6, name="project.kind")


def _kinds(kind: str) -> str:
    """The kinds a project may have, the right one with its mark; another one as it is written."""
    kinds = ("经常性项目", "一次性项目")
    if kind and kind not in kinds:
        return kind
    return "       ".join(f"{one}（{'√' if one == kind else '  '}）" for one in kinds)


def _money(money: Sequence[Money], say: Say) -> Iterator[Line]:
    """Whole amounts with their labels; below them the parts."""
    for one in money:
        at, whole = f"money.{one.id}", one.part_of is None
        titles = (say("planned (10,000 yuan)"), say("arrived (10,000 yuan)"), say("spent (10,000 yuan)"))
        labels = titles if whole else (one.name,) * 3
        yield (
            head(labels[0]),
            Box(printed(one.planned), name=f"{at}.planned"),
            head(labels[1] if whole or one.arrived is not None or one.planned is not None else ""),
            Box(printed(one.arrived), name=f"{at}.arrived"),
            head(labels[2] if whole or one.spent is not None else ""),
            Box(printed(one.spent), 2, name=f"{at}.spent"),
        )


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A line of the score table."""

    score: Score
    name: str
    weight1: Decimal  # of its first level: as the plan prints it, else the sum of its lines
    weight2: Decimal


def _scores(of: FilledPlan, say: Say) -> Iterator[Line]:
    weight = say("weight")
    titles = (say("level 1"), weight, say("level 2"), weight, say("level 3"), weight, say("points"))
    yield tuple(head(title) for title in titles)
    lines = _lines(of)
    first = runs([one.score.level1 for one in lines])
    second = runs([f"{one.score.level1}\0{one.score.level2}" for one in lines])
    for at, one in enumerate(lines):
        boxes: list[Box] = []
        if first[at]:
            boxes += [Box(one.score.level1, rows=first[at]), Box(printed(one.weight1), rows=first[at])]
        if second[at]:
            boxes += [Box(one.score.level2, rows=second[at]), Box(printed(one.weight2), rows=second[at])]
        boxes.append(Box(one.score.level3, name=f"{one.name}.level3"))
        boxes.append(Box(printed(one.score.weight), name=f"{one.name}.weight"))
        yield (*boxes, Box(printed(one.score.score), name=f"{one.name}.score"))
    most = printed(of.plan.total.weight if of.plan.total.weight is not None else of.profile.most)
    middle = (Box(most, name="total.weight"), Box(), Box(most), Box(), Box(most))
    yield head(say("total points")), *middle, Box(printed(of.total), name="total.score")
    yield head(say("grade of the evaluation")), Box(of.grade or "", 6, name="total.grade")


def _lines(of: FilledPlan) -> list[_Leaf]:
    """The lines of the plan; of a plan without them those of its profile, still without scores."""
    given = of.plan.scores or tuple(_from_profile(of.profile.tree))
    weights: dict[tuple[str, str], Decimal] = {}
    for one in given:
        for key in ((one.level1, ""), (one.level1, one.level2)):
            weights[key] = weights.get(key, Decimal(0)) + one.weight
    weights |= {(one.level1, one.level2): one.weight for one in of.plan.weights}
    return [
        _Leaf(one, f"scores.{at}", weights[one.level1, ""], weights[one.level1, one.level2])
        for at, one in enumerate(given, 1)
    ]


def _from_profile(tree: Sequence[Node]) -> Iterator[Score]:
    for one in tree:
        for part in one.parts or (one,):
            for leaf in part.parts or (part,):
                yield Score(level1=one.name, level2=part.name, level3=leaf.name, weight=leaf.weight)


def _evaluators(of: FilledPlan, say: Say) -> Iterator[Line]:
    who = (say("name of the person"), say("post or title"), say("unit of the person"))
    titles = (*who, say("points for the project"), say("signature"))
    spans = (1, 2, 2, 1, 1)
    yield tuple(head(title, span) for title, span in zip(titles, spans, strict=True))
    for at, one in enumerate(of.plan.evaluators, 1):
        values = (one.name, one.post, one.unit, printed(one.score))
        names = ("name", "post", "unit", "score")
        boxes = zip(values, spans, names, strict=False)
        yield *(Box(value, span, name=f"evaluators.{at}.{name}") for value, span, name in boxes), Box()
    yield (
        head(say("in all")),
        Box("", 2),
        head(say("mean score"), 2),
        Box(printed(mean_of(of)), name="total.mean"),
        Box(),
    )


def mean_of(of: FilledPlan) -> Decimal | None:
    """平均得分 of the evaluators; None while one of them gave nothing."""
    given = [one.score for one in of.plan.evaluators]
    known = [one for one in given if one is not None]
    return mean(known, of.profile) if known and len(known) == len(given) else None
