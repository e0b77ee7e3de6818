"""The built-in forms: the reports' own tables come out as they were, in Word and Excel alike."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm
from openpyxl import load_workbook

from config.errors import LinewalkerError, MachineError
from exporters.forms.excel import excel
from exporters.forms.filled import FilledPlan, FilledRow, cells
from exporters.forms.hainan import mean_of
from exporters.forms.made import form
from exporters.forms.monitoring import Expected
from exporters.forms.pdf import pdf
from exporters.forms.sheet import Box, Form, Grid, anchors, placed, runs
from exporters.forms.word import word
from indicators.measure import Bracket, Measure
from tests.config.test_plans_as_published import ALL, S0, S1, S2, S3
from tests.exporters.forms.reading import described, filled, in_excel, in_word, lines


def made(of: FilledPlan, *, annotated: bool = False) -> Form:
    return form(of, of.plan.form, "zh", annotated=annotated)


def every_form() -> Iterator[Form]:
    for folder in ALL:
        for name in ("plan.yaml", "plan-next.yaml"):
            of = filled(folder / name)
            yield from (form(of, kind, "zh") for kind in ("self-evaluation", "hainan", "monitoring"))


def test_word_and_excel_hold_the_same_cells_joined_alike() -> None:
    for one in every_form():
        wanted = described(one)
        assert in_word(word(one)) == wanted
        assert in_excel(excel(one), one) == wanted


def test_the_table_of_goals_of_2018_comes_out_as_it_was_printed() -> None:
    goals, *_ = in_word(word(made(filled(S1 / "plan.yaml"))))
    assert lines(goals)[2:] == [
        [
            "产出指标",
            "租用网络运行线路",
            "49",
            "47（含）-51",
            "43（含）-46",
            "40（含）-45",
            "40条以下",
            "50条",
            "优",
        ],
        [
            "成效指标",
            "网络宽带保障率",
            "99%",
            "≧95%",
            "90%（含）-95%",
            "85%（含）-90%",
            "85%以下",
            "100%",
            "优",
        ],
        [
            "网络运行故障率",
            "1%",
            "5%以下",
            "5%（含）-10%",
            "10%（含）-15%",
            "15%（含）以下",
            "未出网络故障",
            "",
        ],
    ]


def test_the_scores_of_2018_add_up_to_97_and_are_excellent() -> None:
    of = filled(S1 / "plan.yaml")
    assert (of.total, of.grade) == (Decimal(97), "优")
    _, basics, scores, people = in_word(word(made(of)))
    assert lines(basics)[4] == ["项目类型", "经常性项目（√）       一次性项目（  ）"]
    assert lines(basics)[5] == [
        *("计划投资额\n（万元）", "589.5", "实际到位资金（万元）", "589.5", "实际使用情况（万元）", "588.06"),
    ]
    told = lines(scores)
    assert told[5] == ["资金分配", "8", "分配办法", "2", "2"]
    assert told[-2:] == [["总分", "100", "", "100", "", "100", "97"], ["评价等次", "优"]]
    assert len(lines(people)) == 2 + 9 + 1


def test_the_scores_of_2020_are_98_and_a_half_like_the_mean_of_the_evaluators() -> None:
    of = filled(S3 / "plan.yaml")
    assert of.total == mean_of(of) == Decimal("98.5")
    *_, scores, people = in_excel(excel(made(of)), made(of))
    assert lines(scores)[-2][-1] == "98.5"
    assert lines(people)[-1] == ["合计", "", "平均得分", "98.5", ""]


def test_the_self_evaluation_of_2020_comes_out_as_it_was_printed() -> None:
    head, table = in_word(word(made(filled(S2 / "plan.yaml"))))
    assert lines(head)[0] == ["项目名称", "市电子政务外网平台中心机房租赁费及运行维护费"]
    # 82 of 180 is 45.56 %: what was printed, 46 % and 4.6 points, was rounded twice.
    assert lines(head)[3] == ["年度资金总额", "180", "180", "82", "10", "45.56%", "4.56"]
    told = lines(table)
    assert told[0][1:] == [
        *("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"),
        "偏差原因分析及改进措施",
    ]
    assert told[1] == [
        "绩效指标",
        "产出指标\n（50分）",
        "数量指标",
        "租赁核心机房",
        "1个",
        "1个",
        "5",
        "5",
        "",
    ]
    assert told[2] == ["租赁核心及汇聚机房网络设备", "17台", "17台", "5", "5", ""]
    assert told[10][-4:] == ["部分完成优化", "10", "6", "进一步扩大经济效益"]
    assert told[-1][0] == "总分"


def test_equal_levels_are_one_cell() -> None:
    assert runs(["a", "a", "b", "a"]) == [2, 0, 1, 1]
    _, table = in_word(word(made(filled(S2 / "plan.yaml"))))
    assert {seen.text: seen.rows for seen in table.values() if seen.rows > 1} == {
        "绩效指标": 14,
        "产出指标\n（50分）": 9,
        "数量指标": 5,
        "质量指标": 2,
        "效益指标\n（30分）": 3,
    }


def test_a_form_is_printed_on_a4_in_chinese_fonts_with_its_titles_on_every_page() -> None:
    one = made(filled(S2 / "plan.yaml"))
    document: Any = Document(BytesIO(word(one)))
    [section] = document.sections
    assert [round(side.cm, 1) for side in (section.page_width, section.page_height)] == [21.0, 29.7]
    room = section.page_width - section.left_margin - section.right_margin
    for page in one.pages:
        assert Cm(sum(page.widths)) <= room + Cm(0.01)
    table = document.tables[1]._tbl
    assert [bool(row.findall(f".//{qn('w:tblHeader')}")) for row in table.tr_lst][:2] == [True, False]
    assert all(row.findall(f".//{qn('w:cantSplit')}") for row in table.tr_lst)
    fonts = document.styles["Normal"].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "宋体"
    assert document.paragraphs[0].runs[0]._element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"
    sheet = load_workbook(BytesIO(excel(one))).worksheets[0]
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth) == (9, 1)
    assert sheet.print_title_rows == "$10:$10"
    assert sheet["A10"].border.left.style == "thin"
    assert sheet["B10"].font.name == "宋体"


def test_the_monitoring_form_lies_and_marks_what_is_certain_maybe_and_impossible() -> None:
    of = filled(S0 / "plan-next.yaml")
    names = [one.row.id for one in of.rows][:3]
    chances = dict(zip(names, ((1.0, 1.0), (0.2, 1.0), (0.0, 0.0)), strict=True))
    expected = {name: Expected("361天（357–364天）", chance) for name, chance in chances.items()}
    one = form(of, "monitoring", "zh", expected=expected)
    document: Any = Document(BytesIO(word(one)))
    assert round(document.sections[0].page_width.cm, 1) == 29.7
    table = in_word(word(one))[1]
    marks = [[table[row, column].text for column in (13, 14, 15)] for row in (2, 3, 4, 5)]
    assert marks == [["√", "", ""], ["", "√", ""], ["", "", "√"], ["", "", ""]]
    assert table[2, 6].text == "361天（357–364天）"


def test_every_value_of_a_form_says_what_the_plan_says_under_its_name() -> None:
    for one, of in (
        (made(of), of) for of in map(filled, (S1 / "plan.yaml", S2 / "plan.yaml", S3 / "plan.yaml"))
    ):
        told, tables = cells(of), described(one)
        grids = [len(page.grids) for page in one.pages]
        for name, place in anchors(one).items():
            if name in told and name != "project.kind":
                seen = tables[sum(grids[: place.page]) + place.grid][place.row, place.column]
                assert seen.text == told[name], name


def test_what_was_typed_never_becomes_a_formula_nor_breaks_the_file() -> None:
    of = filled(S2 / "plan.yaml")
    strange = "=1+1 <b>&\x07 007"
    project = of.plan.project.model_copy(update={"name": strange, "unit": "007"})
    one = made(replace(of, plan=of.plan.model_copy(update={"project": project})))
    sheet = load_workbook(BytesIO(excel(one))).worksheets[0]
    assert sheet["C3"].data_type == "s"
    assert sheet["C3"].value == "=1+1 <b>&\N{REPLACEMENT CHARACTER} 007"
    assert "007" in [cell.value for cell in sheet[4]]
    assert lines(in_word(word(one))[0])[0][1] == sheet["C3"].value


def test_boxes_that_do_not_fill_their_grid_are_refused() -> None:
    with pytest.raises(ValueError, match="not filled"):
        list(placed(Grid((1.0, 1.0), ((Box("a"),),))))
    with pytest.raises(ValueError, match="no room"):
        list(placed(Grid((1.0,), ((Box("a", columns=2),),))))


def measured() -> FilledPlan:
    """S1 as it will be, with one row measured and attested."""
    of = filled(S1 / "plan-next.yaml")
    common: dict[str, Any] = {
        "kind": "circuits",
        "subject": "all",
        "view": "line",
        "begin": of.begin,
        "end": of.end,
    }
    evidence = {"down_seconds": 10.0, "up_seconds": 90.0, "unknown_seconds": 0.0}
    measure = Measure(
        indicator="fault_rate", bracket=Bracket(0.0049, 0.0049, 0.005, 0.98, evidence), unit="ratio",
        formula="fault_rate/1", policy="0123456789abcdef", policy_name="本局口径", basis="amended", **common,
    )  # fmt: skip
    before = replace(measure, bracket=Bracket(0.0048, 0.0047, 0.006, 0.9, evidence), basis="measured")
    rows = tuple(
        FilledRow(
            one.row,
            actual="0.49%",
            grade="优",
            measure=measure,
            amends=before,
            adopted="海交规1号 2026-01-05",
        )
        if one.row.id == "faults"
        else one
        for one in of.rows
    )
    return replace(of, rows=rows)


def test_the_annotated_form_says_how_a_value_came_about_and_the_clean_one_does_not() -> None:
    of = measured()
    [row] = [
        line
        for line in Document(BytesIO(word(made(of, annotated=True)))).tables[0]._tbl.tr_lst
        if "网络运行故障率" in "".join(line.itertext()) and "口径" not in "".join(line.itertext())
    ]
    assert all(one.findall(f".//{qn('w:keepNext')}") for one in row.tc_lst)  # what is said stays on its page
    noted = next(
        seen.text for seen in in_word(word(made(of, annotated=True)))[0].values() if "口径" in seen.text
    )
    for said in (
        "ΣD/Σ(U+D)",
        "本局口径（0123456789ab）",
        "海交规1号 2026-01-05",
        "98.00 %",
        "0.49 % … 0.50 %",
    ):
        assert said in noted
    assert "实测 0.48 %，计入佐证后 0.49 %" in noted
    clean = word(made(of))
    assert not any("口径" in seen.text for table in in_word(clean) for seen in table.values())
    assert in_word(clean) == described(made(of))


def test_a_frozen_form_bears_revision_and_code_in_its_footer() -> None:
    of = replace(measured(), revision=2, code="0000-1111-2222")
    document = Document(BytesIO(word(made(of))))
    assert "第 2 版 · 校验码 0000-1111-2222" in document.sections[0].footer.paragraphs[0].text
    assert document.core_properties.identifier == "linewalker:0000-1111-2222"
    sheet: Any = load_workbook(BytesIO(excel(made(of)))).worksheets[0]
    assert "校验码 0000-1111-2222" in (sheet.oddFooter.center.text or "")


def test_labels_are_english_where_that_is_asked_for() -> None:
    told = lines(in_word(word(form(filled(S2 / "plan.yaml"), "self-evaluation", "en")))[1])
    assert told[0][1:4] == ["level 1", "level 2", "level 3"]
    assert told[1][3] == "租赁核心机房"


def test_a_pdf_is_made_by_libreoffice_with_the_same_words(tmp_path: Path) -> None:
    place = tmp_path / "form.pdf"
    place.write_bytes(pdf(word(made(filled(S2 / "plan.yaml")))))
    told = subprocess.run(
        ["pdftotext", "-layout", place, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "项目支出绩效自评表" in told
    assert "45.56%" in told


def test_without_libreoffice_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MachineError, match="apt install libreoffice-writer") as told:
        pdf(b"")
    assert told.value.exit_status == 3


def test_libreoffice_is_not_waited_for_for_ever() -> None:
    with pytest.raises(LinewalkerError, match=r"within 0\.05 s"):
        pdf(word(made(filled(S2 / "plan.yaml"))), seconds=0.05)
