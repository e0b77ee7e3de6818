"""The four reports as they were published: the check names what is wrong in them, and nothing that is right.

The plans hold every text of the forms word by word. What is expected here was read in the reports, not in the output.
"""

from decimal import Decimal
from pathlib import Path

import pytest

from config.errors import Finding
from config.plan_case import Case
from config.plan_files import check_plan, load_plan
from config.plan_points import Scored, scored
from tests.config.test_examples import EXAMPLES

S0 = EXAMPLES / "hainan-transport-fees-2020"
S1 = EXAMPLES / "hainan-commerce-info-centre-2018"
S2 = EXAMPLES / "yiyang-egov-network-2020"
S3 = EXAMPLES / "hainan-commerce-dept-2020"
ALL = (S0, S1, S2, S3)

DAY_ROWS = ("sms-use", "sms-upkeep", "branch-days", "depot-days", "system-days", "port-days")


def said(folder: Path) -> tuple[Finding, ...]:
    return check_plan(folder / "plan.yaml")


def named(folder: Path) -> set[tuple[str, str]]:
    """Every finding by its rule and the place in the plan, without file and line."""
    return {(one.rule, one.place.split(": ", 1)[1]) for one in said(folder) if one.severity != "info"}


def message(folder: Path, rule: str, place: str) -> str:
    [found] = [one for one in said(folder) if one.rule == rule and one.place.endswith(place)]
    return found.message


def points(folder: Path) -> Scored:
    loaded = load_plan(folder / "plan.yaml")
    return scored(Case(loaded.plan, loaded.profile, loaded.network, {}))


def test_the_first_report_has_these_errors_and_no_other() -> None:
    assert named(S0) == {
        *(("bands-overlap", f"rows[{row}].bands") for row in DAY_ROWS),
        *(("missing-value", f"rows[{row}]") for row in (*DAY_ROWS, "lines", "reminders", "ports", "repairs")),
        ("missing-value", "rows[efficiency]"),
        *(
            ("missing-criterion", f"rows[{row}].bands")
            for row in ("lines", "reminders", "ports", "efficiency")
        ),
        ("bands-gap", "rows[repairs].bands"),  # nothing is said of seven repairs
        ("count-inventory", "rows[lines]"),
        ("count-inventory", "counts[#3]"),
        ("count-inventory", "counts[#3].named"),
    }


def test_the_first_report_in_figures() -> None:
    assert "250-298天 is both 中 and 差" in message(S0, "bands-overlap", "rows[sms-use].bands")
    assert "10 × 2 = 20; the text says 18条" in message(S0, "count-inventory", "counts[#3]")
    assert "文昌清澜油库 and 中石化文昌清澜油库" in message(S0, "count-inventory", "counts[#3].named")
    assert "优/良/中/差" in message(S0, "missing-criterion", "rows[efficiency].bands")


def test_24_lines_beside_46_are_a_question_and_what_would_fit_is_said() -> None:
    [asked] = [one for one in said(S0) if one.place.endswith("rows[lines]") and one.rule == "count-inventory"]
    assert asked.severity == "warning"
    assert "circuits/vpdn 1 + services/branch 23 = 24" in asked.message


def test_the_second_report_has_these_errors_and_no_other() -> None:
    assert named(S1) == {
        ("target-band", "rows[lines].target"),
        ("bands-overlap", "rows[lines].bands"),
        ("bands-gap", "rows[lines].bands"),
        ("target-band", "rows[bandwidth].target"),
        ("target-band", "rows[faults].target"),
        ("bands-reversed", "rows[faults].bands.差"),
        ("left-over", "scores[#1].level2"),
        ("left-over", "texts[#1].says"),
        ("missing-field", "evaluators"),
        ("said-twice", "texts[#4].says"),
    }


def test_the_second_report_in_figures() -> None:
    assert "43-45条 is both 良 and 中" in message(S1, "bands-overlap", "rows[lines].bands")
    assert ">51条" in message(S1, "bands-gap", "rows[lines].bands")
    assert "from 95% on, laxer than the target 99%" in message(S1, "target-band", "rows[bandwidth].target")
    assert "9 of 9 evaluators" in message(S1, "missing-field", "evaluators")


def test_the_third_report_has_these_errors_and_no_other() -> None:
    rows = "printed.actual", "printed.score"
    assert named(S2) == {
        ("weights-sum", "total.weight"),
        ("scores-sum", "total.score"),
        ("said-twice", "texts[#1].says"),
        ("left-over", "texts[#4].says"),
        ("missing-field", "signatures"),
        ("value-repeats-target", "goal.actual"),
        *(("value-repeats-target", f"row {row}, column {rows[0]}") for row in (6, 7, 9, 10, 12)),
        *(("score-rule", f"row {row}, column {rows[1]}") for row in (7, 10, 13, 14, 15)),
    }


def test_the_third_report_in_figures() -> None:
    assert "10 + 50 + 30 + 10 + 10 = 110; the form says 100" in message(S2, "weights-sum", "total.weight")
    assert "= 89.6; the form says 85" in message(S2, "scores-sum", "total.score")
    assert "98% against 95%以上 gives 10 of 10; 9 is given" in message(
        S2, "score-rule", "row 15, column printed.score"
    )
    assert "智慧益阳管理中心电费" in message(S2, "said-twice", "texts[#1].says")


def test_the_fourth_report_has_these_errors_and_no_other() -> None:
    assert named(S3) == {
        ("wrong-field", "project.phone"),
        ("missing-field", "project.postcode"),
        ("wrong-field", "rows[published].bands.优"),
        ("bands-gap", "rows[published].bands"),
        ("missing-value", "rows[outages]"),
        ("bands-gap", "rows[outages].bands"),
        ("score-rule", "scores[#6].score"),
        ("missing-field", "total.grade"),
        ("rate-rounding", "texts[#1].says"),
        ("left-over", "texts[#2].says"),
    }


def test_the_fourth_report_in_figures() -> None:
    assert "87.44 ÷ 195.01 = 44.8387 %, rounded 44.84 %" in message(S3, "rate-rounding", "texts[#1].says")
    assert "195.01 ÷ 195.01" in message(S3, "score-rule", "scores[#6].score")


def test_the_totals_that_are_right_come_out_again() -> None:
    centre, department = points(S1), points(S3)
    assert (centre.total, centre.grade and centre.grade.name) == (Decimal(97), "优")
    assert (department.total, department.grade and department.grade.name) == (Decimal("98.5"), "优")


def test_the_third_report_scored_by_its_rules_needs_no_more_than_its_own_values() -> None:
    found = points(S2)
    assert found.points["total"] == Decimal("4.56")
    assert [found.points[row] for row in ("energy", "connected", "satisfied")] == [
        Decimal("9.9"), Decimal("9.8"), Decimal(10)
    ]  # fmt: skip
    assert found.total == Decimal("92.26")  # 89.6 − 4.6 − 27 + 4.56 + 29.7, of 110 printed as 100


def test_a_report_without_a_score_table_has_no_total() -> None:
    assert points(S0) == Scored({}, None, None)


@pytest.mark.parametrize("folder", ALL, ids=lambda folder: folder.name)
def test_the_plan_put_right_is_silent_but_for_what_is_not_entered_yet(folder: Path) -> None:
    found = check_plan(folder / "plan-next.yaml")
    assert {(one.rule, one.severity) for one in found} <= {("missing-value", "info")}
    rows = load_plan(folder / "plan-next.yaml").plan.rows
    assert len(found) == sum(1 for row in rows if row.manual)
    assert any(row.measure for row in rows)


@pytest.mark.parametrize("folder", ALL, ids=lambda folder: folder.name)
def test_every_row_of_a_report_has_its_row_in_the_plan_put_right(folder: Path) -> None:
    published, right = (load_plan(folder / name).plan.rows for name in ("plan.yaml", "plan-next.yaml"))
    assert {row.id for row in published} <= {row.id for row in right}
