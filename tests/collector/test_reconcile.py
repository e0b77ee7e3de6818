"""A carrier's own list of faults against ours: what agrees, what differs, and how agreement becomes a deduction."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.collector.judging.weeks import HOUR, Weeks
from tests.collector.test_pay import SIX, _down, _pay, _run, of

__all__ = ["of"]
_PERIOD = ("--carrier", "ct", "--from", "2026-03-01", "--to", "2026-04-01")
_LIST = (
    "专线编号,障碍发生时间,障碍修复时间,障碍单号,障碍原因\n"
    "c,2026-03-06 06:02,2026-03-06 11:31,G-1,光缆\n"  # ours: 06:00 to 11:30
    "线路d,2026-03-06 06:00,2026-03-06 08:00,G-2,\n"  # ours: 06:00 to 09:00
    "e,2026-03-07 06:00,2026-03-07 08:00,G-3,\n"  # not ours
    "e,2026-02-01 06:00,2026-02-01 08:00,G-0,\n"
)


@pytest.fixture
def listed(of: Weeks) -> Weeks:
    """Lines c, d and f were down on the sixth of March."""
    _down(of, "c", SIX, SIX + 5 * HOUR + 1800)
    _down(of, "d", SIX, SIX + 3 * HOUR)
    _down(of, "f", SIX, SIX + HOUR)
    (of.data_dir / "清单.csv").write_text(_LIST, "utf-8")
    return of


def _reconcile(of: Weeks, *words: str) -> tuple[int, dict[str, dict[str, Any]]]:
    done = _run(of, "reconcile", of.data_dir / "清单.csv", *_PERIOD, "--json", *words)
    assert done.exit_code in (0, 1), done.output
    return done.exit_code, {one["circuit"]: one for one in json.loads(done.stdout)["faults"]}


def test_faults_are_matched_and_what_differs_is_named_with_by_how_much(listed: Weeks) -> None:
    status, found = _reconcile(listed)
    assert status == 1
    assert {name: one["result"] for name, one in found.items()} == {
        "c": "matched", "d": "times differ", "e": "theirs only", "f": "ours only",
    }  # fmt: skip
    # 08:00 lies before 08:59:50, the earliest ours may have ended, by more than five minutes.
    assert (found["d"]["start_beyond_seconds"], found["d"]["end_beyond_seconds"]) == (0, HOUR - 10 - 300)
    assert found["e"]["place"].endswith("row 4")


def test_a_list_that_agrees_is_fine_and_our_own_doubt_is_no_difference(listed: Weeks) -> None:
    rows = (
        "线路,开始时间,结束时间\nc,2026-03-06 06:00:02,2026-03-06 11:30:02\n"
        "d,2026-03-06 05:59:50,2026-03-06 08:59:50\nf,2026-03-06 06:00,2026-03-06 07:00\n"
    )
    (listed.data_dir / "清单.csv").write_text(rows, "utf-8")
    status, found = _reconcile(listed, "--tolerance", "0s")
    assert (status, {one["result"] for one in found.values()}) == (0, {"matched"})


def test_what_agrees_is_confirmed_and_deducts_once_a_second_person_approved_the_list(listed: Weeks) -> None:
    confirm = ("--confirm", "--signed-by", "客户经理", "--by", "甲")
    _reconcile(listed, *confirm)
    assert _pay(listed)["c"]["deducted"] == "0.00"
    assert "no second person approved" in _pay(listed)["c"]["faults"][0]["why"]
    approve = ("faults", "approve", "--document", listed.data_dir / "清单.csv", "--by")
    assert _run(listed, *approve, "甲").exit_code == 2
    assert _run(listed, *approve, "乙").exit_code == 0
    lines = _pay(listed)
    assert lines["c"]["deducted"] == "85.00"
    assert lines["d"]["deducted"] == "0.00"  # its times differ
    done = _run(listed, "reconcile", listed.data_dir / "清单.csv", *_PERIOD, *confirm)
    assert "0 confirmed by both sides, 1 were so already" in done.output


def test_a_ticket_of_the_office_is_signed_and_not_entered_a_second_time(listed: Weeks) -> None:
    words = (
        "faults",
        "add",
        "--circuit",
        "c",
        "--reported",
        "2026-03-06T06:20",
        "--cause",
        "断纤",
        "--by",
        "甲",
    )
    assert _run(listed, *words).exit_code == 0
    _reconcile(listed, "--confirm", "--signed-by", "客户经理", "--by", "甲")
    [ticket] = json.loads(_run(listed, "faults", "--json").stdout)["faults"]
    assert (ticket["party"], ticket["confirmed_by"], ticket["party_confirmed_by"]) == ("ct", "甲", "客户经理")
    assert (ticket["number"], ticket["file"]) == ("G-1", "清单.csv")


def test_wrong_lists_are_refused_with_row_and_column(listed: Weeks, tmp_path: Path) -> None:
    place = listed.data_dir / "清单.csv"
    place.write_text("线路,开始时间,结束时间\nz,2026-03-06 06:00,昨天\n", "utf-8")
    done = _run(listed, "reconcile", place, *_PERIOD)
    assert done.exit_code == 2
    assert "row 2, column 线路" in done.output
    assert "row 2, column 结束时间" in done.output
    place.write_text("线路,开始时间\nown,2026-03-06 06:00\n", "utf-8")
    done = _run(listed, "reconcile", place, *_PERIOD)
    assert (done.exit_code, "own is no line of this carrier" in done.output) == (2, True)
    assert "--signed-by" in _run(listed, "reconcile", place, *_PERIOD, "--confirm").output
