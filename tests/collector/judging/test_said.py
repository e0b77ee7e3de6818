"""What devices said by themselves, where nobody watched: it fills unknown time, and proposes what happened."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collector.judging.judge import batches
from collector.judging.listing import outages
from collector.judging.proposed import power_losses
from collector.judging.window import judgements, period
from collector.ledger.store import Batch
from config.model import Config
from indicators.proposals import POWER
from indicators.threestate import DOWN, UP
from indicators.timeline import Cause
from tests.collector import facts
from tests.collector.facts import S
from tests.collector.judging.busy import port
from tests.collector.judging.weeks import DAY, FIRST, HOUR, SHANGHAI, Weeks, judging, weeks
from tests.practice import linewalker

_AWAY = FIRST + 10 * HOUR, FIRST + 14 * HOUR


@pytest.fixture
def of(tmp_path: Path) -> Weeks:
    """Everybody up on one day, on which nobody watched from ten to two."""
    found = weeks(tmp_path, 0)
    watches = [
        facts.watch(FIRST, _AWAY[0], reason="stopped"),
        facts.watch(_AWAY[1], FIRST + DAY, reason="stopped"),
    ]
    found.ledger.write(Batch({"watch": watches}))
    return found


def _say(of: Weeks, subject: str, origin: str, at: int, since: int, outcome: int = UP, **more: int) -> None:
    row = {
        "check": of.checks[subject],
        "said_at": at * S,
        "origin": origin,
        "outcome": outcome,
        "since": since * S,
        "uptime": None,
        "changes": None,
        **more,
    }
    of.ledger.write(Batch({"statement": [row]}))


def _unknown_seconds(of: Weeks, subject: str) -> float:
    with judging(of, FIRST + DAY) as case:
        over = period((FIRST + 9 * HOUR) * S, (FIRST + 15 * HOUR) * S, SHANGHAI, (FIRST + DAY) * S)
        chosen = [one for one in case.source.roster.everybody() if one.id == subject]
        found = judgements(case, chosen[0].kind, chosen, over)["line"]
        return float(found.sums.unknown.sum()) / S


def test_a_session_that_stood_since_before_fills_the_time_in_which_nobody_watched(of: Weeks) -> None:
    assert 4 * HOUR <= _unknown_seconds(of, "c") < 4 * HOUR + 700
    _say(of, "c", "bfd", _AWAY[1] + 30, FIRST + HOUR)
    assert _unknown_seconds(of, "c") < 60


def test_an_interface_fills_it_only_where_the_link_follows_the_path(of: Weeks) -> None:
    _say(of, "c", "interface", _AWAY[1] + 30, FIRST + HOUR)
    assert _unknown_seconds(of, "c") >= 4 * HOUR
    of.config = _with_link(of.config, "c")
    assert _unknown_seconds(of, "c") < 60


def test_a_session_that_came_up_meanwhile_shrinks_only_what_came_after(of: Weeks) -> None:
    _say(of, "c", "bfd", _AWAY[1] + 30, _AWAY[0] + HOUR)
    assert HOUR - 60 <= _unknown_seconds(of, "c") <= HOUR + 700


def test_what_was_measured_is_never_changed_by_what_a_device_says(of: Weeks) -> None:
    down = FIRST + 6 * HOUR
    _cut(of, "c", down, down + HOUR)
    _say(of, "c", "bfd", _AWAY[1] + 30, FIRST + HOUR)
    with judging(of, FIRST + DAY) as case:
        chosen = [one for one in case.source.roster.by_kind["circuits"] if one.id == "c"]
        line = next(batches(case, chosen, FIRST * S)).line
    assert line.settled.where(DOWN).length.sum() == HOUR * S
    assert Cause.WITNESSED in line.settled.cause


def test_both_lines_of_a_site_lost_together_propose_a_loss_of_power(of: Weeks) -> None:
    for subject in "abcdef":
        _cut(of, subject, FIRST + 6 * HOUR, FIRST + 7 * HOUR)
    of.config = _with_carriers(of.config)
    with judging(of, FIRST + DAY) as case:
        listed = list(
            outages(case, case.source.roster.by_kind["circuits"], FIRST * S, (FIRST + DAY) * S, ["line"])
        )
        proposed = power_losses(case, listed)
    assert {one.cause for one in proposed.values()} == {POWER}
    assert {subject for subject, _ in proposed} == set("abcdef")


def test_one_line_of_a_site_proposes_nothing_until_its_device_began_anew_meanwhile(of: Weeks) -> None:
    _cut(of, "c", FIRST + 6 * HOUR, FIRST + 7 * HOUR)
    of.config = _with_carriers(of.config)
    assert not _proposed(of)
    _say(of, "core", "device", FIRST + 5 * HOUR, FIRST, uptime=5 * HOUR * S)
    _say(of, "core", "device", FIRST + 8 * HOUR, FIRST, uptime=int(1.5 * HOUR) * S)
    assert _proposed(of) == ["restart core"]


def _proposed(of: Weeks) -> list[str]:
    with judging(of, FIRST + DAY) as case:
        listed = list(
            outages(case, case.source.roster.by_kind["circuits"], FIRST * S, (FIRST + DAY) * S, ["line"])
        )
        found = power_losses(case, listed)
    return [f"{each.kind} {each.subject}" for one in found.values() for each in one.evidence]


def _cut(of: Weeks, subject: str, begin: int, end: int) -> None:
    check = of.checks[subject]
    runs = [facts.run(check, begin, DOWN), facts.run(check, end, UP)]
    of.ledger.write(Batch({"run": runs}, ends=[facts.end(check, FIRST, begin), facts.end(check, begin, end)]))


def _with_link(config: Config, circuit: str) -> Config:
    circuits = tuple(replace(one, link_follows_path=one.id == circuit) for one in config.circuits)
    return config.model_copy(update={"circuits": circuits})


def _with_carriers(config: Config) -> Config:
    """Two carriers that share the far site, and the core device there, too."""
    circuits = tuple(
        replace(one, carrier="ct" if number % 2 else "cm", upstream=None)
        for number, one in enumerate(config.circuits)
    )
    devices = tuple(one.model_copy(update={"site": "far"}) for one in config.devices)
    return config.model_copy(update={"circuits": circuits, "devices": devices})


def test_a_day_on_which_nobody_watched_for_hours_is_normal_where_the_port_tells_of_its_line(
    of: Weeks,
) -> None:
    """As a user sees it. What was known of the port at two is that it has stood since one in the night."""
    for circuit in "cd":
        statement = {
            "check": port(of, circuit),
            "said_at": (_AWAY[1] + 30) * S,
            "origin": "interface",
            "outcome": UP,
        }
        since = {"since": (FIRST + HOUR) * S, "uptime": None, "changes": None}
        of.ledger.write(Batch({"statement": [{**statement, **since}]}))
    written = (of.data_dir / "network.yaml").read_text("utf-8")
    agent = 'check: {probe: snmp, address: 10.0.0.2, community: "env:COMMUNITY"}'
    written = written.replace("check: {address: 10.0.0.2}", agent)
    for number, more in ((3, ", interface: core/c, link_follows_path: true"), (4, ", interface: core/d")):
        line = f"address: 10.1.0.{number}, path: direct"
        written = written.replace(line, line + more)
    network = of.data_dir / "bound.yaml"
    network.write_text(written, "utf-8")
    days = {circuit: _day(of, network, circuit) for circuit in "cd"}
    assert (days["c"]["verdict"], days["d"]["verdict"]) == ("normal", "undecided")
    assert days["c"]["unknown_seconds"] < 60
    assert 4 * HOUR <= days["d"]["unknown_seconds"] < 4 * HOUR + 700


def _day(of: Weeks, network: Path, circuit: str) -> dict[str, Any]:
    """The first day of a circuit in the line view, as it is printed."""
    places, day = ("-c", network, "--data", of.data_dir), ("--from", "2026-03-02", "--to", "2026-03-03")
    done = linewalker("days", *places, "--json", *day, "--circuit", circuit)
    assert done.returncode == 0, done.stderr
    (found,) = [row for row in json.loads(done.stdout)["days"] if row["view"] == "line"]
    return dict(found)
