"""A month of a carrier's lines by its contracts: fees, faults with who confirmed them, and what they deduct."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from collector.entered import FOREVER
from collector.judging.judge import Case
from collector.judging.roster import Era, Subject
from collector.paying.seen import Lane, Seen, seen
from exporters.paid import Because, PaidFault, PaidLine
from indicators.calendar import instant, month_window
from indicators.contracts import ENDLESS, Contract, Line, fee_of
from indicators.entered import Subject as EnteredSubject
from indicators.entered import Ticket
from indicators.parties import held
from indicators.paying import Fault, Month, Span, Standing, account

PROVEN = ("direct", "pinned", "device")


@dataclass(frozen=True, slots=True)
class _Job:
    contract: Contract
    line: Line
    subject: Subject
    days: tuple[dt.date, ...]
    month_days: int
    begin: int
    end: int


def paid_lines(of: Case, contracts: Sequence[Contract], year: int, month: int) -> Iterator[PaidLine]:
    """Every line of some contracts that is paid for in a month, by contract and then as the contract lists them."""
    jobs = list(_jobs(of, contracts, year, month))
    wanted = {job.subject.id for job in jobs}
    subjects = [one for one in of.source.roster.by_kind["circuits"] if one.id in wanted]
    begin, end = month_window(year, month, of.source.roster.zone)
    found: dict[int, PaidLine] = {}
    for lane in seen(of, subjects, begin, end):
        for number, job in enumerate(jobs):
            if job.subject.id == lane.subject.id:
                found[number] = _line(of, job, lane)
    yield from (found[number] for number in sorted(found))


def _jobs(of: Case, contracts: Sequence[Contract], year: int, month: int) -> Iterator[_Job]:
    roster = of.source.roster
    known = {one.id: one for one in roster.by_kind["circuits"]}
    first = dt.date(year, month, 1)
    after = (first + dt.timedelta(days=31)).replace(day=1)
    every = tuple(first + dt.timedelta(days=number) for number in range((after - first).days))
    for contract in contracts:
        for line in contract.lines:
            subject = known[line.circuit]
            days = tuple(
                day for day in every if contract.on(day) and _theirs(subject, contract, day, roster.zone)
            )
            if days:
                begin = instant(days[0], 0, roster.zone)
                end = instant(days[-1] + dt.timedelta(days=1), 0, roster.zone)
                yield _Job(contract, line, subject, days, len(every), begin, end)


def _theirs(subject: Subject, contract: Contract, day: dt.date, zone: ZoneInfo) -> bool:
    """Whether a line is in service, and the carrier's, on a day."""
    noon = instant(day, 720, zone)
    era = _era(subject, noon)
    return subject.begin <= noon < subject.end and era is not None and era.carrier == contract.carrier


def _era(subject: Subject, at: int) -> Era | None:
    return next((era for era in subject.eras if era.begin <= at < era.end), None)


def _line(of: Case, job: _Job, lane: Lane) -> PaidLine:
    begin, end = job.begin, job.end
    faults = _once(
        job.contract, [_counted(of, job, lane, one) for one in lane.faults if _touches(one, begin, end)]
    )
    total, unknown = lane.total(begin, end), lane.unknown_in(begin, end)
    month = Month(
        fee_of(job.line, job.days, job.month_days), total, unknown, tuple(one.fault for one in faults)
    )
    path = (_era(job.subject, end - 1) or job.subject.now).path
    down = lane.down_in(begin, end)
    return PaidLine(
        job.contract,
        job.subject.id,
        job.subject.name,
        path,
        begin,
        end,
        total,
        down,
        unknown,
        faults,
        account(job.contract, month),
    )


def _touches(one: Seen, begin: int, end: int) -> bool:
    return one.times.start < end and (one.times.end is None or one.times.end > begin)


def _counted(of: Case, job: _Job, lane: Lane, one: Seen) -> PaidFault:
    standing, why, ticket = _standing(of, job, one)
    clock, within = one.clock, lane.down_of(one, job.begin, job.end)
    if ticket is not None and standing == "confirmed" and job.contract.clock == "ticket":
        clock, within = _by_ticket(ticket, of.source.now, job)
    begins = job.begin <= one.times.start < job.end
    return PaidFault(Fault(one.id, standing, clock, within, begins), one.times, why, ticket)


def _once(contract: Contract, found: Sequence[PaidFault]) -> tuple[PaidFault, ...]:
    """The same, where tickets govern: a ticket over several faults counts once, with the first of them."""
    if contract.clock != "ticket":
        return tuple(found)
    told: set[str] = set()
    counted = []
    for one in found:
        again = one.ticket is not None and one.ticket.id in told and one.fault.standing == "confirmed"
        nothing = replace(one.fault, clock=Span(0, 0), within=Span(0, 0))
        counted.append(replace(one, fault=nothing) if again else one)
        told |= {one.ticket.id} if one.ticket else set()
    return tuple(counted)


def _by_ticket(ticket: Ticket, now: int, job: _Job) -> tuple[Span, Span]:
    """The clock that both sides signed, and what of it lies in the month: from report to restoration."""
    until = now if ticket.restored_at is None else ticket.restored_at
    clock = ticket_clock(ticket, ticket.reported_at, until)
    inside = ticket_clock(ticket, max(ticket.reported_at, job.begin), min(until, job.end))
    return Span(clock, ENDLESS if ticket.restored_at is None else clock), Span(inside, inside)


def ticket_clock(ticket: Ticket, begin: int, end: int) -> int:
    """Microseconds of [begin, end) less the suspensions that somebody signed."""
    still = sum(
        max(0, min(end, end if one.end is None else one.end) - max(begin, one.begin))
        for one in ticket.suspensions
        if one.signed_by
    )
    return max(0, end - begin - still)


def _standing(of: Case, job: _Job, one: Seen) -> tuple[Standing, Because | None, Ticket | None]:
    """Whether both sides confirmed a fault, and if not why; whose it is goes before whether it is signed."""
    subject = EnteredSubject("circuit", job.subject.id)
    begin, end = one.times.start, FOREVER if one.times.end is None else one.times.end
    parties = held(of.entered, subject, begin, end).parties
    if parties and job.contract.carrier not in parties:
        return "others", Because("held responsible: {parties}", {"parties": ", ".join(parties)}), None
    era = _era(job.subject, one.times.start)
    if era is None or era.path not in PROVEN:
        return "disputed", Because("the path of its check is not proven", {}), None
    tickets = [
        ticket for ticket in of.entered.tickets if ticket.subject == subject and _meets(ticket, begin, end)
    ]
    signed = [ticket for ticket in tickets if _is_signed(ticket)]
    if not tickets:
        return "disputed", Because("no ticket was entered of it", {}), None
    if not signed:
        return "disputed", _lacks(tickets[0]), tickets[0]
    if len(parties) != 1:
        text = "held responsible: {parties}" if parties else "nobody is held responsible"
        return "disputed", Because(text, {"parties": ", ".join(parties)}), signed[0]
    return "confirmed", None, signed[0]


def _meets(ticket: Ticket, begin: int, end: int) -> bool:
    """Whether a ticket was open during a fault."""
    return ticket.reported_at < end and (ticket.restored_at is None or ticket.restored_at > begin)


def _is_signed(ticket: Ticket) -> bool:
    return bool(ticket.confirmed_by and ticket.party_confirmed_by and ticket.approved_by)


def _lacks(ticket: Ticket) -> Because:
    """What a ticket is without."""
    if not ticket.confirmed_by:
        return Because("the office did not sign the times of ticket {id}", {"id": ticket.id})
    if not ticket.party_confirmed_by:
        return Because("the carrier did not sign the times of ticket {id}", {"id": ticket.id})
    return Because("no second person approved ticket {id}", {"id": ticket.id})
