"""Tables as workbooks: what cells become, what is refused and in which words, and that the ledger needs no file."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.errors import ConfigError
from config.load import check, load, load_text
from config.model import Circuit, Config
from config.workbooks import LARGEST_FILE
from tests.config.written import COLUMNS, HEAD, ROW, load_written

MORE = ["commit_rate", "in_service_from", "cid"]
HEADER: list[object] = [*COLUMNS.split(","), *MORE]
LINE: list[object] = [*ROW.split(","), 10_000_000.0, datetime(2026, 1, 1), "010"]
NAMED = "circuits: lines.xlsx\n"

Change = Callable[[Worksheet], object]


def written(*changes: Change, rows: list[list[object]] | None = None) -> bytes:
    """A workbook with the sheet 专线: header, the line of this test, and what the changes do to it."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "专线"
    for row in rows or [HEADER, LINE]:
        sheet.append(row)
    for change in changes:
        change(sheet)
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    book.close()
    return file.getvalue()


def put(place: str, value: object, shown_as: str = "General") -> Change:
    def change(sheet: Worksheet) -> None:
        cell = sheet[place]
        cell.value = value
        cell.number_format = shown_as

    return change


def rewritten(raw: bytes, old: str, new: str) -> bytes:
    """The workbook with a piece of its first sheet's XML exchanged, as a program other than openpyxl writes it."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(file, "w") as after:
        for name in before.namelist():
            text = before.read(name).replace(b"<v />", b"<v></v>").replace(b"<v/>", b"<v></v>")
            if name == "xl/worksheets/sheet1.xml":
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            after.writestr(name, text)
    return file.getvalue()


def load_sheet(folder: Path, raw: bytes, named: str = NAMED) -> Config:
    return load_written(folder, HEAD + named, {"lines.xlsx": raw})


def line_of(folder: Path, raw: bytes) -> Circuit:
    (circuit,) = load_sheet(folder, raw).circuits
    return circuit


def said(folder: Path, raw: bytes, named: str = NAMED) -> list[str]:
    (folder / "network.yaml").write_text(HEAD + named, "utf-8")
    (folder / "lines.xlsx").write_bytes(raw)
    return [str(finding).removeprefix(f"{folder}/") for finding in check(folder / "network.yaml")]


def test_a_sheet_says_what_a_csv_table_says(tmp_path: Path) -> None:
    circuit = line_of(tmp_path, written())
    table = f"{COLUMNS},{','.join(MORE)}\n{ROW},10M,2026-01-01,010\n".encode()
    (same,) = load_written(tmp_path, HEAD + "circuits: lines.csv\n", {"lines.csv": table}).circuits
    assert circuit == same
    assert circuit.commit_rate == 10_000_000
    assert circuit.in_service_from == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("value", "shown_as", "text"),
    [
        (10086.0, "General", "10086"),
        (10086, "General", "10086"),
        (123, "000000", "000123"),
        ("00123", "General", "00123"),
        ("1e5", "@", "1e5"),
        (0.1 + 0.2, "0.00", "0.3"),
        (0.000001, "General", "0.000001"),
        (True, "General", "true"),
        (datetime(2026, 3, 1), "yyyy/m/d", "2026-03-01"),
        (datetime(2026, 3, 1, 8, 30), "yyyy/m/d h:mm", "2026-03-01 08:30:00"),
        (' 两行\n文字, 有逗号; "引号" ', "General", '两行\n文字, 有逗号; "引号"'),
    ],
)
def test_a_cell_becomes_what_a_person_would_have_typed(
    tmp_path: Path, value: object, shown_as: str, text: str
) -> None:
    assert line_of(tmp_path, written(put("J2", value, shown_as))).cid == text


def test_a_formula_counts_as_what_it_came_to(tmp_path: Path) -> None:
    raw = rewritten(
        written(put("H2", "=2*5000000")), "<f>2*5000000</f><v></v>", "<f>2*5000000</f><v>20000000</v>"
    )
    assert line_of(tmp_path, raw).commit_rate == 20_000_000


def test_a_formula_that_came_to_nothing_is_an_empty_cell(tmp_path: Path) -> None:
    raw = rewritten(written(put("H2", '=IF(1,"","")')), '<c r="H2"', '<c r="H2" t="str"')
    assert line_of(tmp_path, raw).commit_rate is None


def test_blank_rows_and_columns_around_the_table_mean_nothing_and_rows_keep_their_numbers(
    tmp_path: Path,
) -> None:
    def move(sheet: Worksheet) -> None:
        sheet.insert_rows(1, 3)
        sheet.insert_cols(1, 2)
        sheet["Z40"].number_format = "0.00"

    assert line_of(tmp_path, written(move)).id == "haikou-ct"
    (only,) = said(tmp_path, written(put("H2", "10MB"), move))
    assert only.startswith("lines.xlsx[专线]: row 5, column commit_rate: 10MB is not a rate")


def test_hidden_rows_are_read(tmp_path: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[2].hidden = True

    assert line_of(tmp_path, written(hide)).id == "haikou-ct"


BAD_CELLS: dict[str, tuple[tuple[Change, ...], str]] = {
    "an error": (
        (put("G2", "#N/A"),),
        "row 2, column address: #N/A is an error of Excel; expected a value",
    ),
    "a formula": (
        (put("H2", "=1+1"),),
        "row 2, column commit_rate: "
        "the formula was never calculated; expected a value, or the workbook saved by Excel",
    ),
    "a merge": (
        (lambda sheet: sheet.append(["x"]), lambda sheet: sheet.merge_cells("E2:E3")),
        "row 2, column termination_a: the cells E2:E3 are merged; expected a value in each row and column",
    ),
    "a percentage": (
        (put("J2", 0.995, "0.0%"),),
        "row 2, column cid: the cell is a percentage; expected a plain number, such as 99.5",
    ),
    "many digits": (
        (put("J2", 89_860_000_000_000_000_000),),
        "row 2, column cid: Excel keeps only 15 digits of a number; expected it typed into a cell formatted as text",
    ),
    "a header": (
        (put("K1", "#REF!"),),
        "row 1, column K: #REF! is an error of Excel; expected a value",
    ),
    "a value": (
        (put("H2", 10.0),),
        "row 2, column commit_rate: 10 has no unit; expected k, M or G behind the number, such as 10M",
    ),
    "a time": (
        (put("I2", datetime(2026, 1, 1, 8), "yyyy/m/d h:mm"),),
        "row 2, column in_service_from: "
        "2026-01-01 08:00:00 is not a day; expected year-month-day, such as 2026-03-01",
    ),
    "beyond": (
        (put("M2", "x"),),
        "row 2: the row has 13 cells; expected 10, as in the header",
    ),
    "a column": (
        (put("J1", "cidd"),),
        "row 1, column cidd: unknown column cidd; did you mean cid?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_CELLS)
def test_a_bad_cell_is_told_of_with_sheet_row_and_column(kind: str, tmp_path: Path) -> None:
    changes, expected = BAD_CELLS[kind]
    assert said(tmp_path, written(*changes))[0] == f"lines.xlsx[专线]: {expected}"


def test_an_unreadable_cell_is_told_of_once_and_not_also_as_missing(tmp_path: Path) -> None:
    assert len(said(tmp_path, written(put("G2", "#N/A"), put("A2", "#DIV/0!")))) == 2


def test_a_nested_column_is_told_of_once_as_well(tmp_path: Path) -> None:
    raw = written(put("C2", "#N/A"), rows=[["id", "name", "check.address"], ["oa", "办公", "10.0.3.1"]])
    assert said(tmp_path, raw, "systems: lines.xlsx\n") == [
        "lines.xlsx[专线]: row 2, column check.address: #N/A is an error of Excel; expected a value"
    ]


def test_an_empty_sheet_lacks_its_columns(tmp_path: Path) -> None:
    assert said(tmp_path, saved(Workbook())) == [
        "lines.xlsx[Sheet]: row 1: the table is empty; expected a row of column names"
    ]


def test_sheets_of_one_workbook_are_named_behind_the_file(tmp_path: Path) -> None:
    def add(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        for row in (["id", "name"], ["r1", "路由器"]):
            sheet.parent["设备"].append(row)

    def second(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        sheet.parent.create_sheet("设备")

    raw = written(second, add)
    (only,) = said(tmp_path, raw, "circuits: lines.xlsx#专线\ndevices: lines.xlsx#设备\n")
    assert only.startswith("lines.xlsx[设备]: row 1: the column check.address is missing")
    assert said(tmp_path, raw) == [
        "network.yaml:5: circuits: lines.xlsx: the workbook has several sheets; "
        "expected one of 专线, 设备 behind the name, such as #专线"
    ]
    assert said(tmp_path, raw, "circuits: lines.xlsx#线路\n") == [
        "network.yaml:5: circuits: lines.xlsx#线路: there is no sheet 线路; expected one of 专线, 设备"
    ]


def test_a_hidden_sheet_needs_no_choice(tmp_path: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        sheet.parent.create_sheet("下拉列表").sheet_state = "hidden"

    assert line_of(tmp_path, written(hide)).id == "haikou-ct"


DAMAGED = "this is not an .xlsx workbook, or it is damaged; expected it saved again as .xlsx or CSV"
CONTAINED = "the workbook is encrypted or in the old .xls format; expected .xlsx without a password"
TOO_LARGE = "the workbook is too large; expected at most 20 MB, 200 MB unpacked"


def bomb() -> bytes:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/workbook.xml", "w") as member,
    ):
        for _ in range(201):
            member.write(bytes(2**20))
    return file.getvalue()


BAD_FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "half": (lambda: written()[:-2000], DAMAGED),
    "text": (COLUMNS.encode, DAMAGED),
    "nothing": (lambda: b"", DAMAGED),
    "no sheet": (lambda: rewritten(written(), "<sheetData>", "<sheet"), DAMAGED),
    "encrypted": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), CONTAINED),
    "too large": (lambda: b"PK\x03\x04" + bytes(LARGEST_FILE), TOO_LARGE),
    "bomb": (bomb, TOO_LARGE),
    "a far corner": (
        lambda: written(put("XFD1048576", "x")),
        "the sheet is used down to XFD1048576; expected at most 3000000 cells, without formatted empty ones",
    ),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_is_no_usable_workbook_gets_one_clear_message(kind: str, tmp_path: Path) -> None:
    raw, expected = BAD_FILES[kind]
    assert said(tmp_path, raw()) == [f"network.yaml:5: circuits: lines.xlsx: {expected}"]


def test_a_missing_workbook_is_named(tmp_path: Path) -> None:
    (tmp_path / "network.yaml").write_text(HEAD + "circuits: tables/lines.xlsx#专线\n", "utf-8")
    with pytest.raises(ConfigError, match=r"circuits: tables/lines\.xlsx#专线: there is no such file"):
        load(tmp_path / "network.yaml")


@pytest.mark.parametrize("named", ["lines.xlsx", "lines.xlsx#专线"])
def test_what_was_loaded_loads_again_without_the_workbook(tmp_path: Path, named: str) -> None:
    def odd(sheet: Worksheet) -> None:
        sheet.insert_rows(1, 2)
        sheet.insert_cols(1)
        sheet["K4"].value = '甲;乙\t"丙"'

    config = load_sheet(tmp_path, written(odd), f"circuits: {named}\n")
    for path in tmp_path.iterdir():
        path.unlink()
    again = load_text(config.text)
    assert again == config
    assert again.digest == config.digest
    assert again.circuits[0].cid == '甲;乙\t"丙"'
