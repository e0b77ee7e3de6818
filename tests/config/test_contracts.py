"""What is wrong in a file of contracts is told of with file, line and what would be right."""

from pathlib import Path

import pytest

from config.load import check, load
from tests.practice import EXAMPLES

NETWORK = """\
organisation: 县局
vantage: {name: 机房, sentinels: {near: [10.0.0.1], far: [10.0.1.1]}}
carriers: [{id: ct, name: 电信}, {id: cm, name: 移动}]
sites: [{id: centre, name: 中心}, {id: far, name: 远端}]
circuits:
  - {id: a, name: 甲, group: branch, carrier: ct, termination_a: centre, termination_z: far, address: 10.1.0.1}
  - {id: b, name: 乙, group: branch, carrier: cm, termination_a: centre, termination_z: far, address: 10.1.0.2,
     monthly_fee: 1200}
contracts: contracts.yaml
"""
RIGHT = "rules: [{id: r, restore: {limit: 4h, percent: 5 %}}]\n"
ONE = "contracts:\n  - {id: x, carrier: ct, from: 2026-01-01, groups: [branch], monthly_fee: 1700, rules: [r]}\n"


def said(folder: Path, written: str) -> list[str]:
    (folder / "network.yaml").write_text(NETWORK, "utf-8")
    (folder / "contracts.yaml").write_text(written, "utf-8")
    return [str(one).removeprefix(f"{folder}/") for one in check(folder / "network.yaml")]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (
            RIGHT + ONE.replace("carrier: ct", "carrier: cx"),
            "contracts.yaml:3: contracts[x].carrier: cx is not among the carriers",
        ),
        (
            RIGHT + ONE.replace("[r]", "[s]"),
            "contracts.yaml:3: contracts[x].rules[#1]: s is not among the rules",
        ),
        (
            RIGHT + ONE.replace("monthly_fee: 1700, ", ""),
            "contracts.yaml:3: contracts[x].monthly_fee: nothing says what a costs",
        ),
        (
            RIGHT + ONE.replace("groups: [branch]", "circuits: [b]"),
            "contracts.yaml:3: contracts[x].circuits[#1]: b is a line of cm; expected one of ct",
        ),
        (
            RIGHT + ONE.replace("1700", "1.2万"),
            "contracts.yaml:3: contracts[x].monthly_fee: 1.2万 is no amount",
        ),
        (
            RIGHT + ONE.replace("from: 2026-01-01", "from: 2026-01-01, until: 2026-01-01"),
            "contracts.yaml:3: contracts[x].until: 2026-01-01 is not after 2026-01-01",
        ),
        (
            RIGHT + ONE + ONE.partition("\n")[2].replace("id: x", "id: y"),
            "contracts.yaml:4: contracts[y]: a is in x, too, on the same days",
        ),
        (
            RIGHT.replace("restore:", "restored:") + ONE,
            "contracts.yaml:1: rules[r].restored: unknown key restored",
        ),
        (
            RIGHT.replace("5 %", "500 %") + ONE,
            "contracts.yaml:1: rules[r].restore.percent: 500 % is more than",
        ),
        ("rules: [{id: r}]\n" + ONE, "contracts.yaml:1: rules[r]: a rule is of one kind"),
        (
            RIGHT + ONE.replace("groups: [branch], ", ""),
            "contracts.yaml:3: contracts[x]: a contract is about lines",
        ),
    ],
)
def test_what_is_wrong_is_told_of_where_it_stands(tmp_path: Path, written: str, found: str) -> None:
    told = said(tmp_path, written)
    assert [one.startswith(found) for one in told] == [True], told


def test_contracts_are_kept_with_the_configuration_and_a_missing_file_is_named(tmp_path: Path) -> None:
    assert said(tmp_path, RIGHT + ONE) == []
    [contract] = load(tmp_path / "network.yaml").agreed
    assert [line.circuit for line in contract.lines] == ["a"]  # b is another carrier's
    (tmp_path / "contracts.yaml").unlink()
    [missing] = check(tmp_path / "network.yaml")
    assert "contracts.yaml" in str(missing)


@pytest.mark.parametrize("name", ["hainan-transport-fees-2020", "yiyang-egov-network-2020"])
def test_the_example_contracts_cover_their_lines_once(name: str) -> None:
    config = load(EXAMPLES / name / "network.yaml")
    lines = [line.circuit for contract in config.agreed for line in contract.lines]
    assert len({*lines}) == len(lines) > 80
    assert all(line.fees[0].monthly > 0 for contract in config.agreed for line in contract.lines)
