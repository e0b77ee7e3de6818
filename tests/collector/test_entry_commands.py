"""The commands by which people enter, list, correct, cancel and approve, on a real ledger."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from collector.cli import main
from collector.ledger.store import Life, open_ledger, sqlite_url
from tests.config.listed import sheet_of

NETWORK = """
organisation: 测试单位
vantage: {name: 中心机房, sentinels: {near: [10.0.0.1]}}
carriers: [{id: ct, name: 中国电信}]
sites: [{id: centre, name: 中心}, {id: sanya, name: 三亚}]
circuits:
  - {id: sanya-ct, name: 三亚主用, group: branch, carrier: ct, termination_a: centre, termination_z: sanya,
     address: 10.64.0.2, cid: DX001}
  - {id: sanya-cm, name: 三亚备用, group: branch, carrier: ct, termination_a: centre, termination_z: sanya,
     address: 10.64.0.6}
services:
  - {id: sanya, name: 三亚, group: branch, needs: {k: 1, of: [sanya-ct, sanya-cm]}}
"""
Run = Callable[..., Result]
WINDOW = (
    "--from", "2026-03-01T00:00", "--to", "2026-03-01T06:00", "--reason", "割接", "--reference", "通知 7",
    "--by", "甲",
)  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Run:
    network = tmp_path / "network.yaml"
    network.write_text(NETWORK, encoding="utf-8")
    ledger = open_ledger(sqlite_url(tmp_path), create=True)
    ledger.begin(Life(collector="main", vantage="centre", version="1", now=0.0))
    ledger.close()

    def run(*words: str, lang: str = "en") -> Result:
        given = ["-c", str(network), "--data", str(tmp_path)]
        result = CliRunner().invoke(main, [*words, *given], env={"LINEWALKER_LANG": lang})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def entered(run: Run, *words: str) -> str:
    """The id of what is entered."""
    done = run(*words)
    assert done.exit_code == 0, done.output
    return done.stdout.removeprefix("entered as ").split(";")[0].split()[0]


def listed(run: Run, *words: str) -> list[dict[str, Any]]:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    [rows] = json.loads(done.stdout).values()
    return list(rows)


def refusal(run: Run, *words: str) -> list[str]:
    done = run(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    return done.stderr.splitlines()


def test_a_window_is_entered_listed_and_approved(run: Run) -> None:
    id_ = entered(run, "maintenance", "add", "--circuit", "DX001", "--circuit", "sanya", *WINDOW)
    [row] = listed(run, "maintenance")
    assert (row["id"], row["root"], row["subjects"]) == (id_, id_, ["sanya-ct", "sanya"])
    assert (row["from"], row["to"]) == (
        "2026-03-01T00:00:00.000000+08:00",
        "2026-03-01T06:00:00.000000+08:00",
    )
    assert (row["reason"], row["reference"], row["recorded_by"], row["approved_by"]) == (
        "割接",
        "通知 7",
        "甲",
        None,
    )
    said = refusal(run, "maintenance", "approve", id_, "--by", "甲")
    assert said == [f"{id_} was entered by 甲; expected a second person to approve it, named with --by"]
    approved = run("maintenance", "approve", id_, "--by", "乙", "--note", "同意")
    assert approved.stdout == f"{id_}, entered by 甲, is approved by 乙\n"
    [row] = listed(run, "maintenance")
    assert (row["approved_by"], row["note"], row["cancelled"]) == ("乙", "同意", False)


def test_a_window_is_of_all_circuits_of_a_group(run: Run) -> None:
    entered(run, "maintenance", "add", "--group", "branch", *WINDOW)
    assert listed(run, "maintenance")[0]["subjects"] == ["sanya-cm", "sanya-ct"]


def test_a_window_recorded_after_it_began_is_taken_and_called_so(run: Run) -> None:
    late = run("maintenance", "add", "--circuit", "sanya-ct", *WINDOW)
    assert late.stderr == "it was recorded after it began: by default a retroactive window excludes nothing\n"
    coming = [word.replace("2026", "2999") for word in WINDOW]
    assert run("maintenance", "add", "--circuit", "sanya-ct", *coming).stderr == ""


def test_what_is_cancelled_or_corrected_is_shown_with_its_history_only(run: Run) -> None:
    first = entered(run, "maintenance", "add", "--circuit", "sanya-ct", *WINDOW)
    second = entered(run, "maintenance", "add", "--circuit", "sanya-cm", *WINDOW, "--corrects", first)
    assert [row["id"] for row in listed(run, "maintenance")] == [second]
    assert run("maintenance", "cancel", second, "--reason", "改期", "--by", "甲").exit_code == 0
    assert listed(run, "maintenance") == []
    rows = listed(run, "maintenance", "--history")
    assert [(row["id"], row["root"], row["cancelled"]) for row in rows[:2]] == [
        (first, first, False), (second, first, False),
    ]  # fmt: skip
    assert [row["superseded_by"] for row in rows] == [second, rows[2]["id"], None]
    assert (rows[2]["cancelled"], rows[2]["reason"], rows[2]["supersedes"]) == (True, "改期", second)


def test_the_list_is_narrowed_by_circuit_and_time(run: Run) -> None:
    entered(run, "maintenance", "add", "--circuit", "sanya-ct", *WINDOW)
    assert len(listed(run, "maintenance", "--circuit", "DX001")) == 1
    assert listed(run, "maintenance", "--circuit", "sanya-cm") == []
    assert len(listed(run, "maintenance", "--from", "2026-03-01T05:59", "--to", "2026-03-02")) == 1
    assert listed(run, "maintenance", "--from", "2026-03-01T06:00") == []
    assert listed(run, "maintenance", "--to", "2026-03-01") == []
    assert refusal(run, "maintenance", "--circuit", "x") == [
        "--circuit: there is no circuit, service, device or system x; expected the id of one"
    ]


def test_everything_wrong_with_what_was_typed_is_told_with_its_option(run: Run) -> None:
    assert refusal(run, "maintenance", "add", "--from", "later", "--to", "2026-03-01", "--reason", "x") == [
        "--from: later is not a time; expected one such as 2026-03-01 08:00 or 2026年3月1日8时30分",
        "--to: 2026-03-01 has no time of day; expected one, such as 2026-03-01 06:00, or 2026-03-01 24:00 for all of"
        " the day",
        "--circuit: subjects is missing; it is required",
        "--reference: reference is missing; it is required",
    ]
    assert listed(run, "maintenance", "--history") == []


def test_a_ticket_is_carried_on_under_its_first_name(run: Run) -> None:
    words = ("--circuit", "sanya-ct", "--reported", "2026-03-02 08:00", "--party", "中国电信", "--by", "甲")
    first = entered(run, "faults", "add", *words)
    entered(run, "faults", "update", first, "--arrived", "2026-03-02 08:40", "--number", "Z9", "--by", "乙")
    entered(
        run, "faults", "suspend", first, "--from", "2026-03-02 08:45", "--reason", "用户侧停电", "--signed-by", "丙"
    )  # fmt: skip
    entered(
        run, "faults", "suspend", first, "--from", "2026-03-02 08:45", "--to", "2026-03-02 09:00", "--reason", "停电",
        "--signed-by", "丙",
    )  # fmt: skip
    last = entered(run, "faults", "update", first, "--restored", "2026-03-02 10:00", "--confirmed-by", "丁")
    [row] = listed(run, "faults")
    assert (row["id"], row["root"], row["party"], row["number"]) == (last, first, "ct", "Z9")
    assert (row["arrived"], row["restored"]) == (
        "2026-03-02T08:40:00.000000+08:00", "2026-03-02T10:00:00.000000+08:00",
    )  # fmt: skip
    assert [(one["to"], one["reason"], one["signed_by"]) for one in row["suspensions"]] == [
        ("2026-03-02T09:00:00.000000+08:00", "停电", "丙")
    ]
    assert len(listed(run, "faults", "--history")) == 5
    assert refusal(run, "faults", "approve", first, "--by", "丙")[0].startswith(f"{first} was corrected by")
    assert run("faults", "approve", last, "--by", "丙").exit_code == 0


def test_a_ticket_cannot_be_carried_on_backwards_or_by_nothing(run: Run) -> None:
    id_ = entered(run, "faults", "add", "--circuit", "sanya-ct", "--reported", "2026-03-02 08:00")
    said = refusal(run, "faults", "update", id_, "--restored", "2026-03-02 07:00")
    assert said == ["--restored: this lies before the beginning; expected a later time"]
    assert refusal(run, "faults", "update", id_)[0].startswith("nothing is to be changed")
    assert refusal(run, "faults", "update", "x", "--cause", "y") == [
        "there is no entry x; `linewalker faults` lists them"
    ]
    backwards = ("--from", "2026-03-02 09:00", "--to", "2026-03-02 08:00", "--reason", "x")
    assert refusal(run, "faults", "suspend", id_, *backwards)[0].endswith("expected a later time")
    assert refusal(run, "faults", "suspend", id_, "--from", "x", "--reason", "y")[0].startswith(
        "--from: x is not"
    )


def test_a_sheet_is_entered_with_its_scan(run: Run, tmp_path: Path) -> None:
    scan = tmp_path / "检查单.pdf"
    scan.write_bytes(b"a sheet")
    words = (
        "--at",
        "2026-03-03",
        "--field",
        "检查内容=日志",
        "--field",
        "inspector=甲",
        "--field",
        "检查结果=正常",
    )
    entered(run, "records", "inspection", "add", "--form", "系统运行检查记录", *words, "--file", str(scan))
    [row] = listed(run, "records", "inspection")
    assert (row["form"], row["fields"]) == (
        "system-check",
        {"content": "日志", "inspector": "甲", "result": "正常"},
    )
    digest = hashlib.sha256(b"a sheet").hexdigest()
    assert (row["file"], row["sha256"]) == ("检查单.pdf", digest)
    assert (tmp_path / "proofs" / digest).read_bytes() == b"a sheet"
    said = run("records", "inspection", lang="zh").stdout
    assert "系统运行检查记录" in said
    assert "检查人=甲" in said
    assert listed(run, "records", "repair") == []


def test_a_sheet_that_is_no_such_form_is_refused(run: Run) -> None:
    add = ("records", "repair", "add", "--form")
    assert refusal(run, *add, "system-check")[0].startswith(
        "there is no form system-check here; expected one of helpdesk"
    )
    assert refusal(run, *add, "helpdesk", "--field", "x=y")[0].startswith(
        "x=y fills no field; expected FIELD=TEXT with one of at (受理日期), problem"
    )
    said = refusal(
        run, *add, "hardware", "--at", "2999-01-01", "--field", "台次=两台", "--field", "设备=交换机"
    )
    assert said == [
        "--at: this is still to come; expected what has been",
        "--field units: 两台 is not a number; expected one, such as 6",
        "--field outcome: outcome is missing; it is required",
    ]


def test_a_value_and_an_attestation_are_entered(run: Run) -> None:
    entered(
        run,
        "records",
        "manual-value",
        "add",
        "--name",
        "sms",
        "--value",
        "1234",
        "--unit",
        "条",
        "--period",
        "2026Q1",
    )
    [value] = listed(run, "records", "manual-value")
    assert (value["name"], value["value"], value["unit"], value["subject"]) == ("sms", "1234", "条", None)
    assert (value["from"][:10], value["to"][:10]) == ("2026-01-01", "2026-04-01")
    entered(
        run, "records", "attestation", "add", "--circuit", "sanya-ct", "--from", "2026-01-01T00:00", "--to",
        "2026-02-01T00:00", "--state", "up", "--origin", "duty-log", "--reference", "值班日志", "--signed-by", "丙",
    )  # fmt: skip
    [row] = listed(run, "records", "attestation", "--circuit", "sanya-ct")
    assert (row["state"], row["origin"], row["signed_by"]) == ("up", "duty-log", "丙")


def test_an_amendment_is_entered_and_told_as_csv(run: Run) -> None:
    words = (
        "--circuit",
        "sanya",
        "--from",
        "2026-01-01T00:00",
        "--to",
        "2026-01-01T01:00",
        "--reason",
        "停电",
    )
    entered(run, "amend", "add", *words, "--what", "party", "--value", "供电局", "--reference", "证明 3")
    [row] = csv.DictReader(io.StringIO(run("amend", "--csv").stdout))
    assert (row["subject"], row["what"], row["value"]) == ("sanya", "party", "供电局")


LIST = [
    ["涉及线路", "开始时间", "结束时间", "割接原因", "通知单号"],
    ["sanya-ct", "2026-03-01 00:00", "2026-03-01 06:00", "光缆割接", "7 号"],
    ["DX001、sanya-cm", "2026-04-01 00:00", "2026-04-01 06:00", "设备割接", "8 号"],
]


def test_a_list_is_entered_as_a_whole_once_and_kept(run: Run, tmp_path: Path) -> None:
    office = tmp_path / "割接清单.xlsx"
    office.write_bytes(sheet_of(LIST))
    add = ("maintenance", "add", "--from-file", str(office), "--by", "甲")
    assert run(*add).stdout == "2 entered, 0 were there already; none is approved yet\n"
    assert run(*add).stdout == "0 entered, 2 were there already; none is approved yet\n"
    first, second = listed(run, "maintenance")
    assert (first["reference"], second["subjects"]) == ("7 号", ["sanya-ct", "sanya-cm"])
    digest = hashlib.sha256(office.read_bytes()).hexdigest()
    assert (first["file"], first["sha256"], first["recorded_by"]) == ("割接清单.xlsx", digest, "甲")
    assert (tmp_path / "proofs" / digest).exists()
    assert run("maintenance", "approve", first["id"], second["id"], "--by", "乙").exit_code == 0


def test_a_list_with_a_mistake_is_entered_not_at_all(run: Run, tmp_path: Path) -> None:
    office = tmp_path / "l.xlsx"
    office.write_bytes(sheet_of([*LIST, ["nowhere", "2026-05-01 00:00", "2026-05-01 06:00", "x", "9 号"]]))
    assert refusal(run, "maintenance", "add", "--from-file", str(office)) == [
        f"{office}[专线]: row 4, column 涉及线路: there is no circuit, service, device or system nowhere;"
        " expected the id of one"
    ]
    assert listed(run, "maintenance", "--history") == []
    both = ("maintenance", "add", "--from-file", str(office), "--circuit", "sanya-ct")
    assert refusal(run, *both)[0].startswith("--from-file enters a whole list")


def test_lists_of_every_kind_are_read(run: Run, tmp_path: Path) -> None:
    lists = {
        (
            "faults",
            "add",
            "--from-file",
        ): "线路,报障时间,恢复时间,责任方\nDX001,2026-03-02 08:00,2026-03-02 10:00,中国电信\n",
        ("amend", "add", "--from-file"): (
            "线路,开始时间,结束时间,认定事项,认定结果,原因,依据\n"
            "DX001,2026-03-02 08:00,2026-03-02 10:00,未监测,正常,巡检,值班日志\n"
        ),
        ("records", "attestation", "import"): (
            "线路,中断时间,恢复时间,状态,来源,签字人,依据\n"
            "DX001,2026-03-02 08:00,2026-03-02 10:00,中断,运营商清单,丙,清单 3\n"
        ),
        ("records", "manual-value", "import"): "指标,数值,单位,年月\nsms,12,条,2026-03\n",
        ("records", "repair", "import"): "受理日期,问题描述,受理人,处理结果\n2026-03-02,打不开,甲,已解决\n",
        ("records", "inspection", "import"): "检查日期,检查内容,检查人,检查结果\n2026-03-02,日志,甲,正常\n",
    }
    forms = {"repair": ("--form", "使用咨询记录"), "inspection": ("--form", "system-check")}
    for words, text in lists.items():
        path = tmp_path / f"{words[-2]}.csv"
        path.write_text(text, encoding="gb18030")
        done = run(*words, str(path), *forms.get(words[1], ()))
        assert done.stdout == "1 entered, 0 were there already; none is approved yet\n", (words, done.output)
        assert len(listed(run, *words[:-1] if words[0] == "records" else words[:1])) == 1
    assert listed(run, "records", "attestation")[0]["state"] == "down"


def test_a_heading_nobody_knows_is_named_by_column(run: Run, tmp_path: Path) -> None:
    office = tmp_path / "l.csv"
    rows = [["Leitung", *LIST[0][1:]], *LIST[1:]]
    office.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    [said] = refusal(run, "maintenance", "add", "--from-file", str(office))
    assert "expected one, --column HEADING=subjects or" in said
    done = run("maintenance", "add", "--from-file", str(office), "--column", "Leitung=subjects")
    assert done.stdout.startswith("2 entered")
    assert refusal(run, "maintenance", "add", "--from-file", str(office), "--column", "=x")[0].startswith(
        "=x does not say"
    )


def test_entries_and_their_files_come_back_with_a_backup(run: Run, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"a notice")
    id_ = entered(run, "maintenance", "add", "--circuit", "sanya-ct", *WINDOW, "--file", str(scan))
    run("maintenance", "approve", id_, "--by", "乙")
    before = listed(run, "maintenance")
    copy = tmp_path / "elsewhere" / "ledger-20260301T000000Z.sqlite"
    copy.parent.mkdir()
    assert run("backup", "-o", str(copy)).exit_code == 0
    for path in (tmp_path / "proofs").iterdir():
        path.unlink()
    (tmp_path / "proofs").rmdir()
    assert "proof-missing" in run("ledger", "check").stdout
    assert run("restore", str(copy), "--replace").exit_code == 0
    assert listed(run, "maintenance") == before
    checked = run("ledger", "check")
    assert (checked.exit_code, "proof" in checked.stdout) == (0, False)


def test_a_ledger_that_cannot_be_written_is_told_of(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.ledger.store._BUSY_SECONDS", 0)
    holding = open_ledger(sqlite_url(tmp_path), create=False)
    try:
        with holding.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            done = run("maintenance", "add", "--circuit", "sanya-ct", *WINDOW)
    finally:
        holding.close()
    assert (done.exit_code, done.stderr) == (
        3,
        "the ledger cannot be written: database is locked; nothing was entered\n",
    )


def test_what_a_list_leaves_out_is_said_for_all_its_rows(run: Run, tmp_path: Path) -> None:
    office = tmp_path / "故障清单.csv"
    office.write_text(
        "线路,中断时间,恢复时间,签字人\nDX001,2026-03-02 08:00,2026-03-02 10:00,\n"
        "sanya-cm,2026-03-03 08:00,2026-03-03 10:00,丁\n",
        encoding="utf-8",
    )
    words = ("records", "attestation", "import", str(office))
    assert len(refusal(run, *words)) == 4  # three columns, and who signed the first row
    said = refusal(run, *words, "--set", "state=halb", "--set", "来源=运营商清单", "--set", "依据=清单 3")
    assert said == [
        f"{office}: row 2, column state: halb is not known here; expected up (正常), down (中断)",
        f"{office}: row 2, column 签字人: signed_by is missing; it is required",
        f"{office}: row 3, column state: halb is not known here; expected up (正常), down (中断)",
    ]
    assert refusal(run, *words, "--set", "state")[0].startswith("state fills no field; expected FIELD=TEXT")
    every = (
        "--set",
        "state=down",
        "--set",
        "来源=运营商清单",
        "--set",
        "依据=清单 3",
        "--set",
        "signed_by=丙",
    )
    assert run(*words, *every).stdout.startswith("2 entered")
    rows = listed(run, "records", "attestation")
    assert [(row["state"], row["reference"], row["signed_by"]) for row in rows] == [
        ("down", "清单 3", "丙"),
        ("down", "清单 3", "丁"),
    ]
