"""Rounds held with a prober that was written down beforehand, on hand-set clocks and a real ledger; no tests here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from collector.checks import phase
from collector.invariants import violations
from collector.ledger import reading, schema
from collector.ledger.store import Ledger, Life, open_ledger, seconds, sqlite_url
from collector.rounds import Plan, Round
from config.errors import Finding
from probes.columns import Answers, Flags, Sight, Targets
from probes.rhythm import Rhythm
from tests.collector.answering import Question, answers
from tests.collector.clocks import HandClock


@dataclass(frozen=True)
class Even(Rhythm):
    """Every 10 s, with first packets over 5.75 s whatever a prober needs for itself: numbers to reckon with."""

    @property
    def span(self) -> float:
        return 5.75


RHYTHM = Even()


class Scripted:
    """A prober that says what was written down for each round: (when, what), what being answers or an act."""

    def __init__(self, clock: HandClock) -> None:
        self.clock = clock
        self.script: list[tuple[float, Any]] = []
        self.down: list[int] = []
        self.closed = False

    def probe(self, down: Flags, *, opening: bool) -> Iterator[Answers]:
        self.down = np.flatnonzero(down).tolist()
        for at, what in self.script:
            self.clock.go_on(at)
            if callable(what):
                what()
            else:
                yield answers(what) if isinstance(what, list) else what

    def close(self) -> None:
        self.closed = True


class Bench:
    """One round of two circuits with all it needs."""

    def __init__(self, folder: Path, count: int = 2, **more: Any) -> None:
        self.clock = HandClock(steady=90.0)
        self.ledger = open_ledger(sqlite_url(folder), create=True)
        self.ledger.begin(Life(collector="main", vantage="centre", version="1", now=90.0))
        self.checks = self.ledger.enrol([_identity(number) for number in range(count)])
        self.prober = Scripted(self.clock)
        self.told: list[Answers | None] = []
        self.plan = Plan("icmp-10s", "centre", RHYTHM, tuple(self.checks), _targets(self.checks))
        self.round = Round(
            self.plan,
            self.prober,
            self.clock,
            self.ledger.write,
            lambda _, told: self.told.append(told),
            **more,
        )

    def hold(
        self, start: float, *script: tuple[float, Any], opening: bool = False, lasts: float = 6.0
    ) -> None:
        """Hold one round that begins when the wall clock shows `start`."""
        self.clock.go_on(start)
        self.prober.script = [*script, (start + lasts, lambda: None)]
        self.round.hold(opening=opening)

    def rows(self, table: sa.Table) -> list[Any]:
        keys = list(table.primary_key)
        with self.ledger.reading() as connection:
            return list(connection.execute(sa.select(table).order_by(*keys)))

    def watches(self) -> list[tuple[float, float, str]]:
        found = self.rows(schema.watch)
        return [(seconds(row.started_at), seconds(row.ended_at), row.reason) for row in found]

    def runs(self, target: int = 0) -> list[tuple[int, float, float | None]]:
        """Outcome, start and end of every run of a target."""
        own = [row for row in self.rows(schema.run) if row.check == self.checks[target]]
        return [(row.outcome, seconds(row.started_at), row.ended_at and seconds(row.ended_at)) for row in own]

    def violated(self) -> list[Finding]:
        with self.ledger.reading() as connection:
            watched = {self.plan.name: reading.watched(connection, self.plan.name)}
        return violations(self.rows(schema.run), self.rows(schema.watch), watched)


def seen(
    questions: Iterable[Question] = (), *, lost: float | None = None, again: float | None = None
) -> Answers:
    """Answers with what the sentinels said."""
    sights = ([Sight(lost, False, "blind")] if lost else []) + ([Sight(again, True)] if again else [])
    return answers(list(questions), tuple(sights))


def _identity(number: int) -> dict[str, str]:
    return {
        "kind": "circuit",
        "subject": f"line-{number}",
        "probe": "icmp",
        "address": f"10.64.0.{number}",
        "source": "",
        "vantage": "centre",
    }


def _targets(checks: list[int]) -> Targets:
    return Targets(
        address=tuple(f"10.64.0.{number}" for number in range(len(checks))),
        source=(None,) * len(checks),
        phase=np.array([phase(check) for check in checks]),
        sentinel=np.zeros(len(checks), np.bool_),
    )


def ledger_at(folder: Path) -> Ledger:
    """The same ledger, opened once more as another start would."""
    opened = open_ledger(sqlite_url(folder), create=True)
    opened.begin(Life(collector="main", vantage="centre", version="1", now=500.0))
    return opened
