"""A month of a made-up year of an example that has contracts: its statement follows from what truly happened."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from collector.cli import main
from tests.practice import EXAMPLES


def _run(*words: str | Path) -> str:
    done = CliRunner().invoke(main, [*map(str, words)], env={"LINEWALKER_LANG": "en"})
    assert done.exit_code in (0, 1), done.output
    return done.stdout


PAID = [("yiyang-egov-network-2020", "cm"), ("hainan-transport-fees-2020", "ct")]


@dataclass(frozen=True)
class Made:
    """A network whose lines are paid for by contracts, its made-up year, and one of its carriers."""

    network: Path
    data: Path
    carrier: str

    @property
    def given(self) -> tuple[str | Path, ...]:
        return "-c", self.network, "--data", self.data

    def month(self) -> dict[str, Any]:
        """The carrier's statement of March."""
        told = _run("pay", "--month", "2025-03", "--carrier", self.carrier, "--json", *self.given)
        [statement] = json.loads(told)["statements"]
        return dict(statement)


@pytest.fixture(scope="module", params=PAID, ids=lambda one: one[0])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    name, carrier = request.param
    found = Made(EXAMPLES / name / "network.yaml", tmp_path_factory.mktemp("paid") / "data", carrier)
    _run("lab", "year", "--year", "2025", *found.given)
    return found


def test_a_month_deducts_by_faults_that_both_sides_signed_and_says_of_others_why_not(
    made: Made,
) -> None:
    told = made.month()
    assert 0 < float(told["deducted"]) < float(told["fee"])
    assert float(told["disputed"]) > 0
    entered = json.loads(_run("faults", "--json", *made.given))["faults"]
    tickets = {one["id"]: one for one in entered}
    faults = {fault["fault"]: fault for line in told["lines"] for fault in line["faults"]}
    by = [one for line in told["lines"] for one in line["deductions"] if float(one["amount"]["certain"])]
    assert sum(float(one["amount"]["certain"]) for one in by) == float(told["deducted"])
    for one in (faults[one["fault"]] for one in by if one["fault"]):
        ticket = tickets[one["ticket"]]
        assert one["standing"] == "confirmed"
        assert (ticket["party"], ticket["confirmed_by"]) == (made.carrier, "值班员")
        assert ticket["party_confirmed_by"]
        assert ticket["approved_by"] == "主管"
    why = {fault["why"] for fault in faults.values() if fault["standing"] == "disputed"}
    assert any("no ticket was entered" in one for one in why)
    assert any("did not sign" in one or "no second person" in one or "nobody is held" in one for one in why)


def test_what_the_carrier_s_own_list_confirms_deducts_no_more_than_was_open(
    made: Made, tmp_path: Path
) -> None:
    before = made.month()
    faults = [(one["circuit"], fault) for one in before["lines"] for fault in one["faults"] if fault["end"]]
    rows = [f"{circuit},{fault['start'][:19]},{fault['end'][:19]}" for circuit, fault in faults]
    listed = tmp_path / "清单.csv"
    listed.write_text("\n".join(("专线编号,障碍发生时间,障碍修复时间", *rows)), "utf-8")
    period = ("--carrier", made.carrier, "--from", "2025-03-01", "--to", "2025-04-01")
    signed = ("--confirm", "--signed-by", "客户经理", "--by", "甲")
    found = json.loads(_run("reconcile", listed, *period, *signed, "--json", *made.given))["faults"]
    assert sum(one["result"] == "matched" for one in found) == len(rows) > 3
    _run("faults", "approve", "--document", listed, "--by", "乙", *made.given)
    after = made.month()
    most = sum(float(before[name]) for name in ("deducted", "undecided", "disputed"))
    assert float(before["deducted"]) < float(after["deducted"]) <= most
    for line in after["lines"]:
        if line["path"] == "unproven":
            assert line["deducted"] == line["undecided"] == "0.00"
    file = tmp_path / "结算单.xlsx"
    _run("pay", "--month", "2025-03", "--carrier", made.carrier, "-o", file, *made.given)
    assert file.stat().st_size > 5000
