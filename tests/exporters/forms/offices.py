"""Forms as offices have them, made of the reports' texts: tables with merged cells, Chinese fonts, set widths."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

from config.form_mapping import FormMapping
from config.plan import Plan
from config.plan_files import load_plan
from exporters.forms.filled import FilledMoney, FilledPlan, FilledRow
from exporters.forms.template_fill import Anchor, fill_template, require_target
from exporters.forms.written import beside
from tests.config.test_examples import EXAMPLES

YIYANG = EXAMPLES / "yiyang-egov-network-2020" / "plan.yaml"
S1 = EXAMPLES / "hainan-commerce-info-centre-2018" / "plan.yaml"
HEAD = (
    "绩\n效\n指\n标",
    "一级指标",
    "二级指标",
    "三级指标",
    "年度\n指标值",
    "实际\n完成值",
    "分值",
    "得分",
    "偏差原因分析及改进措施",
)
Cells = Callable[[str], str]
"""What goes into the cell of a value: its text, a placeholder, or nothing."""


def filled(path: Path, **changes: Any) -> FilledPlan:
    """A plan of the examples, filled with what its form printed."""
    loaded = load_plan(path)
    plan = loaded.plan
    rows = [FilledRow(one, actual=one.actual, points=one.score, reason=one.reason) for one in plan.rows]
    money = [
        FilledMoney(one, f"{one.rate}%" if one.rate is not None else "", one.score) for one in plan.money
    ]
    made = FilledPlan(
        plan,
        loaded.profile,
        tuple(rows),
        tuple(money),
        0,
        0,
        "Asia/Shanghai",
        plan.total.score,
        plan.total.grade,
    )
    return made if not changes else _changed(made, changes)


def _changed(of: FilledPlan, changes: dict[str, Any]) -> FilledPlan:
    from dataclasses import replace

    return replace(of, **changes)


def hainan(path: Path, plan: Plan) -> Path:
    """项目绩效目标表 and 项目基本信息 as S1 has them, filled."""
    document = Document()
    document.add_paragraph(f"{plan.project.year}年度项目绩效目标表")
    document.add_paragraph(f"项目名称：{plan.project.name}（{plan.project.year}年度）")
    table = document.add_table(2, 7, style="Table Grid")
    for column, text in enumerate(("指标类型", "指标名称", "绩效目标", "绩效标准")):
        table.cell(0, column).text = text
        if column < 3:
            table.cell(0, column).merge(table.cell(1, column))
    table.cell(0, 3).merge(table.cell(0, 6))
    for column, grade in enumerate("优良中差", 3):
        table.cell(1, column).text = grade
    for row in plan.rows:
        bands = row.bands.cells().values() if row.bands else [""] * 4
        _line(table, [row.level1, row.level3, row.target, *bands])
    note = table.add_row().cells
    note[0].merge(note[6]).text = "注：以预算批复的绩效目标为准填列。"
    _basics(document.add_table(0, 6, style="Table Grid"), plan)
    _points(document.add_table(0, 7, style="Table Grid"), plan)
    people = document.add_table(0, 5, style="Table Grid")
    _line(people, ["姓  名", "职务/职称", "单   位", "项目评分", "签 字"])
    for one in plan.evaluators:
        _line(people, [one.name, one.post, one.unit, "" if one.score is None else str(one.score), ""])
    _line(people, ["合计", "", "平均得分", "" if plan.total.mean is None else str(plan.total.mean), ""])
    for signature in plan.signatures:
        document.add_paragraph(f"{signature}：")
    document.save(str(path))
    return path


def _line(table: Any, texts: list[str]) -> None:
    for cell, text in zip(table.add_row().cells, texts, strict=True):
        cell.text = text


def _basics(table: Any, plan: Plan) -> None:
    project, money = plan.project, plan.money
    _line(table, ["项目实施单位", project.unit, "主管部门", project.department, "", ""])
    _line(table, ["项目负责人", project.leader, "联系电话", project.phone, "项目编号", project.number])
    _line(
        table,
        ["地址", project.address, "邮编", project.postcode, "项目类型", "经常性项目（√） 一次性项目（  ）"],
    )
    labels = ("计划投资额\n（万元）", "实际到位资金（万元）", "实际使用情况（万元）")
    for place, one in enumerate(money):
        names = labels if place == 0 else (one.name, one.name, "")
        values = ["" if value is None else f"{value}" for value in (one.planned, one.arrived, one.spent)]
        _line(table, [text for pair in zip(names, values, strict=True) for text in pair])


def _points(table: Any, plan: Plan) -> None:
    _line(table, ["一级指标", "分值", "二级指标", "分值", "三级指标", "分值", "得分"])
    weights = {(one.level1, one.level2): f"{one.weight}" for one in plan.weights}
    seen: set[tuple[str, str]] = set()
    for one in plan.scores:
        first = [one.level1, weights[(one.level1, "")]] if (one.level1, "") not in seen else ["", ""]
        pair = (one.level1, one.level2)
        second = [one.level2, weights.get(pair, "")] if pair not in seen else ["", ""]
        seen |= {(one.level1, ""), pair}
        _line(
            table, [*first, *second, one.level3, f"{one.weight}", "" if one.score is None else f"{one.score}"]
        )
    weight, score = ("" if one is None else f"{one}" for one in (plan.total.weight, plan.total.score))
    _line(table, ["总分", weight, "", weight, "", weight, score])
    _line(table, ["评价等次", plan.total.grade, "", "", "", "", ""])


def placeholder(name: str) -> str:
    return f"{{{{ {name} }}}}"


def nothing(name: str) -> str:
    return ""


def lines(plan: Plan, cell: Cells) -> list[list[tuple[str, int]]]:
    """项目支出绩效自评表 as rows of texts with how many of nine columns each spans."""
    project, weights = plan.project, {one.level1: one.weight for one in plan.weights}
    head = [
        [("项目名称", 2), (cell("project.name") or project.name, 7)],
        [("主管部门", 2), (cell("project.department") or project.department, 2), ("实施单位", 1),
         (cell("project.unit") or project.unit, 4)],
        [("项目资金\n（万元）", 2), ("", 1), ("年初\n预算数", 1), ("全年\n预算数", 1), ("全年\n执行数", 1),
         ("分值", 1), ("执行率", 1), ("得分", 1)],
        *([("", 2), (one.name, 1), *((cell(f"money.{one.id}.{last}"), 1) for last in ("planned", "budget", "spent")),
           (f"{one.weight or ''}", 1), *((cell(f"money.{one.id}.{last}"), 1) for last in ("rate", "score"))]
          for one in plan.money),
        [("年度总体目标", 2), ("预期目标", 3), ("实际完成情况", 4)],
        [("", 2), (cell("goal.expected"), 3), (cell("goal.actual"), 4)],
        [(text, 1) for text in HEAD],
    ]  # fmt: skip
    rows = [
        [("", 1), (f"{row.level1}\n（{weights.get(row.level1, 0)}分）", 1),
         (row.level2, 1), (row.level3, 1), (row.target, 1), (cell(f"rows.{row.id}.actual"), 1),
         (f"{row.weight}", 1), (cell(f"rows.{row.id}.score"), 1), (cell(f"rows.{row.id}.reason"), 1)]
        for row in plan.rows
    ]  # fmt: skip
    return [*head, *rows, [("总分", 6), (f"{plan.total.weight}", 1), (cell("total.score"), 1), ("", 1)]]


def word(path: Path, plan: Plan, cell: Cells, before: str = "2020年度项目支出绩效自评表") -> Path:
    """The form as a Word file: 仿宋 10.5 in the cells, 黑体 16 above, set widths, merged first levels."""
    document = Document()
    title = document.add_paragraph()
    _letters(title.add_run(before), "黑体", 16)
    written = lines(plan, cell)
    table = document.add_table(len(written), 9, style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, (0.8, 1.5, 1.6, 3.0, 2.4, 2.4, 1.1, 1.1, 3.1), strict=True):
        column.width = Cm(width)
    for row, line in enumerate(written):
        at = 0
        for text, span in line:
            one = table.cell(row, at)
            if span > 1:
                one = one.merge(table.cell(row, at + span - 1))
            _letters(one.paragraphs[0].add_run(text), "仿宋", 10.5)
            at += span
    _merge_equal(table, [line[1][0] if len(line) == 9 else "" for line in written])
    document.add_paragraph("填表人：（略）        负责人（签字）：")
    document.save(str(path))
    return path


def _letters(run: Any, font: str, points: float) -> None:
    run.font.name, run.font.size = font, Pt(points)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def _merge_equal(table: Any, firsts: list[str]) -> None:
    """Merge what stands below itself in the column of first levels."""
    start = 0
    for row in range(1, len(firsts) + 1):
        if row == len(firsts) or firsts[row] != firsts[start]:
            if firsts[start] and row - start > 1:
                for below in range(start + 1, row):
                    table.cell(below, 1).paragraphs[0].clear()
                merged = table.cell(start, 1).merge(table.cell(row - 1, 1))
                for extra in merged.paragraphs[1:]:
                    extra._element.getparent().remove(extra._element)
            start = row


def excel(path: Path, plan: Plan, cell: Cells) -> Path:
    """The same form as a workbook."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "自评表"
    sheet["A1"] = "2020年度项目支出绩效自评表"
    sheet["A1"].font = Font(name="黑体", size=16, bold=True)
    sheet.merge_cells("A1:I1")
    side = Side(style="thin")
    for row, line in enumerate(lines(plan, cell), 2):
        at = 1
        for text, span in line:
            one = sheet.cell(row, at)
            one.value = text or None
            one.font = Font(name="仿宋_GB2312", size=10.5)
            one.alignment = Alignment(wrap_text=True, vertical="center")
            one.border = Border(side, side, side, side)
            if span > 1:
                sheet.merge_cells(start_row=row, end_row=row, start_column=at, end_column=at + span - 1)
            at += span
    for letter, width in zip("ABCDEFGHI", (4, 10, 12, 28, 18, 18, 8, 8, 30), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.print_title_rows = "1:1"
    assert sheet.oddFooter is not None
    sheet.oddFooter.center.text = "第 &P 页"
    book.save(path)
    return path


def fill_into(
    template: Path, of: FilledPlan, mapping: FormMapping | None, target: Path
) -> Mapping[str, Anchor]:
    """Fill a template into a file, as `evaluate` does; where each value went."""
    require_target(template, target)
    content, anchors = fill_template(template, of, mapping)
    with beside(target) as file:
        file.write(content)
    return anchors
