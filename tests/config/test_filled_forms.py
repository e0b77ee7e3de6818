"""A filled form is read back by its words, and rules say of it what they say of the plan it came from."""

import json
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from config.checking import check
from config.errors import Finding
from config.form_grids import read_form
from config.form_tables import FormReading
from config.plan import Plan
from config.plan_files import check_plan
from exporters.forms.filled import cells
from tests.config.test_examples import EXAMPLES
from tests.exporters.forms.offices import S1, YIYANG, excel, filled, hainan, word
from tests.practice import linewalker

S2_FORM, S1_FORM = filled(YIYANG), filled(S1)
OUTSIDE_OF_FORMS = ("texts[", "counts[")
"""What a plan holds of the text part of a report."""


def filled_form(folder: Path, kind: str) -> Path:
    values = cells(S2_FORM)
    make = word if kind == "docx" else excel
    return make(folder / f"form.{kind}", S2_FORM.plan, lambda name: values[name])


def said(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return sorted((one.rule, one.severity, one.message) for one in findings)


def of_plan(path: Path) -> list[tuple[str, str, str]]:
    """What is said of a plan, but for its text part and the reports' seals that a form cannot show."""
    return said(
        tuple(one for one in check_plan(path) if not any(mark in one.place for mark in OUTSIDE_OF_FORMS))
    )


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_a_filled_self_evaluation_is_judged_as_the_plan_it_came_from(tmp_path: Path, kind: str) -> None:
    found = check(filled_form(tmp_path, kind))
    unsigned = ("missing-field", "warning", "the form leaves signatures empty")
    expected = [one for one in of_plan(YIYANG) if one != unsigned]
    assert said(found) == sorted(expected + ([unsigned] if kind == "xlsx" else []))
    places = {one.rule: one.place for one in found if one.severity == "error"}
    assert places["weights-sum"] == f"{tmp_path}/form.{kind}: " + (
        "table 1 row 23 column 7" if kind == "docx" else "自评表!G24"
    )


@pytest.mark.parametrize("report", ["transport-fees-2020", "commerce-info-centre-2018", "commerce-dept-2020"])
def test_the_forms_of_hainan_are_judged_as_the_plans_they_came_from(tmp_path: Path, report: str) -> None:
    plan = EXAMPLES / f"hainan-{report}" / "plan.yaml"
    found = check(hainan(tmp_path / "form.docx", filled(plan).plan))
    # These forms have no column of values, and no inventory stands beside them.
    elsewhere = ("missing-value", "count-inventory")
    assert said(found) == [one for one in of_plan(plan) if one[0] not in elsewhere]


def test_what_is_found_in_a_form_of_hainan_stands_in_its_cell(tmp_path: Path) -> None:
    found = check(hainan(tmp_path / "form.docx", S1_FORM.plan))
    assert {"bands-overlap", "bands-reversed", "target-band", "left-over"} <= {one.rule for one in found}
    overlap = next(one for one in found if one.rule == "bands-overlap")
    assert overlap.place == f"{tmp_path}/form.docx: table 1 row 3 column 4"


def test_every_text_of_the_form_comes_back_at_its_key(tmp_path: Path) -> None:
    reading = FormReading(read_form(filled_form(tmp_path, "docx")))
    reading.read()
    plan, old = Plan.model_validate(reading.tree), S2_FORM.plan
    assert [
        (row.level1, row.level2, row.level3, row.target, row.weight, row.printed) for row in plan.rows
    ] == [(row.level1, row.level2, row.level3, row.target, row.weight, row.printed) for row in old.rows]
    assert [one.model_dump(exclude={"id", "part_of"}) for one in plan.money] == [
        one.model_dump(exclude={"id", "part_of"}) for one in old.money
    ]
    assert (plan.weights, plan.goal, plan.total.score) == (old.weights, old.goal, old.total.score)
    assert plan.project == old.project
    reading = FormReading(read_form(hainan(tmp_path / "s1.docx", S1_FORM.plan)))
    reading.read()
    plan, old = Plan.model_validate(reading.tree), S1_FORM.plan
    assert (plan.project, plan.scores, plan.total, plan.evaluators) == (
        old.project, old.scores, old.total, old.evaluators
    )  # fmt: skip
    assert [(row.level3, row.target, row.direction, row.bands) for row in plan.rows] == [
        (row.level3, row.target, row.direction, row.bands) for row in old.rows
    ]
    amounts = [(one.planned, one.arrived, one.spent) for one in old.money]
    assert [(one.planned, one.arrived, one.spent) for one in plan.money] == amounts


def test_one_changed_cell_is_one_more_finding_at_that_cell(tmp_path: Path) -> None:
    path = filled_form(tmp_path, "xlsx")
    before = said(check(path))
    book = load_workbook(path)
    book["自评表"]["H5"] = "47%"
    book.save(path)
    [new] = [one for one in check(path) if (one.rule, one.severity, one.message) not in before]
    assert (new.rule, new.place) == ("rate-rounding", f"{path}: 自评表!H5")


def test_the_command_says_it_with_its_exit_status(tmp_path: Path) -> None:
    made = linewalker("check", filled_form(tmp_path, "docx"), "--json")
    assert made.returncode == 1
    assert {"rule", "severity", "place", "message"} == json.loads(made.stdout)["findings"][0].keys()
    Document().save(str(tmp_path / "empty.docx"))
    made = linewalker("check", tmp_path / "empty.docx")
    assert made.returncode == 1
    assert "no table of indicators was found; expected a head with 三级指标" in made.stdout
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    made = linewalker("check", tmp_path / "old.doc")
    assert (made.returncode, made.stdout) == (2, "")
    assert "linewalker template convert" in made.stderr
    assert linewalker("check", tmp_path / "none.xlsx").returncode == 2


def test_a_form_that_says_no_name_unit_or_year_is_looked_at_all_the_same(tmp_path: Path) -> None:
    document = Document()
    table = document.add_table(2, 5)
    for column, text in enumerate(("三级指标", "年度指标值", "实际完成值", "分值", "得分")):
        table.cell(0, column).text = text
    for column, text in enumerate(("线路条数", "20条", "20台", "10", "10")):
        table.cell(1, column).text = text
    document.save(str(tmp_path / "form.docx"))
    found = {
        (one.rule, one.place.removeprefix(f"{tmp_path}/form.docx"), one.message)
        for one in check(tmp_path / "form.docx")
    }
    for key in ("name", "unit", "year"):
        assert ("missing-field", "", f"the form leaves project.{key} empty") in found
    units = "线路条数: the value is in 台, the target in 条"
    assert ("wrong-field", ": table 1 row 2 column 3", units) in found
