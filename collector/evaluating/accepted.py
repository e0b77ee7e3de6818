"""Reasons of deviations that a person accepted: the word of a person, an entry of the ledger.

To accept is to enter a value of the name `rows.<id>.reason` for the year (`linewalker records manual-value add`):
who, when and under which account are kept, a later word takes the place of an earlier one and overwrites nothing.
"""

from collections.abc import Iterable
from dataclasses import replace

from exporters.forms.filled import FilledPlan
from indicators.entered import ManualValue


def name_of(row: str) -> str:
    """The name under which the reason of a row is entered: that of its cell."""
    return f"rows.{row}.reason"


def accepted_of(of: FilledPlan, values: Iterable[ManualValue]) -> dict[str, ManualValue]:
    """The entry in force that gives a row its reason, by the id of the row; one of that year only."""
    rows = {name_of(row.row.id): row.row.id for row in of.rows}
    begin, end = round(of.begin * 1e6), round(of.end * 1e6)  # of a year that goes on the end is now
    newest = sorted(values, key=lambda one: one.recorded_at)
    return {
        rows[one.name]: one for one in newest if one.name in rows and one.begin == begin and one.end >= end
    }


def with_accepted(of: FilledPlan, values: Iterable[ManualValue]) -> FilledPlan:
    """The plan with what was accepted as reasons, which goes before what the plan says."""
    accepted = accepted_of(of, values)
    rows = (
        replace(row, reason=accepted[row.row.id].value) if row.row.id in accepted else row for row in of.rows
    )
    return replace(of, rows=tuple(rows))
