"""One reading tells of everything, in the order of the file and then of its tables, and of nothing twice."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import check, load

NETWORK = """\
organisation: 县局
organization: 县局
vantage: {name: 机房}
calendar: {zone: Asia/Haikou}
rounds: {icmp: {interval: 10x}}
carriers: [{id: ct, name: 电信}, {id: ct, name: 电信}]
sites: sites.csv
circuits: circuits.csv
services: missing.csv
targets: [{indicator: normal_days, group: depots, value: 360 天}]
"""
SITES = "id,name\ncentre,中心\nhaikou,海口,extra\n"
CIRCUITS = """\
id,name,group,carrier,termination_a,termination_z,address,commit_rate,upstream
a,甲,branch,ct,centre,haikou,10.64.0.2,10m,b
b,乙,branch,cu,centre,sanya,10.64.0.2,10M,a
"""
EXPECTED = """\
network.yaml:2: organization: unknown key organization; did you mean organisation?
network.yaml:3: vantage.sentinels: no sentinel is given, so a silent line could never be told from our own \
blindness; expected at least the own gateway in `near`
network.yaml:4: calendar.zone: Asia/Haikou is not a known time zone; expected a name such as Asia/Shanghai
network.yaml:5: rounds.icmp.interval: 10x is not a duration; expected a number with ms, s, m or h, such as 10s
network.yaml:6: carriers[ct].id: the id ct is used twice; first in network.yaml:6: carriers[ct]
network.yaml:9: services: missing.csv: there is no such file
network.yaml:10: targets[#1].value: 360 天 is not a number, such as 99.5; a unit goes in `unit`
sites.csv: row 3: the row has 3 cells; expected 2, as in the header
circuits.csv: row 2, column commit_rate: 10m is not a rate; expected a number with k, M or G, such as 10M
circuits.csv: row 2, column upstream: upstream leads in a circle: a → b → a; expected it to end at the core
circuits.csv: row 3, column address: 10.64.0.2 is asked already, for circuits.csv: row 2; expected an address \
or a source of its own
circuits.csv: row 3, column carrier: cu is not among carriers; expected the id of one listed there
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "network.yaml").write_text(NETWORK, "utf-8")
    (tmp_path / "sites.csv").write_text(SITES, "utf-8")
    (tmp_path / "circuits.csv").write_text(CIRCUITS, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_single_values_entries_and_tables_are_all_judged_in_one_reading(folder: Path) -> None:
    assert [str(finding) for finding in check(Path("network.yaml"))] == EXPECTED.splitlines()


def test_the_error_holds_every_finding_and_prints_one_a_line(folder: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load(Path("network.yaml"))
    assert str(refused.value) == EXPECTED.rstrip("\n")
    assert refused.value.exit_status == 2


def test_nothing_dangles_into_a_list_that_could_not_be_read_in_full(folder: Path) -> None:
    messages = [finding.message for finding in check(Path("network.yaml"))]
    assert not [message for message in messages if "haikou is not among" in message or "sanya" in message]


def test_a_finding_carries_a_literal_template_and_its_values(folder: Path) -> None:
    found = {finding.rule: finding for finding in check(Path("network.yaml"))}
    assert found["zone"].text == "{found} is not a known time zone; expected a name such as Asia/Shanghai"
    assert found["zone"].values == {"found": "Asia/Haikou"}
