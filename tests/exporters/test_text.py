"""Tables for the terminal, CSV and JSON from the same rows."""

import csv
import io
import json

from exporters.text import width, write
from exporters.words import words

ROWS: list[dict[str, object]] = [
    {"id": "c1", "name": "海口电信", "state": "down", "reason": "upstream core", "rtt_seconds": None},
    {"id": "haikou-cu", "name": "海口", "state": "up", "reason": "", "rtt_seconds": 0.0031},
]


def test_wide_characters_keep_columns_in_line() -> None:
    assert write("circuits", ROWS, "text", words("zh")) == (
        "标识       名称      状态  原因                        时延（秒）\n"
        "---------  --------  ----  --------------------------  ----------\n"
        "c1         海口电信  中断  上级节点 core 中断或未监测           —\n"
        "haikou-cu  海口      正常  —                               0.0031\n"
    )


def test_the_same_table_in_english() -> None:
    first = write("circuits", ROWS, "text", words("en")).splitlines()[0]
    assert first.split() == ["id", "name", "state", "reason", "rtt", "seconds"]


def test_csv_keeps_keys_and_codes_for_programs() -> None:
    read = list(csv.DictReader(io.StringIO(write("circuits", ROWS, "csv", words("zh")))))
    assert read[0] == {
        "id": "c1",
        "name": "海口电信",
        "state": "down",
        "reason": "upstream core",
        "rtt_seconds": "",
    }


def test_json_stands_under_its_name() -> None:
    assert json.loads(write("circuits", ROWS, "json", words("zh"))) == {"circuits": ROWS}


def test_lists_and_deeper_values_stay_on_one_line() -> None:
    rows: list[dict[str, object]] = [
        {"id": "s1", "members": ["a", "b"], "trace": [{"hop": 1}]},
        {"id": "s2", "extra": 1},
    ]
    read = list(csv.DictReader(io.StringIO(write("services", rows, "csv", words("zh")))))
    assert [read[0]["members"], read[0]["trace"], read[1]["extra"]] == ["a b", '[{"hop": 1}]', "1"]
    assert "a b" in write("services", rows, "text", words("zh"))


def test_columns_in_which_nothing_stands_are_left_out_of_tables() -> None:
    assert write("x", [{"id": "a", "reason": ""}], "text", words("en")) == "id\n--\na\n"
    assert write("x", [], "text", words("en")) == write("x", [], "csv", words("en")) == ""


def test_an_escape_sequence_in_a_name_does_not_reach_the_terminal() -> None:
    shown = write("circuits", [{"name": "a\x1b[31mred\nline"}], "text", words("zh"))
    assert "\x1b" not in shown
    assert len(shown.splitlines()) == 3


def test_width_counts_chinese_as_two() -> None:
    assert [width("海口"), width("abc"), width("（")] == [4, 3, 2]
