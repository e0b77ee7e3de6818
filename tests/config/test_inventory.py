"""Lists as offices keep them against an inventory: what is recognised, what differs, and what is said of troubles.

`lists/` holds a list for every kind of trouble, and beside it the exact words that are said about it: to add one,
write `lists/<kind>.csv` and what a user should read in `lists/<kind>.txt`.
"""

from datetime import date
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.inventory import propose
from config.listing import read_listing
from config.naming import derived_id
from tests.config.listed import LEADS, ROW, TODAY, errors, listed, network, only, proposed
from tests.config.written import CIRCUIT

LISTS = Path(__file__).parent / "lists"
KINDS = sorted(path.stem for path in LISTS.glob("*.csv"))

# Every kind of trouble in a list


def said_about(kind: str, folder: Path) -> list[str]:
    try:
        listing = read_listing(Path(f"{kind}.csv"))
    except ConfigError as refusal:
        return [f"{one.severity}: {one}" for one in refusal.findings]
    return [f"{one.severity}: {one}" for one in propose(listing, network(folder), TODAY).findings]


@pytest.mark.parametrize("kind", KINDS)
def test_a_troubled_list_is_told_of_in_exactly_these_words(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(LISTS)
    assert said_about(kind, tmp_path) == Path(f"{kind}.txt").read_text("utf-8").splitlines()


def test_every_list_has_its_words() -> None:
    assert {path.stem for path in LISTS.iterdir()} == set(KINDS)


# What is compared


def test_a_known_circuit_is_recognised_by_id_by_circuit_number_and_by_address(tmp_path: Path) -> None:
    config = network(tmp_path, circuit=CIRCUIT.replace("address:", "cid: CT1, address:"))
    for text in (
        "标识,线路名称,对端IP\nhaikou-ct,海口专线,10.64.0.2",
        "电路代号,线路名称,对端IP\nCT1,海口专线,10.64.0.2",
        "线路名称,对端IP\n海口专线,10.64.0.2",
    ):
        (one,) = proposed(tmp_path, text, config).changed
        assert (one.id, one.field, one.old, one.new) == ("haikou-ct", "name", "海口", "海口专线")


def test_a_circuit_number_that_two_lines_share_recognises_neither(tmp_path: Path) -> None:
    second = (
        CIRCUIT.removeprefix("circuits:\n").replace("haikou-ct", "haikou-2").replace("10.64.0.2", "10.64.0.6")
    )
    config = network(tmp_path, circuit=(CIRCUIT + second).replace("address:", "cid: CT1, address:"))
    found = proposed(tmp_path, "电路代号,线路名称,对端IP\nCT1,海口,10.64.0.6\nCT1,海口,10.64.0.2", config)
    assert (found.changed, found.unchanged, found.gone) == ([], 2, [])


def test_number_and_address_of_two_lines_are_a_finding(tmp_path: Path) -> None:
    second = (
        CIRCUIT.removeprefix("circuits:\n").replace("haikou-ct", "haikou-2").replace("10.64.0.2", "10.64.0.6")
    )
    config = network(tmp_path, circuit=CIRCUIT.replace("address:", "cid: CT1, address:") + second)
    assert errors(proposed(tmp_path, "电路代号,对端IP\nCT1,10.64.0.6", config)) == [
        "the circuit id is that of haikou-ct, the address that of haikou-2; "
        "expected both of one line, or a column of ids"
    ]


def test_lines_asked_from_two_sources_are_told_apart_by_source(tmp_path: Path) -> None:
    pinned = CIRCUIT.replace("10.64.0.2}", "10.64.0.2, source: eth1}")
    second = pinned.removeprefix("circuits:\n").replace("haikou-ct", "haikou-2").replace("eth1", "eth2")
    config = network(tmp_path, circuit=pinned + second)
    (one,) = proposed(tmp_path, "对端IP,源地址,备注\n10.64.0.2,eth2,新", config).changed
    assert (one.id, one.field) == ("haikou-2", "note")
    assert errors(proposed(tmp_path, "对端IP,备注\n10.64.0.2,新", config)) == [
        "several circuits are asked by 10.64.0.2: haikou-ct, haikou-2; expected a column of ids"
    ]


def test_a_changed_address_is_seen_where_the_id_is_listed(tmp_path: Path) -> None:
    (one,) = proposed(tmp_path, "标识,对端IP\nhaikou-ct,10.64.0.6").changed
    assert (one.field, one.old, one.new) == ("address", "10.64.0.2", "10.64.0.6")


def test_a_row_that_cannot_be_used_still_lists_its_circuit(tmp_path: Path) -> None:
    found = proposed(tmp_path, "标识,带宽,对端IP\nhaikou-ct,二十兆,10.64.0.2")
    assert (len(errors(found)), found.gone, found.edits) == (1, [], {})


def test_what_is_not_listed_is_told_and_never_removed(tmp_path: Path) -> None:
    found = proposed(tmp_path, f"{LEADS}\n{ROW}")
    assert [one.id for one in found.gone] == ["haikou-ct"]
    assert found.edits == {}


def test_a_line_out_of_service_is_not_missed(tmp_path: Path) -> None:
    circuit = CIRCUIT.replace("address:", "in_service_until: 2026-05-01, address:")
    assert proposed(tmp_path, f"{LEADS}\n{ROW}", network(tmp_path, circuit=circuit)).gone == []


def test_an_empty_cell_says_nothing(tmp_path: Path) -> None:
    config = network(tmp_path, circuit=CIRCUIT.replace("address:", "note: 重要, address:"))
    found = proposed(tmp_path, "标识,备注,对端IP\nhaikou-ct,,10.64.0.2", config)
    assert (found.changed, found.unchanged) == ([], 1)


def test_blanks_and_full_width_letters_make_no_difference(tmp_path: Path) -> None:
    config = network(tmp_path, circuit=CIRCUIT.replace("name: 海口,", "name: 海口（A1）,"))
    assert proposed(tmp_path, "标识,线路名称\nhaikou-ct,\u3000海口 (Ａ１)", config).changed == []


def test_a_new_id_is_made_of_name_and_carrier_and_always_the_same(tmp_path: Path) -> None:
    assert only(proposed(tmp_path, f"{LEADS}\n{ROW}"))["id"] == "海口移动-cm"
    assert derived_id("油库（红塘 码头）", "cm") == "油库-红塘-码头-cm"
    assert len(derived_id("长" * 100, "cm")) == 64
    assert propose(listed(tmp_path, f"{LEADS}\n{ROW}"), network(tmp_path), TODAY).added[0].derived


def test_what_all_circuits_have_is_taken_for_new_ones_and_that_is_said(tmp_path: Path) -> None:
    found = proposed(tmp_path, "线路名称,运营商,接入单位,互联地址\n海口移动,移动,海口,10.64.0.6")
    assert (only(found)["termination_a"], only(found)["group"]) == ("centre", "branch")
    assert [one.severity for one in found.findings] == ["info", "info"]


# Dated changes

CHANGED = CIRCUIT.replace(
    "address: 10.64.0.2}",
    "address: 10.64.0.2, commit_rate: 10M, changes: [{from: 2026-03-01, commit_rate: 20M}]}",
)


def test_a_list_without_changes_is_held_against_what_counts_today(tmp_path: Path) -> None:
    config = network(tmp_path, circuit=CHANGED)
    assert proposed(tmp_path, "标识,带宽\nhaikou-ct,20M", config).changed == []


def test_a_correction_goes_to_where_the_value_was_said(tmp_path: Path) -> None:
    found = proposed(tmp_path, "标识,带宽\nhaikou-ct,30M", network(tmp_path, circuit=CHANGED))
    assert found.edits == {"haikou-ct": {"changes": "2026-03-01 commit_rate=30M"}}
    assert (found.changed[0].old, found.changed[0].new) == ("20M", "30M")


def test_a_change_from_a_day_on_leaves_the_past_as_it_was(tmp_path: Path) -> None:
    text = "标识,带宽,运营商,备注\nhaikou-ct,30M,移动,新约"
    found = proposed(tmp_path, text, network(tmp_path, circuit=CHANGED), since=date(2026, 5, 1))
    assert found.edits["haikou-ct"] == {
        "note": "新约",
        "changes": "2026-03-01 commit_rate=20M; 2026-05-01 carrier=cm commit_rate=30M",
    }
    assert {one.field: one.since for one in found.changed} == {
        "carrier": "2026-05-01",
        "commit_rate": "2026-05-01",
        "note": "",
    }
