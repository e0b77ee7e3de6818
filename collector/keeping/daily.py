"""The process that keeps the ledger: once a day it folds, seals, backs up and lets go, and ends.

It is a process of its own, and a nice one, so that heavy work never disturbs the rounds. Every step may be killed at
any moment and is taken up by the next run; one that fails does not stop the others.
"""

import argparse
import fcntl
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from collector import inforce, processes, ready
from collector.keeping import outcome
from collector.keeping.backup import back_up
from collector.keeping.fold import fold_closed
from collector.keeping.outcome import Outcome
from collector.keeping.retention import let_go
from collector.keeping.seal import ChangedError, seal_closed
from collector.ledger.place import ledger_url
from collector.ledger.store import Ledger, Life, open_ledger
from collector.version import VERSION
from config.errors import LedgerError, LinewalkerError
from config.model import Config
from probes.clock import SystemClock

log = logging.getLogger(__name__)

_NICE = 10
_WATCHED = ("sites", "circuits", "services", "devices", "systems")


@dataclass(frozen=True, slots=True)
class Keeping:
    """What every step is given."""

    config: Config
    ledger: Ledger
    data_dir: Path
    zone: ZoneInfo
    now: float


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done a day: `result` names what it answers in an Outcome, `problem` says that it failed."""

    result: str
    do: Callable[[Keeping], int | str | None]
    problem: str


def _fold(on: Keeping) -> int:
    return fold_closed(on.ledger, on.zone, on.now, on.data_dir)


def _seal(on: Keeping) -> int:
    return seal_closed(on.ledger, on.zone, on.now, on.data_dir)


def _back_up(on: Keeping) -> str | None:
    made = back_up(on.config, on.ledger, on.data_dir, on.now)
    return str(made) if made else None


def _let_go(on: Keeping) -> int:
    return let_go(on.ledger, on.zone, on.now, on.config.storage.keep_months)


# In this order: what is sealed is folded, and what is backed up is sealed.
STEPS = (
    Step("folded_days", _fold, problem="five-minute counts cannot be folded into days: {error}"),
    Step("sealed_days", _seal, problem="closed days cannot be sealed: {error}"),
    Step("backup", _back_up, problem="the ledger cannot be backed up: {error}"),
    Step("let_go", _let_go, problem="old five-minute columns cannot be let go: {error}"),
)


def keep(config: Config, data_dir: Path, now: float, steps: tuple[Step, ...] = STEPS) -> Outcome:
    """Keep the ledger once; what came of it, which is also written beside the data.

    `now` is seconds since 1970 UTC. Raises OSError when the outcome cannot be written.
    """
    results: dict[str, Any] = {}
    problems: list[str] = []
    failed = False
    try:
        with _begun(config, data_dir, now) as ledger:
            on = Keeping(config, ledger, data_dir, ZoneInfo(config.calendar.zone), now)
            for step in steps:
                failed |= not _done(step, on, results, problems)
    except LinewalkerError as error:
        problems.append(str(error))
        failed = True
    succeeded_at = outcome.last_success(data_dir) if failed else now
    came = Outcome(now, succeeded_at, tuple(problems), **results)
    outcome.write(came, data_dir)
    return came


@contextmanager
def _begun(config: Config, data_dir: Path, now: float) -> Iterator[Ledger]:
    """The ledger with a life of ours; raises LedgerError when it cannot be had."""
    ledger = open_ledger(ledger_url(config, data_dir), create=False)
    try:
        try:
            ledger.begin(Life(collector="keep", vantage=config.vantage.name, version=VERSION, now=now))
        except sa.exc.DBAPIError as error:
            raise LedgerError("the ledger cannot be written: {error}", error=error.orig) from error
        yield ledger
    finally:
        ledger.close()


def _done(step: Step, on: Keeping, results: dict[str, Any], problems: list[str]) -> bool:
    """Take one step; whether it need not be tried again today."""
    try:
        results[step.result] = step.do(on)
    except ChangedError as error:  # facts were changed: to look again will not change them back
        problems.append(str(error))
    except LinewalkerError as error:
        problems.append(str(error))
        return False
    except Exception as error:
        log.exception("%s", step.result)
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        problems.append(step.problem.format(error=f"{type(cause).__name__}: {cause}"))
        return False
    return True


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Two at once would only wait for each other. Raises LinewalkerError while another one runs."""
    with (data_dir / "keeping.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LinewalkerError("the ledger in {place} is being kept already", place=data_dir) from error
        yield


def _lean(config: Config) -> Config:
    """The configuration without what is watched: nobody here asks for it, and a hundred thousand lines take room."""
    return config.model_copy(update={**dict.fromkeys(_WATCHED, ()), "text": ""})


def main() -> None:
    """Entry of the process; exit status 1 when a step failed that is to be tried again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-c", "--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    processes.prepare("keep")
    os.nice(_NICE)
    with _alone(given.data):
        config = _lean(inforce.rest(given.config, ready.given()))
        came = keep(config, given.data, SystemClock().wall())
    for problem in came.problems:
        log.error("%s", problem)
    log.info("days folded: %s, sealed: %s, backup: %s", came.folded_days, came.sealed_days, came.backup)
    sys.exit(0 if came.succeeded_at == came.at else 1)


if __name__ == "__main__":
    processes.guarded(main)
