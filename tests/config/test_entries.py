"""Entries and sheets as offices write them, one by one and in lists, with every mistake at its place."""

from pathlib import Path
from typing import Any

import pytest

from config.entries import Known, known_of, read_entry, read_sheet
from config.entry_headings import AMENDMENT, ATTESTATION, CHOICES, FAULT, MAINTENANCE, MANUAL_VALUE, Sort
from config.entry_lists import Entries, read_entries
from config.errors import ConfigError
from config.instants import read_instant
from config.load import load
from config.record_forms import BY_ID, FORMS, form_of
from tests.config.listed import sheet_of
from tests.practice import TRANSPORT

ZONE = "Asia/Shanghai"
NOW = read_instant("2026-06-01 12:00", ZONE)
SORTS = (MAINTENANCE, FAULT, ATTESTATION, AMENDMENT, MANUAL_VALUE)
WINDOW = {
    "subjects": "haikou-ct",
    "started_at": "2026-07-01 00:00",
    "ended_at": "2026-07-01 06:00",
    "reason": "割接",
    "reference": "通知 7",
}


@pytest.fixture(scope="module")
def known() -> Known:
    return known_of(load(TRANSPORT), NOW)


def right(sort: Sort, known: Known, texts: dict[str, str]) -> dict[str, Any]:
    values, problems = read_entry(sort, texts, known)
    assert problems == []
    return values


def wrong(sort: Sort, known: Known, texts: dict[str, str]) -> list[tuple[str, str]]:
    return [(field, str(problem)) for field, problem in read_entry(sort, texts, known)[1]]


def test_a_window_is_read_with_its_circuits_and_times(known: Known) -> None:
    values = right(MAINTENANCE, known, {**WINDOW, "subjects": "haikou-ct、haikou-cm；haikou-ct"})
    assert values["subjects"] == (("circuit", "haikou-ct"), ("circuit", "haikou-cm"))
    assert (values["ended_at"] - values["started_at"]) / 3_600e6 == 6


def test_a_subject_is_meant_by_its_id_its_name_or_its_circuit_id(known: Known) -> None:
    config = load(TRANSPORT)
    line = next(one for one in config.circuits if one.cid)
    for name in (line.id, line.cid, line.id.upper()):
        assert right(MAINTENANCE, known, {**WINDOW, "subjects": name})["subjects"] == (("circuit", line.id),)
    device = config.devices[0]
    assert right(MAINTENANCE, known, {**WINDOW, "subjects": device.id})["subjects"] == (
        ("device", device.id),
    )


def test_a_subject_that_is_not_there_is_refused_with_the_nearest(known: Known) -> None:
    said = "there is no circuit, service, device or system haiku-ct; did you mean haikou-ct?"
    assert wrong(MAINTENANCE, known, {**WINDOW, "subjects": "haiku-ct"}) == [("subjects", said)]


def test_a_name_of_several_is_refused() -> None:
    known = Known(ZONE, NOW, {"三亚": None}, {})
    assert wrong(MAINTENANCE, known, {**WINDOW, "subjects": "三亚"}) == [
        ("subjects", "三亚 is the name of several; expected the id of one of them")
    ]


def test_everything_that_is_missing_or_out_of_order_is_told_at_once(known: Known) -> None:
    texts = {**WINDOW, "ended_at": "2026-06-30 24:00", "reference": "无", "reason": ""}
    assert wrong(MAINTENANCE, known, texts) == [
        ("reason", "reason is missing; it is required"),
        ("reference", "reference is missing; it is required"),
        ("ended_at", "this lies before the beginning; expected a later time"),
    ]


def test_a_window_may_be_to_come_and_an_attestation_may_not(known: Known) -> None:
    texts = {**WINDOW, "subject": "haikou-ct", "state": "通", "origin": "值班日志", "signed_by": "值班长"}
    del texts["subjects"]
    assert {field for field, _ in wrong(ATTESTATION, known, texts)} == {"started_at", "ended_at"}
    past = {"started_at": "2026-05-01 00:00", "ended_at": "2026-05-01 06:00"}
    values = right(ATTESTATION, known, texts | past)
    assert (values["state"], values["origin"], values["kind"]) == ("up", "duty-log", "circuit")


def test_a_ticket_goes_forward_in_time(known: Known) -> None:
    texts = {"subject": "haikou-ct", "reported_at": "2026-05-01 08:00", "restored_at": "2026-05-01 07:59"}
    assert wrong(FAULT, known, texts) == [
        ("restored_at", "this lies before the beginning; expected a later time")
    ]
    assert right(FAULT, known, {**texts, "restored_at": "2026-05-01 08:00"})["subject"] == "haikou-ct"


def test_the_carrier_is_known_by_its_name_and_whoever_else_stays_as_written(known: Known) -> None:
    carrier = load(TRANSPORT).carriers[0]
    texts = {"subject": "haikou-ct", "reported_at": "2026-05-01 08:00"}
    assert right(FAULT, known, {**texts, "party": carrier.name})["party"] == carrier.id
    assert right(FAULT, known, {**texts, "party": "市政施工"})["party"] == "市政施工"


def test_an_amendment_resolves_to_up_or_down_or_names_a_party(known: Known) -> None:
    past = {"started_at": "2026-05-01 00:00", "ended_at": "2026-05-01 06:00", "subject": "haikou-ct"}
    texts = {**past, "reason": "断电", "reference": "证明 3", "what": "resolve", "value": "中断"}
    assert right(AMENDMENT, known, texts)["value"] == "down"
    assert right(AMENDMENT, known, {**texts, "what": "责任方", "value": "供电局"})["value"] == "供电局"
    [(field, said)] = wrong(AMENDMENT, known, {**texts, "value": "供电局"})
    assert (field, said) == ("value", "供电局 is not known here; expected up (正常), down (中断)")


def test_a_value_stands_as_written_for_its_period(known: Known) -> None:
    values = right(MANUAL_VALUE, known, {"name": "sms-sent", "value": "１２,345 条", "period": "2026-05"})
    assert values["value"] == "１２,345 条"
    assert (values["ended_at"] - values["started_at"]) / 86_400e6 == 31
    assert [field for field, _ in wrong(MANUAL_VALUE, known, {"name": "x", "value": "1"})] == ["period"]


def test_every_form_of_the_reports_is_declared_with_a_date_and_its_fields() -> None:
    for form in FORMS:
        fields = [one.field for one in form.fields]
        assert fields[0] == "at", form.id
        assert len(fields) == len(set(fields)), form.id
        assert set(form.required) | set(form.numbers) <= set(fields), form.id
        assert form_of(form.zh, form.kind) is form_of(form.id, form.kind) is BY_ID[form.id]
    titles = [one.zh for one in BY_ID["system-check"].fields]
    assert titles == ["检查日期", "检查内容", "检查人", "检查结果", "处理情况"]
    helpdesk = [one.zh for one in BY_ID["helpdesk"].fields]
    assert helpdesk == [
        "受理日期",
        "问题描述",
        "申请人",
        "受理人",
        "原因分析及解决方法",
        "处理结果",
        "处理人员",
    ]


@pytest.mark.parametrize(
    "what", [*SORTS, *FORMS], ids=lambda what: getattr(what, "id", getattr(what, "kind", ""))
)
def test_every_heading_means_its_own_field(what: Any) -> None:
    for heading in what.vocabulary.headings:
        assert what.vocabulary.field_of(heading.zh)[0] == heading.field, heading.zh
        assert what.vocabulary.field_of(heading.field)[0] == heading.field


def test_no_word_stands_for_two_codes() -> None:
    for codes in CHOICES.values():
        words = [word for text in codes.values() for word in text.split()]
        assert len(words) == len(set(words))


def test_a_sheet_keeps_its_fields_in_the_order_of_the_form(known: Known) -> None:
    texts = {
        "result": "正常",
        "inspector": "甲",
        "content": "日志",
        "at": "2026-05-01",
        "subjects": "haikou-ct",
    }
    values, problems = read_sheet(BY_ID["system-check"], texts, known)
    assert problems == []
    assert values["fields"] == (("content", "日志"), ("inspector", "甲"), ("result", "正常"))
    assert values["subjects"] == (("circuit", "haikou-ct"),)


def test_a_sheet_counts_in_numbers_and_is_not_of_the_future(known: Known) -> None:
    texts = {"at": "2026-07-01", "object": "交换机", "units": "两台", "outcome": "好"}
    _, problems = read_sheet(BY_ID["hardware"], texts, known)
    assert [(field, str(one)) for field, one in problems] == [
        ("at", "this is still to come; expected what has been"),
        ("units", "两台 is not a number; expected one, such as 6"),
    ]


# Lists

WINDOWS = "割接清单\n涉及线路,计划开始时间,计划结束时间,割接原因,通知单号\n"


def listed(path: Path, what: Any, known: Known, raw: bytes | str) -> Entries:
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return read_entries(path, what, known)


def findings(path: Path, what: Any, known: Known, raw: bytes | str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        listed(path, what, known, raw)
    return [str(one).removeprefix(str(path)) for one in caught.value.findings]


def test_a_list_of_an_office_is_read_by_its_own_headings(tmp_path: Path, known: Known) -> None:
    raw = WINDOWS + "haikou-ct,2026-07-01 00:00,2026-07-01 06:00,光缆割接,7 号\n合计,1,,,\n"
    found = listed(tmp_path / "l.csv", MAINTENANCE, known, raw)
    [row] = found.rows
    assert row.place == f"{tmp_path / 'l.csv'}: row 3"
    assert (row.values["subjects"], row.values["reference"]) == ((("circuit", "haikou-ct"),), "7 号")
    assert [note.message for note in found.notes] == [
        "this row is a title, a sum or a remark; it is passed over"
    ]


def test_every_mistake_of_a_workbook_is_told_with_sheet_row_and_column(tmp_path: Path, known: Known) -> None:
    rows = [
        ["线路", "报障时间", "恢复时间", "责任单位"],
        ["haikou-ct", "2026-05-01 08:00", "2026-05-01 07:00", "电信"],
        ["nowhere", "vormittags", "", ""],
    ]
    assert findings(tmp_path / "l.xlsx", FAULT, known, sheet_of(rows)) == [
        "[专线]: row 2, column 恢复时间: this lies before the beginning; expected a later time",
        "[专线]: row 3, column 线路: there is no circuit, service, device or system nowhere; expected the id of one",
        "[专线]: row 3, column 报障时间: vormittags is not a time; "
        "expected one such as 2026-03-01 08:00 or 2026年3月1日8时30分",
    ]


def test_a_list_without_a_column_that_is_needed_is_refused(tmp_path: Path, known: Known) -> None:
    raw = "线路,开始时间,结束时间,原因\nhaikou-ct,2026-07-01 00:00,2026-07-01 06:00,割接\n"
    [said] = findings(tmp_path / "l.csv", MAINTENANCE, known, raw)
    assert said.startswith(": row 1: no column is headed 依据/")
    assert "expected one, --column HEADING=reference or --set reference=…" in said


def test_a_list_of_nothing_is_refused(tmp_path: Path, known: Known) -> None:
    assert findings(tmp_path / "l.csv", MAINTENANCE, known, WINDOWS) == [
        ": row 2: nothing is listed below this row of headings"
    ]


def test_sheets_of_a_form_are_read_by_the_titles_of_the_form(tmp_path: Path, known: Known) -> None:
    titles = "受理日期,问题描述,申请人,受理人,原因分析及解决方法,处理结果,处理人员"
    raw = f"{titles}\n2026年5月1日,打不开,乙,甲,重启,已解决,甲\n"
    [row] = listed(tmp_path / "l.csv", BY_ID["helpdesk"], known, raw).rows
    assert dict(row.values["fields"])["analysis"] == "重启"
    assert row.values["at"] == read_instant("2026-05-01", ZONE)
