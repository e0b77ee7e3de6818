"""Cross-checks of days: in service before out of service, and changes in order, inside that time, changing something.

Days that cannot be read are left to the models to refuse.
"""

from collections.abc import Iterator
from datetime import date

from config.errors import WrongValueError
from config.tree import Entry, Loc, Remark
from config.units import read_day


def _day(written: str) -> date | None:
    try:
        return read_day(written) if written else None
    except WrongValueError:
        return None


def reversed_service_days(root: Entry) -> Iterator[Remark]:
    """A circuit out of service before, or on the day, it came into service."""
    circuits = root.entries("circuits") if root.gives("circuits", "in_service_until") else ()
    for circuit in circuits:
        begin, end = _day(circuit.text("in_service_from")), _day(circuit.text("in_service_until"))
        if begin and end and begin >= end:
            text = "{until} is not after in_service_from {begin}; expected the first day no longer in service"
            loc = (*circuit.loc, "in_service_until")
            yield Remark(loc, "dates", text, {"until": str(end), "begin": str(begin)})


def misplaced_changes(root: Entry) -> Iterator[Remark]:
    """Changes out of order, outside the time in service, or without anything that changes."""
    for section in ("circuits", "services", "targets"):
        if not root.gives(section, "changes"):
            continue
        for entry in root.entries(section):
            yield from _misplaced(entry)


def _misplaced(entry: Entry) -> Iterator[Remark]:
    before = _day(entry.text("in_service_from"))
    end = _day(entry.text("in_service_until"))
    for change in entry.entries("changes"):
        day, loc = _day(change.text("from")), (*change.loc, "from")
        if len(change.values) == 1 and "from" in change.values:
            text = "nothing changes on {day}; expected what is different from then on"
            yield Remark(loc, "dates", text, {"day": change.text("from")})
        if day is None:
            continue
        yield from _outside(loc, day, before, end)
        before = day


def _outside(loc: Loc, day: date, before: date | None, end: date | None) -> Iterator[Remark]:
    if before and day <= before:
        text = "the change on {day} is not after {before}; expected changes in order, after in_service_from"
        yield Remark(loc, "dates", text, {"day": str(day), "before": str(before)})
    if end and day >= end:
        text = "the change on {day} is not before in_service_until {end}; expected it while in service"
        yield Remark(loc, "dates", text, {"day": str(day), "end": str(end)})
