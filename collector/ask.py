"""The process that asks: rounds, runs, and the only writer of facts. It reads no page and serves none."""

import argparse
import datetime as dt
import logging
import os
import signal
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from collector import checks, frames, inforce, processes, quality, restore, runs, tracing
from collector.feed import Feed
from collector.ledger import store
from collector.rounds import Plan, Round
from collector.schedule import Schedule
from collector.version import VERSION
from collector.writer import Writer
from config.model import Config
from probes import PROBERS
from probes.clock import Clock, SystemClock
from probes.columns import DOWN, Answers, Targets
from probes.rhythm import Rhythm

log = logging.getLogger(__name__)

_PERMISSION_SECONDS = 10
_LOOK_SECONDS = 20  # how soon a new day is noticed; the parent then starts us anew


class Asker:
    """Everything *ask* holds while it runs: the ledger, the writer, the rounds, the feed."""

    def __init__(self, config: Config, data_dir: Path, clock: Clock) -> None:
        self.config = config
        self.clock = clock
        self.started_at = clock.wall()
        self.ledger = store.open_ledger(ledger_url(config, data_dir), create=True)
        self.life = store.Life(
            collector="main", vantage=config.vantage.name, version=VERSION, now=self.started_at
        )
        self.ledger.begin(self.life)
        self.writer = Writer(self.ledger)
        self.tracer = tracing.Tracer(self.writer.put)
        self.rounds: list[Round] = []
        self.problem = ""
        self.specs = checks.specs(config, _today(config, self.started_at))
        self.ids = self.ledger.enrol([_identity(spec, config.vantage.name) for spec in self.specs])
        self.plans = _plans(config, self.specs, self.ids)
        answers = {
            "now": lambda _request: self._full(),
            "ping": lambda request: frames.pack(
                tracing.ping(request["address"], request["source"], request["count"])
            ),
            "trace": lambda request: frames.pack(
                {"hops": tracing.trace(request["address"], request["source"])}
            ),
        }
        self.feed = Feed(data_dir, self._full, answers)
        self._schedule = Schedule(clock, len(self.plans))

    def start(self) -> None:
        """Record the configuration, take up the runs where they stood, and begin to ask."""
        self.writer.start()
        batch = store.Batch()
        batch.add("config_version", [_config_row(self.config, self.started_at)])
        vantage = self.config.vantage.name
        with self.ledger.reading() as connection:
            open_, watches = restore.open_runs(connection, vantage), restore.last_watches(connection, vantage)
            bins = [restore.bins(connection, plan.checks, self.started_at) for plan in self.plans]
        asked = {plan.name: set(plan.checks) for plan in self.plans}
        for end in restore.left(open_, watches, asked, self.started_at):
            batch.ends.append(end)
            del open_[end["check"]]  # whatever is seen of this check next begins another run
        batch.add("watch", restore.interrupted(watches))
        self.writer.put(batch)
        self._schedule.every("feed", 1.0, 1.0, self._beat)
        self._schedule.start()
        for plan, counted in zip(self.plans, bins, strict=True):
            self._begin(plan, restore.state(plan.checks, open_, watches), counted)

    def outdated(self) -> bool:
        """Whether a new day asks other checks: circuits that come into service, leave it, or change address."""
        return checks.specs(self.config, _today(self.config, self.clock.wall())) != self.specs

    def stop(self, seconds: float) -> bool:
        """Stop asking and write everything; whether everything was written in that time."""
        self._schedule.stop()
        for one in self.rounds:
            one.stop()
        self.tracer.close()
        written = self.writer.close(seconds)
        self.feed.close()
        self.ledger.close()
        return written

    def _begin(self, plan: Plan, state: runs.State, bins: quality.Bins) -> None:
        """Open the prober and schedule the round; while the machine does not allow it, try again later."""
        try:
            prober = PROBERS["icmp"](plan.targets, plan.rhythm)
        except PermissionError as error:
            self.problem = str(error)
            log.error("%s", error)  # noqa: TRY400 - the message is the remedy, a traceback is noise
            timer = threading.Timer(_PERMISSION_SECONDS, self._begin, (plan, state, bins))
            timer.daemon = True
            timer.start()
            return
        self.problem = ""
        one = Round(plan, prober, self.clock, self.writer.put, self._tell, state, bins)
        self.rounds.append(one)
        self._schedule.once(partial(one.hold, opening=True))
        self._schedule.every(plan.name, plan.rhythm.interval, plan.opening_seconds, one.hold)

    def _beat(self) -> None:
        """Say once a second that we are here, whatever the rounds do."""
        if self.feed.heard:
            self.feed.publish(frames.pack(self._header()))

    def _tell(self, one: Round, answers: Answers | None) -> None:
        if answers is not None:
            self._trace(one, answers)
        if self.feed.heard:
            rows = np.arange(len(one.checks)) if answers is None else answers.target
            self.feed.publish(frames.pack(self._header(), _columns(one, rows)))

    def _trace(self, one: Round, answers: Answers) -> None:
        """Trace every path that has just gone down: those whose present run began with these answers."""
        state, targets = one.now.state, one.plan.targets
        for row in np.flatnonzero(answers.outcome == DOWN).tolist():
            target = int(answers.target[row])
            if state.outcome[target] == DOWN and state.since[target] == answers.sent[row, 0]:
                self.tracer.submit(
                    one.plan.checks[target],
                    float(state.since[target]),
                    targets.address[target],
                    targets.source[target],
                )

    def _full(self) -> bytes:
        who = [[spec.kind, spec.subject, check] for spec, check in zip(self.specs, self.ids, strict=True)]
        parts = [_columns(one, np.arange(len(one.checks))) for one in self.rounds]
        columns = {
            name: np.concatenate([part[name] for part in parts]) for name in (parts[0] if parts else ())
        }
        return frames.pack({**self._header(), "who": who}, columns)

    def _header(self) -> dict[str, Any]:
        reasons = {
            str(one.plan.checks[target]): text
            for one in self.rounds
            for target, text in one.now.reason.items()
        }
        return {
            "at": self.clock.wall(),
            "started_at": self.started_at,
            "digest": self.config.digest,
            "problem": self.problem or self.writer.problem or next((r.now.problem for r in self.rounds), ""),
            "queue_rows": self.writer.waiting_rows,
            "rounds": [_round_header(one) for one in self.rounds],
            "reasons": reasons,
        }


def ledger_url(config: Config, data_dir: Path) -> str:
    """Where the ledger lies: the configured URL, else SQLite in the data directory."""
    return config.storage.reveal_url(os.environ).reveal() or store.sqlite_url(data_dir)


def _today(config: Config, now: float) -> dt.date:
    return dt.datetime.fromtimestamp(now, ZoneInfo(config.calendar.zone)).date()


def _identity(spec: checks.CheckSpec, vantage: str) -> dict[str, str]:
    return {
        "kind": spec.kind,
        "subject": spec.subject,
        "probe": spec.probe,
        "address": spec.address,
        "source": spec.source,
        "vantage": vantage,
    }


def _plans(config: Config, specs: Sequence[checks.CheckSpec], ids: Sequence[int]) -> list[Plan]:
    """One round for every probe kind that has anything to ask."""
    rhythm: Rhythm = config.rounds.icmp
    targets = Targets(
        address=tuple(spec.address for spec in specs),
        source=tuple(spec.source or None for spec in specs),
        phase=np.array([checks.phase(check) for check in ids]),
        sentinel=np.array([spec.kind == "sentinel" for spec in specs]),
    )
    return [Plan(f"icmp-{rhythm.interval:g}s", config.vantage.name, rhythm, tuple(ids), targets)]


def _columns(one: Round, rows: Any) -> frames.Columns:
    state = one.now.state
    return {
        "check": one.checks[rows],
        "outcome": state.outcome[rows],
        "since": state.since[rows],
        "rtt": one.now.rtt[rows].astype(np.float32),
        "loss": one.now.loss[rows].astype(np.float32),
    }


def _round_header(one: Round) -> dict[str, Any]:
    now, rhythm = one.now, one.plan.rhythm
    return {
        "name": one.plan.name,
        "watching": now.watching,
        "completed": now.completed,
        "late": now.late,
        "watched_until": None if now.watched_until != now.watched_until else now.watched_until,
        "interval": rhythm.interval,
        "retry_span": rhythm.retry_span,
    }


def _config_row(config: Config, now: float) -> store.Row:
    return {
        "digest": config.digest,
        "loaded_at": store.micros(now),
        "loaded_by": processes.user(),
        "text": config.text,
    }


def main() -> None:
    """Entry of the process; ends within two seconds of SIGTERM with everything written."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-c", "--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    processes.prepare("ask")
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    asker = Asker(inforce.read(given.config), given.data, SystemClock())
    asker.start()
    while not stopping.wait(_LOOK_SECONDS) and not asker.outdated():
        pass
    written = asker.stop(seconds=1.5)
    # Not sys.exit: a round may still wait in its prober for up to a tick, and everything is written.
    os._exit(0 if written else 1)


if __name__ == "__main__":
    processes.guarded(main)
