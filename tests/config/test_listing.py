"""Lists as offices keep them: which headings and cells are understood, and which files are refused."""

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from config.errors import ConfigError, LinewalkerError
from config.headings import CARRIERS, HEADINGS, field_of, plain
from config.inventory import FIELDS, propose
from config.keys import columns
from config.listing import read_listing
from config.model import Circuit
from config.spellings import read_cell
from tests.config.listed import (
    LEADS,
    LINE,
    ROW,
    TITLES,
    TODAY,
    errors,
    listed,
    network,
    only,
    proposed,
    refused,
    sheet_of,
)
from tests.config.written import CIRCUIT, HEAD, load_written

# Headings


def test_the_words_cover_every_setting_of_a_circuit_in_the_models_order() -> None:
    # No office keeps in its list how a line is read from a router.
    assert list(FIELDS) == [key for key, _ in columns(Circuit) if not key.startswith("check.")]


def test_the_documented_headings_mean_what_is_said_of_them() -> None:
    text = (Path(__file__).parents[2] / "docs/configuration.md").read_text("utf-8")
    told = text.partition("### Lists of an office")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| ([^`|]+) \|$", told, re.MULTILINE)
    assert len(rows) > 15
    for setting, names in rows:
        for name in re.split(r"[,;:]", names.partition(":")[0].partition(";")[0]):
            assert field_of(name)[0] == setting, name


def test_no_heading_means_two_settings() -> None:
    meant: dict[str, str] = {}
    for heading in HEADINGS:
        for name in (heading.zh, heading.en, heading.field, *heading.others.split()):
            if name not in ("Commit", "rate", "IP", "address"):
                assert meant.setdefault(plain(name), heading.field) == heading.field, name
                assert field_of(name)[0] == heading.field


@pytest.mark.parametrize(
    ("heading", "setting", "unit"),
    [
        ("电路编号", "cid", ""),
        ("电 路\n代 号 *", "cid", ""),
        ("ＩＰ地址（对端）", "address", ""),
        ("Commit rate", "commit_rate", ""),
        ("commit_rate", "commit_rate", ""),
        ("带宽（Mbps）", "commit_rate", "Mbps"),
        ("速率/M", "commit_rate", "M"),
        ("地址(A端)", "a_address", ""),
        ("月租（元）", "monthly_fee", "元"),
        ("月租（万元）", "", ""),
        ("IP地址（本端）", "", ""),
        ("本端互联地址", "", ""),
        ("序号", "", ""),
        ("", "", ""),
    ],
)
def test_headings_are_known_however_they_are_set(heading: str, setting: str, unit: str) -> None:
    found = field_of(heading)
    assert (found[0], found[2]) == (setting, unit)


def test_columns_may_stand_in_any_order_below_titles_and_blank_rows(tmp_path: Path) -> None:
    cells = dict(zip(TITLES, map(str, LINE), strict=True))
    turned = list(reversed(TITLES))
    text = f"专线台账\n\n单位：某局\n{','.join(turned)}\n{','.join(cells[one] for one in turned)}\n"
    found = proposed(tmp_path, text)
    assert found.listing.head == 4
    assert only(found)["address"] == "10.64.0.6"


def test_headings_of_two_rows_are_read_as_one(tmp_path: Path) -> None:
    above: list[object] = ["线路名称", "类别", "运营商", "A端", None, "Z端", None, "带宽", "互联地址"]
    below: list[object] = [None, None, None, "单位", "地址", "单位", "联系人", "（Mbps）", None]
    line: list[object] = ["海口移动", "branch", "移动", "中心", "一号路", "海口", "值班室", 20, "10.64.0.6"]
    rows: list[list[object]] = [["台账", *[None] * 8], above, below, line]
    for merged in (("A1:I1", "D2:E2", "F2:G2", "A2:A3", "B2:B3", "C2:C3", "I2:I3"), ("D2:E2", "F2:G2"), ()):
        found = only(proposed(tmp_path, sheet_of(rows, *merged)))
        assert (found["a_address"], found["z_contact"], found["commit_rate"]) == ("一号路", "值班室", "20M")


def test_a_heading_can_be_given_its_meaning(tmp_path: Path) -> None:
    text = LEADS.replace("互联地址", "落地").replace("运营商", "家") + "\n" + ROW
    listing = listed(tmp_path, text, 落地="address", 家="运营商")
    assert only(propose(listing, network(tmp_path), TODAY))["address"] == "10.64.0.6"


def test_a_heading_can_be_given_no_meaning(tmp_path: Path) -> None:
    listing = listed(tmp_path, f"{LEADS}\n{ROW}", 带宽="-")
    assert "commit_rate" not in only(propose(listing, network(tmp_path), TODAY))


def test_what_is_said_of_a_heading_wins_over_what_it_seems_to_mean(tmp_path: Path) -> None:
    listing = listed(tmp_path, f"{LEADS},管理IP\n{ROW},10.64.0.10", 管理IP="address")
    assert only(propose(listing, network(tmp_path), TODAY))["address"] == "10.64.0.10"


def test_a_heading_that_is_not_there_and_a_setting_that_is_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        LinewalkerError, match="there is no heading 互连地址 in row 1; expected one of 互联地址"
    ):
        listed(tmp_path, f"{LEADS}\n{ROW}", 互连地址="address")
    with pytest.raises(
        LinewalkerError, match="addres is nothing that such a list holds; expected one of id, name"
    ):
        listed(tmp_path, f"{LEADS}\n{ROW}", 互联地址="addres")


def test_a_column_can_be_named_by_its_letter_where_two_headings_are_alike(tmp_path: Path) -> None:
    listing = listed(tmp_path, f"{LEADS},带宽\n{ROW},30M", J="commit_rate")
    assert only(propose(listing, network(tmp_path), TODAY))["commit_rate"] == "30M"


def test_what_is_not_read_is_kept_for_showing(tmp_path: Path) -> None:
    found = listed(tmp_path, f"序号,{LEADS}\n1,{ROW}")
    assert [(one.letters, one.heading) for one in found.columns if not one.field] == [("A", "序号")]


# Cells


@pytest.mark.parametrize(
    "written",
    ["20M", "20Mbps", "20 Mb/s", "２０Ｍ", "20兆", "0.02G", "20m", "20MBPS", "20,000K", "20000kbps"],
)
def test_a_rate_is_read_however_it_is_written(written: str) -> None:
    assert read_cell("commit_rate", written) == "20M"


def test_a_rate_without_unit_has_that_of_its_heading() -> None:
    assert read_cell("commit_rate", "20", "Mbps") == "20M"
    assert read_cell("commit_rate", "0.02", "G") == "20M"
    assert read_cell("commit_rate", "1G", "Mbps") == "1G"
    assert read_cell("commit_rate", "千兆", "M") == "1G"


@pytest.mark.parametrize(
    "written",
    ["2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日", "２０２６年０３月０１日", "20260301", "46082"],
)
def test_a_day_is_read_however_it_is_written(written: str) -> None:
    assert read_cell("in_service_from", written) == "2026-03-01"


@pytest.mark.parametrize(
    "written", ["10.64.0.6", "１０．６４．０．６", "10.64.0.6/30", " 10.64.0.6\n", "10。64。0。6"]
)
def test_an_address_is_read_however_it_is_written(written: str) -> None:
    assert read_cell("address", written) == "10.64.0.6"


@pytest.mark.parametrize(
    "written", ["中国电信", "电信", "CT", "ct", "中国电信股份有限公司海南分公司", "China Telecom"]
)
def test_a_carrier_is_known_by_all_its_names(tmp_path: Path, written: str) -> None:
    assert (
        only(proposed(tmp_path, f"{LEADS}\n{ROW.replace('移动,中心', f'{written},中心')}"))["carrier"] == "ct"
    )


def test_every_carrier_has_a_chinese_word_of_its_own() -> None:
    words = [word for names in CARRIERS.values() for word in names.split()]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(("fee", "read"), [("1,700.00元", "1700.00"), ("¥1700/月", "1700"), ("另议", "另议")])
def test_a_fee_is_a_number_where_it_can_be(fee: str, read: str) -> None:
    assert read_cell("monthly_fee", fee) == read


def test_cells_of_excel_are_read_as_they_are_meant(tmp_path: Path) -> None:
    line: list[object] = [*LINE[:6], "20兆", "10.64.0.6", datetime(2026, 3, 1), "00123"]
    found = only(proposed(tmp_path, sheet_of([[*TITLES, "合同编号"], line])))
    assert (found["in_service_from"], found["contract"]) == ("2026-03-01", "00123")


def test_merged_cells_count_in_each_of_their_rows_and_that_is_said(tmp_path: Path) -> None:
    other = ["CM2", "海口移动二", *[None] * 4, "10M", "10.64.0.10", None]
    found = proposed(tmp_path, sheet_of([TITLES, LINE, other], "D2:D3", "C2:C3", "E2:E3", "F2:F3", "I2:I3"))
    assert [new.texts["carrier"] for new in found.added] == ["cm", "cm"]
    assert "the cells D2:D3 are merged; their value counts in each of these rows" in [
        one.message for one in found.findings
    ]


def test_nothing_is_what_a_dash_and_a_slash_say(tmp_path: Path) -> None:
    for nothing in ("-", "/", "无", "—", "Ｎ/Ａ"):
        assert "commit_rate" not in only(proposed(tmp_path, f"{LEADS}\n{ROW.replace('20M', nothing)}"))


def test_a_refused_cell_counts_only_in_a_column_that_is_read(tmp_path: Path) -> None:
    other = [2, "CM2", "海口移动二", *LINE[2:6], "#N/A", "10.64.0.10", None]
    rows: list[list[object]] = [["序号", *TITLES], ["#N/A", *LINE], other]
    found = proposed(tmp_path, sheet_of(rows))
    assert [str(one).partition(": ")[2] for one in found.findings] == [
        "row 3, column 带宽: #N/A is an error of Excel; expected a value"
    ]
    assert len(found.added) == 1


def test_headings_that_stand_again_on_every_page_are_no_circuits(tmp_path: Path) -> None:
    assert only(proposed(tmp_path, f"{LEADS}\n{ROW}\n{LEADS}\n"))["name"] == "海口移动"


def test_groups_sites_and_upstreams_are_known_by_name_or_id(tmp_path: Path) -> None:
    more = "groups: [{id: branch, name: 市县机构}]\ndevices: [{id: core, name: 路由器, check: {address: 10.0.2.1}}]\n"
    text = f"{LEADS},上级节点\n{ROW.replace('branch', '市县机构').replace('海口,20M', 'haikou,20M')},路由器"
    found = only(proposed(tmp_path, text, network(tmp_path, more)))
    assert (found["group"], found["termination_z"], found["upstream"]) == ("branch", "haikou", "core")


def test_a_name_that_two_sites_bear_leads_nowhere(tmp_path: Path) -> None:
    config = load_written(tmp_path, HEAD.replace("name: 中心", "name: 海口") + CIRCUIT)
    assert errors(proposed(tmp_path, f"{LEADS}\n{ROW.replace('中心', 'centre')}", config)) == [
        "several of sites are named 海口; expected the id of the one meant"
    ]


# Whole files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_encoding_and_with_every_delimiter_excel_writes(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    text = f"某局专线台账\r\n{LEADS}\r\n{ROW}\r\n".replace(",", delimiter)
    assert only(proposed(tmp_path, text.encode(encoding)))["name"] == "海口移动"


def zipped(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as container:
        container.writestr(name, "x")
    return file.getvalue()


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
REFUSED: dict[str, tuple[bytes, str]] = {
    "old workbook": (OLD + "Workbook".encode("utf-16-le"), "this is a workbook of the old .xls format; "
                     "expected it saved as .xlsx or CSV"),
    "old Word": (OLD + "WordDocument".encode("utf-16-le"), "this is a Word document; "
                 "expected its table in a workbook, saved as .xlsx"),
    "encrypted": (OLD + "EncryptedPackage".encode("utf-16-le"), "the workbook is encrypted; "
                  "expected it saved without a password"),
    "Word": (zipped("word/document.xml"), "this is a Word document; "
             "expected its table in a workbook, saved as .xlsx"),
    "binary workbook": (zipped("xl/workbook.bin"), "this is a workbook in the .xlsb format; "
                        "expected it saved as .xlsx or CSV"),
    "ods": (zipped("content.xml"), "this is a file of OpenOffice or LibreOffice; "
            "expected it saved as .xlsx or CSV"),
    "damaged": (sheet_of([TITLES])[:900], "this is not an .xlsx workbook, or it is damaged; "
                "expected it saved again as .xlsx or CSV"),
    "PDF": (b"%PDF-1.7\n", "this is a PDF file; expected the list saved as .xlsx or CSV"),
    "RTF": (b"{\\rtf1", "this is a Word document; expected its table in a workbook, saved as .xlsx"),
    "page": (b"\xef\xbb\xbf\r\n<html><table>", "this is a web page under the name of a workbook; "
             "expected it opened in Excel and saved as .xlsx"),
    "binary": (b"a,b\x00\x01", "this is a binary file; expected text in UTF-8 or GBK"),
    "encoding": (b"a,b\n\xff\xff\xff\n", "line 2 is neither UTF-8 nor GBK; expected the file saved as UTF-8"),
    "empty file": (b" \r\n", "the file is empty; expected a row of headings"),
    "empty sheet": (sheet_of([]), "the sheet 专线 is empty; expected a row of headings"),
    "sheets": (sheet_of([TITLES], titles=("专线", "2025年", "说明")), "the workbook has several sheets; "
               "expected one of 专线, 2025年, 说明, named with --sheet"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_list_is_refused_with_what_would_be_right(tmp_path: Path, kind: str) -> None:
    raw, said = REFUSED[kind]
    for name in ("list.xls", "list.xlsx", "list.csv"):
        assert refused(tmp_path, raw, name) == said


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"{tmp_path}/none.xlsx: there is no such file"):
        read_listing(tmp_path / "none.xlsx")


def test_a_workbook_is_read_whatever_its_name_ends_in(tmp_path: Path) -> None:
    assert listed(tmp_path, sheet_of([TITLES, LINE]), "台账.xls").head == 1


def test_the_sheet_that_is_named_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(sheet_of([TITLES, LINE], titles=("专线", "说明")))
    assert read_listing(path, "专线").name == f"{path}[专线]"
    with pytest.raises(ConfigError, match="there is no sheet 专; expected one of 专线, 说明"):
        read_listing(path, "专")
    path.write_bytes(LEADS.encode())
    with pytest.raises(ConfigError, match="only a workbook has sheets"):
        read_listing(path, "专线")
