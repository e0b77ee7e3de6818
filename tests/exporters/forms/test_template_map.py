"""A form without placeholders is filled by place; a mapping that no longer fits is named with what would be right."""

from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from config.errors import ConfigError, Finding
from config.form_grids import read_form
from config.form_mapping import FormMapping, load_mapping, mapping_text
from config.form_proposals import propose
from exporters.forms.filled import cells
from tests.exporters.forms.offices import YIYANG, excel, fill_into, filled, nothing, word
from tests.exporters.forms.test_template_fill import looks, part

PLAN = filled(YIYANG)
MAKE = {"docx": word, "xlsx": excel}
both = pytest.mark.parametrize("kind", ["docx", "xlsx"])


def written(folder: Path, kind: str) -> tuple[Path, Path]:
    """An empty form and its mapping as proposed."""
    template = MAKE[kind](folder / f"ours.{kind}", PLAN.plan, nothing)
    found = propose(PLAN.plan, read_form(template))
    assert found is not None
    mapping = folder / "mapping.yaml"
    mapping.write_text(mapping_text(found), "utf-8")
    return template, mapping


def refused(mapping: Path, template: Path) -> tuple[Finding, ...]:
    with pytest.raises(ConfigError) as caught:
        load_mapping(mapping, read_form(template))
    return caught.value.findings


@both
def test_an_empty_form_is_mapped_by_its_words_and_filled(tmp_path: Path, kind: str) -> None:
    template, path = written(tmp_path, kind)
    mapping = load_mapping(path, read_form(template))
    wanted = {f"rows.{one.row.id}.{last}" for one in PLAN.rows for last in ("actual", "score", "reason")}
    wanted |= {f"money.{one.money.id}.{last}" for one in PLAN.money
               for last in ("planned", "budget", "spent", "rate", "score")}  # fmt: skip
    assert {one.value for one in mapping.cells} == wanted | {"total.score", "goal.expected", "goal.actual"}
    anchors = fill_into(template, PLAN, mapping, tmp_path / f"form.{kind}")
    texts = {place: one.text for place, one in read_form(tmp_path / f"form.{kind}").cells.items()}
    values = cells(PLAN)
    for one in mapping.cells:
        assert texts[one.at] == values[one.value], one
    assert {name: anchor.place for name, anchor in anchors.items()} == {
        one.value: one.at for one in mapping.cells if values[one.value]
    }
    before = {place: one.text for place, one in read_form(template).cells.items()}
    mapped = {one.at for one in mapping.cells}
    assert {place: text for place, text in texts.items() if place not in mapped} == {
        place: text for place, text in before.items() if place not in mapped
    }


def test_a_mapped_cell_of_word_keeps_its_letters_and_the_table_its_shape(tmp_path: Path) -> None:
    template, path = written(tmp_path, "docx")
    fill_into(template, PLAN, load_mapping(path, read_form(template)), tmp_path / "form.docx")
    old, new = looks(part(template)), looks(part(tmp_path / "form.docx"))
    assert [one for one in new if "rFonts" not in one] == [one for one in old if "rFonts" not in one]
    cell = Document(str(tmp_path / "form.docx")).tables[0].cell(11, 5)
    assert (cell.text, cell.paragraphs[0].runs[0].font.name) == ("150条", "仿宋")


@both
def test_a_changed_template_is_said_with_line_place_and_where_the_cell_is_now(
    tmp_path: Path, kind: str
) -> None:
    template, path = written(tmp_path, kind)
    if kind == "docx":
        document = Document(str(template))
        line = document.tables[0].rows[3]._tr
        line.getparent().remove(line)
        document.save(str(template))
        old, new = "table 1 row 12 column 6", "table 1 row 11 column 6"
    else:
        book = load_workbook(template)
        for one in list(book["自评表"].merged_cells.ranges):
            book["自评表"].unmerge_cells(one.coord)
        book["自评表"].insert_rows(1)
        book.save(template)
        old, new = "自评表!F13", "自评表!F14"
    number = 1 + next(
        n for n, text in enumerate(path.read_text("utf-8").splitlines()) if "rows.lines.actual" in text
    )
    found = {one.place: one for one in refused(path, template)}
    said = found[f"{path}:{number}: cells[#{number - 1}].at"]
    assert said.message == (
        f"{old} is not the cell of rows.lines.actual, 租赁政务外网专线 / 实际完成值; in this template that is {new}"
    )


def test_a_row_that_is_gone_and_a_cell_given_twice_are_said(tmp_path: Path) -> None:
    template, path = written(tmp_path, "xlsx")
    book = load_workbook(template)
    book["自评表"]["D13"] = "别的"
    book.save(template)
    said = [one.message for one in refused(path, template) if "rows.lines.actual" in one.message]
    assert said == [
        "自评表!F13 is not the cell of rows.lines.actual; the template has no cell of 租赁政务外网专线 / 实际完成值"
        " any more: map it again"
    ]
    path.write_text(
        "cells:\n" + "  - {value: total.score, at: 自评表!H25, beside: 总分, below: 得分}\n" * 2, "utf-8"
    )
    [twice] = [one for one in refused(path, template) if "is given to" in one.message]
    assert twice.place == f"{path}:3: cells[#2].at"


def test_a_mapping_of_another_plan_names_what_nothing_fills(tmp_path: Path) -> None:
    template, path = written(tmp_path, "docx")
    path.write_text(path.read_text("utf-8").replace("rows.lines.actual", "rows.line.actual"), "utf-8")
    with pytest.raises(ConfigError) as caught:
        fill_into(template, PLAN, load_mapping(path, read_form(template)), tmp_path / "form.docx")
    [said] = caught.value.findings
    assert str(said) == (
        f"{template}: table 1 row 12 column 6: nothing fills rows.line.actual; "
        "expected a name such as rows.lines.actual"
    )
    assert not (tmp_path / "form.docx").exists()


def test_a_form_of_other_words_gets_no_mapping(tmp_path: Path) -> None:
    document = Document()
    document.add_table(2, 2).cell(0, 0).text = "采购清单"
    document.save(str(tmp_path / "ours.docx"))
    assert propose(PLAN.plan, read_form(tmp_path / "ours.docx")) is None


def test_a_mapping_needs_cells() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        FormMapping(cells=())
