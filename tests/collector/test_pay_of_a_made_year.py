"""A month of a made-up year of an example that has contracts: its statement follows from what truly happened."""

import json
from pathlib import Path

from click.testing import CliRunner

from collector.cli import main
from tests.practice import EXAMPLES


def _run(*words: str | Path) -> str:
    done = CliRunner().invoke(main, [*map(str, words)], env={"LINEWALKER_LANG": "en"})
    assert done.exit_code in (0, 1), done.output
    return done.stdout


def test_nothing_deducts_until_both_sides_confirm_and_then_no_more_than_was_disputed(tmp_path: Path) -> None:
    network = EXAMPLES / "yiyang-egov-network-2020" / "network.yaml"
    _run("lab", "year", "-c", network, "--year", "2025", "--data", tmp_path / "data")
    given = ("-c", network, "--data", tmp_path / "data")
    asked = ("pay", "--month", "2025-03", "--carrier", "cm", "--json")
    [before] = json.loads(_run(*asked, *given))["statements"]
    assert float(before["fee"]) > 0
    assert float(before["deducted"]) == float(before["undecided"]) == 0 < float(before["disputed"])
    faults = [(one["circuit"], fault) for one in before["lines"] for fault in one["faults"] if fault["end"]]
    rows = [f"{circuit},{fault['start'][:19]},{fault['end'][:19]}" for circuit, fault in faults]
    listed = tmp_path / "清单.csv"
    listed.write_text("\n".join(("专线编号,障碍发生时间,障碍修复时间", *rows)), "utf-8")
    period = ("--carrier", "cm", "--from", "2025-03-01", "--to", "2025-04-01")
    signed = ("--confirm", "--signed-by", "客户经理", "--by", "甲")
    found = json.loads(_run("reconcile", listed, *period, *signed, "--json", *given))["faults"]
    assert sum(one["result"] == "matched" for one in found) == len(rows) > 3
    _run("faults", "approve", "--document", listed, "--by", "乙", *given)
    [after] = json.loads(_run(*asked, *given))["statements"]
    assert 0 < float(after["deducted"]) <= float(before["disputed"])
    for line in after["lines"]:
        if line["path"] == "unproven":
            assert line["deducted"] == line["undecided"] == "0.00"
    made = tmp_path / "结算单.xlsx"
    _run(*asked[:-1], "-o", made, *given)
    assert made.stat().st_size > 5000
