"""A template is looked over before it is filled: names, tags, what would be lost, and files that are none."""

import json
import subprocess
import zipfile
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.utils import get_column_letter

from config.errors import LinewalkerError
from config.office_files import office_kind
from exporters.forms.template_check import problems
from tests.exporters.forms.offices import YIYANG, excel, filled, placeholder, word
from tests.practice import linewalker

PLAN = filled(YIYANG)
SHAPE = (
    "<xdr:twoCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>0</xdr:row>"
    "<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>2</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>3</xdr:row>"
    '<xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="2" name="公章"/>'
    '<xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr><a:prstGeom prst="ellipse"><a:avLst/></a:prstGeom></xdr:spPr></xdr:sp>'
    "<xdr:clientData/></xdr:twoCellAnchor>"
)
DRAWING = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">{}</xdr:wsDr>'
)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def with_parts(path: Path, parts: dict[str, bytes], change: dict[str, tuple[str, str]]) -> Path:
    """A workbook with parts put in and texts of parts replaced, as another program would have written it."""
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    for name, (before, after) in change.items():
        assert before in members[name].decode()
        members[name] = members[name].decode().replace(before, after, 1).encode()
    with zipfile.ZipFile(path, "w") as new:
        for name, part in (members | parts).items():
            new.writestr(name, part)
    return path


def with_shape(path: Path) -> Path:
    relation = f'<Relationships xmlns="{RELATIONS.replace("officeDocument", "package")}">{{}}</Relationships>'
    of_sheet = f'<Relationship Id="rId1" Type="{RELATIONS}/drawing" Target="../drawings/drawing1.xml"/>'
    kind = "application/vnd.openxmlformats-officedocument.drawing+xml"
    drawn = f'<Override PartName="/xl/drawings/drawing1.xml" ContentType="{kind}"/></Types>'
    return with_parts(
        path,
        {
            "xl/drawings/drawing1.xml": DRAWING.format(SHAPE).encode(),
            "xl/worksheets/_rels/sheet1.xml.rels": relation.format(of_sheet).encode(),
        },
        {
            "xl/worksheets/sheet1.xml": (
                "</worksheet>",
                f'<drawing xmlns:r="{RELATIONS}" r:id="rId1"/></worksheet>',
            ),
            "[Content_Types].xml": ("</Types>", drawn),
        },
    )


def found(path: Path, known: dict[str, str] | None = None) -> list[tuple[str, str, str]]:
    kind = office_kind(path)
    said = problems(path, path.read_bytes(), kind, known)
    return [(one.rule, one.place.removeprefix(f"{path}").removeprefix(": "), one.message) for one in said]


def lost(path: Path) -> list[tuple[str, str]]:
    return [
        (place, text.split(" would be")[0]) for rule, place, text in found(path) if rule == "template-lost"
    ]


def test_templates_of_placeholders_are_silent(tmp_path: Path) -> None:
    for path in (
        word(tmp_path / "a.docx", PLAN.plan, placeholder),
        excel(tmp_path / "a.xlsx", PLAN.plan, placeholder),
    ):
        assert found(path) == []


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("{{ rows.lines.actual", "template-tag", "a placeholder is not whole in {{ rows.lines.actual"),
        ("｛｛ rows.lines.actual ｝｝", "template-tag", "typed in one go with narrow braces"),
        ("{{ rows.lines..actual }}", "template-tag", "cannot be read"),
        ("{% for row in rows %}", "template-tag", "do not hold together"),
        ("{% include 'x' %}", "template-tag", "expected for, if or set"),
    ],
)
def test_a_tag_that_cannot_be_read_is_said_with_its_place(
    tmp_path: Path, text: str, rule: str, words: str
) -> None:
    document = Document()
    document.add_table(2, 2).cell(1, 1).text = text
    document.save(str(tmp_path / "a.docx"))
    [(said, place, message)] = found(tmp_path / "a.docx")
    assert (said, place) == (rule, "table 1 row 2 column 2")
    assert words in message


def test_a_seal_drawn_on_a_workbook_would_be_lost_and_is_refused(tmp_path: Path) -> None:
    path = with_shape(excel(tmp_path / "a.xlsx", PLAN.plan, placeholder))
    assert ("自评表", "drawn objects") in lost(path)
    assert ("", "drawn shapes") in lost(path)


def test_charts_links_extensions_and_pictures_are_refused_by_name(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.create_sheet("表")
    sheet["A1"] = 1
    chart = BarChart()
    chart.add_data(Reference(sheet, 1, 1, 1, 1))
    sheet.add_chart(chart, "C3")
    book.save(tmp_path / "chart.xlsx")
    assert "inserted charts" in [words for _, words in lost(tmp_path / "chart.xlsx")]
    extended = with_parts(
        excel(tmp_path / "ext.xlsx", PLAN.plan, placeholder),
        {},
        {
            "xl/worksheets/sheet1.xml": (
                "</worksheet>",
                '<extLst><ext uri="{78C0D931}"/></extLst></worksheet>',
            )
        },
    )
    assert lost(extended) == [
        ("自评表", "conditional formats, lists or sparklines of newer versions of Excel")
    ]
    signed = with_parts(
        excel(tmp_path / "s.xlsx", PLAN.plan, placeholder), {"_xmlsignatures/sig1.xml": b"<a/>"}, {}
    )
    assert lost(signed) == [("", "digital signatures")]
    controls = with_parts(
        excel(tmp_path / "c.xlsx", PLAN.plan, placeholder), {"xl/ctrlProps/c1.xml": b"<a/>"}, {}
    )
    assert lost(controls) == [("", "form controls")]


def test_names_held_against_a_plan_and_values_no_cell_shows(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx", PLAN.plan, lambda name: placeholder(name) if "lines" not in name else "")
    made = linewalker("template", "check", path, "--plan", YIYANG, "--json")
    said = json.loads(made.stdout)["findings"]
    assert made.returncode == 0
    unshown = [one["message"].split()[3].rstrip(";") for one in said if one["rule"] == "template-unshown"]
    assert "rows.lines.actual" in unshown
    assert "rows.lines.score" in unshown
    assert "rows.room.actual" not in unshown
    document = Document(str(path))
    document.add_paragraph("{{ rows.room.actual }} {{ rows.nobody.actual }}")
    document.save(str(path))
    made = linewalker("template", "check", path, "--plan", YIYANG)
    assert made.returncode == 1
    assert "paragraph 3: nothing fills rows.nobody.actual; expected a name such as" in made.stdout
    assert "rows.room.actual stands here 2 times" in made.stdout


def refusal(*words: str | Path, lang: str = "en", status: int = 2) -> str:
    made = linewalker(*words, lang=lang)
    assert made.returncode == status, made
    assert made.stdout == ""
    [line] = made.stderr.splitlines()
    return line


def test_files_that_are_no_templates_are_refused_in_one_sentence(tmp_path: Path) -> None:
    whole = excel(tmp_path / "a.xlsx", PLAN.plan, placeholder)
    ole = b"\xd0\xcf\x11\xe0" + b"\0" * 600
    files = {
        "old.doc": (ole, "expected it converted: linewalker template convert"),
        "old.docx": (ole, "expected it converted"),
        "locked.docx": (ole + "EncryptedPackage".encode("utf-16-le"), "is protected by a password"),
        "text.docx": (b"hello", "is no Word or Excel file, or is damaged"),
        "form.docx": (whole.read_bytes(), "expected it named form.xlsx"),
        "form.xlsm": (whole.read_bytes(), "may hold macros"),
        "cut.xlsx": (whole.read_bytes()[:2000], "is no Word or Excel file, or is damaged"),
    }
    for name, (raw, words) in files.items():
        (tmp_path / name).write_bytes(raw)
        assert words in refusal("template", "check", tmp_path / name), name
    assert "there is no file" in refusal("template", "check", tmp_path / "none.docx")
    assert "没有文件" in refusal("template", "check", tmp_path / "none.docx", lang="zh_CN")
    hollow = with_parts(whole, {"xl/worksheets/sheet1.xml": b"<worksheet"}, {})
    assert "is damaged; expected it opened and saved again" in refusal("template", "check", hollow)


def test_a_workbook_that_is_used_without_end_is_refused(tmp_path: Path) -> None:
    book = load_workbook(excel(tmp_path / "a.xlsx", PLAN.plan, placeholder))
    book["自评表"][f"{get_column_letter(200)}9000"] = "x"
    book.save(tmp_path / "a.xlsx")
    said = refusal("template", "map", tmp_path / "a.xlsx", "--plan", YIYANG, "-o", tmp_path / "m.yaml")
    assert "expected a form of at most 200000 cells" in said


def test_mapping_and_converting_as_commands(tmp_path: Path) -> None:
    new = word(tmp_path / "new.docx", PLAN.plan, lambda name: "")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(["soffice", profile, "--headless", "--convert-to", "doc", "--outdir", tmp_path / "old", new],
                   check=True, timeout=180, capture_output=True)  # fmt: skip
    (tmp_path / "old" / "new.doc").rename(tmp_path / "ours.wps")
    assert "ours-new.docx" in refusal("template", "check", tmp_path / "ours.wps")
    made = linewalker("template", "convert", tmp_path / "ours.wps", tmp_path / "ours.docx")
    assert (made.returncode, made.stderr) == (0, "")
    made = linewalker("template", "map", tmp_path / "ours.docx", "--plan", YIYANG, "-o", tmp_path / "m.yaml")
    assert (made.returncode, made.stderr) == (0, "")
    assert "rows.lines.actual" in (tmp_path / "m.yaml").read_text("utf-8")
    again = refusal("template", "map", tmp_path / "ours.docx", "--plan", YIYANG, "-o", tmp_path / "m.yaml")
    assert "is there already" in again
    assert "is there already" in refusal("template", "convert", tmp_path / "ours.wps", tmp_path / "ours.docx")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    said = refusal("template", "convert", tmp_path / "picture.png", tmp_path / "p.docx")
    assert "is no document that can be converted" in said


def test_protected_and_unnamed_kinds_cannot_be_converted(tmp_path: Path) -> None:
    from exporters.forms.convert import convert

    (tmp_path / "a.doc").write_bytes(b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(LinewalkerError, match="protected by a password"):
        convert(tmp_path / "a.doc", tmp_path / "a.docx")
    with pytest.raises(LinewalkerError, match=r"expected it to end in \.docx or \.xlsx"):
        convert(tmp_path / "a.doc", tmp_path / "a.pdf")
