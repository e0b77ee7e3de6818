"""The process that asks: rounds, runs, and the only writer of observed facts. It reads no page and serves none."""

import argparse
import datetime as dt
import logging
import os
import signal
import threading
from array import array
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from collector import checks, frames, inforce, processes, quality, ready, restore, runs, telling, tracing
from collector.feed import Feed
from collector.hinting import Hinting
from collector.ledger import reading, store
from collector.ledger.place import ledger_url
from collector.opening import Opening, Standing
from collector.plans import plans
from collector.reference import Reference
from collector.rounds import Plan, Round
from collector.schedule import Schedule
from collector.spool import Heading, Spool
from collector.trapped import Trapped
from collector.version import VERSION
from collector.writer import Writer
from probes import PROBERS
from probes.clock import Clock, SystemClock
from probes.columns import DOWN, UP, Answers
from probes.eyes import Eyes
from probes.router import lag_of
from probes.texts import Texts

log = logging.getLogger(__name__)

_PERMISSION_SECONDS = 10
_LOOK_SECONDS = 1.0
_SETTLED_SECONDS = 30.0
_SPARE_SECONDS = 0.5  # of those in which the process must have ended
_DAY_LOOKS = 20  # how often a look is also for a new day; the parent then starts us anew


class Asker:
    """Everything *ask* holds while it runs: the way into the ledger, the writer, the rounds, the feed."""

    def __init__(self, place: Path, data_dir: Path, clock: Clock, made: int | None = None) -> None:
        """`made` leads to what was made ready of the configuration at `place`."""
        self.clock = clock
        self.started_at = clock.wall()
        self.place = place  # of the configuration: its text is read when it is needed
        asked = inforce.asked(place, self.started_at, made)
        self.config = config = asked.config
        self.until = asked.until
        self.life = store.Life(
            collector="main", vantage=config.vantage.name, version=VERSION, now=self.started_at
        )
        identities = [_identity(spec, config.vantage.name) for spec in asked.specs]
        self.opening = Opening(ledger_url(config, data_dir), data_dir, self.life, identities, clock)
        self.standing: Standing | None = self.opening.begin()
        ids = self.standing.ids
        self.who = who(asked.specs, ids)
        self.writer = Writer(self.opening, self.life, Spool(data_dir, Heading(self.life, self.standing.base)))
        self.tracer = tracing.Tracer(self.writer.put)
        self.hinting = Hinting()
        self.reference = Reference(config.vantage.clock, clock)
        self.rounds: list[Round] = []
        self.problems: dict[str, str] = {}  # by round: why it cannot be held
        self.plans = plans(config, asked.specs, ids)
        self.eyes = Eyes(
            config.rounds.of("icmp"),
            any_configured=bool(checks.sentinels(config)),
            shared=len(self.plans) > 1,
        )
        self.trapped = Trapped(self.writer.put, self.who, self.rounds)
        self.feed = Feed(data_dir, self._full, self._answers())
        self._schedule = Schedule(clock, len(self.plans))

    def start(self) -> None:
        """Record the configuration, take up the runs where they stood, and begin to ask."""
        assert self.standing  # noqa: S101 - a life starts once
        standing, self.standing = self.standing, None  # nobody needs it any more, and it may be large
        self.writer.start()
        batch = store.Batch()
        batch.add("config_version", [self._config_row(standing)])
        bins = [_bins(standing, plan, self.started_at) for plan in self.plans]
        watches, asked = standing.watches, {plan.name: plan.checks for plan in self.plans}
        batch.ends.extend(restore.left(standing.open_runs, watches, asked, self.started_at))
        open_ = restore.going_on(standing.open_runs, watches, asked, self.started_at)
        batch.add("watch", restore.interrupted(watches))
        self.writer.put(batch)
        self.reference.start()
        self._schedule.every("feed", 1.0, 1.0, self._beat)
        self._schedule.start()
        for plan, counted in zip(self.plans, bins, strict=True):
            lag = np.array([lag_of(one) for one in plan.targets.settings]) if plan.targets.settings else 0.0
            self._begin(plan, restore.state(plan.checks, open_, watches, lag), counted)

    def outdated(self) -> bool:
        """Whether a new day asks other checks: circuits that come into service, leave it, or change address."""
        zone = ZoneInfo(self.config.calendar.zone)
        today = dt.datetime.fromtimestamp(self.clock.wall(), zone).date()
        return self.until is not None and today >= self.until

    @property
    def lost(self) -> str:
        """Why what is seen now cannot become facts any more, so that another life must begin; empty while it can."""
        if self.opening.replaced:
            return "the ledger was replaced by another one; watching begins anew"
        return "more waits for the ledger than memory may hold" if self.writer.overflowing else ""

    def stop(self, seconds: float) -> bool:
        """Stop asking and write everything; whether everything was written in that time."""
        self._schedule.stop()
        # All are told before one is waited for: each notices within a second, and there may be many.
        for one in self.rounds:
            one.stopping.set()
        for one in self.rounds:
            one.stop()
        self.tracer.close()
        self.hinting.close()
        self.reference.stop()
        written = self.writer.close(seconds)
        self.feed.close()
        if written:  # else somebody may still be writing through it
            self.opening.close()
        return written

    def _begin(self, plan: Plan, state: runs.State, bins: quality.Bins) -> None:
        """Open the prober and schedule the round; while the machine does not allow it, try again later."""
        open_ = partial(PROBERS[plan.probe].open, plan.targets, plan.rhythm, self.eyes)
        try:
            prober = open_()
        except OSError as error:
            self.problems[plan.name] = str(error)
            log.error("%s", error)  # noqa: TRY400 - the message is the remedy, a traceback is noise
            timer = threading.Timer(_PERMISSION_SECONDS, self._begin, (plan, state, bins))
            timer.daemon = True
            timer.start()
            return
        self.problems.pop(plan.name, None)
        one = Round(
            plan,
            prober,
            self.clock,
            self.writer.put,
            self._tell,
            state,
            bins,
            reopen=open_,
            reference=self.reference.offset,
        )
        self.rounds.append(one)
        self._schedule.once(partial(_open, one))
        self._schedule.every(plan.name, plan.rhythm.interval, plan.opening_seconds, one.hold)

    def _beat(self) -> None:
        """Say once a second that we are here, whatever the rounds do."""
        if self.feed.heard:
            self.feed.publish(telling.beat(self._about(), self.rounds, self.hinting.news()))

    def _tell(self, one: Round, answers: Answers | None) -> None:
        if answers is not None:
            self._trace(one, answers)
            if one.plan.probe == "snmp":
                self._hint(one, answers)
        if self.feed.heard:
            self.feed.publish(telling.news(self._about(), self.rounds, one, answers))

    def _full(self) -> bytes:
        return telling.full(self._about(), self.rounds, self.who, self.hinting.checks)

    def _about(self) -> telling.About:
        traps = self.trapped.said()
        return telling.About(
            at=self.clock.wall(),
            started_at=self.started_at,
            digest=self.config.digest,
            problem=next(iter(self.problems.values()), "")
            or self.writer.problem
            or (traps or {}).get("problem", ""),
            queue_rows=self.writer.waiting_rows,
            spool_rows=self.writer.spooled_rows,
            clock=self.reference.offset(),
            traps=traps,
        )

    def _config_row(self, standing: Standing) -> store.Row:
        """That this configuration is in force; its text only where the ledger does not have it already."""
        known = False
        if standing.ledger:
            with standing.ledger.reading() as connection:
                known = reading.has_config(connection, self.config.digest)
        return {
            "digest": self.config.digest,
            "loaded_at": store.micros(self.started_at),
            "loaded_by": processes.user(),
            "text": "" if known else inforce.text(self.place),
        }

    def _answers(self) -> dict[str, Any]:
        """What is answered to those who ask us something on the feed."""
        return {
            "now": lambda _request: self._full(),
            "ping": lambda request: frames.pack(
                tracing.ping(request["address"], request["source"], request["count"])
            ),
            "trace": lambda request: frames.pack(
                {"hops": tracing.trace(request["address"], request["source"])}
            ),
            "traps": self.trapped.take,
            "throughput": self._take_tests,
        }

    def _take_tests(self, word: dict[str, Any]) -> bytes:
        """Write the rows of throughput tests; the answer says how many are with us now."""
        batch = store.Batch()
        batch.add("throughput", word["rows"])
        self.writer.put(batch)
        return frames.pack({"taken": len(word["rows"])})

    def _trace(self, one: Round, answers: Answers) -> None:
        """Trace every path that has just gone down: those whose present run began with these answers."""
        state, targets = one.now.state, one.plan.targets
        for row in np.flatnonzero(answers.outcome == DOWN).tolist():
            target = int(answers.target[row])
            begun = state.outcome[target] == DOWN and state.since[target] == answers.sent[row, 0]
            if begun and tracing.is_address(one.plan.hosts[target]):  # a name is not looked up for it
                self.tracer.submit(
                    one.plan.checks[target],
                    float(state.since[target]),
                    one.plan.hosts[target],
                    targets.source[target],
                )

    def _hint(self, one: Round, answers: Answers) -> None:
        """Have those pinged whose agents were silent; a refusal is no silence."""
        plan, targets = one.plan, answers.target.tolist()
        self.hinting.heard(
            plan.checks[targets[row]] for row in np.flatnonzero(answers.outcome == UP).tolist()
        )
        for row in np.flatnonzero(answers.outcome == DOWN).tolist():
            if not answers.reason.get(row):
                target = targets[row]
                self.hinting.submit(plan.checks[target], plan.hosts[target], plan.targets.source[target])


def _open(one: Round) -> None:
    """Hold the opening round; whatever was needed for it only is given back once all of it is written."""
    one.hold(opening=True)
    later = threading.Timer(_SETTLED_SECONDS, processes.settle)
    later.daemon = True
    later.start()


def _identity(spec: checks.CheckSpec, vantage: str) -> tuple[str, ...]:
    """What a check is known by for ever; in the order of `store.IDENTITY`."""
    return (spec.kind, spec.subject, spec.probe, spec.address, spec.source, vantage)


def _bins(standing: Standing, plan: Plan, now: float) -> quality.Bins:
    """The counts of the five minutes that are going on; what the ledger may hold of them is not counted twice."""
    if standing.ledger is None:
        begun = int(now // quality.BIN_SECONDS) * quality.BIN_SECONDS
        return quality.Bins(len(plan.checks), closed=quality.empty(begun, len(plan.checks)))
    with standing.ledger.reading() as connection:
        return restore.bins(connection, plan.checks, now)


def who(specs: Sequence[checks.CheckSpec], ids: Sequence[int]) -> list[telling.Group]:
    """Who is asked, by kinds."""
    kinds: dict[tuple[str, str], tuple[array[int], list[str]]] = {}
    for id_, spec in zip(ids, specs, strict=True):
        asked, subjects = kinds.setdefault((spec.kind, spec.probe), (array("q"), []))
        asked.append(id_)
        subjects.append(spec.subject)
    return [telling.Group(*names, asked, Texts(subjects)) for names, (asked, subjects) in kinds.items()]


def main() -> None:
    """Entry of the process; ends within two seconds of SIGTERM, with very many checks a few more, all written."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-c", "--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    processes.prepare("ask")
    processes.allow_descriptors()
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    asker = Asker(given.config, given.data, SystemClock(), ready.given())
    asker.start()
    looks = 0
    while not stopping.wait(_LOOK_SECONDS) and not asker.lost:
        looks += 1
        if looks % _DAY_LOOKS == 0 and asker.outdated():
            break
    if asker.lost:
        log.error("%s", asker.lost)
    checks_ = sum(len(plan.checks) for plan in asker.plans)
    written = asker.stop(processes.stop_seconds(checks_) - _SPARE_SECONDS)
    # Not sys.exit: a round may still wait in its prober for up to a tick, and everything is written.
    os._exit(0 if written else 1)


if __name__ == "__main__":
    processes.guarded(main)
