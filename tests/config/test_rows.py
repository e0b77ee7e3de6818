"""What is kept small or read by a short way is what it would be kept whole and read by the long way."""

import csv
import hashlib
import io
import ipaddress
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.addresses import read_address
from config.errors import ConfigError, WrongValueError
from config.files import shortened
from config.load import load_text
from config.tables import Written, read_table, rows_of
from config.tree import Entry, Row, Rows, Value
from tests.config.written import COLUMNS, HEAD, ROW, load_written

TABLE = """\
id,name,note,changes,check.address
a,甲,,,
b,乙,x,2026-03-01 commit_rate=20M,10.0.0.9
c,,,,
"""
# As they were before rows were kept as cells.
MAPPINGS: list[Value] = [
    {"id": "a", "name": "甲"},
    {
        "id": "b",
        "name": "乙",
        "note": "x",
        "changes": [{"from": "2026-03-01", "commit_rate": "20M"}],
        "check": {"address": "10.0.0.9"},
    },
    {"id": "c"},
]
LISTED = Entry((), {"circuits": MAPPINGS})
TABLED = Entry((), {"circuits": read_table(Written("t.csv", TABLE), "circuits").entries})


def test_a_row_of_a_table_is_the_mapping_that_a_list_would_have() -> None:
    rows = TABLED.values["circuits"]
    assert isinstance(rows, Rows)
    assert list(rows.mappings()) == MAPPINGS
    assert [dict(one) for one in rows] == MAPPINGS
    assert isinstance(rows[0], Row)
    assert (len(rows[0]), rows[0].get("note"), rows[0].get("nothing"), "name" in rows[0]) == (
        2,
        None,
        None,
        True,
    )


@pytest.mark.parametrize("key", ["id", "name", "note", "changes", "check", "nothing"])
def test_a_column_of_a_table_is_that_of_a_list(key: str) -> None:
    assert list(TABLED.column("circuits", key)) == list(LISTED.column("circuits", key))
    assert TABLED.gives("circuits", key) == LISTED.gives("circuits", key) == (key != "nothing")
    assert [one.text(key) for one in TABLED.entries("circuits")] == [
        one.text(key) for one in LISTED.entries("circuits")
    ]


@given(st.text(st.sampled_from(["a", ",", '"', "\n", "\r", "\x0b", "\u2028", "海"]), max_size=30))
def test_lines_end_where_python_itself_ends_them(text: str) -> None:
    try:
        expected = list(csv.reader(io.StringIO(text, newline=""), delimiter=",", strict=True))
    except csv.Error:
        with pytest.raises(WrongValueError):
            list(rows_of(Written("t.csv", text, ",")))
    else:
        assert [cells for _, cells in rows_of(Written("t.csv", text, ","))] == expected


octets = st.one_of(
    st.integers(0, 300).map(str), st.sampled_from(["00", "01", "0", "224", "239", "240", "255"])
)


@given(st.lists(octets, min_size=3, max_size=5).map(".".join))
def test_an_address_is_read_as_the_standard_library_reads_it(written: str) -> None:
    try:
        address = ipaddress.ip_address(written)
        expected = None if address.is_multicast or address.is_unspecified else str(address)
    except ValueError:
        expected = None
    if expected is None:
        with pytest.raises(WrongValueError):
            read_address(written)
    else:
        assert read_address(written) == expected


def test_a_long_text_is_kept_packed_and_leads_to_the_same_configuration(tmp_path: Path) -> None:
    rows = "\n".join(
        f"c{at},线{at},branch,ct,centre,haikou,10.64.{at >> 8}.{at & 255}" for at in range(30_000)
    )
    config = load_written(
        tmp_path, HEAD + "circuits: lines.csv\n", {"lines.csv": f"{COLUMNS}\n{rows}".encode()}
    )
    kept = shortened(config.text)
    assert len(kept) < len(config.text) / 3
    assert load_text(kept) == config
    with pytest.raises(ConfigError):
        load_text(kept.replace("A", "B"))
    assert shortened(config.text[:1000]) == config.text[:1000]


def test_the_text_of_a_configuration_is_json_as_ever_and_the_digest_is_of_it(tmp_path: Path) -> None:
    network, table = HEAD + "circuits: lines.csv\n", f'{COLUMNS},note\r\n{ROW},"一""\\\t\n二"\r\n'
    config = load_written(tmp_path, network, {"lines.csv": table.encode()})
    archive = {"main": "network.yaml", "files": {"network.yaml": network, "lines.csv": table}}
    assert config.text == json.dumps(archive, ensure_ascii=False, sort_keys=True)
    assert config.digest == hashlib.sha256(config.text.encode()).hexdigest()
