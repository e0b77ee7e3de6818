"""A month of line rents reckoned by hand: what confirmed faults deduct, what is undecided, what is disputed."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from docx import Document
from openpyxl import load_workbook

from collector.cli import main
from collector.ledger.store import Batch
from tests.collector import facts
from tests.collector.facts import S
from tests.collector.judging.weeks import DAY, FIRST, HOUR, Weeks, weeks

MARCH = FIRST - DAY  # 2026-03-01 00:00
CONTRACTS = """\
rules:
  - {id: four-hours, over: {limit: 4h, every: 1h, percent: 2 %, cap: 50 %}}
  - {id: steps, availability: [{below: 99.9 %, percent: 1 %}, {below: 99 %, percent: 5 %}]}
contracts:
  - {id: ct-2026, number: HT-1, carrier: ct, from: 2026-01-01, groups: [branch, depot], monthly_fee: 1700,
     rules: [four-hours, steps], cap: 60 %}
"""


def _down(of: Weeks, subject: str, begin: int, end: int) -> None:
    """Down from `begin` to `end`; the true moments lie up to 10 s before and 2 s after."""
    check, batch = of.checks[subject], Batch()
    ended = {"ended_at": end * S, **_sure("ended", end)}
    down = {**facts.run(check, begin, 0), **_sure("started", begin), **ended, "reason": "no answer"}
    up = {**facts.run(check, end, 1), **_sure("started", end), **dict.fromkeys(ended)}
    began, _ = of.standing[subject]
    batch.add("run", [down, up])
    batch.ends.append({**facts.end(check, began, begin), **_sure("ended", begin)})
    of.ledger.write(batch)
    of.standing[subject] = end, 1


def _sure(what: str, at: int) -> dict[str, int]:
    return {f"{what}_after": (at - 10) * S, f"{what}_before": (at + 2) * S}


@pytest.fixture
def of(tmp_path: Path) -> Weeks:
    """March watched without a gap from the evening before on; contracts stand beside the network."""
    made = weeks(tmp_path, 0)
    before = [{**facts.run(check, MARCH - DAY, 1), "ended_at": FIRST * S} for check in made.checks.values()]
    watch = facts.watch(MARCH - DAY, MARCH + 32 * DAY, reason="stopped")
    made.ledger.write(Batch({"run": before, "watch": [watch]}))
    place = tmp_path / "network.yaml"
    place.write_text("contracts: contracts.yaml\n" + place.read_text("utf-8"), "utf-8")
    (tmp_path / "contracts.yaml").write_text(CONTRACTS, "utf-8")
    return made


def _run(of: Weeks, *words: str | Path, lang: str = "en") -> Result:
    given = ["-c", str(of.data_dir / "network.yaml"), "--data", str(of.data_dir)]
    return CliRunner().invoke(main, [*map(str, words), *given], env={"LINEWALKER_LANG": lang})


def _pay(of: Weeks, *words: str, month: str = "2026-03") -> dict[str, dict[str, Any]]:
    done = _run(of, "pay", "--month", month, "--json", *words)
    assert done.exit_code == 0, done.output
    [statement] = json.loads(done.stdout)["statements"]
    return {one["circuit"]: one for one in statement["lines"]}


def _confirm(of: Weeks, circuit: str, reported: str, restored: str, party: str = "电信") -> str:
    """A ticket that both sides signed and a second person approved."""
    words = ("faults", "add", "--circuit", circuit, "--reported", reported, "--restored", restored)
    signed = ("--party", party, "--confirmed-by", "值班员", "--party-confirmed-by", "客户经理", "--by", "甲")
    done = _run(of, *words, *signed)
    assert done.exit_code == 0, done.output
    id_ = done.output.partition("entered as ")[2].partition(";")[0]
    assert _run(of, "faults", "approve", id_, "--by", "乙").exit_code == 0
    return id_


SIX = FIRST + 4 * DAY + 6 * HOUR  # 2026-03-06 06:00


def test_a_confirmed_fault_deducts_what_is_certain_and_nothing_before_it_is_confirmed(of: Weeks) -> None:
    _down(of, "c", SIX, SIX + 5 * HOUR + 1800)
    before = _pay(of)["c"]
    # 5 h 30 min − 4 h → 2 begun hours × 2 % = 4 %; 744 h − 5.5 h of 744 h = 99.26 % < 99.9 % → 1 %.
    assert (before["deducted"], before["disputed"], before["due"]) == ("0.00", "85.00", "1700.00")
    assert before["faults"][0]["why"] == "no ticket was entered of it"
    ticket = _confirm(of, "c", "2026-03-06T06:10", "2026-03-06T11:30")
    line = _pay(of)["c"]
    assert (line["fee"], line["deducted"], line["undecided"], line["disputed"]) == (
        "1700.00",
        "85.00",
        "0.00",
        "0.00",
    )
    assert line["due"] == "1615.00"
    [fault] = line["faults"]
    assert (fault["standing"], fault["ticket"]) == ("confirmed", ticket)
    assert fault["clock_seconds_least"] == 5.5 * HOUR - 2 - 10
    assert fault["clock_seconds_most"] == 5.5 * HOUR + 10 + 2
    assert [(one["rule"], one["amount"]["certain"]) for one in line["deductions"]] == [
        ("four-hours", "68.00"),
        ("steps", "17.00"),
    ]


def test_a_time_that_may_lie_on_both_sides_of_a_step_deducts_the_lower_and_leaves_the_rest_undecided(
    of: Weeks,
) -> None:
    _down(of, "c", SIX, SIX + 4 * HOUR + 5)  # the limit of 4 h lies within what the edges leave open
    _confirm(of, "c", "2026-03-06T06:00", "2026-03-06T10:00")
    line = _pay(of)["c"]
    [limit, steps] = line["deductions"]
    assert (limit["amount"]["certain"], limit["amount"]["confirmed"]) == ("0.00", "34.00")
    assert steps["amount"]["certain"] == "17.00"  # 99.46 %
    assert (line["deducted"], line["undecided"], line["disputed"]) == ("17.00", "34.00", "0.00")


def test_an_unproven_line_never_deducts_and_a_fault_of_others_is_not_even_disputed(of: Weeks) -> None:
    place = of.data_dir / "network.yaml"
    text = place.read_text("utf-8")
    place.write_text(text.replace("address: 10.1.0.3, path: direct", "address: 10.1.0.3, path: unproven"))
    for one in ("c", "d"):
        _down(of, one, SIX, SIX + 6 * HOUR)
    _confirm(of, "c", "2026-03-06T06:00", "2026-03-06T12:00")
    _confirm(of, "d", "2026-03-06T06:00", "2026-03-06T12:00", party="用户侧断电")
    lines = _pay(of)
    # Twelve seconds longer it would be a third begun hour: 6 % and 1 %.
    assert (lines["c"]["deducted"], lines["c"]["disputed"]) == ("0.00", "119.00")
    assert lines["c"]["faults"][0]["why"] == "the path of its check is not proven"
    assert (lines["d"]["deducted"], lines["d"]["disputed"]) == ("0.00", "0.00")
    assert lines["d"]["faults"][0]["standing"] == "others"


def test_a_fault_over_the_months_end_is_judged_where_it_began_and_its_time_counts_where_it_fell(
    of: Weeks,
) -> None:
    end_of_march = MARCH + 31 * DAY
    _down(of, "c", end_of_march - 2 * HOUR, end_of_march + 3 * HOUR)
    _confirm(of, "c", "2026-03-31T22:00", "2026-04-01T03:00")
    march, april = _pay(of)["c"], _pay(of, month="2026-04")["c"]
    # All five hours in March: 1 × 2 % for what is over four (5 h and 12 s at most: a second hour may have begun).
    assert [one["rule"] for one in march["deductions"]] == ["four-hours", "steps"]
    assert march["deductions"][0]["amount"] == {
        "certain": "34.00",
        "confirmed": "68.00",
        "possible": "68.00",
    }
    assert march["deductions"][1]["amount"]["certain"] == "17.00"  # 2 h of 744: 99.73 %
    assert "four-hours" not in {one["rule"] for one in april["deductions"]}
    assert april["down_seconds"] == 3 * HOUR


def test_a_fee_that_changes_inside_the_month_and_a_contract_that_begins_in_it_are_reckoned_by_days(
    of: Weeks,
) -> None:
    changed = CONTRACTS.replace("monthly_fee: 1700,", "changes: [{from: 2026-03-11, monthly_fee: 3100}],")
    changed = changed.replace("from: 2026-01-01", "from: 2026-03-02, monthly_fee: 1550")
    (of.data_dir / "contracts.yaml").write_text(changed, "utf-8")
    # 9 days at 1550 ÷ 31 and 21 days at 3100 ÷ 31: 450 + 2100.
    line = _pay(of)["c"]
    assert (line["fee"], line["from"]) == ("2550.00", "2026-03-02T00:00:00.000000+08:00")


def test_maintenance_that_was_agreed_deducts_nothing(of: Weeks) -> None:
    row = {
        "id": "0" * 16, "subjects": '[["circuit", "c"]]', "started_at": SIX * S, "ended_at": (SIX + 6 * HOUR) * S,
        "reason": "割接", "reference": "", "file_name": "", "file_sha256": "", "recorded_at": (SIX - DAY) * S,
        "recorded_by": "甲", "account": "甲", "supersedes": None, "cancelled": 0,
    }  # fmt: skip
    of.ledger.write(Batch({"maintenance": [row]}))
    _down(of, "c", SIX + 600, SIX + 5 * HOUR)
    line = _pay(of)["c"]
    assert (line["faults"], line["deductions"]) == ([], [])
    assert line["counted_seconds"] == 31 * DAY - 6 * HOUR


def test_the_statement_is_a_form_of_word_and_of_excel_that_both_sides_sign(of: Weeks) -> None:
    _down(of, "c", SIX, SIX + 5 * HOUR + 1800)
    _confirm(of, "c", "2026-03-06T06:10", "2026-03-06T11:30")
    for name in ("对账.docx", "对账.xlsx"):
        done = _run(of, "pay", "--month", "2026-03", "-o", of.data_dir / name, lang="zh")
        assert done.exit_code == 0, done.output
        again = _run(of, "pay", "--month", "2026-03", "-o", of.data_dir / name)
        assert again.exit_code == 2
        assert "exists already" in again.output
    document = Document(str(of.data_dir / "对账.docx"))
    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    sheet = [[*row] for page in load_workbook(of.data_dir / "对账.xlsx") for row in page.values]
    [word] = [row for row in cells if row[0] == "c" and row[2] == "HT-1"]
    [excel] = [row for row in sheet if row[0] == "c" and row[2] == "HT-1"]
    assert [word[3], *word[5:]] == ["1700.00", "85.00", "0.00", "0.00", "1615.00"]
    assert [Decimal(f"{excel[at]:.2f}") for at in (3, 5, 8)] == [Decimal(1700), Decimal(85), Decimal(1615)]
    assert any(
        "5:29:48 − 4:00:00 → 2 × 2 % = 4 %; 1700.00 × 4 % = 68.00" in cell for row in cells for cell in row
    )
    signed = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Test" in signed
    assert "电信" in signed


def test_what_cannot_be_stated_is_refused_with_what_would_be_right(of: Weeks) -> None:
    for words, said in (
        (("--month", "2026-13"), "2026-13 is no month; expected one such as 2026-03"),
        (("--month", "2099-01"), "2099-01 is still to come"),
        (("--month", "2026-03", "--carrier", "cm"), "there is no contract with cm; expected one of ct"),
        (("--month", "2026-03", "-o", "x.pdf"), "a statement is written as .docx, .xlsx"),
    ):
        done = _run(of, "pay", *words)
        assert (done.exit_code, said in done.output) == (2, True), done.output


def test_where_tickets_govern_their_clock_counts_less_signed_suspensions_and_each_ticket_once(
    of: Weeks,
) -> None:
    by_ticket = CONTRACTS.replace("carrier: ct,", "carrier: ct, clock: ticket,")
    (of.data_dir / "contracts.yaml").write_text(by_ticket, "utf-8")
    _down(of, "c", SIX, SIX + 4 * HOUR)
    _down(of, "c", SIX + 5 * HOUR, SIX + 6 * HOUR)  # another fault, of the same ticket
    ticket = _confirm(of, "c", "2026-03-06T06:00", "2026-03-06T12:00")
    words = ("faults", "suspend", ticket, "--from", "2026-03-06T08:00", "--to", "2026-03-06T08:30")
    done = _run(of, *words, "--reason", "用户停电", "--signed-by", "客户经理", "--by", "甲")
    later = done.output.partition("entered as ")[2].partition(" ")[0]
    assert _run(of, "faults", "approve", later, "--by", "乙").exit_code == 0
    line = _pay(of)["c"]
    assert [one["clock_seconds_least"] for one in line["faults"]] == [5.5 * HOUR, 0]
    # 5 h 30 min: 2 × 2 %, and 738.5 h of 744 h: 99.26 %, 1 %. No ± is left.
    assert (line["deducted"], line["undecided"], line["disputed"]) == ("85.00", "0.00", "0.00")


def test_time_that_nobody_watched_is_never_deducted(of: Weeks) -> None:
    line = _pay(of, month="2026-04")["c"]  # watched for one day
    # All of it down would be the step below 99 %: 5 %. No fault is there that the rule of four hours could ask.
    assert line["unknown_seconds"] == pytest.approx(29 * DAY, abs=60)
    assert (line["deducted"], line["undecided"], line["disputed"]) == ("0.00", "0.00", "85.00")


def test_a_month_in_which_the_clock_is_changed_has_the_hours_it_has(of: Weeks) -> None:
    place = of.data_dir / "network.yaml"
    place.write_text("calendar: {zone: Europe/Berlin}\n" + place.read_text("utf-8"), "utf-8")
    line = _pay(of)["c"]
    assert line["counted_seconds"] == 31 * DAY - HOUR
    assert (line["from"], line["to"], line["fee"]) == (
        "2026-03-01T00:00:00.000000+01:00",
        "2026-04-01T00:00:00.000000+02:00",
        "1700.00",
    )
