"""Weeks of a collector as it would have written them, sealed night by night; no tests here.

Line a is down for five minutes every morning, line b from 3 to 9 March, line c is never; line d is entered on 5 March
and not asked yet. On that day somebody enters one thing of every kind, and somebody else approves of it. The
collector is killed on 7 March at noon and started a minute later.
"""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collector.keeping.days import Day, days
from collector.keeping.fold import fold_closed
from collector.keeping.seal import seal_closed
from collector.keeping.verify import findings, snapshot
from collector.ledger.store import Batch, Ledger, Life, Row, open_ledger
from config.errors import Finding
from tests.collector import facts
from tests.collector.facts import S
from tests.collector.keeping.counted import SHANGHAI, five_minutes

HOUR = 3600
DOWN, UP = 0, 1


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    """A moment of 2026 in Shanghai, seconds since 1970 UTC."""
    return int(dt.datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI).timestamp())


def day_of(moment: int) -> Day:
    [found] = days(moment, moment, SHANGHAI)
    return found


FIRST, KILLED = at(3, 2, 9), at(3, 7, 12)


@dataclass
class History:
    """A ledger and what its collector remembers; `write` and `night` go on from there."""

    ledger: Ledger
    data_dir: Path
    lines: list[int] = field(default_factory=list)
    watch: Row = field(default_factory=dict)

    def start(self, now: int, *, why: str = "") -> None:
        """Begin a life; what the one before left going on says so."""
        life = Life(collector="main", vantage="centre", version="1", now=float(now))
        self.ledger.begin(life, why)
        batch = Batch()
        if self.watch:
            batch.add("watch", [{**self.watch, "reason": "interrupted"}])
        version = {"digest": f"{now:064}", "loaded_at": now * S, "loaded_by": "值班员", "text": "vantage: …"}
        batch.add("config_version", [version])
        self.watch = facts.watch(now + 60, now + 60, clock_offset=-1200, clock_source="ntp 10.0.0.1")
        self.ledger.write(batch)

    def watched(self, until: int, **more: Any) -> None:
        """The watch that goes on has come so far."""
        self.watch = {**self.watch, "ended_at": until * S, "origin": until * S, **more}
        self.ledger.write(Batch({"watch": [self.watch]}))

    def begins(self, line: int, begin: int, outcome: int, before: int | None = None) -> None:
        """A run begins, and ends the one that began at `before`; a down-run has its packets, and later its trace."""
        row = {
            **facts.run(line, begin, outcome),
            "started_after": (begin - 10) * S,
            "started_before": (begin + 2) * S,
        }
        batch = Batch({"run": [row]}, ends=[] if before is None else [facts.end(line, before, begin)])
        if outcome == DOWN:
            row["reason"] = "no answer"
            batch.add("packet", [_packet(line, begin, begin + second) for second in (-10, 0, 1, 2)])
            batch.add("statement", [facts.statement(line, begin, since=begin - 60)])
            batch.add("port", [facts.port(line, begin)])
            batch.add("trap", [facts.trap(begin, f"10.0.2.{line}")])
            batch.add("throughput", [facts.measurement(f"{line}-{begin}", begin)])
        self.ledger.write(batch)
        if outcome == DOWN:
            self.ledger.write(
                Batch(traces=[{"check": line, "started_at": begin * S, "trace": '[{"distance": 1}]'}])
            )

    def entered(self, now: int) -> None:
        """Somebody enters things, each by a life of its own as the commands do, and somebody else approves."""
        report = facts.measurement("report", now)
        desk = open_ledger(self.ledger.engine.url.render_as_string(hide_password=False), create=False)
        try:
            for table in facts.OWN:
                desk.begin(Life(collector="records", vantage="centre", version="1", now=float(now)))
                approved = facts.approval(table, f"{table}-1", now + 60)
                rows = {table: [facts.entry(table, f"{table}-1", now)], "approval": [approved]}
                desk.write(Batch({name: rows[name] for name in (table, "approval")}))
            desk.begin(Life(collector="records", vantage="centre", version="1", now=float(now)))
            desk.write(Batch({"throughput": [report]}))
            form = facts.frozen("7K3P-09QX-M2TD", 1, now, now - HOUR, now)
            desk.write(Batch({"revision": [form], "revision_file": [facts.scan("scan-1", form["id"], now)]}))
        finally:
            desk.close()

    def counted(self, midnight: int, **counts: int) -> None:
        """A few of a day's five minutes of every line; line a lost a packet, and its port discarded two."""
        lossy = {self.lines[0]: {"rescued": 1, "discards_in": 0, "discards_out": 2}}
        rows: list[Row] = [
            five_minutes(line, (midnight + hour * HOUR) * S, **lossy.get(line, {}), **counts)
            for line in self.lines
            for hour in (10, 22)
        ]
        self.ledger.write(Batch({"quality": rows}))

    def night(self, after: int) -> int:
        """What is done in the night after a day: fold and seal; how many seals that made."""
        now = day_of(after).ended_at / S + 1.5 * HOUR
        keeper = open_ledger(self.ledger.engine.url.render_as_string(hide_password=False), create=False)
        try:
            keeper.begin(Life(collector="keep", vantage="centre", version="1", now=now))
            fold_closed(keeper, SHANGHAI, now, self.data_dir, rest=lambda _: None)
            return seal_closed(keeper, SHANGHAI, now, self.data_dir)
        finally:
            keeper.close()

    def check(self, begin: int | None = None, end: int | None = None, now: int = at(4, 1)) -> list[Finding]:
        with snapshot(self.ledger) as connection:
            return list(findings(connection, SHANGHAI, now, (), begin, end))

    def found(self, **more: Any) -> list[tuple[str, str]]:
        """Rule and place of everything there is to say."""
        return [(one.rule, one.place) for one in self.check(**more)]


def _packet(line: int, begin: int, sent: int) -> Row:
    answered = sent < begin
    return {
        "check": line,
        "run_started_at": begin * S,
        "sent_at": sent * S,
        "until": sent * S,
        "count": 1,
        "received_at": sent * S + 5000 if answered else None,
        "by": "10.0.0.9" if answered else "",
    }


def lived(url: str, data_dir: Path, until: int) -> History:
    """The history from its first morning to the morning of the day of `until`, every night kept."""
    ledger = open_ledger(url, create=True)
    history = History(ledger, data_dir)
    history.start(FIRST)
    history.lines = facts.enrolled(ledger, "a", "b", "c")
    for line in history.lines:
        history.begins(line, FIRST, UP)
    before, midnight = FIRST, day_of(FIRST).started_at // S
    while midnight < day_of(until).started_at // S:
        before = _day(history, midnight, before)
        midnight += 24 * HOUR
        history.watched(midnight + 2 * HOUR)
        history.night(midnight - 1)
    return history


def _day(history: History, midnight: int, before: int) -> int:
    """One day of it; when line a came up last."""
    a, b, _ = history.lines
    down = midnight + 10 * HOUR
    history.begins(a, down, DOWN, before)
    history.begins(a, down + 300, UP, down)
    if midnight == at(3, 3):
        history.begins(b, at(3, 3, 8), DOWN, FIRST)
    if midnight == at(3, 5):
        facts.enrolled(history.ledger, "d")
        history.entered(at(3, 5, 11))
    if midnight == at(3, 9):
        history.begins(b, at(3, 9, 8), UP, at(3, 3, 8))
    if midnight == day_of(KILLED).started_at // S:
        history.watched(KILLED)
        history.start(KILLED + 60)
    history.counted(midnight)
    return down + 300
