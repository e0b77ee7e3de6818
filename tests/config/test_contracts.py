"""What is wrong in a file of contracts is told of with file, line and what would be right."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from config.load import check, load, load_text
from indicators.contracts import Contract
from tests.practice import EXAMPLES

NETWORK = """\
organisation: 县局
vantage: {name: 机房, sentinels: {near: [10.0.0.1], far: [10.0.1.1]}}
carriers: [{id: ct, name: 电信}, {id: cm, name: 移动}]
sites: [{id: centre, name: 中心}, {id: far, name: 远端}]
circuits:
  - {id: a, name: 甲, group: branch, carrier: ct, termination_a: centre, termination_z: far, address: 10.1.0.1}
  - {id: b, name: 乙, group: branch, carrier: cm, termination_a: centre, termination_z: far, address: 10.1.0.2,
     monthly_fee: 1200}
contracts: contracts.yaml
"""
RIGHT = "rules: [{id: r, restore: {limit: 4h, percent: 5 %}}]\n"
ONE = "contracts:\n  - {id: x, carrier: ct, from: 2026-01-01, groups: [branch], monthly_fee: 1700, rules: [r]}\n"


def said(folder: Path, written: str) -> list[str]:
    (folder / "network.yaml").write_text(NETWORK, "utf-8")
    (folder / "contracts.yaml").write_text(written, "utf-8")
    return [str(one).removeprefix(f"{folder}/") for one in check(folder / "network.yaml")]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (
            RIGHT + ONE.replace("carrier: ct", "carrier: cx"),
            "contracts.yaml:3: contracts[x].carrier: cx is not among the carriers",
        ),
        (
            RIGHT + ONE.replace("[r]", "[s]"),
            "contracts.yaml:3: contracts[x].rules[#1]: s is not among the rules",
        ),
        (
            RIGHT + ONE.replace("monthly_fee: 1700, ", ""),
            "contracts.yaml:3: contracts[x].monthly_fee: nothing says what a costs",
        ),
        (
            RIGHT + ONE.replace("groups: [branch]", "circuits: [b]"),
            "contracts.yaml:3: contracts[x].circuits[#1]: b is a line of cm; expected one of ct",
        ),
        (
            RIGHT + ONE.replace("1700", "1.2万"),
            "contracts.yaml:3: contracts[x].monthly_fee: 1.2万 is no amount",
        ),
        (
            RIGHT + ONE.replace("from: 2026-01-01", "from: 2026-01-01, until: 2026-01-01"),
            "contracts.yaml:3: contracts[x].until: 2026-01-01 is not after 2026-01-01",
        ),
        (
            RIGHT + ONE + ONE.partition("\n")[2].replace("id: x", "id: y"),
            "contracts.yaml:4: contracts[y]: a is in x, too, on the same days",
        ),
        (
            RIGHT.replace("restore:", "restored:") + ONE,
            "contracts.yaml:1: rules[r].restored: unknown key restored",
        ),
        (
            RIGHT.replace("5 %", "500 %") + ONE,
            "contracts.yaml:1: rules[r].restore.percent: 500 % is more than",
        ),
        ("rules: [{id: r}]\n" + ONE, "contracts.yaml:1: rules[r]: a rule is of one kind"),
        (
            RIGHT + ONE.replace("groups: [branch], ", ""),
            "contracts.yaml:3: contracts[x]: a contract is about lines",
        ),
    ],
)
def test_what_is_wrong_is_told_of_where_it_stands(tmp_path: Path, written: str, found: str) -> None:
    told = said(tmp_path, written)
    assert [one.startswith(found) for one in told] == [True], told


def test_contracts_are_kept_with_the_configuration_and_a_missing_file_is_named(tmp_path: Path) -> None:
    assert said(tmp_path, RIGHT + ONE) == []
    [contract] = load(tmp_path / "network.yaml").agreed
    assert [line.circuit for line in contract.lines] == ["a"]  # b is another carrier's
    (tmp_path / "contracts.yaml").unlink()
    [missing] = check(tmp_path / "network.yaml")
    assert "contracts.yaml" in str(missing)


@pytest.mark.parametrize("name", ["hainan-transport-fees-2020", "yiyang-egov-network-2020"])
def test_the_example_contracts_cover_their_lines_once(name: str) -> None:
    config = load(EXAMPLES / name / "network.yaml")
    lines = [line.circuit for contract in config.agreed for line in contract.lines]
    assert len({*lines}) == len(lines) > 80
    assert all(line.fees[0].monthly > 0 for contract in config.agreed for line in contract.lines)


TABLE = RIGHT + "contracts: contracts.csv\n"
HEADER = "id,carrier,from,until,circuits,groups,monthly_fee,changes,rules,cap\n"
ROW = "x,ct,2026-01-01,2027-01-01,,branch,1700,2026-07-01 monthly_fee=1600; 2026-10-01 monthly_fee=1500,r,60 %\n"
AS_ROW = """\
contracts:
  - {id: x, carrier: ct, from: 2026-01-01, until: 2027-01-01, groups: [branch], monthly_fee: 1700,
     rules: [r], cap: 60 %, changes: [{from: 2026-07-01, monthly_fee: 1600}, {from: 2026-10-01, monthly_fee: 1500}]}
"""


def agreed(folder: Path, written: str, table: str = "") -> tuple[Contract, ...]:
    (folder / "contracts.csv").write_text(table, "utf-8")
    assert said(folder, written) == []
    config = load(folder / "network.yaml")
    assert load_text(config.text).agreed == config.agreed  # the ledger needs no file
    return config.agreed


def test_contracts_of_a_table_are_those_of_the_list(tmp_path: Path) -> None:
    listed = agreed(tmp_path, RIGHT + AS_ROW)
    assert listed
    assert agreed(tmp_path, TABLE, HEADER + ROW) == listed
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (HEADER, ROW):
        sheet.append(line.strip().split(","))
    book.save(tmp_path / "contracts.xlsx")
    assert agreed(tmp_path, TABLE.replace(".csv", ".xlsx")) == listed


def test_a_table_lies_beside_the_file_that_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "carriers"
    folder.mkdir()
    (folder / "contracts.yaml").write_text(TABLE, "utf-8")
    (folder / "contracts.csv").write_text(HEADER + ROW, "utf-8")
    network = tmp_path / "network.yaml"
    network.write_text(NETWORK.replace("contracts.yaml", "carriers/contracts.yaml"), "utf-8")
    assert [one.id for one in load(network).agreed] == ["x"]
    assert check(folder / "contracts.yaml") == ()


@pytest.mark.parametrize(
    ("header", "row", "found"),
    [
        (
            HEADER,
            ROW.replace(",ct,", ",cx,"),
            "contracts.csv: row 2, column carrier: cx is not among the carriers",
        ),
        (
            HEADER,
            ROW.replace(",r,", ",r;s,"),
            "contracts.csv: row 2, column rules[2]: s is not among the rules",
        ),
        (
            HEADER,
            ROW.replace("1700", "1.2万"),
            "contracts.csv: row 2, column monthly_fee: 1.2万 is no amount",
        ),
        (HEADER, ROW + ROW, "contracts.csv: row 3: x is given twice"),
        (HEADER.replace("from,", "form,"), ROW, "contracts.csv: row 1, column form: unknown column form"),
        (
            HEADER,
            ROW.replace("monthly_fee=1600", "1600"),
            "contracts.csv: row 2, column changes: 1600 is not a",
        ),
    ],
)
def test_what_is_wrong_in_the_table_is_told_of_with_row_and_column(
    tmp_path: Path, header: str, row: str, found: str
) -> None:
    (tmp_path / "contracts.csv").write_text(header + row, "utf-8")
    told = said(tmp_path, TABLE)
    assert told[0].startswith(found), told


def test_a_column_that_is_missing_is_told_of_once(tmp_path: Path) -> None:
    (tmp_path / "contracts.csv").write_text(
        "id,from,groups\nx,2026-01-01,branch\ny,2026-01-01,branch\n", "utf-8"
    )
    assert said(tmp_path, TABLE) == [
        "contracts.csv: row 1: the column carrier is missing; it is required",
    ]


def test_a_table_that_is_not_there_is_told_of_where_it_is_named(tmp_path: Path) -> None:
    assert said(tmp_path, TABLE) == ["contracts.yaml:2: contracts: contracts.csv: there is no such file"]
