"""Who is said to be responsible for an outage: what people entered, and what the facts suggest. Nothing is judged."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from collector.judging.judge import Case
from collector.judging.roster import CHECK_KIND, Subject
from exporters.forms.annex import Blame
from indicators.entered import Amendment, Ticket
from indicators.entered import Subject as Named

_FOREVER = 1 << 62


@dataclass(slots=True)
class Blaming:
    """What people entered, by whom it speaks of."""

    case: Case
    amendments: dict[Named, list[Amendment]] = field(default_factory=dict)
    tickets: dict[Named, list[Ticket]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort entries by subject once."""
        for one in self.case.entered.amendments:
            if one.what == "party":
                self.amendments.setdefault(one.subject, []).append(one)
        for ticket in self.case.entered.tickets:
            if ticket.party:
                self.tickets.setdefault(ticket.subject, []).append(ticket)

    def of(self, subject: Subject, start: int, end: int | None) -> Blame:
        """Of a stretch of a subject: an amendment names the party before a ticket does, an approved one first."""
        named = Named(CHECK_KIND[subject.kind], subject.id)
        until = _FOREVER if end is None else end
        found = [one for one in self.amendments.get(named, ()) if one.begin < until and one.end > start]
        if found:
            one = max(found, key=lambda each: (bool(each.approved_by), each.recorded_at))
            return Blame(one.value, "amendment", one.reference, bool(one.approved_by))
        ticket = _last(
            one
            for one in self.tickets.get(named, ())
            if one.reported_at < until and (one.restored_at or _FOREVER) > start
        )
        if ticket is None:
            return Blame()
        both = bool(ticket.confirmed_by and ticket.party_confirmed_by)
        return Blame(ticket.party, "ticket", ticket.number or ticket.reference, both)


def _last(found: Iterable[Ticket]) -> Ticket | None:
    return max(found, key=lambda one: one.recorded_at, default=None)
