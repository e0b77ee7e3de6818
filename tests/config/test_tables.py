"""Circuits as network staff keep them: CSV from Excel in its many habits, with the same columns as the keys."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from config.load import check
from config.model import Circuit, Config
from tests.config.written import COLUMNS, HEAD, ROW, load_written


def load_table(folder: Path, raw: bytes, section: str = "circuits") -> Config:
    return load_written(folder, f"{HEAD}{section}: table.csv\n", {"table.csv": raw})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_table_reads_the_same_in_every_encoding_excel_writes(tmp_path: Path, encoding: str) -> None:
    (circuit,) = load_table(tmp_path, f"{COLUMNS}\n{ROW}\n".encode(encoding)).circuits
    assert circuit.name == "海口专线"


def test_a_rare_character_of_a_name_survives_gb18030(tmp_path: Path) -> None:
    (circuit,) = load_table(
        tmp_path, f"{COLUMNS}\n{ROW.replace('海口专线', '䶮县𠮷')}\n".encode("gb18030")
    ).circuits
    assert circuit.name == "䶮县𠮷"


def test_a_network_file_in_gbk_reads_as_well(tmp_path: Path) -> None:
    (tmp_path / "network.yaml").write_bytes(
        (HEAD + "systems: [{id: oa, name: 办公, check: {address: 10.0.3.1}}]").encode("gbk")
    )
    assert check(tmp_path / "network.yaml") == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_those_of_the_table(tmp_path: Path, delimiter: str, end: str) -> None:
    text = f"{COLUMNS}{end}{ROW}{end}".replace(",", delimiter)
    assert [circuit.id for circuit in load_table(tmp_path, text.encode()).circuits] == ["haikou-ct"]


def test_stray_empty_columns_and_rows_mean_nothing(tmp_path: Path) -> None:
    text = f"{COLUMNS},,\n{ROW},,\n,,,,,,,,\n\n{ROW.replace('ct,海', 'cm,海').replace('.2', '.6')},,,,,\n"
    assert [circuit.id for circuit in load_table(tmp_path, text.encode()).circuits] == [
        "haikou-ct",
        "haikou-cm",
    ]


def test_an_empty_cell_is_a_value_not_given(tmp_path: Path) -> None:
    (circuit,) = load_table(tmp_path, f"{COLUMNS},commit_rate,path,source\n{ROW},,  ,\n".encode()).circuits
    assert (circuit.commit_rate, circuit.path, circuit.source) == (None, "unproven", None)


def test_a_table_says_as_much_as_a_list(tmp_path: Path) -> None:
    text = f"{COLUMNS},commit_rate,in_service_from,path,source,cid,monthly_fee,changes\n"
    changes = "2026-03-01 commit_rate=20M carrier=cm; 2026-06-01 commit_rate=50M"
    text += f'{ROW},10M,2026/1/1,pinned,10.0.0.3,010,"1,700",{changes}\n'
    (circuit,) = load_table(tmp_path, text.encode()).circuits
    expected = {
        "id": "haikou-ct",
        "name": "海口专线",
        "group": "branch",
        "carrier": "ct",
        "termination_a": "centre",
        "termination_z": "haikou",
        "address": "10.64.0.2",
        "commit_rate": 10_000_000,
        "in_service_from": date(2026, 1, 1),
        "path": "pinned",
        "source": "10.0.0.3",
        "cid": "010",
        "monthly_fee": "1,700",
        "changes": [
            {"from": date(2026, 3, 1), "commit_rate": 20_000_000, "carrier": "cm"},
            {"from": date(2026, 6, 1), "commit_rate": 50_000_000},
        ],
    }
    assert circuit == TypeAdapter(Circuit).validate_python(expected)


@pytest.mark.parametrize("members", ["a b", "a;b", "a; b ;", "a、b", "a；b"])
def test_lists_and_nested_keys_fit_into_cells(tmp_path: Path, members: str) -> None:
    rows = [
        ROW.replace("haikou-ct", name).replace("0.2", f"0.{2 + 4 * number}")
        for number, name in enumerate("ab")
    ]
    services = f"id,name,group,check.address,needs.k,needs.of\nhaikou,海口,branch,10.20.0.1,1,{members}\n"
    tables = {"circuits.csv": "\n".join((COLUMNS, *rows)).encode(), "services.csv": services.encode()}
    (service,) = load_written(
        tmp_path, HEAD + "circuits: circuits.csv\nservices: services.csv\n", tables
    ).services
    assert service.check is not None
    assert service.check.address == "10.20.0.1"
    assert service.needs is not None
    assert (service.needs.k, service.needs.of) == (1, ("a", "b"))


def test_rows_are_counted_as_excel_counts_them(tmp_path: Path) -> None:
    rows = [
        f'{ROW.replace("海口专线", "两行")},"first\nsecond"',
        ",,,,,,,",
        ROW.replace("haikou-ct", "b") + ",",
    ]
    raw = "\n".join((COLUMNS + ",note", *rows)).encode()
    (tmp_path / "network.yaml").write_text(HEAD + "circuits: table.csv\n", "utf-8")
    (tmp_path / "table.csv").write_bytes(raw)
    (finding,) = check(tmp_path / "network.yaml")
    assert finding.place == f"{tmp_path}/table.csv: row 4, column address"


@pytest.mark.parametrize("section", ["groups", "carriers", "sites", "devices", "systems", "targets"])
def test_any_list_may_be_a_table(tmp_path: Path, section: str) -> None:
    columns = {
        "devices": ("id,name,check.address", "r1,路由器,10.0.2.1"),
        "targets": ("indicator,value", "normal_days,360"),
    }
    columns["systems"] = columns["devices"]
    header, row = columns.get(section, ("id,name", "x,名"))
    head = "\n".join(line for line in HEAD.splitlines() if not line.startswith(section)) + "\n"
    network = load_written(
        tmp_path, f"{head}{section}: table.csv\n", {"table.csv": f"{header}\n{row}\n".encode()}
    )
    assert len(getattr(network, section)) == 1


def test_a_table_may_lie_in_a_folder_below(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    tables = {"tables/lines.csv": f"{COLUMNS}\n{ROW}\n".encode()}
    assert len(load_written(tmp_path, HEAD + "circuits: tables/lines.csv\n", tables).circuits) == 1
