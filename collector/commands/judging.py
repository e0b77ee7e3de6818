"""What the commands that judge share: the period, the policy, and the case that is judged from."""

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from collector import entered
from collector.commands.shared import config_of, ledger_of, moment, tell_aside
from collector.judging.facts import Key
from collector.judging.gone import gone
from collector.judging.judge import Case, adopted_late, case
from collector.judging.lines import Source, source
from collector.judging.roster import NEVER_ENDS, roster
from collector.judging.window import Period, period
from collector.ledger.store import micros
from config.errors import LinewalkerError
from config.keys import nearest
from config.model import Config
from config.policy import load_policy
from indicators.catalogue import CATALOGUE, Indicator
from indicators.entered import EnteredFacts
from indicators.policy import Policy

_NAMED = 10  # of those that are gone


@dataclass(frozen=True, slots=True)
class Asked:
    """What every command that judges is asked: over which period, under which policy."""

    config: Config
    over: Period
    cases: tuple[Case, ...]  # as measured; then as amended, and under another policy, where that may differ

    @property
    def case(self) -> Case:
        """As measured."""
        return self.cases[0]

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the reporting calendar."""
        return self.case.source.roster.zone


def over_a_period(command: Callable[..., Any]) -> Callable[..., Any]:
    """--from, --to and --policy."""
    command = click.option(
        "--policy", type=click.Path(path_type=Path, dir_okay=False), help="judge by this policy"
    )(command)
    command = click.option("--to", "end", help="before this time; default now")(command)
    return click.option(
        "--from", "begin", help="from this time on, such as 2026-01-01; default the beginning of this year"
    )(command)


@contextmanager
def asked(
    config: Path | None, data: Path, begin: str | None, end: str | None, policy: Path | None
) -> Iterator[Asked]:
    """Open the ledger and prepare what is judged from. Raises LinewalkerError for a period that is none."""
    loaded = config_of(config, data)
    now = time.time()
    zone = ZoneInfo(loaded.calendar.zone)
    first, last = _window(begin, end, loaded.calendar.zone, now)
    ledger = ledger_of(loaded, data)
    try:
        with ledger.reading() as connection:
            prepared = source(connection, roster(loaded), policy_of(loaded, policy), micros(now))
            over = period(micros(first), micros(last), zone, micros(now))
            _tell_of_gone(gone(connection, prepared.roster, over.begin, over.end))
            yield Asked(loaded, over, _cases(prepared, entered.facts(connection, 0, NEVER_ENDS), over))
    finally:
        ledger.close()


def _tell_of_gone(subjects: Sequence[Key]) -> None:
    if subjects:
        tell_aside(
            "{names}: watched in this period, named by no configuration any more, and so in no figure; "
            "who is to count until a day is given `in_service_until` instead of being deleted",
            names=", ".join(name for _, name in subjects[:_NAMED]) + (" …" if len(subjects) > _NAMED else ""),
        )


def _cases(prepared: Source, entered_: EnteredFacts, over: Period) -> tuple[Case, ...]:
    """As measured; as amended, where papers speak; and under the built-in policy, where ours came late."""
    measured = case(prepared, entered_)
    found = [measured]
    if entered_.attestations or any(one.what == "resolve" for one in entered_.amendments):
        found.append(replace(measured, amended=True))
    if adopted_late(prepared.policy, over.begin, prepared.roster.zone):
        found.append(case(replace(prepared, policy=Policy()), entered_))
    return tuple(found)


def policy_of(config: Config, given: Path | None) -> Policy:
    """The policy that is named, else the configuration's, else the built-in one."""
    if given is None:
        return config.rules
    return load_policy(given)


def indicator_of(name: str) -> Indicator:
    """The catalogue's entry of an indicator. Raises LinewalkerError for a name that it does not have."""
    if name not in CATALOGUE:
        raise LinewalkerError(
            "there is no indicator {name}; did you mean {near}?",
            name=name,
            near=nearest(name, CATALOGUE) or ", ".join(CATALOGUE),
        )
    return CATALOGUE[name]


def _window(begin: str | None, end: str | None, zone: str, now: float) -> tuple[float, float]:
    year = dt.datetime.fromtimestamp(now, ZoneInfo(zone)).year
    first, last = moment(begin or f"{year}-01-01", zone), moment(end, zone)
    last = now if last is None else last
    assert first is not None  # noqa: S101 - something was given
    if first >= last:
        raise LinewalkerError(
            "the period ends before it begins: --from {begin} --to {end}", begin=begin, end=end
        )
    return first, last
