"""A month of a made-up year of an example that has contracts: its statement follows from what truly happened."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from collector.cli import main
from tests.practice import EXAMPLES


def _run(*words: str | Path) -> str:
    done = CliRunner().invoke(main, [*map(str, words)], env={"LINEWALKER_LANG": "en"})
    assert done.exit_code in (0, 1), done.output
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[str | Path, ...]:
    """Where the statements are asked for."""
    network = EXAMPLES / "yiyang-egov-network-2020" / "network.yaml"
    data = tmp_path_factory.mktemp("paid") / "data"
    _run("lab", "year", "-c", network, "--year", "2025", "--data", data)
    return "-c", network, "--data", data


def test_a_month_deducts_by_faults_that_both_sides_signed_and_says_of_others_why_not(
    made: tuple[str | Path, ...],
) -> None:
    [told] = json.loads(_run("pay", "--month", "2025-03", "--carrier", "cm", "--json", *made))["statements"]
    assert 0 < float(told["deducted"]) < float(told["fee"])
    assert float(told["disputed"]) > 0
    entered = json.loads(_run("faults", "--json", *made))["faults"]
    tickets = {one["id"]: one for one in entered}
    faults = {fault["fault"]: fault for line in told["lines"] for fault in line["faults"]}
    by = [one for line in told["lines"] for one in line["deductions"] if float(one["amount"]["certain"])]
    assert sum(float(one["amount"]["certain"]) for one in by) == float(told["deducted"])
    for one in (faults[one["fault"]] for one in by if one["fault"]):
        ticket = tickets[one["ticket"]]
        assert one["standing"] == "confirmed"
        assert (ticket["party"], ticket["confirmed_by"]) == ("cm", "值班员")
        assert ticket["party_confirmed_by"]
        assert ticket["approved_by"] == "主管"
    why = {fault["why"] for fault in faults.values() if fault["standing"] == "disputed"}
    assert any("no ticket was entered" in one for one in why)
    assert any("did not sign" in one or "no second person" in one or "nobody is held" in one for one in why)


def test_what_the_carrier_s_own_list_confirms_deducts_no_more_than_was_open(
    made: tuple[str | Path, ...], tmp_path: Path
) -> None:
    asked = ("pay", "--month", "2025-03", "--carrier", "cm", "--json")
    [before] = json.loads(_run(*asked, *made))["statements"]
    faults = [(one["circuit"], fault) for one in before["lines"] for fault in one["faults"] if fault["end"]]
    rows = [f"{circuit},{fault['start'][:19]},{fault['end'][:19]}" for circuit, fault in faults]
    listed = tmp_path / "清单.csv"
    listed.write_text("\n".join(("专线编号,障碍发生时间,障碍修复时间", *rows)), "utf-8")
    period = ("--carrier", "cm", "--from", "2025-03-01", "--to", "2025-04-01")
    signed = ("--confirm", "--signed-by", "客户经理", "--by", "甲")
    found = json.loads(_run("reconcile", listed, *period, *signed, "--json", *made))["faults"]
    assert sum(one["result"] == "matched" for one in found) == len(rows) > 3
    _run("faults", "approve", "--document", listed, "--by", "乙", *made)
    [after] = json.loads(_run(*asked, *made))["statements"]
    most = sum(float(before[name]) for name in ("deducted", "undecided", "disputed"))
    assert float(before["deducted"]) < float(after["deducted"]) <= most
    for line in after["lines"]:
        if line["path"] == "unproven":
            assert line["deducted"] == line["undecided"] == "0.00"
    file = tmp_path / "结算单.xlsx"
    _run(*asked[:-1], "-o", file, *made)
    assert file.stat().st_size > 5000
