"""A plan is read with every problem at once, and each rule speaks of what is wrong and is silent on what is right."""

import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from config.checking import check
from config.errors import ConfigError
from config.load import load
from config.plan_files import check_plan, load_plan
from config.plan_rules import IDS
from tests.config.test_examples import EXAMPLES
from tests.practice import linewalker

YEAR = """\
project: {name: 专线租赁, unit: 县局, department: 市局, year: 2026}
profile: mof-2020
money: [{id: total, name: 年度资金总额, budget: 100, spent: 90, weight: 10, rate: 90%, score: 9}]
weights: [{level1: 产出指标, weight: 50}, {level1: 效益指标, weight: 30}, {level1: 满意度指标, weight: 10}]
total: {weight: 100, score: 99, grade: 优}
signatures: [负责人（签字）]
rows:
  - {id: lines, level1: 产出指标, level3: 专线条数, target: 20条, direction: positive, weight: 50,
     printed: {actual: 20条, score: 50}}
  - id: days
    level1: 效益指标
    level3: 正常运行天数
    target: 360天
    direction: positive
    bands: {优: ≥360天, 良: 300-359天, 中: 250-299天, 差: 249天以下}
    weight: 30
    printed: {actual: 365天, score: 30}
  - {id: satisfied, level1: 满意度指标, level3: 满意度, target: ≥95%, direction: positive, weight: 10,
     printed: {actual: 98%, score: 10}}
"""


def findings(tmp_path: Path, text: str) -> list[tuple[str, str, str]]:
    place = tmp_path / "plan.yaml"
    place.write_text(text, "utf-8")
    found = check(place)
    return [(one.rule, one.place.removeprefix(f"{place}:"), one.message) for one in found]


def one(tmp_path: Path, old: str, new: str) -> tuple[str, str, str]:
    assert old in YEAR
    [found] = findings(tmp_path, YEAR.replace(old, new))
    return found


def test_a_plan_that_is_right_is_silent(tmp_path: Path) -> None:
    assert findings(tmp_path, YEAR) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "words"),
    [
        ("249天以下", "251天以下", "bands-overlap", "250-251天 is both 中 and 差"),
        ("249天以下", "240天以下", "bands-gap", "no band holds 241-249天"),
        ("249天以下", "249天以上", "bands-reversed", "249天以上"),
        ("优: ≥360天", "优: 360天", "bands-gap", "361-366天 would be better than 优"),
        ("良: 300-359天", "良: 良好", "wrong-field", "良好 is no band"),
        ("target: 360天", "target: 364天", "target-band", "from 360天 on, laxer than the target 364天"),
        ("target: 360天", "target: 350天", "target-band", "stricter"),
        ("level1: 产出指标, weight: 50", "level1: 产出指标, weight: 40", "weights-sum", "50 = 50; the form says 40"),
        ("level1: 产出指标, level3", "level1: 产出, level3", "weights-sum", "is printed for 产出指标, and no row"),
        ("weight: 100,", "weight: 110,", "weights-sum", "10 + 50 + 30 + 10 = 100; the form says 110"),
        ("score: 99", "score: 98", "scores-sum", "9 + 50 + 30 + 10 = 99; the form says 98"),
        ("grade: 优", "grade: 良", "score-rule", "99 of 100 is 优 (from 90 on); the form says 良"),
        ("grade: 优", 'grade: ""', "missing-field", "beside a total of 99"),
        ("rate: 90%", "rate: 91%", "rate-rounding", "90 ÷ 100 = 90 %, rounded 90 %; the form says 91 %"),
        ("actual: 98%", 'actual: ""', "missing-value", "满意度: there is no value"),
        ("actual: 365天", "actual: 365条", "wrong-field", "the value is in 条, the target in 天"),
        ("target: 20条", 'target: "20"', "missing-field", "20 has no unit"),
        ("direction: positive, weight: 50", "weight: 50", "missing-criterion", "whether more or less is better"),
        ("actual: 20条", "actual: 26条", "score-rule", "26条 is 1.3 times the target 20条"),
        ("name: 专线租赁", 'name: "专线租赁[bookmark: _GoBack]"', "left-over", "[bookmark: _GoBack]"),
        ("department: 市局", 'department: ""', "missing-field", "project.department"),
        ("unit: 县局", 'unit: 县局, phone: "570203"', "wrong-field", "570203 is a postcode"),
        ("unit: 县局", 'unit: 县局, postcode: "57020"', "wrong-field", "57020 is no postcode"),
        ("id: days", "id: lines", "id", "the id lines is used twice"),
    ],
)  # fmt: skip
def test_each_rule_by_one_slip(tmp_path: Path, old: str, new: str, rule: str, words: str) -> None:
    found = one(tmp_path, old, new)
    assert found[0] == rule
    assert words in found[2]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("grade: 优", "grade: 优秀"),
        ("target: 360天", "target: 364天, target_note: 批复的目标".replace(", ", "\n    ")),
        ("rate: 90%", "rate: 90.00%"),
        ("actual: 365天", "actual: 365日"),
        ("优: ≥360天, 良: 300-359天", "优: ≥360天, 良: 300（含）-360天"),
        ("249天以下", "250（含）天以下"),  # it says that 250 belongs here, 250-299 does not say so
        ("actual: 20条, score: 50", "actual: 26条, score: 50, reason: 年中新增6条"),
    ],
)
def test_what_is_right_or_explained_is_silent(tmp_path: Path, old: str, new: str) -> None:
    assert old in YEAR
    assert findings(tmp_path, YEAR.replace(old, new)) == []


def test_a_score_that_does_not_follow_is_an_error_and_with_a_reason_a_question(tmp_path: Path) -> None:
    place = tmp_path / "plan.yaml"
    less = YEAR.replace("score: 99", "score: 98")
    for reason, severity in (("", "error"), (", reason: 两次未及时处理", "warning")):
        place.write_text(less.replace("actual: 98%, score: 10", f"actual: 98%, score: 9{reason}"), "utf-8")
        [found] = check(place)
        assert (found.rule, found.severity) == ("score-rule", severity)
        assert "98% against ≥95% gives 10 of 10; 9 is given" in found.message


def test_a_qualitative_row_is_held_to_the_band_of_its_outcome(tmp_path: Path) -> None:
    row = "target: ≥95%, direction: positive, weight: 10,\n     printed: {actual: 98%, score: 10}"
    told = (
        "target: 显著提高, direction: qualitative, weight: 10, printed: {actual: 部分科室已提高, score: 10}"
    )
    found = one(tmp_path, row, told)
    assert found[0] == "score-rule"
    assert "部分达成 allows 6 to 8 of 10; 10 is given" in found[2]


def test_a_row_without_weight_is_told_of_beside_the_sums_that_lack_it(tmp_path: Path) -> None:
    found = findings(tmp_path, YEAR.replace("    weight: 30\n", ""))
    assert [one[0] for one in found] == ["weights-sum", "weights-sum", "scores-sum", "missing-field"]
    assert "正常运行天数 has no weight" in found[-1][2]


def test_parts_of_the_money_add_up(tmp_path: Path) -> None:
    of = "part_of: total, budget"
    parts = f"score: 9}}, {{id: province, name: 省财政, {of}: 60}}, {{id: city, name: 市财政, {of}: 30}}]"
    rule, _, words = one(tmp_path, "score: 9}]", parts)
    assert rule == "money-sum"
    assert "60 + 30 = 90; the form says 100" in words
    assert findings(tmp_path, YEAR.replace("score: 9}]", parts.replace("budget: 30", "budget: 40"))) == []


@pytest.mark.parametrize(
    ("says", "rule"),
    [
        ("对2026年度另一项目开展了绩效自评工作。", "said-twice"),
        ("对专线租赁项目开展了绩效自评工作。", ""),
        ("对该项目开展了绩效评价，对专项资金开展了绩效评价。", ""),
        ("评价得分满分100分。", ""),
        ("所有的绩效指标都已达到目标。绩效目标未完成原因分析：无。", ""),
        ("自评得分95分，总体评价为优。", "said-twice"),
        ("自评得分99分，评价等级为“优秀”。", ""),
        ("评价等级为“良好”。", "said-twice"),
        ("预算资金100万元，总支出90万元，完成90%。", ""),
        ("预算资金300万元，总支出100万元，完成33.34%。", "rate-rounding"),
        ("预算资金300万元，总支出100万元，完成33.33%。", ""),
    ],
)  # fmt: skip
def test_sentences_of_the_text_are_held_against_the_form(tmp_path: Path, says: str, rule: str) -> None:
    found = findings(tmp_path, f"{YEAR}texts: [{{says: {says}}}]\n")
    assert [one[0] for one in found] == ([rule] if rule else [])


def test_all_reached_and_reasons_for_what_was_not_do_not_go_together(tmp_path: Path) -> None:
    claim, reason = "{says: 所有的绩效指标都已达到目标。}", "{says: 绩效目标未完成主要是压缩了会议费。}"
    assert findings(tmp_path, f"{YEAR}texts: [{claim}]\n") == []
    assert findings(tmp_path, f"{YEAR}texts: [{reason}]\n") == []
    [(rule, place, words)] = findings(tmp_path, f"{YEAR}texts:\n- {claim}\n- {reason}\n")
    assert (rule, place) == ("said-twice", "22: texts[#2].says")
    assert "plan.yaml:21: texts[#1].says says that all was" in words


# Reading


BROKEN = """\
project: {name: 专线租赁, unit: 县局, year: 二〇二六}
profile: mof-2020
form: 自评表
money: [{id: total, name: 年度资金总额, budget: 一百}]
rows:
  - {id: lines, level1: 产出指标, level3: 专线条数, direction: up, wight: 50}
  - {id: days, level1: 效益指标, level3: 天数, manual: {when: 2026-13-01}}
"""


def test_every_problem_of_a_plan_is_told_of_at_once_with_its_line(tmp_path: Path) -> None:
    found = findings(tmp_path, BROKEN)
    assert [(rule, place) for rule, place, _ in found] == [
        ("number", "1: project.year"),
        ("form", "3: form"),
        ("number", "4: money[total].budget"),
        ("choice", "6: rows[lines].direction"),
        ("unknown-key", "6: rows[lines].wight"),
        ("day", "7: rows[days].manual.when"),
    ]
    assert "did you mean weight?" in found[4][2]
    with pytest.raises(ConfigError) as refused:
        load_plan(tmp_path / "plan.yaml")
    assert len(refused.value.findings) == 6


def test_a_table_is_told_of_by_row_and_column(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("id,level1,level3,wieght\nlines,产出指标,专线条数,50\n", "utf-8")
    found = findings(tmp_path, YEAR[: YEAR.index("rows:")] + "rows: rows.csv\n")
    assert [(rule, words) for rule, _, words in found] == [
        ("unknown-key", "unknown column wieght; did you mean weight?")
    ]
    assert found[0][1] == f"{tmp_path / 'rows.csv'}: row 1, column wieght"


def test_a_table_that_is_not_there_is_told_of_where_it_is_named(tmp_path: Path) -> None:
    [(rule, place, words)] = findings(tmp_path, YEAR[: YEAR.index("rows:")] + "rows: none.csv\n")
    assert (rule, place, words) == ("file", "7: rows: none.csv", "there is no such file")


def test_rows_may_be_a_sheet_of_a_workbook(tmp_path: Path) -> None:
    book = Workbook()
    [sheet] = book.worksheets
    sheet.title = "指标"
    head = "id level1 level2 level3 target direction weight bands.优 bands.良 bands.中 bands.差"
    sheet.append([*head.split(), "printed.actual", "printed.score"])
    four = ("≥95%", "90%（含）-95%", "85%（含）-90%", "85%以下")
    sheet.append(
        ["lines", "产出指标", "数量指标", "专线条数", "20条", "positive", 50, *[None] * 4, "20条", 50]
    )
    sheet.append(["days", "效益指标", "", "可用率", "≥95%", "positive", 30, *four, "98%", 30])
    sheet.append(
        ["satisfied", "满意度指标", "", "满意度", "≥95%", "positive", 10, *four[:3], "86%以下", "98%", 9]
    )
    book.save(tmp_path / "rows.xlsx")
    found = findings(tmp_path, YEAR[: YEAR.index("rows:")] + "rows: rows.xlsx#指标\n")
    sheet_place = f"{tmp_path / 'rows.xlsx'}[指标]: row 4, column"
    assert [(rule, place.removeprefix(sheet_place)) for rule, place, _ in found] == [
        ("scores-sum", "5: total.score"),
        ("bands-overlap", " bands"),
        ("score-rule", " printed.score"),
    ]


def test_a_row_has_one_source(tmp_path: Path) -> None:
    both = "weight: 50, measure: {indicator: circuits_normal}, manual: {who: 科员},\n     printed"
    rule, place, words = one(tmp_path, "weight: 50,\n     printed", both)
    assert (rule, place) == ("source", "8: rows[lines]")
    assert "`measure` or `manual`" in words


@pytest.mark.parametrize(
    ("line", "rule", "words"),
    [
        ("profile: mof-2019", "reference", "there is no scoring profile mof-2019; expected one of hainan-20-25-55"),
        ("profile: mof-2020\nnetwork: none.yaml", "file", "none.yaml has 1 problems"),
        ("profile: mof-2020\nprofiles: none", "file", "there is no such folder"),
    ],
)  # fmt: skip
def test_what_a_plan_names_has_to_be_there(tmp_path: Path, line: str, rule: str, words: str) -> None:
    found = one(tmp_path, "profile: mof-2020", line)
    assert found[0] == rule
    assert words in found[2]


@pytest.mark.parametrize(
    ("measure", "rule", "words"),
    [
        ("indicator: normal_day", "reference", "there is no indicator normal_day; did you mean normal_days?"),
        ("indicator: normal_days, group: brunch", "reference", "there is no group brunch here; did you mean branch?"),
        ("indicator: normal_days, group: station, of: services", "reference", "there is no group station"),
        ("indicator: normal_days, of: circuits, view: line", "", ""),
        ("indicator: circuits_normal", "wrong-field", "circuits_normal is in 条, the row in 天"),
        ("indicator: connected_ratio, view: line", "reference", "connected_ratio has no view line"),
    ],
)  # fmt: skip
def test_a_measured_row_is_held_against_catalogue_and_network(
    tmp_path: Path, measure: str, rule: str, words: str
) -> None:
    network = EXAMPLES / "hainan-transport-fees-2020" / "network.yaml"
    text = YEAR.replace("profile: mof-2020", f"profile: mof-2020\nnetwork: {network}")
    text = text.replace(
        "printed: {actual: 365天, score: 30}", f"measure: {{{measure}}}\n    printed: {{score: 30}}"
    )
    found = [one for one in findings(tmp_path, text) if "connected" not in measure or one[0] == rule]
    assert [one[0] for one in found] == ([rule] if rule else [])
    assert all(words in one[2] for one in found)


def test_a_user_adds_a_profile_without_touching_code(tmp_path: Path) -> None:
    ours = (EXAMPLES.parent / "scoring_profiles" / "mof-2020.yaml").read_text("utf-8")
    (tmp_path / "ours").mkdir()
    own = ours.replace("name: mof-2020", "name: county").replace("since: 90 %", "since: 99.5 %")
    (tmp_path / "ours" / "county.yaml").write_text(own, "utf-8")
    text = YEAR.replace("profile: mof-2020", "profile: county\nprofiles: ours")
    [(rule, _, words)] = findings(tmp_path, text)
    assert rule == "score-rule"
    assert "99 of 100 is 良 (from 80 on); the form says 优" in words


def test_a_profile_whose_parts_do_not_add_up_is_refused_with_its_line(tmp_path: Path) -> None:
    ours = (EXAMPLES.parent / "scoring_profiles" / "hainan-20-25-55.yaml").read_text("utf-8")
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "h.yaml").write_text(
        ours.replace("{name: 到位时效, weight: 2}", "{name: 到位时效, weight: 1}"), "utf-8"
    )
    found = findings(tmp_path, YEAR.replace("profile: mof-2020", "profile: mof-2020\nprofiles: ours"))
    [(rule, place, words)] = found
    assert rule == "weights-sum"
    assert "h.yaml:" in place
    assert "资金到位 add up to 3 + 1 = 4; expected 5" in words


def test_a_file_that_is_no_plan_is_checked_as_what_it_is(tmp_path: Path) -> None:
    assert check(EXAMPLES / "hainan-transport-fees-2020" / "policy.yaml") == ()
    assert check(EXAMPLES / "hainan-commerce-dept-2020" / "network.yaml") == ()
    [missing] = check(tmp_path / "none.yaml")
    assert missing.rule == "file"
    [refused] = check_plan(EXAMPLES / "hainan-commerce-dept-2020" / "network.yaml")
    assert "expected `project:` and `rows:`" in refused.message


def test_a_plan_is_no_network() -> None:
    with pytest.raises(ConfigError, match="this is an evaluation plan; expected a configuration"):
        load(EXAMPLES / "hainan-commerce-dept-2020" / "plan.yaml")


# The command


def test_the_command_names_every_rule_and_how_bad_it_is() -> None:
    plan = EXAMPLES / "yiyang-egov-network-2020" / "plan.yaml"
    done = linewalker("check", plan)
    assert done.returncode == 1
    assert "10 + 50 + 30 + 10 + 10 = 110; the form says 100 [weights-sum, error]" in done.stdout
    told = json.loads(linewalker("check", plan, "--json").stdout)["findings"]
    assert len(told) == len(done.stdout.splitlines())
    assert {one["rule"] for one in told} <= set(IDS)


def test_a_plan_put_right_ends_with_status_0() -> None:
    assert linewalker("check", EXAMPLES / "hainan-commerce-dept-2020" / "plan-next.yaml").returncode == 0
