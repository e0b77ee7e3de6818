"""A list of outages that a carrier kept: what it would settle, and that nothing that was measured gives way."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from collector.attested import MINUTE, SECOND, elsewhere, written_to
from collector.cli import main
from collector.keeping.seal import seal_closed
from collector.ledger.store import Batch, Life, open_ledger, sqlite_url
from tests.collector import facts
from tests.collector.facts import S
from tests.collector.judging.weeks import DAY, FIRST, HOUR, SHANGHAI, weeks

_DAY = ("--from", "2026-03-02", "--to", "2026-03-03")
_SIGNED = (*_DAY, "--signed-by", "电信客户经理")
_LIST = (
    "线路,中断时间,恢复时间,原因,单号\n"
    "线路c,2026-03-02 08:00,2026-03-02 09:00,割接,D-1\n"  # it was measured up
    "c,2026-03-02 13:00,2026-03-02 14:00,光缆中断,D-2\n"  # nobody watched
    "c,2026-03-01 01:00,2026-03-01 02:00,,D-0\n"  # the day before
)
_EDGE = 30.0  # seconds: watched time ends with the last question, not with the round


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Half a day is watched; line c is down from 06:00 to 07:00, all others are up."""
    of = weeks(tmp_path, 0)
    down, up, check = FIRST + 6 * HOUR, FIRST + 7 * HOUR, of.checks["c"]
    of.ledger.write(Batch({"watch": [facts.watch(FIRST, FIRST + 12 * HOUR, reason="stopped")]}))
    of.ledger.write(Batch({"run": [facts.run(check, down, 0)]}, ends=[facts.end(check, FIRST, down)]))
    of.ledger.write(Batch({"run": [facts.run(check, up, 1)]}, ends=[facts.end(check, down, up)]))
    of.ledger.close()
    (tmp_path / "中断清单.csv").write_text(_LIST, "utf-8")
    return tmp_path


def _run(place: Path, *words: str | Path, lang: str = "en") -> Result:
    given_ = ["-c", str(place / "network.yaml"), "--data", str(place)]
    return CliRunner().invoke(main, [*map(str, words), *given_], env={"LINEWALKER_LANG": lang})


def _import(place: Path, *words: str | Path, lang: str = "en") -> Result:
    return _run(place, "import", "outages", place / "中断清单.csv", *_SIGNED, *words, lang=lang)


def _settled(place: Path, *words: str) -> dict[str, dict[str, Any]]:
    told = _import(place, "--json", *words)
    assert told.exit_code == 0, told.output
    return {one["subject"]: one for one in json.loads(told.stdout)["settled"]}


def _kept(place: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(_run(place, "records", "attestation", "--json").stdout)[
        "attestations"
    ]
    return rows


def _availability(place: Path, subject: str) -> dict[str, dict[str, Any]]:
    words = ("indicators", "--subject", subject, "--indicator", "availability", "--json", *_DAY)
    rows = json.loads(_run(place, *words).stdout)["measures"]
    return {one["basis"]: one["evidence"] for one in rows if one["view"] == "line"}


def test_what_a_list_would_settle_is_shown_before_anything_is_entered(place: Path) -> None:
    line = _settled(place)["c"]
    assert (line["kind"], line["stretches"]) == ("circuit", 2)
    assert line["settled_down_seconds"] == HOUR  # 13:00 to 14:00; the hour from 08:00 on was measured
    assert line["settled_up_seconds"] == 0  # the list is not said to be complete
    assert line["against_measured_seconds"] == HOUR
    assert _kept(place) == []


def test_a_complete_list_says_up_elsewhere_of_whom_it_is_about(place: Path) -> None:
    found = _settled(place, "--complete", "--circuit", "d")
    assert list(found) == ["c", "d"]
    assert found["c"]["stretches"] == 5
    assert found["c"]["settled_up_seconds"] == pytest.approx(11 * HOUR, abs=_EDGE)
    assert found["c"]["against_measured_seconds"] == 2 * HOUR  # said up 06:00 to 07:00, too
    assert found["d"]["stretches"] == 1
    assert found["d"]["settled_up_seconds"] == pytest.approx(12 * HOUR, abs=_EDGE)
    assert (found["d"]["settled_down_seconds"], found["d"]["against_measured_seconds"]) == (0, 0)
    of_carrier = _settled(place, "--complete", "--carrier", "ct")
    assert set(of_carrier) == set("abcdef")
    assert set(_settled(place, "--complete", "--group", "depot")) == {"c", "e", "f"}


def test_nothing_counts_before_a_second_person_approved_the_document_and_nothing_measured_gives_way(
    place: Path,
) -> None:
    words = ("--complete", "--write", "--by", "甲")
    assert "5 entered, 0 were there already" in _import(place, *words).output
    assert "0 entered, 5 were there already" in _import(place, *words).output
    assert _availability(place, "c").keys() == {"measured"}
    approve = ("records", "attestation", "approve", "--document", place / "中断清单.csv")
    refused = _run(place, *approve, "--by", "甲")
    assert refused.exit_code == 2
    assert "expected a second person to approve it" in refused.output
    told = _run(place, *approve, "--by", "乙")
    assert told.output == "5 entries that rest on 中断清单.csv are approved by 乙\n"
    found = _availability(place, "c")
    measured, amended = found["measured"], found["amended"]
    assert measured["down_seconds"] == HOUR
    assert measured["unknown_seconds"] == pytest.approx(12 * HOUR, abs=_EDGE)
    # 06:00 to 07:00 was measured down and stays down, 08:00 to 09:00 was measured up and stays up.
    assert amended["down_seconds"] == 2 * HOUR
    assert (amended["attested_down_seconds"], amended["unknown_seconds"]) == (HOUR, 0)
    assert amended["up_seconds"] == 22 * HOUR
    assert amended["attested_up_seconds"] == pytest.approx(11 * HOUR, abs=_EDGE)


def test_what_was_shown_is_what_is_settled_once_approved(place: Path) -> None:
    shown = _settled(place, "--complete", "--circuit", "d")
    _import(place, "--complete", "--circuit", "d", "--write", "--by", "甲")
    _run(place, "records", "attestation", "approve", "--document", place / "中断清单.csv", "--by", "乙")
    for subject, told in shown.items():
        evidence = _availability(place, subject)["amended"]
        assert evidence["attested_up_seconds"] == told["settled_up_seconds"]
        assert evidence["attested_down_seconds"] == told["settled_down_seconds"]


def test_explain_tells_the_amended_figure_and_the_papers_it_rests_on(place: Path) -> None:
    listed = place / "中断清单.csv"
    _import(place, "--complete", "--write", "--by", "甲")
    _run(place, "records", "attestation", "approve", "--document", listed, "--by", "乙")
    words = ("explain", "availability", "--circuit", "c", *_DAY)
    [told] = json.loads(_run(place, *words, "--json").stdout)["explanations"]
    assert (told["measure"]["basis"], told["amended"]["basis"]) == ("measured", "amended")
    assert told["amended"]["value"] == 22 / 24
    assert [one["state"] for one in told["papers"]] == ["up", "down", "up", "down", "up"]
    digest = hashlib.sha256(listed.read_bytes()).hexdigest()
    assert {
        (one["kind"], one["sha256"], one["recorded_by"], one["approved_by"]) for one in told["papers"]
    } == {("attestation", digest, "甲", "乙")}
    text = _run(place, *words, "--most", "2", lang="zh").stdout
    assert "  补正后: 91.66 % (91.66 % … 91.67 %)" in text
    assert f"佐证 中断  D-1 {digest}  甲 登记，乙 审核" in text
    assert "此处略去其余 3 个" in text
    [branch] = json.loads(
        _run(place, "explain", "availability", "--group", "branch", *_DAY, "--json").stdout
    )["explanations"][:1]
    assert branch["amended"]["evidence"]["attested_down_seconds"] == HOUR
    assert len(branch["papers"]) == 5


def test_origin_document_precision_and_who_signed_are_kept_and_sealed(place: Path) -> None:
    _import(place, "--write", "--origin", "duty-log", "--by", "甲")
    first, second = _kept(place)
    assert first["from"] == "2026-03-02T08:00:00.000000+08:00"
    assert (first["state"], first["origin"], first["signed_by"]) == ("down", "duty-log", "电信客户经理")
    assert (first["reason"], first["reference"], second["reference"]) == ("割接", "D-1", "D-2")
    assert first["precision_seconds"] == 60.0
    listed = place / "中断清单.csv"
    assert (first["file"], first["sha256"]) == (
        "中断清单.csv", hashlib.sha256(listed.read_bytes()).hexdigest(),
    )  # fmt: skip
    ledger = open_ledger(sqlite_url(place), create=True)
    with ledger.engine.begin() as connection:  # as if it had been entered on that day
        connection.exec_driver_sql("update attestation set recorded_at = ?", ((FIRST + HOUR) * S,))
    ledger.begin(Life(collector="main", vantage="centre", version="1", now=float(FIRST + DAY)))
    seal_closed(ledger, SHANGHAI, FIRST + DAY + 2 * HOUR, place)
    assert _run(place, "ledger", "check").exit_code == 0
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql("update attestation set precision = 1000000")
    ledger.close()
    told = _run(place, "ledger", "check")
    assert (told.exit_code, "attestation" in told.output) == (1, True)


def test_times_to_the_second_are_more_precise(place: Path) -> None:
    (place / "中断清单.csv").write_text(
        "线路,中断时间,恢复时间\nc,2026-03-02 13:00:07,2026-03-02 14:00\n", "utf-8"
    )
    _import(place, "--write")
    assert [one["precision_seconds"] for one in _kept(place)] == [1.0]


def test_the_table_is_in_the_readers_words_and_says_what_was_left_out(place: Path) -> None:
    told = _import(place, lang="zh")
    lines = told.stdout.splitlines()
    assert lines[0].split() == ["对象", "时段数", "可认定正常", "可认定中断", "与实测不符"]
    assert lines[2].split() == ["c", "2", "0:00:00", "1:00:00", "1:00:00"]
    assert lines[3] == "审核后可认定的未监测时间：1:00:00；与实测不符：1:00:00"
    assert "1 行不在此时段内，未采用" in told.stderr
    assert "加 --write 将录入 2 条" in told.stderr


def test_a_document_is_known_by_what_it_holds_not_by_its_name(place: Path) -> None:
    _import(place, "--write", "--by", "甲")
    copy = place / "copy.csv"
    copy.write_bytes((place / "中断清单.csv").read_bytes())
    other = place / "other" / "中断清单.csv"
    other.parent.mkdir()
    other.write_text(_LIST + "d,2026-03-02 13:00,2026-03-02 14:00,,\n", "utf-8")
    approve = ("records", "attestation", "approve", "--by", "乙", "--document")
    refused = _run(place, *approve, other)
    assert refused.exit_code == 2
    assert "no entry that waits for approval rests on this very file" in refused.output
    assert "2 entries" in _run(place, *approve, copy).output
    assert _run(place, *approve, copy).exit_code == 2  # nothing waits any more


def test_of_several_entries_all_are_approved_or_none(place: Path) -> None:
    _import(place, "--write", "--by", "甲")
    first, second = (one["id"] for one in _kept(place))
    approve = ("records", "attestation", "approve", "--by", "乙")
    assert _run(place, *approve, first, "nothing").exit_code == 2
    assert [one["approved_by"] for one in _kept(place)] == [None, None]
    assert _run(place, *approve, first, second).exit_code == 0
    assert [one["approved_by"] for one in _kept(place)] == ["乙", "乙"]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--from", "2026-03-04"), "the period ends before it begins: --from 2026-03-04 --to 2026-03-03"),
        (("--to", "2999-01-01"), "--to 2999-01-01 is still to come; expected a time that has been"),
        (("--circuit", "d"), "only a complete list tells of those it does not name; expected --complete"),
        (("--complete", "--group", "nowhere"), "there is no group nowhere in the configuration"),
        (("--complete", "--carrier", "xx"), "there is no carrier xx in the configuration"),
        (
            ("--complete", "--circuit", "z"),
            "--circuit: there is no circuit, service, device or system z; expected the id of one",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_one_sentence(
    place: Path, words: tuple[str, ...], problem: str
) -> None:
    told = _import(place, *words, "--write")
    assert (told.exit_code, told.output.splitlines()) == (2, [problem])
    assert _kept(place) == []


def test_a_list_with_a_mistake_is_refused_whole_with_its_row(place: Path) -> None:
    listed = place / "中断清单.csv"
    listed.write_text(_LIST + "cc,2026-03-02 15:00,2026-03-02 14:00,,\n", "utf-8")
    told = _import(place, "--write")
    assert told.exit_code == 2
    assert [line.partition(": ")[2] for line in told.output.splitlines()] == [
        "row 5, column 线路: there is no circuit, service, device or system cc; did you mean c?",
        "row 5, column 恢复时间: this lies before the beginning; expected a later time",
    ]
    assert _kept(place) == []


@pytest.mark.parametrize("words", [(), ("1", "--document", "list.csv")])
def test_an_approval_names_entries_or_a_document(place: Path, words: tuple[str, ...]) -> None:
    told = _run(place, "records", "attestation", "approve", *words)
    assert told.exit_code == 2
    assert told.output.startswith("nothing is named to approve, or both; expected ids, or --document FILE")


_stretches = st.lists(st.tuples(st.integers(-5, 40), st.integers(1, 12)).map(lambda one: (one[0], sum(one))))


@given(_stretches, st.integers(0, 15), st.integers(1, 20))
def test_elsewhere_is_every_second_of_the_period_that_no_outage_holds(
    outages: list[tuple[int, int]], begin: int, length: int
) -> None:
    end = begin + length
    inside = {at for first, last in outages for at in range(first, last)}
    found = list(elsewhere(outages, begin, end))
    assert [at for first, last in found for at in range(first, last)] == [
        at for at in range(begin, end) if at not in inside
    ]
    assert all(first < last for first, last in found)


def test_times_are_as_precise_as_the_most_precise_of_them() -> None:
    assert written_to([0, 120 * SECOND]) == MINUTE
    assert written_to([0, 121 * SECOND]) == SECOND
