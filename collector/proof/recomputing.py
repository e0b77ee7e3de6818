"""Filling a plan from the facts that a connection sees: the border to whatever fills forms."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from sqlalchemy.engine import Connection

from collector import entered
from collector.annex.reasons import with_accepted
from collector.evaluating.fill import fill
from collector.evaluating.measured import Facts, found_under, window_of
from collector.proof.content import Basis
from config.plan_case import Case
from exporters.forms.filled import FilledPlan


class Recompute(Protocol):
    """Fills a plan of a basis from what a connection sees, judged at `now` (microseconds since 1970 UTC)."""

    def __call__(self, basis: Basis, connection: Connection, now: int) -> FilledPlan:
        """The plan with its values."""


def recompute(basis: Basis, connection: Connection, now: int) -> FilledPlan:
    """The plan of a year, filled as `evaluate` does it, but from the facts alone.

    Verdicts that are kept beside the data are not used: they are known by seals, and may be
    of other facts than these.
    """
    plan, config = basis.loaded.plan, basis.config
    case = Case(plan, basis.loaded.profile, config, {})
    with TemporaryDirectory() as nowhere:
        facts = Facts(connection, config, Path(nowhere), now)
        over = window_of(plan.project.year, facts)
        judged = found_under(plan.rows, facts, over, basis.policy)
        filled = fill(case, judged, over, config.calendar.zone)
        return with_accepted(filled, entered.facts(connection, over.begin, over.end).manual_values)
