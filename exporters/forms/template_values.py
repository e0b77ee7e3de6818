"""The names that a plan gives to its values, before any of them is known."""

from collections.abc import Mapping

from config.plan_files import Loaded
from exporters.forms.filled import FilledMoney, FilledPlan, FilledRow, cells


def names_of(loaded: Loaded) -> Mapping[str, str]:
    """Every name that a template of this plan can use; the values are only those that stand in the plan."""
    rows = tuple(FilledRow(row) for row in loaded.plan.rows)
    money = tuple(FilledMoney(one) for one in loaded.plan.money)
    return cells(FilledPlan(loaded.plan, loaded.profile, rows, money, 0, 0, "UTC"))
