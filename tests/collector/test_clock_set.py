"""Real rounds over a real wire while somebody sets the clock: no outage is invented, and a real one keeps its edges.

Nobody but root may set a machine's clock. All that Linewalker knows of it comes through its `Clock`, the kernel's
receive stamps and `datetime.now` in APScheduler; so these three are set together.
"""

import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import apscheduler.schedulers.base
import numpy as np
import pytest
import sqlalchemy as sa

from collector.checks import phase
from collector.invariants import violations
from collector.ledger import reading, schema
from collector.ledger.store import Ledger, Life, open_ledger, seconds, sqlite_url
from collector.rounds import Plan, Round
from collector.schedule import Schedule
from probes.channel import Channel, Replies
from probes.columns import DOWN, Targets
from probes.icmp import IcmpProber
from probes.rhythm import Rhythm
from tests.awaiting import deadline_in
from tests.collector.clocks import SetClock
from tests.namespace import Host, in_namespace

RHYTHM = Rhythm(interval=2.0, retries=1, retry_after=0.3, timeout=0.4, fast=0.5)
LINES = [f"10.0.0.{number}" for number in range(3, 9)]
CUT = LINES[0]


@dataclass
class SlewedClock(SetClock):
    """A wall clock that runs 500 parts in a million too fast, as one that is slewed does."""

    began: float = 0.0

    def wall(self) -> float:
        return super().wall() + 500e-6 * (self.monotonic() - self.began)


@pytest.fixture
def clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> SetClock:
    made: SetClock = getattr(request, "param", SetClock)()
    if isinstance(made, SlewedClock):
        made.began = made.monotonic()

    class Datetime(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return dt.datetime.fromtimestamp(made.wall(), tz)

    receive = Channel.receive

    def stamped(channel: Channel) -> Iterator[Replies]:
        for replies in receive(channel):
            yield replace(replies, stamp=replies.stamp + (made.wall() - time.time()))

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Datetime)
    monkeypatch.setattr(Channel, "receive", stamped)
    return made


@dataclass
class Watching:
    """A round that is held on schedule, and the ledger it is written to."""

    ledger: Ledger
    plan: Plan
    round: Round

    def rows(self, table: sa.Table) -> list[Any]:
        with self.ledger.reading() as connection:
            return list(connection.execute(sa.select(table).order_by(table.c.incarnation, table.c.seq)))

    def down(self, line: str) -> list[Any]:
        check = self.plan.checks[LINES.index(line)]
        return [row for row in self.rows(schema.run) if row.check == check and row.outcome == DOWN]

    def await_rounds(self, count: int) -> None:
        wanted, deadline = self.round.now.completed + count, deadline_in(30)
        while self.round.now.completed < wanted:
            assert time.monotonic() < deadline, f"no {count} rounds within 30 s: {self.round.now.problem}"
            time.sleep(0.05)

    def violated(self) -> list[Any]:
        with self.ledger.reading() as connection:
            watched = {self.plan.name: reading.watched(connection, self.plan.name)}
        return violations(self.rows(schema.run), self.rows(schema.watch), watched)


@contextmanager
def watching(clock: SetClock) -> Iterator[Watching]:
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(sqlite_url(Path(folder)), create=True)
        ledger.begin(Life(collector="main", vantage="centre", version="1", now=clock.wall()))
        plan = _plan(ledger)
        prober = IcmpProber(plan.targets, RHYTHM, clock=clock)
        one = Round(plan, prober, clock, ledger.write, lambda *_: None)
        schedule = Schedule(clock, 1)
        schedule.start()
        schedule.once(lambda: one.hold(opening=True))
        schedule.every(plan.name, RHYTHM.interval, plan.opening_seconds, one.hold)
        try:
            yield Watching(ledger, plan, one)
        finally:
            schedule.stop()
            one.stop()
            ledger.close()


def _plan(ledger: Ledger) -> Plan:
    same = {"kind": "circuit", "probe": "icmp", "source": "", "vantage": "centre"}
    asked = [*LINES, "127.0.0.1"]
    checks = ledger.enrol([{**same, "subject": address, "address": address} for address in asked])
    phases = np.array([phase(check) for check in checks])
    targets = Targets(tuple(asked), (None,) * len(asked), phases, np.arange(len(asked)) == len(LINES))
    return Plan("icmp-2s", "centre", RHYTHM, tuple(checks), targets)


def happened(clock: SetClock, act: Any) -> tuple[float, float]:
    """When it was begun and when it was done, by the clock as it stands."""
    before = clock.wall()
    act()
    return before, clock.wall()


def within(edge: tuple[float, float], after: int, before: int) -> bool:
    return seconds(after) <= edge[1] and edge[0] <= seconds(before)


@in_namespace
@pytest.mark.parametrize("moved", [-60.0, 60.0, -86_400.0, 86_400.0])
def test_a_clock_set_by_hand_invents_no_outage_and_moves_no_edge(clock: SetClock, moved: float) -> None:
    with Host("uplink") as uplink:
        for line in LINES:
            uplink.run("ip", "address", "add", f"{line}/24", "dev", "wire")
        with watching(clock) as held:
            held.await_rounds(2)
            clock.shift += moved
            held.await_rounds(2)
            cut = happened(clock, lambda: uplink.run("ip", "address", "del", f"{CUT}/24", "dev", "wire"))
            held.await_rounds(2)
            clock.shift -= moved / 2
            held.await_rounds(2)
            back = happened(clock, lambda: uplink.run("ip", "address", "add", f"{CUT}/24", "dev", "wire"))
            held.await_rounds(2)
            down, watches = held.down(CUT), held.rows(schema.watch)
            others = [held.down(line) for line in LINES[1:]]
            violated = held.violated()
    assert others == [[] for _ in LINES[1:]]
    assert within(cut, down[0].started_after, down[0].started_before)
    assert within(back, down[-1].ended_after, down[-1].ended_before)
    steps = [(row.stepped_to - row.ended_at) / 1e6 for row in watches if row.reason == "clock step"]
    assert steps == [pytest.approx(moved, abs=0.2), pytest.approx(-moved / 2, abs=0.2)]
    assert violated == []


@in_namespace
@pytest.mark.parametrize("clock", [SlewedClock], indirect=True)
def test_a_slewed_clock_is_no_step_and_moves_no_edge(clock: SlewedClock) -> None:
    with Host("uplink") as uplink:
        for line in LINES:
            uplink.run("ip", "address", "add", f"{line}/24", "dev", "wire")
        with watching(clock) as held:
            held.await_rounds(3)
            cut = happened(clock, lambda: uplink.run("ip", "address", "del", f"{CUT}/24", "dev", "wire"))
            held.await_rounds(3)
            back = happened(clock, lambda: uplink.run("ip", "address", "add", f"{CUT}/24", "dev", "wire"))
            held.await_rounds(3)
            down, watches = held.down(CUT), held.rows(schema.watch)
            others = [held.down(line) for line in LINES[1:]]
    assert others == [[] for _ in LINES[1:]]
    [outage] = down
    assert within(cut, outage.started_after, outage.started_before)
    assert within(back, outage.ended_after, outage.ended_before)
    assert "clock step" not in {row.reason for row in watches}
