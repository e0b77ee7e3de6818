"""What lines that lose packets cost the ledger: rows and bytes of a line and year, by how much it loses.

The collector's own `Round` records days of such lines, with its writer's rows and an SQLite ledger; only the network
and the clock are made up. There is no peer: it says how much a bad line costs, and that it is bounded.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from bench.section import Section
from collector.ledger import schema
from collector.ledger.store import Batch, Ledger, Life, open_ledger, sqlite_url
from collector.packets import WHOLE_A_DAY
from collector.rounds import Plan, Round
from probes.columns import DOWN, UP, Answers, Flags, Floats, Ints, Targets
from probes.rhythm import Rhythm

LOSSES = (0.001, 0.01, 0.1, 0.3, 0.6, 0.9)
FLAPS_SECONDS = 90.0
LINES = 8
_DAY = 86400
_BEGIN = 20_000 * _DAY
_YEAR_DAYS = 365
_WRITE_ROWS = 5_000
_HOW = f"""\
Lines that lose this share of their packets by chance, {LINES} of each for a day in the built-in rhythm (every 10 s,
up to 2 retries, every 2 s while down), and lines that are cut and whole by turns, {FLAPS_SECONDS:g} s each; scaled to
one line and {_YEAR_DAYS} days. Rows of `run` and `packet` with their indexes; not in it are the traced paths and the
quality rows, which every line has alike."""
_LIMITS = f"""\
Every run is written, because it is a fact. The packets of {WHOLE_A_DAY} down-runs of a check and day are all kept,
and their paths traced; of each further one the ledger keeps the silence, as one row, and the run itself holds the
answers on both sides of it."""


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    now: float = float(_BEGIN)

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.now


class LossyLines:
    """A prober of lines that lose packets by chance; a NaN loss is a line that is cut and mended by turns."""

    def __init__(self, clock: HandClock, rhythm: Rhythm, loss: Floats, phase: Floats) -> None:
        self.clock = clock
        self.rhythm = rhythm
        self.loss = loss
        self.phase = phase
        self.chance = np.random.default_rng(60)

    def probe(self, down: Flags, *, opening: bool) -> Iterator[Answers]:
        """One round: first a question to those not down, then a packet every two seconds to those who are."""
        start, rhythm = self.clock.now, self.rhythm
        rows = np.flatnonzero(~down)
        sent = start + self.phase[rows, None] * rhythm.span + np.arange(1.0 + rhythm.retries)
        yield self._asked(rows, sent, regular=True)
        silent = down.copy()
        joined = np.full(len(down), start)
        fallen = self.answered < 0
        silent[rows[fallen]] = not opening
        joined[rows[fallen]] = sent[fallen, -1] + rhythm.timeout
        for knock in np.arange(start, start + rhythm.interval, rhythm.fast):
            at = knock + self.phase * rhythm.fast_span
            rows = np.flatnonzero(silent & (joined <= at))
            if len(rows):
                yield self._asked(rows, at[rows, None], regular=False)
                silent[rows[self.answered >= 0]] = False
        self.clock.now = start + rhythm.interval - 0.01

    def close(self) -> None:
        """There is nothing to give back."""

    def _asked(self, rows: Ints, sent: Floats, *, regular: bool) -> Answers:
        cut = (sent // FLAPS_SECONDS) % 2 == 1
        drawn = self.chance.random(sent.shape) < self.loss[rows, None]
        lost = np.where(np.isnan(self.loss[rows, None]), cut, drawn)
        answered = np.where(lost.all(axis=1), -1, lost.argmin(axis=1))
        up = answered >= 0
        packets = np.full((len(rows), 1 + self.rhythm.retries), np.nan)
        packets[:, : sent.shape[1]] = sent
        packets[np.arange(packets.shape[1]) > np.where(up, answered, packets.shape[1])[:, None]] = np.nan
        last = sent[np.arange(len(rows)), answered]
        self.answered = answered
        return Answers(
            target=rows,
            outcome=np.where(up, UP, DOWN).astype(np.int8),
            sent=packets,
            answered=answered.astype(np.int8),
            received_at=np.where(up, last + 0.02, sent[:, -1] + self.rhythm.timeout),
            rtt=np.where(up, 0.02, np.nan),
            regular=np.full(len(rows), regular),
        )


def section() -> Section:
    """Rows and bytes of a line and year for every loss."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(sqlite_url(Path(folder)), create=True)
        names, kinds = _recorded(ledger)
        rows = [_row(ledger, name, kinds == place) for place, name in enumerate(names)]
        ledger.close()
    head = ("Loss", "down-runs a day", "`run` rows a year", "`packet` rows a year", "MB a year")
    return Section("Lossy lines", _HOW, head, rows, _LIMITS)


def _recorded(ledger: Ledger) -> tuple[list[str], Ints]:
    """Watch the lines for a day; what they are called, and which line is of which kind."""
    losses = np.array([*LOSSES, np.nan])
    kinds = np.repeat(np.arange(len(losses)), LINES)
    clock, rhythm = HandClock(), Rhythm()
    ledger.begin(Life(collector="bench", vantage="bench", version="0", now=clock.now))
    same = {"kind": "circuit", "probe": "icmp", "source": "", "vantage": "bench", "address": "10.0.0.9"}
    checks = ledger.enrol([{**same, "subject": f"line-{at}"} for at in range(len(kinds))])
    phase = np.linspace(0, 0.99, len(kinds))
    nobody: Flags = np.zeros(len(kinds), np.bool_)
    targets = Targets(("10.0.0.9",) * len(kinds), (None,) * len(kinds), phase, nobody)
    plan = Plan("icmp-10s", "bench", rhythm, tuple(checks), targets)
    waiting: list[Batch] = []
    one = Round(plan, LossyLines(clock, rhythm, losses[kinds], phase), clock, waiting.append, lambda *_: None)
    for number in range(int(_DAY / rhythm.interval)):
        clock.now = _BEGIN + number * rhythm.interval
        one.hold()
        if sum(map(len, waiting)) > _WRITE_ROWS:
            ledger.write(*waiting)
            waiting.clear()
    one.stop()
    ledger.write(*waiting)
    return [*(f"{loss:.1%}" for loss in LOSSES), "cut by turns"], kinds


def _row(ledger: Ledger, name: str, own: Flags) -> tuple[str, ...]:
    """One line and year of a kind; `own` marks its lines."""
    checks = (1 + np.flatnonzero(own)).tolist()
    run, packet = schema.run, schema.packet
    with ledger.reading() as connection:
        runs, packets = (
            connection.scalar(sa.select(sa.func.count()).where(table.c.check.in_(checks))) or 0
            for table in (run, packet)
        )
        fallen = connection.scalar(
            sa.select(sa.func.count()).where(run.c.check.in_(checks), run.c.outcome == DOWN)
        )
        spent = runs * _bytes(ledger, "run") + packets * _bytes(ledger, "packet")
    scale = _YEAR_DAYS / LINES
    figures = ((fallen or 0) / LINES, runs * scale, packets * scale)
    return name, *(f"{figure:,.0f}" for figure in figures), f"{spent * scale / 1e6:,.1f}"


def _bytes(ledger: Ledger, table: str) -> float:
    """How much a row of a table takes with its indexes."""
    size = sa.text(
        "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = :table)"
    )
    with ledger.reading() as connection:
        count = connection.scalar(sa.select(sa.func.count()).select_from(schema.metadata.tables[table])) or 1
        return float(connection.scalar(size, {"table": table}) or 0) / count
