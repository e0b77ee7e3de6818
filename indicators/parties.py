"""Whom people hold responsible for an outage 责任方: what was entered says so, nothing that was measured can."""

from dataclasses import dataclass

from indicators.entered import Amendment, EnteredFacts, Subject, Ticket


@dataclass(frozen=True, slots=True)
class Held:
    """Who is held responsible, as entered, in the order of time; and the entries that say so: kind and id."""

    parties: tuple[str, ...] = ()
    by: tuple[tuple[str, str], ...] = ()


def held(entered: EnteredFacts, subject: Subject, begin: int, end: int) -> Held:
    """Who is held responsible for an outage of [begin, end), microseconds.

    An amendment counts once a second person approved it, and goes before tickets: it is what was agreed in the end,
    a ticket what was written down in the beginning.
    """
    amended = [
        (one.value, ("amendment", one.id))
        for one in entered.amendments
        if one.what == "party"
        and one.approved_by
        and _of(one, subject)
        and one.begin < end
        and one.end > begin
    ]
    found = amended or [
        (one.party, ("ticket", one.id))
        for one in entered.tickets
        if one.party and _of(one, subject) and _open_within(one, begin, end)
    ]
    return Held(tuple(dict.fromkeys(party for party, _ in found)), tuple(by for _, by in found))


def _of(one: Amendment | Ticket, subject: Subject) -> bool:
    return one.subject == subject


def _open_within(one: Ticket, begin: int, end: int) -> bool:
    """Whether it was reported before the outage ended, and not settled before it began."""
    return one.reported_at < end and (one.restored_at is None or one.restored_at > begin)
