"""Cross-checks of service hours: names lead to hours that are listed, and years have a calendar of holidays."""

import datetime as dt
from collections.abc import Iterator

from pydantic import ValidationError

from config.check_references import References
from config.hours import ALWAYS_ID, ServiceHours
from config.tree import SUBJECTS, Entry, Remark

_HOURS = "service_hours"


def reserved_hours(root: Entry) -> Iterator[Remark]:
    """Hours that take the name of those everybody has."""
    for hours in root.entries(_HOURS):
        if hours.text("id") == ALWAYS_ID:
            text = "{id} is known without being listed; expected another id"
            yield Remark((*hours.loc, "id"), "repeated-id", text, {"id": ALWAYS_ID})


def dangling_hours(root: Entry, unsure: frozenset[str]) -> Iterator[Remark]:
    """Service hours that are assigned and not listed."""
    references = References(root, unsure)
    for used in _users(root):
        name = used.text(_HOURS)
        if name != ALWAYS_ID:
            yield from references.dangling((*used.loc, _HOURS), name, (_HOURS,))


def _users(root: Entry) -> Iterator[Entry]:
    """Whoever may be assigned hours, and their changes."""
    for section in ("groups", *SUBJECTS):
        for entry in root.entries(section):
            yield entry
            yield from entry.entries("changes")


def years_without_calendar(root: Entry, known: frozenset[int], today: dt.date) -> Iterator[Remark]:
    """Years up to the running one of which nobody knows the holidays that service hours ask for.

    What came before the first year that is known is no matter, and later years nobody can know yet.
    """
    asking = {one.text("id") for one in root.entries(_HOURS) if _needs_holidays(one)}
    used = next((one for one in _users(root) if one.text(_HOURS) in asking), None)
    if used is None:
        return
    for year in sorted(set(range(min(known, default=today.year), today.year + 1)) - known):
        text = (
            "no calendar of holidays is known for {year}, and service hours ask for it; expected a file of that "
            "year in the folder `calendar.holidays`"
        )
        yield Remark((*used.loc, _HOURS), "calendar", text, {"year": year}, "warning")


def _needs_holidays(hours: Entry) -> bool:
    try:
        return ServiceHours.model_validate(dict(hours.values)).hours().needs_holidays
    except ValidationError:
        return False
