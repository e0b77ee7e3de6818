"""Days of random histories in a ledger, sealed night by night, and how they are judged; no tests here.

Six lines, two of them behind a core device, a service with a check of its own over two lines and one derived from
them. Watches are restarted, with a night in which nobody looked.
"""

import datetime as dt
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.judging.judge import Case, case
from collector.judging.lines import source
from collector.judging.roster import roster
from collector.keeping.seal import seal_closed
from collector.ledger.store import Batch, Ledger, Life, Row, open_ledger, sqlite_url
from config.load import load
from config.model import Config
from indicators.entered import EnteredFacts
from indicators.policy import Policy
from tests.collector import facts
from tests.collector.facts import S

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR, DAY = 3600, 86_400
FIRST = int(dt.datetime(2026, 3, 2, tzinfo=SHANGHAI).timestamp())
LINES = ("a", "b", "c", "d", "e", "f")
_NETWORK = """\
organisation: Test
vantage: {name: centre, sentinels: {near: [10.0.0.1]}}
carriers: [{id: ct, name: 电信}]
sites: [{id: centre, name: 中心}, {id: far, name: 远端}]
devices: [{id: core, name: 核心, check: {address: 10.0.0.2}}]
circuits:
"""
_LINE = (
    "  - {{id: {id}, name: 线路{id}, group: {group}, carrier: ct, termination_a: centre, termination_z: far,"
    " address: 10.1.0.{number}, path: direct{more}}}\n"
)
_SERVICES = """\
services:
  - {id: own, name: 自测业务, group: branch, check: {address: 10.2.0.1}, circuits: [a, b]}
  - {id: derived, name: 推导业务, group: branch, needs: {k: 1, of: [c, d]}}
"""


def network(folder: Path) -> Config:
    """The configuration, as a file."""
    lines = "".join(
        _LINE.format(
            id=one,
            number=number + 1,
            group="branch" if number < 4 else "depot",
            more=", upstream: core" if one in "ab" else "",
        )
        for number, one in enumerate(LINES)
    )
    place = folder / "network.yaml"
    place.write_text(_NETWORK + lines + _SERVICES, encoding="utf-8")
    return load(place)


@dataclass
class Weeks:
    """A ledger that goes on day by day; `draw` decides what happens."""

    ledger: Ledger
    config: Config
    data_dir: Path
    draw: random.Random
    checks: dict[str, int]
    standing: dict[str, tuple[int, int]]  # start and outcome of the open run of each subject

    def day(self, number: int) -> int:
        """Live through a day; the second after its last midnight, all written and sealed."""
        midnight = FIRST + number * DAY
        batch = Batch()
        for begin, end in self._watched(midnight):
            batch.add("watch", [facts.watch(begin, end, reason="stopped")])
        for subject, check in self.checks.items():
            for at, outcome in sorted(self._changes(midnight)):
                began, stood = self.standing[subject]
                if outcome != stood and at > began:
                    self._change(batch, check, began, at, outcome)
                    self.standing[subject] = at, outcome
        self.ledger.write(batch)
        seal_closed(self.ledger, SHANGHAI, midnight + DAY + 2 * HOUR, self.data_dir)
        return midnight + DAY

    def late(self, subject: str, at: int) -> None:
        """A down-run of a minute that comes to light only now: its day gets another seal."""
        check = self.checks[subject]
        row = {**facts.run(check, at, 0), "ended_at": (at + 60) * S, "reason": "late"}
        self.ledger.write(Batch({"run": [row]}))

    def _watched(self, midnight: int) -> Iterator[tuple[int, int]]:
        """A restart or two a day, and now and then hours in which nobody looked."""
        cuts = sorted(self.draw.sample(range(HOUR, DAY - HOUR), self.draw.randint(0, 3)))
        for begin, end in zip([0, *cuts], [*cuts, DAY], strict=True):
            gap = self.draw.choice([30, 120, 400, 3 * HOUR])
            if end - begin > gap + 60:
                yield midnight + begin + gap, midnight + end

    def _changes(self, midnight: int) -> list[tuple[int, int]]:
        changes = list[tuple[int, int]]()
        for _ in range(self.draw.choice([0, 0, 1, 2, 8])):
            at = midnight + self.draw.randrange(DAY)
            changes += [(at, 0), (at + self.draw.choice([5, 20, 40, 300, 2 * HOUR, 30 * HOUR]), 1)]
        return changes

    def _change(self, batch: Batch, check: int, began: int, at: int, outcome: int) -> None:
        row = {
            **facts.run(check, at, outcome),
            "started_after": (at - 9) * S,
            "started_before": (at + 2) * S,
            "reason": "" if outcome else "no answer",
        }
        batch.add("run", [row])
        batch.ends.append(
            {**facts.end(check, began, at), "ended_after": (at - 9) * S, "ended_before": (at + 2) * S}
        )


def weeks(folder: Path, seed: int, url: str = "") -> Weeks:
    """A new ledger in which everybody is up from the first midnight on, in a file or in another empty database."""
    ledger = open_ledger(url or sqlite_url(folder), create=True)
    ledger.begin(Life(collector="main", vantage="centre", version="1", now=float(FIRST)))
    same = {"probe": "icmp", "source": "", "vantage": "centre"}
    subjects = [("device", "core"), ("service", "own"), *(("circuit", one) for one in LINES)]
    specs: list[Row] = [{**same, "kind": kind, "subject": one, "address": one} for kind, one in subjects]
    checks = dict(zip([one for _, one in subjects], ledger.enrol(specs), strict=True))
    ledger.write(Batch({"run": [facts.run(check, FIRST, 1) for check in checks.values()]}))
    standing = dict.fromkeys(checks, (FIRST, 1))
    return Weeks(ledger, network(folder), folder, random.Random(seed), checks, standing)


@contextmanager
def judging(
    of: Weeks,
    now: int,
    policy: Policy | None = None,
    entered: EnteredFacts | None = None,
    *,
    amended: bool = False,
) -> Iterator[Case]:
    """What a command has before it judges; `now` in seconds."""
    with of.ledger.reading() as connection:
        prepared = source(connection, roster(of.config), policy or Policy(), now * S)
        yield case(prepared, entered or EnteredFacts(), amended=amended)
