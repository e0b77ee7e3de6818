"""The process that judges: every minute how today's indicators stand, every ten minutes those of month and year.

It reads the ledger and writes two files beside the data for *tell*; it records nothing. Each judgement is made in a
child that ends with it, so that what a year takes in memory is held for a moment only.
"""

import argparse
import json
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import compress
from operator import not_
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from collector import inforce, processes
from collector.apart import apart
from collector.entered import facts as entered_facts
from collector.judging.figures import OF_BANDWIDTH
from collector.judging.judge import case
from collector.judging.lines import source
from collector.judging.roster import NEVER_ENDS, Roster, roster
from collector.judging.standing import PERIODS, reach, standing
from collector.ledger.place import ledger_url
from collector.ledger.store import Ledger, micros, open_ledger
from config.errors import LinewalkerError
from config.model import Config
from exporters.standing import FILES, StandingFiles
from probes.clock import SystemClock

log = logging.getLogger(__name__)

_NICE = 10
_EVERY_SECONDS = 60.0
_LONG_EVERY = 10  # of these, month and year are judged, too
_SHORT = ("day",)
_ALWAYS_KNOWN = "availability"  # has a value as soon as anything was seen for long enough to be sure


def judge(
    config: Config, known: Roster, ledger: Ledger, data_dir: Path, now: float, periods: Sequence[str]
) -> dict[str, Any]:
    """How the indicators of these periods stand at `now`, seconds since 1970 UTC."""
    with ledger.reading() as connection:
        since = reach(micros(now), known.zone)
        prepared = source(connection, known, config.rules, micros(now), since=since)
        entered = entered_facts(connection, 0, NEVER_ENDS)
        return standing(case(prepared, entered), config, data_dir, periods)


def write(found: dict[str, Any], place: Path) -> None:
    """Put what was found in place at once."""
    part = place.with_suffix(".part")
    part.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    part.replace(place)


def _once(config: Config, known: Roster, data_dir: Path, periods: Sequence[str], now: float) -> None:
    """Judge once, in a child; a ledger that is away leaves what was told before."""
    processes.die_with_parent()
    try:
        ledger = open_ledger(ledger_url(config, data_dir), create=False)
        try:
            found = judge(config, known, ledger, data_dir, now, periods)
            for name, part in _by_file(found, long=periods != _SHORT):
                write(part, data_dir / FILES[name])
        finally:
            ledger.close()
    except (LinewalkerError, sa.exc.SQLAlchemyError) as error:
        log.warning("the indicators cannot be judged just now: %s", error)


def _by_file(found: dict[str, Any], *, long: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """What was found, apart by how often it is judged: bandwidth of today is, with that of the month, less often."""
    often = [one["period"] == "day" and one["indicator"] not in OF_BANDWIDTH for one in found["measures"]]
    yield "day", found | {"measures": [*compress(found["measures"], often)], "outlooks": []}
    if long:
        yield "year", found | {"measures": [*compress(found["measures"], map(not_, often))]}


def _has_year(data_dir: Path) -> bool:
    """Whether this year has figures of all: of a ledger that was just begun the first judgement may find few."""
    found = [one for one in StandingFiles(data_dir).read().of("year") if one["indicator"] == _ALWAYS_KNOWN]
    return bool(found) and all(one["value"] is not None for one in found)


def _read(place: Path) -> tuple[Config, Roster]:
    """What is judged by: everybody, and of the configuration what is not of each of them."""
    config = inforce.read(place)
    return inforce.rest_of(config), roster(config)


def _apart(work: Callable[[], None]) -> None:
    """Do it in a child; whatever ends that, the next turn tries again."""
    try:
        apart(work)
    except RuntimeError:  # it said why where it ended
        log.error("the indicators were not judged")  # noqa: TRY400


def main() -> None:
    """Entry of the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-c", "--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    processes.prepare("judge")
    os.nice(_NICE)
    config, known = apart(partial(_read, given.config))
    processes.settle()
    clock, turn, has_year = SystemClock(), 0, False
    # At once, and the child with it: nothing here is half written, and nobody waits for a figure.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    while True:
        # After a start today's are there soon; later they are judged in one go with the others, where these are due.
        has_year = has_year or turn > _LONG_EVERY or _has_year(given.data)
        long = turn % _LONG_EVERY == 0 or not has_year
        for periods in (_SHORT, PERIODS) if turn == 0 else (PERIODS if long else _SHORT,):
            now = clock.wall()
            _apart(partial(_once, config, known, given.data, periods, now))
        turn += 1
        time.sleep(_EVERY_SECONDS)


if __name__ == "__main__":
    processes.guarded(main)
