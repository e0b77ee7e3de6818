"""The service with a router that is read: traps have it asked at once, and it tells of the time nobody watched."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from collector.ledger import reading
from collector.ledger.store import seconds
from tests.awaiting import until
from tests.collector.test_trap_service import FROM_CORE, TO, ledger, running, stop
from tests.namespace import Host, in_namespace
from tests.practice import linewalker
from tests.probes.agents import COMMUNITY, snmpd
from tests.probes.ports import HIGH, TABLE, Port, Router
from tests.trapping import LINK_DOWN, LINK_UP, sent

NETWORK = """
organisation: 测试单位
vantage: {name: 中心机房, sentinels: {near: [127.0.0.1]}}
rounds:
  icmp: {interval: 3s, retries: 1, retry_after: 0.5s, timeout: 0.5s, fast: 1s}
  snmp: {interval: 60s, retries: 1, retry_after: 0.5s, timeout: 1s}
  interface: {interval: 60s, retries: 1, retry_after: 0.5s, timeout: 1s}
carriers: [{id: ct, name: 中国电信}]
sites: [{id: centre, name: 中心}, {id: far, name: 远端}]
devices:
  - id: core
    name: 核心
    check: {probe: snmp, address: 127.0.0.2, port: 1161, community: "env:LW_SNMP_COMMUNITY"}
traps: {listen: ["127.0.0.1:1162"], communities: [env:LW_TRAP_COMMUNITY]}
listen: 127.0.0.1:8470
circuits:
"""
CIRCUIT = """
  - {{id: {id}, name: {id}, group: branch, carrier: ct, termination_a: centre, termination_z: far, path: direct,
     address: {address}, interface: core/{id}{more}}}
"""
_OPENING_SECONDS = (
    5.0  # from the opening round until after the first regular one has begun, and no one is asked
)
FOLLOWS = ", link_follows_path: true"
_AWAY_SECONDS = 15.0
_SLACK_SECONDS = 2.0  # of what devices say of the past


@contextmanager
def router(folder: Path) -> Iterator[Router]:
    """A real agent at 127.0.0.2 whose interfaces we write."""
    with snmpd(folder / "router", {}, roots=(TABLE, HIGH), port=1161, at=("udp:127.0.0.2",)) as agent:
        yield Router(agent)


def circuit(name: str, address: str, more: str = "") -> str:
    return CIRCUIT.format(id=name, address=address, more=more)


def runs_of(folder: Path, kind: str) -> list[sa.Row[Any]]:
    """Recorded runs of checks of one kind, in the order they began."""
    with ledger(folder) as kept, kept.reading() as connection:
        return [row for row in reading.runs(connection) if row.kind == kind]


def await_up(folder: Path, kind: str, many: int) -> None:
    """Wait until so many of one kind are known to be up."""
    until(lambda: sum(row.outcome == 1 for row in runs_of(folder, kind)) >= many, 30)


def traps(folder: Path) -> list[float]:
    """When each was received."""
    with ledger(folder) as kept, kept.reading() as connection:
        return [seconds(row.received_at) for row in reading.traps(connection)]


@in_namespace
def test_a_trap_and_an_inform_have_the_router_asked_at_once_and_not_in_its_next_round(tmp_path: Path) -> None:
    line = Port("sanya-ct")
    with router(tmp_path) as core:
        core.set(at1=line)
        # Interfaces are read every minute: whatever is known within seconds was asked out of turn.
        written = NETWORK + circuit("sanya-ct", "127.0.0.3")
        with running(tmp_path, written, LW_SNMP_COMMUNITY=COMMUNITY) as process:
            await_up(tmp_path, "interface", 1)
            time.sleep(_OPENING_SECONDS)
            core.set(at1=Port("sanya-ct", status=2))
            assert sent(tmp_path, TO, FROM_CORE, "1", LINK_DOWN)[0] == 0
            until(lambda: len(runs_of(tmp_path, "interface")) == 2, 20)
            core.set(at1=line)
            acknowledged, _ = sent(tmp_path, TO, FROM_CORE, "1", LINK_UP, inform=True)
            until(lambda: len(runs_of(tmp_path, "interface")) == 3, 20)
            stop(process)
        _, down, up = runs_of(tmp_path, "interface")
        trap, inform = traps(tmp_path)
    assert acknowledged == 0
    assert [(one.subject, one.outcome, one.reason) for one in (down, up)] == [
        ("sanya-ct", 0, "interface down"),
        ("sanya-ct", 1, ""),
    ]
    assert 0 <= seconds(down.started_at) - trap < 2
    assert 0 <= seconds(up.started_at) - inform < 2


def statements(folder: Path) -> int:
    """How often interfaces said something that was written down."""
    with ledger(folder) as kept, kept.reading() as connection:
        return sum(row.origin == "interface" for row in reading.statements(connection))


def printed(folder: Path, what: str, begin: float, end: float, *more: str) -> list[dict[str, Any]]:
    """What a command prints of a stretch of a few seconds, in the line view, where an outage lasts three at least."""
    (folder / "policy.yaml").write_text("confirm_down: 3s\nconfirm_up: 3s\n", "utf-8")
    stretch = [datetime.fromtimestamp(at).astimezone().isoformat() for at in (begin, end)]
    places = ("-c", folder / "network.yaml", "--data", folder / "data", "--policy", folder / "policy.yaml")
    done = linewalker(what, *places, "--json", "--from", stretch[0], "--to", stretch[1], *more)
    assert done.returncode == 0, done.stderr
    (rows,) = json.loads(done.stdout).values()
    return [row for row in rows if row["view"] == "line"]


def availability(folder: Path, name: str, begin: float, end: float) -> dict[str, Any]:
    """That of one circuit."""
    more = ("--indicator", "availability", "--circuit", name)
    found: dict[str, Any] = printed(folder, "indicators", begin, end, *more)[
        0
    ]  # by the policy that was given
    return found


@in_namespace
def test_while_the_collector_was_away_a_port_tells_of_its_line_where_the_link_follows_the_path(
    tmp_path: Path,
) -> None:
    """Two lines stay up, two are cut at their middle; of each pair one says that its port goes down with it."""
    names = ("up-told", "up-untold", "cut-told", "cut-untold")
    addresses = ("127.0.0.3", "127.0.0.4", "10.0.0.2", "10.0.0.3")
    told = [FOLLOWS if name.endswith("-told") else "" for name in names]
    written = NETWORK + "".join(map(circuit, names, addresses, told))
    ports = [Port(name, last_change=0) for name in names]
    with Host("wire0") as far, router(tmp_path) as core:
        began = time.time()
        far.run("ip", "address", "add", "10.0.0.3/24", "dev", "wire")
        core.set_all(*ports)
        with running(tmp_path, written, LW_SNMP_COMMUNITY=COMMUNITY) as process:
            for kind in ("circuit", "interface"):
                await_up(tmp_path, kind, 4)
            time.sleep(6)  # long enough to be known as up before
            stop(process)
        left = time.time()
        time.sleep(_AWAY_SECONDS / 2)
        cut = time.time()
        far.answer(False)
        changed = round((cut - began) * 100)
        ports[2:] = [replace(port, status=2, last_change=changed) for port in ports[2:]]
        core.set_all(*ports)
        time.sleep(_AWAY_SECONDS / 2)
        back = time.time()
        with running(tmp_path, written, LW_SNMP_COMMUNITY=COMMUNITY) as process:
            until(lambda: statements(tmp_path) >= 8, 30)
            until(lambda: sum(row.outcome == 0 for row in runs_of(tmp_path, "circuit")) >= 2, 30)
            time.sleep(8)
            stop(process)
    seen_up = {name: availability(tmp_path, name, left - 3, back + 3) for name in names[:2]}
    outages = {row["subject"]: row for row in printed(tmp_path, "outages", left - 3, time.time())}
    assert seen_up["up-told"]["coverage"] == seen_up["up-told"]["lower"] == 1
    assert seen_up["up-untold"]["evidence"]["unknown_seconds"] > _AWAY_SECONDS
    # Both fell in the middle of the absence. Of one the port says so, of the other that is not known: there the
    # outage begins when somebody looks again.
    assert outages.keys() == {"cut-told", "cut-untold"}
    starts = {name: datetime.fromisoformat(row["start"]).timestamp() for name, row in outages.items()}
    assert cut <= starts["cut-told"] <= cut + _SLACK_SECONDS + 1
    assert starts["cut-untold"] >= back
    assert outages["cut-told"]["unknown_seconds"] == 0
