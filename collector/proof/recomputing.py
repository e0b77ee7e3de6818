"""Filling a plan from the facts that a connection sees: the border to whatever fills forms."""

from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from collector import entered
from collector.annex.filling import filled
from collector.judging.judge import Case, case
from collector.judging.lines import source
from collector.judging.roster import NEVER_ENDS, roster
from collector.judging.window import period
from collector.proof.content import Basis
from exporters.forms.filled import FilledPlan
from indicators.calendar import year_window


class Recompute(Protocol):
    """Fills a plan of a basis from what a connection sees, judged at `now` (microseconds since 1970 UTC)."""

    def __call__(self, basis: Basis, connection: Connection, now: int) -> FilledPlan:
        """The plan with its values."""


def recompute(basis: Basis, connection: Connection, now: int) -> FilledPlan:
    """The plan of a year, filled by the judging that every command uses."""
    zone = ZoneInfo(basis.config.calendar.zone)
    over = period(*year_window(basis.loaded.plan.project.year, zone), zone, now)
    people = entered.facts(connection, 0, NEVER_ENDS)
    who = roster(basis.config)
    known: dict[str, Case] = {}

    def case_of(policy: str) -> Case:
        if policy not in known:
            known[policy] = case(source(connection, who, basis.policy(policy), now), people)
        return known[policy]

    return filled(basis.loaded, case_of, over, basis.config.calendar.zone)
