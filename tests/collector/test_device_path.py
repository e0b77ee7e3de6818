"""The two traps of sites with two lines, in the practice network: lines read from the router end right, pings do not.

Six lines to three sites, each read in its way. First the backups are cut: their far addresses answer all the same,
through the mains. Then the mains are cut in silence, while static routes still point at them: all beyond is dark, and
the backups are whole.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from collector.judging.witnesses import statements_of
from indicators.witnessed import UP, witnessed
from lab import control
from tests.practice import Cut, DownRun, Practice, practice
from tests.programs import needed

READ = {
    "alpha-ct": "{probe: nqa, device: core-router, test: alpha-ct, interface: line2}",
    "alpha-cm": "{probe: bfd, device: core-router, peer: 10.64.0.6, interface: line3}",
    "beta-ct": "{probe: bfd, device: core-router, peer: 10.64.0.10, interface: line4}",
    "beta-cm": "{probe: nqa, device: core-router, test: beta-cm, target: 10.64.0.14, mib: CISCO-RTTMON-MIB}",
    "gamma-ct": "{probe: neighbour, device: core-router, protocol: bgp, neighbour: 10.64.0.18, notices_within: 15s}",
    "gamma-cm": "{probe: neighbour, device: core-router, protocol: ospf, neighbour: 10.64.0.22, notices_within: 15s}",
}
NOTICED_WITHIN = 14.0  # seconds: ten lost hellos, and what a busy machine takes
MAINS, BACKUPS = (
    [name for name in READ if name.endswith("ct")],
    [name for name in READ if name.endswith("cm")],
)
HEAD = """
organisation: 试验局
vantage: {name: centre, sentinels: {near: [10.0.0.1], far: [10.0.1.1]}}
carriers: [{id: ct, name: 中国电信}, {id: cm, name: 中国移动}]
sites: [{id: centre, name: 中心}, {id: alpha, name: 甲}, {id: beta, name: 乙}, {id: gamma, name: 丙}]
devices:
  - {id: core-router, name: 核心路由器, check: {probe: snmp, address: 10.0.2.1, community: "env:LAB_TEST_COMMUNITY"}}
"""


def write(folder: Path) -> Path:
    """Lines that are read from the core router, and what a ping to the far end of each would be asked."""
    circuits, systems = ["circuits:\n"], ["systems:\n"]
    for number, (name, check) in enumerate(READ.items()):
        site, carrier = name.split("-")
        circuits.append(
            f"  - {{id: {name}, name: {name}, group: branch, carrier: {carrier}, termination_a: centre,"
            f" termination_z: {site}, address: 10.21.0.{number + 1}, path: device, check: {check}}}\n"
        )
        systems.append(
            f"  - {{id: ping-{name}, name: {name}, site: {site}, check: {{address: 10.22.0.{number + 1}}}}}\n"
        )
    path = folder / "network.yaml"
    path.write_text("".join([HEAD, *circuits, *systems]), encoding="utf-8")
    return path


def cut(network: Practice, lines: Sequence[str], seconds: float, *, silent: bool) -> None:
    for line in lines:
        control.cut(network.folder, line, silent=silent)
    time.sleep(seconds)
    for line in lines:
        control.restore(network.folder, line)


def await_all_up(network: Practice) -> None:
    """Wait until every line is known to be up."""
    network.await_rows(
        'SELECT count(*) FROM run JOIN "check" c ON c.id = run."check" WHERE c.kind = \'circuit\' AND outcome = 1'
        " AND ended_at IS NULL HAVING count(*) = ?",
        len(READ),
        seconds=150,
    )


@pytest.mark.timeout(500)
def test_both_traps_of_two_lines_end_right_where_the_router_is_read(tmp_path: Path) -> None:
    needed("snmpd", "/usr/sbin:/usr/local/sbin")
    with practice(write(tmp_path), tmp_path / "data") as network:
        await_all_up(network)
        cut(network, BACKUPS, 35, silent=False)
        await_all_up(network)
        cut(network, MAINS, 35, silent=True)
        await_all_up(network)
        network.stop()
        truth = network.truth()
        lines, pings = network.down_runs(), network.down_runs("system")
        said = network.query(
            'SELECT c.subject, s."check", said_at, origin, s.outcome, since, uptime, changes'
            ' FROM statement s JOIN "check" c ON c.id = s."check" WHERE c.kind = \'circuit\''
        )
        states = network.query('SELECT DISTINCT probe, outcome FROM run JOIN "check" c ON c.id = run."check"')
    assert {one.line for one in truth} == set(READ)
    for done in truth:
        [run] = [one for one in lines if one.subject == done.line]
        assert_dated_rightly(run, done)
    assert_witnessed_truly(said, truth)
    first, second = (done_to(truth, name) for name in (BACKUPS[0], MAINS[0]))
    # a dead backup whose far address answers
    assert not [run for run in pings if first.begin <= run.started_at <= first.end]
    blamed = {run.subject for run in pings if run.overlaps(second)}
    assert blamed == {f"ping-{name}" for name in READ}  # backups, too, which were whole
    assert {probe for probe, outcome in states if outcome == 0} >= {"nqa", "bfd", "neighbour"}


def assert_witnessed_truly(said: Sequence[tuple[Any, ...]], truth: Sequence[Cut]) -> None:
    """What sessions and neighbours say of the time before is so: up outside the cuts, down inside."""
    names = ("check", "said_at", "origin", "outcome", "since", "uptime", "changes")
    found = []
    for line in READ:
        rows = [SimpleNamespace(**dict(zip(names, row[1:], strict=True))) for row in said if row[0] == line]
        known = witnessed(statements_of(rows))
        cut_ = done_to(truth, line)
        for begin, end, outcome in zip(
            known.started_at / 1e6, known.ended_at / 1e6, known.outcome, strict=True
        ):
            inside = max(0.0, min(end, cut_.end) - max(begin, cut_.begin))
            wrong = inside if outcome == UP else end - begin - inside
            assert wrong <= NOTICED_WITHIN, (line, begin, end, outcome, cut_)
            found.append(outcome)
    assert found  # of up-time only where a session stood for longer than the slack when it was first heard of


def done_to(truth: Sequence[Cut], line: str) -> Cut:
    [found] = [one for one in truth if one.line == line]
    return found


def assert_dated_rightly(run: DownRun, done: Cut) -> None:
    """Both edges of what really happened lie inside the bounds of the run."""
    assert run.started_after is not None
    assert run.ended_after is not None
    assert run.ended_before is not None
    assert run.started_after <= done.begin <= run.started_before, (run, done)
    assert run.ended_after <= done.end <= run.ended_before, (run, done)
