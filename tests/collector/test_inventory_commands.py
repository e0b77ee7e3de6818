"""`linewalker import inventory` and `linewalker export inventory`, as programs: what they show, write and refuse."""

import csv
import io
import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.load import check, load
from tests.config.written import CIRCUIT, COLUMNS, HEAD, ROW
from tests.typed import typed

EXAMPLES = sorted((Path(__file__).parents[2] / "config/examples").iterdir())
LEADS = "专线编号,线路名称,类别,运营商,A端,Z端,带宽,互联地址,合同编号"
NEW = "CM1,海口移动,branch,移动,中心,海口,20兆,10.64.0.6,00123"
KNOWN = ",海口专线,branch,电信,中心,海口,20M,10.64.0.2,"
NAMED = "circuits: lines.csv\n"


def linewalker(folder: Path, *words: str | Path, lang: str = "en") -> subprocess.CompletedProcess[str]:
    return typed(folder, *words, lang=lang)


def take_over(
    folder: Path, text: str | bytes, *words: str, lang: str = "en"
) -> subprocess.CompletedProcess[str]:
    (folder / "list.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return linewalker(folder, "import", "inventory", "list.csv", *words, lang=lang)


def inventory(folder: Path, table: str | bytes, named: str = NAMED, head: str = HEAD) -> Path:
    """A configuration with its circuits in a table."""
    (folder / "linewalker.yaml").write_text(head + named, "utf-8")
    name = named.split()[1].partition("#")[0]
    (folder / name).write_bytes(table if isinstance(table, bytes) else table.encode())
    return folder / name


def json_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def workbook(path: Path, *rows: list[object]) -> None:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "专线"
    for row in rows:
        sheet.append(row)
    book.create_sheet("说明").append(["见各表"])
    book.save(path)
    book.close()


# Showing


def test_without_write_everything_is_shown_and_nothing_is_touched(tmp_path: Path) -> None:
    inventory(tmp_path, f"{COLUMNS},commit_rate\n{ROW},10M\n")
    (tmp_path / "list.csv").write_text("")
    before = everything(tmp_path)
    done = take_over(tmp_path, f"序号,{LEADS}\n1,{KNOWN}\n2,{NEW}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "list.csv: headings in row 1" in done.stdout
    assert "columns not read: 序号 (A)" in done.stdout
    assert "海口移动-cm" in done.stdout
    assert "1 new, 1 changed, 0 as they were, 0 not in the list" in done.stdout
    assert "nothing is written yet; --write writes lines.csv" in done.stdout
    assert {**everything(tmp_path), "list.csv": b""} == before


def test_json_holds_all_that_was_found(tmp_path: Path) -> None:
    second = ROW.replace("haikou-ct", "haikou-2").replace("10.64.0.2", "10.64.0.10")
    inventory(tmp_path, f"{COLUMNS},commit_rate\n{ROW},10M\n{second},10M\n")
    bad = NEW.replace("海口移动", "坏").replace("20兆", "20MB").replace("10.64.0.6", "10.64.0.14")
    done = take_over(tmp_path, f"序号,{LEADS}\n1,{KNOWN}\n2,{NEW}\n3,{bad}\n", "--json")
    found = json_of(done)
    assert done.returncode == 1
    assert found["mapping"][:2] == [
        {"column": "A", "heading": "序号", "field": None},
        {"column": "B", "heading": "专线编号", "field": "cid"},
    ]
    (new,) = found["added"]
    assert (new["row"], new["id"], new["derived"], new["contract"]) == (3, "海口移动-cm", True, "00123")
    assert found["changed"] == [
        {"id": "haikou-ct", "row": 2, "field": "commit_rate", "old": "10M", "new": "20M", "since": None}
    ]
    assert found["gone"] == [{"id": "haikou-2", "name": "海口专线", "carrier": "ct", "address": "10.64.0.10"}]
    (finding,) = found["findings"]
    assert (finding["rule"], finding["severity"]) == ("rate", "error")
    assert finding["place"] == "list.csv: row 4, column 带宽"
    assert found["written"] is None


def test_csv_holds_a_row_for_each_difference(tmp_path: Path) -> None:
    inventory(tmp_path, f"{COLUMNS},commit_rate\n{ROW},10M\n")
    done = take_over(tmp_path, f"{LEADS}\n{KNOWN}\n{NEW}\n", "--csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["field"] for row in rows if row["what"] == "changed"] == ["commit_rate"]
    assert {row["field"]: row["new"] for row in rows if row["what"] == "added"}["address"] == "10.64.0.6"


def test_chinese_is_what_an_office_reads(tmp_path: Path) -> None:
    inventory(tmp_path, f"{COLUMNS},commit_rate\n{ROW},10M\n")
    done = take_over(tmp_path, f"{LEADS}\n{KNOWN}\n{NEW}\n", lang="zh")
    assert "带宽 commit_rate" in done.stdout
    assert "新增 1 条" in done.stdout


def test_a_list_of_which_nothing_can_be_used_ends_with_2(tmp_path: Path) -> None:
    inventory(tmp_path, f"{COLUMNS}\n{ROW}\n")
    assert take_over(tmp_path, f"{LEADS}\n{NEW.replace('10.64.0.6', '6')}\n").returncode == 2
    done = take_over(tmp_path, b"\xd0\xcf\x11\xe0" + bytes(512), "--json")
    assert done.returncode == 2
    (finding,) = json_of(done)["findings"]
    assert "old .xls format" in finding["message"]
    done = take_over(tmp_path, b"\xd0\xcf\x11\xe0" + bytes(512))
    assert (done.returncode, done.stdout) == (2, "")
    assert "list.csv: this is a workbook of the old .xls format; expected it saved as .xlsx" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--column", "互联地址"], "互联地址 does not say what a column means; expected HEADING=FIELD"),
        (["--column", "互联地址=ip6"], "ip6 is nothing that such a list holds"),
        (["--column", "没有=name"], "there is no heading 没有 in row 1"),
        (["--from", "yesterday"], "yesterday is not a day"),
        (["-c", "none.yaml"], "none.yaml: there is no such file"),
    ],
)
def test_wrong_usage_is_told_and_ends_with_2(tmp_path: Path, words: list[str], said: str) -> None:
    inventory(tmp_path, f"{COLUMNS}\n{ROW}\n")
    done = take_over(tmp_path, f"{LEADS}\n{NEW}\n", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_day_and_a_column_of_changes_do_not_go_together(tmp_path: Path) -> None:
    inventory(tmp_path, f"{COLUMNS}\n{ROW}\n")
    done = take_over(tmp_path, "标识,变更\nhaikou-ct,2026-03-01 commit_rate=20M", "--from", "2026-04-01")
    assert done.returncode == 2
    assert "the list has a column of dated changes itself" in done.stderr


def test_a_configuration_that_cannot_be_read_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "linewalker.yaml").write_text("circuits: [", "utf-8")
    done = take_over(tmp_path, f"{LEADS}\n{NEW}\n")
    assert done.returncode == 2
    assert done.stderr.startswith("linewalker.yaml:2: this is not YAML")


# Writing


def test_the_table_is_written_and_what_stood_there_is_kept(tmp_path: Path) -> None:
    table = inventory(tmp_path, f"{COLUMNS},commit_rate,note\n{ROW},10M,重要\n")
    before = table.read_bytes()
    done = take_over(tmp_path, f"{LEADS}\n{KNOWN}\n{NEW}\n", "--write")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"what stood there before is kept in {tmp_path}/lines.csv.bak" in done.stdout
    assert (tmp_path / "lines.csv.bak").read_bytes() == before
    assert table.read_text("utf-8").splitlines() == [
        f"{COLUMNS},commit_rate,note,cid,contract",
        f"{ROW},20M,重要,,",
        "海口移动-cm,海口移动,branch,cm,centre,haikou,10.64.0.6,20M,,CM1,00123",
    ]
    again = take_over(tmp_path, f"{LEADS}\n{KNOWN}\n{NEW}\n", "--write")
    assert "there is nothing to write" in again.stdout
    assert (tmp_path / "lines.csv.bak").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "lines.csv", "lines.csv.bak", "linewalker.yaml", "list.csv",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "delimiter", "ending"),
    [("utf-8", ",", "\n"), ("utf-8-sig", ";", "\r\n"), ("gb18030", ",", "\r\n"), ("utf-16", "\t", "\r\n")],
)
def test_a_csv_table_keeps_its_form(tmp_path: Path, encoding: str, delimiter: str, ending: str) -> None:
    lines = [f"{COLUMNS},note", "", f"{ROW},重要", "", ""]
    table = inventory(tmp_path, ending.join(lines).replace(",", delimiter).encode(encoding))
    done = take_over(tmp_path, f"{LEADS.replace('合同编号', '备注')}\n{NEW}\n", "--write")
    assert done.returncode == 0, done.stdout + done.stderr
    text = table.read_bytes().decode(encoding)
    assert text.split(ending)[:4] == [
        one.replace(",", delimiter)
        for one in (
            f"{COLUMNS},note,commit_rate,cid",
            "",
            f"{ROW},重要,,",
            "海口移动-cm,海口移动,branch,cm,centre,haikou,10.64.0.6,00123,20M,CM1",
        )
    ]
    assert len(load(tmp_path / "linewalker.yaml").circuits) == 2


def test_a_workbook_keeps_its_other_sheets_and_its_cells(tmp_path: Path) -> None:
    inventory(tmp_path, b"", "circuits: lines.xlsx#专线\n")
    header: list[object] = [*COLUMNS.split(","), "in_service_from", "contract"]
    workbook(tmp_path / "lines.xlsx", [], header, [*ROW.split(","), datetime(2026, 1, 1), "007"])
    done = take_over(
        tmp_path,
        f"{LEADS},开通日期\n{KNOWN},2026/2/1\n{NEW},2026年3月1日\n",
        "--write",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    config = load(tmp_path / "linewalker.yaml")
    assert [str(one.in_service_from) for one in config.circuits] == ["2026-02-01", "2026-03-01"]
    assert [one.contract for one in config.circuits] == ["007", "00123"]
    book = load_workbook(tmp_path / "lines.xlsx")
    assert book.sheetnames == ["专线", "说明"]
    assert book["专线"]["H4"].value == datetime(2026, 3, 1)
    book.close()
    assert (tmp_path / "lines.xlsx.bak").exists()


def test_a_workbook_whose_formulas_would_lose_their_values_is_refused(tmp_path: Path) -> None:
    inventory(tmp_path, b"", "circuits: lines.xlsx#专线\n")
    workbook(tmp_path / "lines.xlsx", [*COLUMNS.split(","), ""], [*ROW.split(",")])
    book = load_workbook(tmp_path / "lines.xlsx")
    book["专线"]["M1"] = "=1+1"
    book.save(tmp_path / "lines.xlsx")
    book.close()
    before = everything(tmp_path)
    done = take_over(tmp_path, f"{LEADS}\n{NEW}\n", "--write")
    assert done.returncode == 2
    assert {**everything(tmp_path)}["lines.xlsx"] == before["lines.xlsx"]
    assert "formula" in done.stderr


def test_circuits_in_the_yaml_become_a_table_beside_it_and_the_line_to_write_is_told(tmp_path: Path) -> None:
    main = tmp_path / "linewalker.yaml"
    main.write_text(HEAD + CIRCUIT + "groups: [{id: branch, name: 分局}]\n", "utf-8")
    before = main.read_bytes()
    done = take_over(tmp_path, f"{LEADS}\n{KNOWN}\n{NEW}\n", "--write")
    assert done.returncode == 0, done.stdout + done.stderr
    assert main.read_bytes() == before
    assert done.stdout.endswith(
        "now put this line into linewalker.yaml in the place of the circuits from line 5 on:\n"
        "circuits: circuits.csv\n"
    )
    main.write_text(HEAD + "circuits: circuits.csv\n", "utf-8")
    assert [one.id for one in load(main).circuits] == ["haikou-ct", "海口移动-cm"]


def test_a_table_that_the_configuration_does_not_name_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "linewalker.yaml").write_text(HEAD + CIRCUIT, "utf-8")
    (tmp_path / "circuits.csv").write_text("mine")
    done = take_over(tmp_path, f"{LEADS}\n{NEW}\n", "--write")
    assert done.returncode == 2
    assert "there is a circuits.csv already that the configuration does not name" in done.stderr
    assert (tmp_path / "circuits.csv").read_text() == "mine"


@pytest.mark.parametrize("named", ["circuits: lines.csv\n", "circuits: lines.xlsx#专线\n", ""])
def test_a_first_list_makes_the_inventory(tmp_path: Path, named: str) -> None:
    main = tmp_path / "linewalker.yaml"
    main.write_text(HEAD + named, "utf-8")
    done = take_over(tmp_path, f"{LEADS}\n{NEW}\n", "--write")
    assert done.returncode == 0, done.stdout + done.stderr
    if not named:
        assert done.stdout.endswith("now put this line into linewalker.yaml:\ncircuits: circuits.csv\n")
        main.write_text(HEAD + "circuits: circuits.csv\n", "utf-8")
    (circuit,) = load(main).circuits
    assert (circuit.id, circuit.contract, circuit.commit_rate) == ("海口移动-cm", "00123", 20_000_000)


def test_what_would_not_load_is_refused_with_the_place_in_the_list(tmp_path: Path) -> None:
    service = "services: [{id: s, name: 海口, group: branch, check: {address: 10.64.0.6}}]\n"
    table = inventory(tmp_path, f"{COLUMNS}\n{ROW}\n", NAMED, HEAD + service)
    before = table.read_bytes()
    shown = take_over(tmp_path, f"{LEADS}\n{NEW}\n")
    assert shown.returncode == 1
    done = take_over(tmp_path, f"{LEADS}\n{NEW}\n", "--write")
    assert done.returncode == 2
    assert "10.64.0.6 is asked already, for list.csv: row 2; expected an address" in done.stdout
    assert "the configuration could not be loaded with this; nothing is written" in done.stdout
    assert table.read_bytes() == before
    assert not (tmp_path / "lines.csv.bak").exists()


def test_the_row_that_would_not_load_is_named_as_the_list_names_it(tmp_path: Path) -> None:
    inventory(tmp_path, f"{COLUMNS}\n{ROW}\n")
    done = take_over(tmp_path, "标识,对端IP,监测路径\nhaikou-ct,10.64.0.2,指定源\n", "--json")
    (finding,) = json_of(done)["findings"]
    assert finding["place"] == "list.csv: row 2, column 监测路径"


def test_rows_that_are_right_are_written_and_the_others_told(tmp_path: Path) -> None:
    inventory(tmp_path, f"{COLUMNS}\n{ROW}\n")
    bad = NEW.replace("海口移动", "坏").replace("20兆", "20MB").replace("10.64.0.6", "10.64.0.14")
    done = take_over(tmp_path, f"{LEADS}\n{NEW}\n{bad}\n", "--write")
    assert done.returncode == 1
    assert "list.csv: row 3, column 带宽: 20MB counts bytes" in done.stdout
    assert len(load(tmp_path / "linewalker.yaml").circuits) == 2


def test_a_change_counts_from_the_day_that_is_given(tmp_path: Path) -> None:
    inventory(tmp_path, f"{COLUMNS},commit_rate\n{ROW},10M\n")
    assert take_over(tmp_path, "标识,带宽\nhaikou-ct,20M\n", "--from", "2026/4/1", "--write").returncode == 0
    (circuit,) = load(tmp_path / "linewalker.yaml").circuits
    assert (circuit.commit_rate, str(circuit.changes[0].from_)) == (10_000_000, "2026-04-01")


def test_a_table_behind_a_link_is_written_where_it_is_and_keeps_its_rights(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    table = inventory(tmp_path, f"{COLUMNS}\n{ROW}\n")
    table.chmod(0o640)
    real = table.rename(tmp_path / "kept" / "lines.csv")
    table.symlink_to(real)
    assert take_over(tmp_path, f"{LEADS}\n{NEW}\n", "--write").returncode == 0
    assert table.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "kept" / "lines.csv.bak").exists()


# Out and in


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
@pytest.mark.parametrize("out", ["out.csv", "out.xlsx"])
def test_what_is_exported_is_imported_without_a_difference(tmp_path: Path, example: Path, out: str) -> None:
    shutil.copytree(example, tmp_path / "net")
    for language in ("zh", "en"):
        words = ["-c", "net/network.yaml"]
        done = linewalker(tmp_path, "export", "inventory", "-o", out, "--language", language, *words)
        assert done.returncode == 0, done.stderr
        back = linewalker(tmp_path, "import", "inventory", out, *words, "--write", "--json")
        found = json_of(back)
        assert back.returncode == 0
        assert [found[key] for key in ("added", "changed", "gone", "findings")] == [[], [], [], []]
        assert found["written"] is None


def test_what_is_exported_makes_the_same_circuits_where_there_were_none(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES[2], tmp_path / "net")
    words = ["-c", "net/network.yaml"]
    before = load(tmp_path / "net/network.yaml").circuits
    assert linewalker(tmp_path, "export", "inventory", "-o", "out.xlsx", *words).returncode == 0
    (tmp_path / "net/circuits.csv").unlink()
    done = linewalker(tmp_path, "import", "inventory", "out.xlsx", *words, "--write")
    assert done.returncode == 0, done.stdout + done.stderr
    assert load(tmp_path / "net/network.yaml").circuits == before


def test_an_export_can_be_told_of_in_json_and_refuses_other_endings(tmp_path: Path) -> None:
    inventory(tmp_path, f"{COLUMNS}\n{ROW}\n")
    done = linewalker(tmp_path, "export", "inventory", "-o", "out.csv", "--json")
    assert json_of(done) == {"written": [{"file": "out.csv", "circuits": 1}]}
    done = linewalker(tmp_path, "export", "inventory", "-o", "out.pdf")
    assert done.returncode == 2
    assert "out.pdf is neither .csv nor .xlsx" in done.stderr
    done = linewalker(tmp_path, "export", "inventory", "-o", "none/out.csv")
    assert done.returncode == 2
    assert "out.csv cannot be written: No such file or directory" in done.stderr
    assert check(tmp_path / "linewalker.yaml") == ()
