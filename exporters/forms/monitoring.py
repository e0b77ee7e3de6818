"""项目支出绩效目标执行监控表 of the first half-year: what was reached, and what the year may come to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from exporters.forms.filled import FilledPlan, FilledRow, printed
from exporters.forms.self_evaluation import Notes, actual_box, note_box, project_lines, with_levels
from exporters.forms.sheet import Box, Grid, Line, Page, head
from exporters.words import Say

WIDTHS = (0.8, 1.8, 1.9, 3.5, 2.2, 2.4, 2.8, 0.95, 0.95, 0.95, 1.15, 0.95, 2.3, 0.85, 0.85, 1.05, 1.1)
_MARK = "√"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a row is expected to come to by the year's end; `chance` is the probability of its target, at its ends."""

    value: str
    chance: tuple[float, float]


def monitoring(of: FilledPlan, say: Say, notes: Notes, expected: Mapping[str, Expected]) -> tuple[Page, ...]:
    """The one page of the form."""
    top = (*project_lines(of, say, len(WIDTHS)), *_money(of, say), *_goal(of, say))
    lines = (*_titles(say), *_rows(of, say, notes, expected))
    page = Page(
        sheet=say("half-year monitoring"),
        title=say("monitoring of project spending in the first half-year"),
        under=say("({year}, January to June)").format(year=of.plan.project.year),
        grids=(Grid(WIDTHS, top), Grid(WIDTHS, lines, repeated=2)),
        lying=True,
    )
    return (page,)


def _money(of: FilledPlan, say: Say) -> Iterator[Line]:
    if not of.money:
        return
    yield (
        head(say("money of the project (10,000 yuan)"), 2, rows=len(of.money) + 1),
        head("", 2),
        head(say("budget at the year's begin"), 2),
        head(say("spent January to June"), 4),
        head(say("rate of execution January to June"), 3),
        head(say("spending expected for the year"), 4),
    )
    for one in of.money:
        at = f"money.{one.money.id}"
        planned = one.money.planned if one.money.planned is not None else one.money.budget
        yield (
            Box(one.money.name, 2, side="left", name=f"{at}.name"),
            Box(printed(planned), 2, name=f"{at}.planned"),
            Box(printed(one.money.spent), 4, name=f"{at}.spent"),
            Box(one.rate, 3, name=f"{at}.rate"),
            Box("", 4),
        )


def _goal(of: FilledPlan, say: Say) -> Iterator[Line]:
    if of.plan.goal.expected:
        rest = len(WIDTHS) - 2
        yield (
            head(say("general goal of the year"), 2),
            Box(of.plan.goal.expected, rest, side="left", name="goal.expected"),
        )


def _titles(say: Say) -> Iterator[Line]:
    names = (say("level 1"), say("level 2"), say("level 3"), say("value for the year"))
    yield (
        head("", rows=2),
        *(head(name, rows=2) for name in names),
        head(say("reached January to June"), rows=2),
        head(say("expected for the year"), rows=2),
        head(say("reasons for deviations"), 6),
        head(say("chance of reaching the goal"), 3),
        head(say("remarks"), rows=2),
    )
    reasons = (say("funds"), say("rules"), say("staff"), say("equipment"), say("others"), say("explanation"))
    yield tuple(head(name) for name in (*reasons, say("certain"), say("maybe"), say("impossible")))


def _rows(of: FilledPlan, say: Say, notes: Notes, expected: Mapping[str, Expected]) -> Iterator[Line]:
    for one, levels in with_levels(of, say, notes):
        yield (*levels, *_values(one, expected.get(one.row.id)))
        if one.row.id in notes:
            yield (note_box(notes[one.row.id], len(WIDTHS) - 3),)


def _values(one: FilledRow, expected: Expected | None) -> Line:
    at = f"rows.{one.row.id}"
    marked = _marked(expected)
    return (
        Box(one.row.level3, side="left", name=f"{at}.level3"),
        Box(one.row.target, name=f"{at}.target"),
        actual_box(one),
        Box(expected.value if expected else ""),
        *(Box() for _ in range(5)),
        Box(one.reason, side="left", name=f"{at}.reason"),
        *(Box(_MARK if number == marked else "") for number in range(3)),
        Box(),
    )


def _marked(expected: Expected | None) -> int | None:
    """Which of certain, maybe and impossible: only what is so whatever the days to come bring is certain."""
    if expected is None:
        return None
    worst, best = expected.chance
    return 0 if worst >= 1 else 2 if best <= 0 else 1
