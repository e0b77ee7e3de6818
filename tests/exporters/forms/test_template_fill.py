"""An office's own template is filled: every value in its cell, and nothing else touched."""

import io
import re
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from config.errors import ConfigError, LinewalkerError
from config.form_grids import read_form
from exporters.forms.filled import FilledPlan, cells
from tests.exporters.forms.offices import YIYANG, excel, fill_into, filled, placeholder, word

PLAN = filled(YIYANG)


def looks(xml: str) -> list[str]:
    """Everything in a part but its texts."""
    return re.findall(r"<(?!/?w:t[ >/])[^>]*>", xml)


def part(path: Path, name: str = "word/document.xml") -> str:
    with zipfile.ZipFile(path) as parts:
        return parts.read(name).decode()


def refusal(template: Path, target: Path, of: FilledPlan = PLAN) -> str:
    with pytest.raises(LinewalkerError) as caught:
        fill_into(template, of, None, target)
    assert not target.exists()
    assert [*target.parent.glob(f".{target.name}*")] == []
    return str(caught.value)


def test_every_value_stands_in_its_cell_of_a_word_form(tmp_path: Path) -> None:
    template = word(tmp_path / "ours.docx", PLAN.plan, placeholder)
    anchors = fill_into(template, PLAN, None, tmp_path / "form.docx")
    values, texts = (
        cells(PLAN),
        {place: one.text for place, one in read_form(tmp_path / "form.docx").cells.items()},
    )
    assert anchors["rows.lines.actual"].place == "table 1 row 12 column 6"
    assert anchors["total.score"].text == "85"
    for name, anchor in anchors.items():
        assert texts[anchor.place] == values[name] == anchor.text
    shown = {name for name, text in values.items() if text and placeholder(name) in part(template)}
    assert shown == anchors.keys()
    assert "{{" not in part(tmp_path / "form.docx")


def test_fonts_widths_and_merged_cells_of_a_word_form_stay_as_they_are(tmp_path: Path) -> None:
    template = word(tmp_path / "ours.docx", PLAN.plan, placeholder)
    fill_into(template, PLAN, None, tmp_path / "form.docx")
    assert looks(part(tmp_path / "form.docx")) == looks(part(template))
    with zipfile.ZipFile(template) as before, zipfile.ZipFile(tmp_path / "form.docx") as after:
        assert set(after.namelist()) == set(before.namelist())


def test_signs_of_xml_and_new_lines_in_a_value_survive(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("目标：{{ goal.expected }}")
    document.save(str(tmp_path / "ours.docx"))
    said = '延时 <50 ms & 丢包 >"0"\n第二行 {{ 7*7 }}'
    of = replace(
        PLAN, plan=PLAN.plan.model_copy(update={"goal": PLAN.plan.goal.model_copy(update={"expected": said})})
    )
    anchors = fill_into(tmp_path / "ours.docx", of, None, tmp_path / "form.docx")
    assert Document(str(tmp_path / "form.docx")).paragraphs[0].text == f"目标：{said}"
    assert anchors["goal.expected"].place == "paragraph 1"


def test_a_loop_writes_a_row_for_each_row_of_the_plan(tmp_path: Path) -> None:
    document = Document()
    table = document.add_table(4, 3)
    for column, text in enumerate(("指标", "完成值", "得分")):
        table.cell(0, column).text = text
    table.cell(1, 0).text = "{%tr for row in rows %}"
    for column, last in enumerate(("level3", "actual", "score")):
        table.cell(2, column).text = f"{{{{ row.{last} }}}}"
    table.cell(3, 0).text = "{%tr endfor %}"
    document.save(str(tmp_path / "ours.docx"))
    anchors = fill_into(tmp_path / "ours.docx", PLAN, None, tmp_path / "form.docx")
    rows = Document(str(tmp_path / "form.docx")).tables[0].rows
    expected = [[one.row.level3, one.actual, f"{one.points}"] for one in PLAN.rows]
    assert [[cell.text for cell in row.cells] for row in rows][1:] == expected
    assert anchors["rows.lines.actual"].place == "table 1 row 5 column 2"


def test_ids_with_hyphens_headers_and_placeholders_typed_in_pieces_are_filled(tmp_path: Path) -> None:
    row = PLAN.rows[0].row.model_copy(update={"id": "4g-days-x"})
    of = replace(PLAN, rows=(replace(PLAN.rows[0], row=row, actual="365天"),))
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("{", "{ rows.4g-", "days-x", ".actual }} 完成"):
        paragraph.add_run(piece).bold = piece == "{"
    document.sections[0].header.paragraphs[0].text = "{{ project.name }}"
    document.save(str(tmp_path / "ours.docx"))
    anchors = fill_into(tmp_path / "ours.docx", of, None, tmp_path / "form.docx")
    made = Document(str(tmp_path / "form.docx"))
    assert made.paragraphs[0].text == "365天 完成"
    assert made.sections[0].header.paragraphs[0].text == PLAN.plan.project.name
    assert anchors["project.name"].place == "header 1"


@pytest.mark.parametrize(
    "tag",
    [
        "{{ rows.__class__.__mro__ }}", "{{ ''.__class__ }}", "{{ values.__class__ }}", "{{ rows[0].keys() }}",
        "{% for x in range(9) %}{% endfor %}", "{{ lipsum() }}", "{{ project.name.format(1) }}",
        "{% include 'x' %}", "{{ config }}", "{{ rows.lines.actual.__class__ }}",
    ],
)  # fmt: skip
def test_a_template_reaches_nothing_but_the_values(tmp_path: Path, tag: str) -> None:
    document = Document()
    document.add_paragraph(tag)
    document.save(str(tmp_path / "ours.docx"))
    assert str(tmp_path / "ours.docx") in refusal(tmp_path / "ours.docx", tmp_path / "form.docx")


def test_every_value_stands_in_its_cell_of_a_workbook_and_numbers_are_numbers(tmp_path: Path) -> None:
    template = excel(tmp_path / "ours.xlsx", PLAN.plan, placeholder)
    before = load_workbook(template)
    before["自评表"]["H5"].number_format = "0.00%"
    before["自评表"]["K1"] = "=SUM(H10:H20)"
    before.save(template)
    anchors = fill_into(template, PLAN, None, tmp_path / "form.xlsx")
    sheet, old = load_workbook(tmp_path / "form.xlsx")["自评表"], before["自评表"]
    assert sheet["D5"].value == 180
    assert sheet["H5"].value == 0.46
    assert sheet["K1"].value == "=SUM(H10:H20)"
    assert anchors["money.total.rate"].text == "46%"
    for name, anchor in anchors.items():
        assert anchor.text == cells(PLAN)[name]
    assert sheet.merged_cells.ranges == old.merged_cells.ranges
    for line in old.iter_rows():
        for one in line:
            new = sheet[one.coordinate]
            for look in ("font", "border", "alignment", "fill", "protection", "number_format"):
                assert repr(getattr(new, look)) == repr(getattr(one, look))
            if "{{" not in str(one.value):
                assert new.value == one.value
    for letter, kept in old.column_dimensions.items():
        assert sheet.column_dimensions[letter].width == kept.width
    assert sheet.print_title_rows == old.print_title_rows
    assert sheet.oddFooter is not None
    assert sheet.oddFooter.center.text == "第 &P 页"


def test_texts_stay_texts_in_a_workbook(tmp_path: Path) -> None:
    plan = PLAN.plan
    project = plan.project.model_copy(update={"phone": "13800000000", "name": "=1+1", "postcode": "010203"})
    of = replace(PLAN, plan=plan.model_copy(update={"project": project}))
    book = load_workbook(excel(tmp_path / "ours.xlsx", plan, placeholder))
    sheet = book["自评表"]
    sheet["K1"], sheet["K2"], sheet["K3"] = (
        "{{ project.phone }}",
        "{{project.postcode}}",
        "得 {{ total.score }} 分",
    )
    mixed = CellRichText("甲", TextBlock(InlineFont(b=True), "{{ project.unit }}"), "乙")
    sheet["K4"] = mixed
    book.save(tmp_path / "ours.xlsx")
    fill_into(tmp_path / "ours.xlsx", of, None, tmp_path / "form.xlsx")
    made = load_workbook(tmp_path / "form.xlsx", rich_text=True)["自评表"]
    assert [made[at].value for at in ("K1", "K2", "K3")] == ["13800000000", "010203", "得 85 分"]
    assert (made["C2"].value, made["C2"].data_type) == ("=1+1", "s")
    rich = made["K4"].value
    assert isinstance(rich, CellRichText)
    assert [str(one) for one in rich] == ["甲", plan.project.unit, "乙"]
    assert isinstance(rich[1], TextBlock)
    assert rich[1].font.b


def test_an_unknown_name_is_said_with_its_place_and_what_would_be_right(tmp_path: Path) -> None:
    def mistyped(name: str) -> str:
        return placeholder(name.replace("lines.actual", "lines.actaul"))

    for template, place in (
        (word(tmp_path / "ours.docx", PLAN.plan, mistyped), "table 1 row 12 column 6"),
        (excel(tmp_path / "ours.xlsx", PLAN.plan, mistyped), "自评表!F13"),
    ):
        said = refusal(template, tmp_path / f"form{template.suffix}")
        wanted = "nothing fills rows.lines.actaul; expected a name such as rows.lines.actual"
        assert said == f"{template}: {place}: {wanted}"


def test_an_open_or_impossible_target_is_refused(tmp_path: Path) -> None:
    template = word(tmp_path / "ours.docx", PLAN.plan, placeholder)
    (tmp_path / ".~lock.form.docx#").touch()
    assert "is open in another program" in refusal(template, tmp_path / "form.docx")
    assert "cannot be written: No such file" in refusal(template, tmp_path / "nowhere" / "form.docx")
    assert "expected a name that ends so" in refusal(template, tmp_path / "form.xlsx")
    before = template.read_bytes()
    with pytest.raises(LinewalkerError, match="is the template itself"):
        fill_into(template, PLAN, None, template)
    assert template.read_bytes() == before


def test_what_was_there_stays_until_the_new_form_is_whole(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("{{ rows.nobody.actual }}")
    document.save(str(tmp_path / "ours.docx"))
    (tmp_path / "form.docx").write_bytes(b"old")
    with pytest.raises(ConfigError):
        fill_into(tmp_path / "ours.docx", PLAN, None, tmp_path / "form.docx")
    assert (tmp_path / "form.docx").read_bytes() == b"old"


@pytest.mark.parametrize("ending", ["docx", "xlsx"])
def test_templates_saved_by_libreoffice_are_filled_as_well(tmp_path: Path, ending: str) -> None:
    make = word if ending == "docx" else excel
    made = make(tmp_path / f"ours.{ending}", PLAN.plan, placeholder)
    old = {"docx": "doc", "xlsx": "xls"}[ending]
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    for source, kind, folder in ((made, old, "old"), (tmp_path / "old" / f"ours.{old}", ending, "new")):
        subprocess.run(
            ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", tmp_path / folder, source],
            check=True, timeout=180, capture_output=True,
        )  # fmt: skip
    template = tmp_path / "new" / f"ours.{ending}"
    anchors = fill_into(template, PLAN, None, tmp_path / f"form.{ending}")
    texts = {place: one.text for place, one in read_form(tmp_path / f"form.{ending}").cells.items()}
    assert len(anchors) == sum(1 for name in anchors if cells(PLAN)[name]) > 45
    for name, anchor in anchors.items():
        assert "".join(texts[anchor.place].split()) == "".join(cells(PLAN)[name].split())
    assert io.BytesIO((tmp_path / f"form.{ending}").read_bytes()).read(2) == b"PK"
