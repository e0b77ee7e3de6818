"""What goes over the lines of a made-up year is known: what is judged of their bandwidth equals that truth.

Every five minutes that somebody watched is what it truly was, but for those that hang on a second or a packet; the
others are unproven, so the truth lies in the bracket.
"""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from collector.judging.figures import Wanted, bandwidth_measures
from collector.ledger.store import sqlite_url
from indicators.measure import Bracket
from lab.year_bandwidth import Bandwidth, bandwidth
from tests.collector.judging.made import Made, made
from tests.practice import EXAMPLES

CENTRE, DEPARTMENT = "hainan-commerce-info-centre-2018", "hainan-commerce-dept-2020"
DATED = "dated"  # the department's line with dates
TESTED = "tested"  # the centre, with throughput tests
CASES = [(TESTED, 3, 70), (CENTRE, 2, 40), (DEPARTMENT, 1, 365), (DATED, 1, 80), (DATED, 2, 80)]
_MONTHLY = """
throughput:
  tests:
    - {group: duty-free, far_end: "iperf3://{address}:5201", at: "02:30", every_days: 30}
    - {group: internet, far_end: "iperf3://{address}:5201", at: "03:30", every_days: 30}
"""
_WEEKLY = """
throughput:
  tests:
    - {circuits: [egov-cu], far_end: "iperf3://{address}:5201", at: "02:30", every_days: 7,
       directions: [receive, send]}
"""


@pytest.fixture(scope="module", params=CASES, ids=lambda one: f"{one[0]}-{one[1]}")
def of(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A judged year of a network whose ports are read."""
    network, seed, days = request.param
    folder = tmp_path_factory.mktemp("year")
    if network in (DATED, TESTED):
        network = str(_dated(folder) if network == DATED else _tested(folder))
    with made(sqlite_url(folder), network, seed, days) as found:
        yield found


def _tested(folder: Path) -> Path:
    """The centre's network, some of whose lines are tested once a month."""
    copytree(EXAMPLES / CENTRE, folder, dirs_exist_ok=True)
    with (folder / "network.yaml").open("a", encoding="utf-8") as file:
        file.write(_MONTHLY)
    return folder


def _dated(folder: Path) -> Path:
    """The department's network, its line of which the port is read in service for a while only, at two rates."""
    text = (EXAMPLES / DEPARTMENT / "network.yaml").read_text("utf-8")
    first, port, rest = text.partition("    interface: core-router/alias:egov-cu\n")
    before, since, after = first.rpartition("    in_service_from: 2020-01-01\n")
    assert since
    assert port
    dates = "    in_service_from: 2025-01-08\n    in_service_until: 2025-03-12\n"
    changed = "    changes: [{from: 2025-02-03, commit_rate: 80M}]\n"
    (folder / "network.yaml").write_text(before + dates + after + port + changed + rest + _WEEKLY, "utf-8")
    return folder


@pytest.fixture(scope="module")
def judged(of: Made) -> dict[tuple[str, str], Bracket]:
    """Every figure of bandwidth of every line whose port is read."""
    wanted = Wanted(subjects=tuple(of.year.traffic.ports))
    found = bandwidth_measures(of.case, of.over, wanted)
    return {(one.subject, one.indicator): one.bracket for one in found}


@pytest.fixture(scope="module")
def true(of: Made) -> dict[str, Bandwidth]:
    """What each of them should be."""
    return {name: bandwidth(of.year, port) for name, port in of.year.traffic.ports.items()}


def _counts(judged: dict[tuple[str, str], Bracket], name: str, indicator: str) -> dict[str, Any]:
    return dict(judged[name, indicator].evidence)


def test_every_five_minutes_are_what_they_were_or_unproven(
    judged: dict[tuple[str, str], Bracket], true: dict[str, Bandwidth]
) -> None:
    for name, real in true.items():
        told, slack = _counts(judged, name, "bandwidth_assurance"), real.doubtful
        for what, truly in (("assured", real.assured), ("short", real.short)):
            assert told[what] - slack <= truly <= told[what] + told["unproven"] + slack, f"{name} {what}"
        assert real.unproven <= told["unproven"] + slack, name


def test_what_is_unproven_was_not_watched_or_not_proven_then(
    of: Made, judged: dict[tuple[str, str], Bracket], true: dict[str, Bandwidth]
) -> None:
    for name, real in true.items():
        told = _counts(judged, name, "bandwidth_assurance")
        unknown = told["reasons"]["unwatched"] + told["reasons"]["loss_open"]
        assert told["unproven"] - unknown - real.doubtful <= real.unproven, name
        assert unknown < 0.1 * (of.over.end - of.over.begin) / 300e6, name


def test_every_bracket_holds_the_truth(
    judged: dict[tuple[str, str], Bracket], true: dict[str, Bandwidth]
) -> None:
    for name, real in true.items():
        whole = real.assured + real.short + real.unproven
        pairs = (("bandwidth_assurance", real.assurance), ("uncongested", real.free))
        for indicator, truly in pairs:
            found, slack = judged[name, indicator], real.doubtful / whole
            assert truly is not None
            assert found.lower is not None
            assert found.upper is not None
            assert found.lower - slack <= truly <= found.upper + slack, f"{name} {indicator}"
        busiest = judged[name, "traffic_p95"]
        assert busiest.lower is not None
        assert busiest.upper is not None
        assert busiest.lower * 0.9999 <= real.busiest <= busiest.upper * 1.0001, name


def test_congested_is_what_was_full_and_lost_something_as_far_as_the_port_tells(
    judged: dict[tuple[str, str], Bracket], true: dict[str, Bandwidth]
) -> None:
    for name, real in true.items():
        told = _counts(judged, name, "uncongested")
        assert told["congested"] - real.doubtful <= real.congested, name
        assert real.congested <= told["congested"] + told["undecided"] + real.doubtful, name


def test_all_that_may_happen_to_bandwidth_happens(
    of: Made, judged: dict[tuple[str, str], Bracket], true: dict[str, Bandwidth]
) -> None:
    """Of fifty lines in ten weeks, some of them tested: else the other tests would prove little."""
    if of.config.throughput is None or len(of.config.circuits) < 50:
        return
    assert len(true) >= 50
    assert any(one.measured for one in of.year.proofs)
    reasons: dict[str, int] = {}
    for name in true:
        for reason, count in _counts(judged, name, "bandwidth_assurance")["reasons"].items():
            reasons[reason] = reasons.get(reason, 0) + count
    happened = {reason for reason, count in reasons.items() if count}
    assert happened >= {
        "down",
        "test_failed",
        "loss",
        "unwatched",
        "tested",
        "attested",
    }
    assert sum(one.congested for one in true.values()) > 0
    assert any(not port.telling for port in of.year.traffic.ports.values())
