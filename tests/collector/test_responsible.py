"""Who is held responsible for an outage, from what people entered with the commands to how `outages` shows it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from collector.cli import main
from tests.collector.judging.one_day import ASKED, one_day


@pytest.fixture
def place(tmp_path: Path) -> Path:
    one_day(tmp_path).ledger.close()
    return tmp_path


def _run(place: Path, *words: str, lang: str = "en") -> str:
    given = ["-c", str(place / "network.yaml"), "--data", str(place)]
    done = CliRunner().invoke(main, [*words, *given], env={"LINEWALKER_LANG": lang})
    assert done.exit_code == 0, done.output
    return done.output


def _entered(place: Path, *words: str) -> str:
    return _run(place, *words, "--by", "甲").partition("entered as ")[2].partition(";")[0]


def _outages(place: Path) -> dict[tuple[str, str], dict[str, Any]]:
    asked = [word for pair in ASKED.items() for word in pair]
    told = json.loads(_run(place, "outages", "--group", "branch", "--json", *asked))["outages"]
    return {(one["subject"], one["view"]): one for one in told}


_TICKET = ("faults", "add", "--circuit", "c", "--reported", "2026-03-02T06:20", "--party", "电信")
_AMENDMENT = (
    "amend", "add", "--circuit", "c", "--from", "2026-03-02T05:00", "--to", "2026-03-02T06:30", "--what", "party",
    "--value", "用户侧断电", "--reason", "停电", "--reference", "供电局停电通知",
)  # fmt: skip


def test_a_ticket_names_who_is_held_responsible_of_the_outage_it_is_open_in(place: Path) -> None:
    ticket = _entered(place, *_TICKET, "--restored", "2026-03-02T07:00")
    found = _outages(place)
    for view in ("line", "business"):
        assert found["c", view]["party"] == "ct"  # the carrier by its id
        assert found["c", view]["party_by"] == [f"ticket {ticket}"]
    assert found["a", "business"]["party"] == ""  # its outage was at noon, of another line


def test_a_ticket_that_was_settled_before_names_nobody(place: Path) -> None:
    ticket = ("faults", "add", "--circuit", "c", "--reported", "2026-03-02T04:00", "--party", "电信")
    _entered(place, *ticket, "--restored", "2026-03-02T05:00")
    assert _outages(place)["c", "line"]["party"] == ""


def test_an_amendment_goes_before_a_ticket_once_a_second_person_approved_it(place: Path) -> None:
    ticket = _entered(place, *_TICKET)
    amendment = _entered(place, *_AMENDMENT)
    assert _outages(place)["c", "line"]["party_by"] == [f"ticket {ticket}"]
    _run(place, "amend", "approve", amendment, "--by", "乙")
    found = _outages(place)["c", "line"]
    assert (found["party"], found["party_by"]) == ("用户侧断电", [f"amendment {amendment}"])
    assert found["seconds"] == 3600.0  # who is responsible changes no figure


def test_two_parties_that_share_an_outage_are_both_named_in_the_order_of_time(place: Path) -> None:
    first = _entered(place, *_AMENDMENT)
    later = [*_AMENDMENT]
    later[5], later[7], later[11] = "2026-03-02T06:30", "2026-03-02T07:00", "电信"
    second = _entered(place, *later)
    for one in (first, second):
        _run(place, "amend", "approve", one, "--by", "乙")
    found = _outages(place)["c", "line"]
    assert found["party"] == "用户侧断电, ct"
    assert found["party_by"] == [f"amendment {first}", f"amendment {second}"]


def test_the_party_stands_in_the_table_in_chinese(place: Path) -> None:
    _entered(place, *_TICKET)
    asked = [word for pair in ASKED.items() for word in pair]
    table = _run(place, "outages", "--circuit", "c", "--view", "line", *asked, lang="zh").splitlines()
    assert "责任方" in table[0]
    assert "ct" in table[2].split()
