"""Rules on what stands where: missing-value, missing-field, value-repeats-target, wrong-field, left-over."""

import re
from collections.abc import Iterator

from config.errors import Severity
from config.plan import Row
from config.plan_case import Case, unit_of
from config.quantities import plain
from config.tree import Loc, Remark, Rows, Value
from config.tree import Row as TableRow

_POSTCODE = re.compile(r"\d{6}")
_LEFT_OVER = re.compile(
    r"\[(?:bookmark|image|embed|object)\s*:[^\]]*\]|eq \\o\\ac\([^)]*\)|_GoBack|\{\{[^}]*\}\}|错误[！!]未找到引用源"
)
_MARKS = re.compile(r"[\W_]+")


def on_values(case: Case) -> Iterator[Remark]:
    """Every row has a value or a source of one, and the value says more than its target."""
    for at, row in enumerate(case.plan.rows):
        loc: Loc = ("rows", at)
        yield from _value(loc, row)
        yield from _repeated((*loc, "printed", "actual"), row)
    goal = case.plan.goal
    if goal.actual and _bare(goal.actual) == _bare(goal.expected):
        text = "the overall goal was reached in exactly the words it was set in; expected what was done"
        yield Remark(("goal", "actual"), "value-repeats-target", text, {}, "warning")


def _value(loc: Loc, row: Row) -> Iterator[Remark]:
    values: dict[str, object] = {"name": row.level3}
    if not row.measure and not row.manual and not row.printed.actual:
        text = (
            "{name}: there is no value, and nothing says where it comes from; expected `measure` or `manual`"
        )
        yield Remark(loc, "missing-value", text, values)
    if row.manual:
        lacking = [key for key in ("who", "when", "proof") if not getattr(row.manual, key)]
        if lacking:
            text = "{name}: a value given by a person needs who, when and proof; {missing} is not said"
            yield Remark((*loc, "manual"), "missing-field", text, values | {"missing": ", ".join(lacking)})
        elif not row.actual:
            text = "{name}: not entered yet; {who} gives it by {when}"
            due = values | {"who": row.manual.who, "when": row.manual.when}
            yield Remark((*loc, "manual", "value"), "missing-value", text, due, "info")
    target = row.quantity(row.target)
    actual = row.quantity(row.actual)
    if target and not unit_of(row):
        text = "{name}: {target} has no unit; expected one, such as 条"
        yield Remark((*loc, "unit"), "missing-field", text, values | {"target": row.target}, "warning")
    if target and actual and not target.is_of(actual):
        text = "{name}: the value is in {found}, the target in {expected}"
        units = values | {"found": actual.unit, "expected": target.unit}
        yield Remark((*loc, "printed", "actual"), "wrong-field", text, units)


def _bare(text: str) -> str:
    return _MARKS.sub("", plain(text))


def _repeated(loc: Loc, row: Row) -> Iterator[Remark]:
    counted = row.quantity(row.target) is not None and row.direction != "qualitative"
    if row.actual and not counted and not row.measure and _bare(row.actual) == _bare(row.target):
        text = "{name}: the value only repeats the target ({found}); expected what was found, and how"
        yield Remark(loc, "value-repeats-target", text, {"name": row.level3, "found": row.target}, "warning")


def on_fields(case: Case) -> Iterator[Remark]:
    """What the form of the profile has to say, and fields that hold something else."""
    for need in case.profile.needs:
        key, _, inner = need.partition(".")
        held = getattr(case.plan, key)
        if not (getattr(held, inner) if inner else held):
            text = "the form leaves {key} empty"
            at: Loc = (key, inner) if inner else (key,)
            severity: Severity = "error" if inner else "warning"
            yield Remark(at, "missing-field", text, {"key": need}, severity)
    yield from _signed(case)
    project = case.plan.project
    if _POSTCODE.fullmatch(project.phone):
        text = "{found} is a postcode, not a telephone number"
        yield Remark(("project", "phone"), "wrong-field", text, {"found": project.phone})
    if any(map(str.isdigit, project.postcode)) and not _POSTCODE.fullmatch(project.postcode):
        text = "{found} is no postcode; expected six digits"
        yield Remark(("project", "postcode"), "wrong-field", text, {"found": project.postcode})


def _signed(case: Case) -> Iterator[Remark]:
    plan = case.plan
    unscored = [one.name for one in plan.evaluators if one.score is None]
    scored = plan.total.score is not None or any(one.score is not None for one in plan.scores)
    if scored and unscored:
        text = "{count} of {all} evaluators gave no score"
        values: dict[str, object] = {"count": len(unscored), "all": len(plan.evaluators)}
        yield Remark(("evaluators",), "missing-field", text, values, "warning")
    # S2 has no such cell: where rows carry the points, the grade stands in the text.
    if scored and not plan.total.grade:
        text = "the grade is left empty beside a total of {score}"
        yield Remark(("total", "grade"), "missing-field", text, {"score": plan.total.score or "-"})
    for at, row in enumerate(plan.rows):
        if plan.total.score is not None and row.weight is not None and row.score is None and not row.measure:
            text = "{name}: there is a total, but no score of this row"
            yield Remark(("rows", at, "printed", "score"), "missing-field", text, {"name": row.level3})


def on_left_over(case: Case) -> Iterator[Remark]:
    """Marks of an editor in any text."""
    for loc, written in _texts((), case.tree):
        for mark in dict.fromkeys(_LEFT_OVER.findall(written)):
            text = "{mark} was left over by an editor; expected it removed"
            yield Remark(loc, "left-over", text, {"mark": mark})


def _texts(loc: Loc, value: Value | TableRow) -> Iterator[tuple[Loc, str]]:
    if isinstance(value, str):
        yield loc, value
    elif isinstance(value, dict | TableRow):
        for key, inner in value.items():
            yield from _texts((*loc, key), inner)
    elif isinstance(value, list | Rows):
        for number, entry in enumerate(value):
            yield from _texts((*loc, number), entry)
