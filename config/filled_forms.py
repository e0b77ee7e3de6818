"""A form that somebody filled, read back into a plan by its words, so that the rules of plans can be held against it.

Known are the shapes of 项目支出绩效自评表, 项目绩效目标表 and 项目基本信息. What a form does not print is told from
what it does: the direction of a row from its bands, its target and its name. Each text remembers its place.
"""

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from config import plan_rules, scoring
from config.errors import Finding
from config.form_grids import read_form
from config.form_tables import FormReading
from config.messages import remarks_of
from config.plan import Plan
from config.plan_case import Case
from config.tree import Loc, Remark

_NEEDED = {"name": "", "unit": "", "year": "2000"}
"""What every plan says; stands in where a form leaves it empty, so that all else is looked at, too."""


def check_form(path: Path) -> tuple[Finding, ...]:
    """What an auditor would find in a filled form. Raises LinewalkerError for a file that cannot be read."""
    reading = FormReading(read_form(path))
    reading.read()
    if not reading.tree["rows"]:
        text = (
            "no table of indicators was found; expected a head with 三级指标 or 指标名称, and rows below it"
        )
        return (Finding("shape", "error", str(path), text),)
    found = {}
    for said in _remarks(reading):
        values = {**said.values}
        if said.other is not None:
            values["other"] = reading.place_of(said.other)
        place = reading.place_of(said.loc)
        one = Finding(said.rule, said.severity, f"{path}: {place}" if place else str(path), said.text, values)
        found[str(one)] = one
    return tuple(found.values())


def _remarks(reading: FormReading) -> Iterator[Remark]:
    written = reading.tree["project"]
    assert isinstance(written, dict)  # noqa: S101 - made by the reading
    for key in _NEEDED.keys() - written.keys():
        yield Remark(
            ("project", key), "missing-field", "the form leaves {key} empty", {"key": f"project.{key}"}
        )
    try:
        plan = Plan.model_validate({**reading.tree, "project": {**_NEEDED, **written}})
    except ValidationError as error:
        yield from remarks_of(error, Plan)
        return
    profile = scoring.built_in()[plan.profile]
    for said in plan_rules.remarks(Case(plan, profile, None, reading.tree)):
        if not _asks_for_more_than_the_form(said, reading):
            yield said


def _asks_for_more_than_the_form(said: Remark, reading: FormReading) -> bool:
    """A form without a column of values, or a cell of the grade, does not lack them."""
    lacks: dict[tuple[str, Loc], bool] = {
        ("missing-value", ("rows",)): "actual" not in reading.columns,
        ("missing-field", ("total", "grade")): not reading.has_grade,
    }
    return any(
        rule == said.rule and said.loc[: len(loc)] == loc and lacking
        for (rule, loc), lacking in lacks.items()
    )
