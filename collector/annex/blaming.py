"""Who is held responsible for an outage, and what says so: entries of people only. Nothing is judged."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from collector.judging.judge import Case
from collector.judging.roster import CHECK_KIND, Subject
from exporters.forms.annex import Blame
from indicators.entered import Entered, EnteredFacts, Ticket
from indicators.entered import Subject as Named
from indicators.parties import held

_FOREVER = 1 << 62


@dataclass(slots=True)
class Blaming:
    """What people entered, by whom it speaks of."""

    case: Case
    by_subject: dict[Named, EnteredFacts] = field(default_factory=lambda: defaultdict(EnteredFacts))
    by_id: dict[str, Entered] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort entries by subject once: a year has many outages and many entries."""
        for one in self.case.entered.amendments:
            told = self.by_subject[one.subject]
            self.by_subject[one.subject] = replace(told, amendments=(*told.amendments, one))
            self.by_id[one.id] = one
        for ticket in self.case.entered.tickets:
            told = self.by_subject[ticket.subject]
            self.by_subject[ticket.subject] = replace(told, tickets=(*told.tickets, ticket))
            self.by_id[ticket.id] = ticket

    def of(self, subject: Subject, start: int, end: int | None) -> Blame:
        """Of a stretch of a subject, by the rule of `indicators/parties.py`."""
        named = Named(CHECK_KIND[subject.kind], subject.id)
        if named not in self.by_subject:
            return Blame()
        found = held(self.by_subject[named], named, start, _FOREVER if end is None else end)
        if not found.parties:
            return Blame()
        entries = [self.by_id[id_] for _, id_ in found.by]
        return Blame(
            party=" ".join(found.parties),
            says=found.by[0][0],
            reference=" ".join(dict.fromkeys(filter(None, map(_reference, entries)))),
            confirmed=all(map(_confirmed, entries)),
        )


def _reference(of: Entered) -> str:
    return of.number or of.reference if isinstance(of, Ticket) else of.reference


def _confirmed(of: Entered) -> bool:
    """By both sides, of a ticket; an amendment says nothing before it is approved."""
    return bool(of.confirmed_by and of.party_confirmed_by) if isinstance(of, Ticket) else bool(of.approved_by)
