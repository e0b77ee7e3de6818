"""A plan filled from the facts that a connection sees: judged, decided, with the reasons that people accepted."""

from collector import entered
from collector.evaluating.accepted import with_accepted
from collector.evaluating.fill import fill
from collector.evaluating.measured import Facts, PolicyOf, found, window_of
from config.plan_case import Case
from exporters.forms.filled import FilledPlan


def filled(case: Case, of: Facts, policy_of: PolicyOf, *, half: bool = False) -> FilledPlan:
    """The plan of a year, or of its first half; `policy_of` knows the policies that rows name.

    Raises LinewalkerError for a year that has not begun.
    """
    over = window_of(case.plan.project.year, of, half=half)
    judged = found(case.plan.rows, of, over, policy_of)
    made = fill(case, judged, over, of.network.calendar.zone, half=half)
    return with_accepted(made, entered.facts(of.connection, over.begin, over.end).manual_values)
