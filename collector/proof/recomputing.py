"""Filling a plan from the facts that a connection sees: the border to whatever fills forms."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from sqlalchemy.engine import Connection

from collector.evaluating.filled import filled
from collector.evaluating.measured import Facts
from collector.proof.content import Basis
from config.plan_case import Case
from exporters.forms.filled import FilledPlan


class Recompute(Protocol):
    """Fills a plan of a basis from what a connection sees, judged at `now` (microseconds since 1970 UTC)."""

    def __call__(self, basis: Basis, connection: Connection, now: int) -> FilledPlan:
        """The plan with its values."""


def recompute(basis: Basis, connection: Connection, now: int) -> FilledPlan:
    """The plan of a year or of its first half, filled as `evaluate` does it, but from the facts alone.

    Verdicts that are kept beside the data are not used: they are known by seals, and may be
    of other facts than these.
    """
    case = Case(basis.loaded.plan, basis.loaded.profile, basis.config, {})
    with TemporaryDirectory() as nowhere:
        return filled(
            case, Facts(connection, basis.config, Path(nowhere), now), basis.policy, half=basis.half
        )
