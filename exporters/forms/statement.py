"""The monthly statement of a carrier as a form: what is due, how deductions came about, the evidence of faults."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from exporters.arithmetic_of_pay import arithmetic, length
from exporters.forms.sheet import Box, Form, Grid, Line, Page, head
from exporters.paid import PaidFault, PaidLine, Statement, disputed, undecided
from exporters.words import Say
from indicators.entered import Ticket
from indicators.paying import Deduction
from indicators.percentages import Way, percent

_LINES = (3.2, 4.6, 2.6, 2.0, 4.6, 2.0, 2.0, 2.0, 2.2)
_DEDUCTIONS = (3.4, 3.0, 4.0, 9.2, 2.0, 2.0, 2.0)
_FAULTS = (4.4, 4.8, 4.8, 3.4, 2.2, 6.0)
_STANDINGS = {
    "confirmed": "confirmed by both sides",
    "disputed": "disputed",
    "others": "not the carrier's",
}


def statement_form(of: Statement, say: Say) -> Form:
    """The form: one page of what is due, which both sides sign, and the pages it rests on."""
    pages = [_due(of, say), _deductions(of, say), _faults(of, say)]
    return Form(
        pages=tuple(page for page in pages if len(page.grids[0].lines) > 1),
        footer=say("judged by policy {policy}, at {at}").format(
            policy=of.policy[:12], at=moment(of.made, ZoneInfo(of.zone))
        ),
        marks={"title": _title(of, say)},
    )


def _title(of: Statement, say: Say) -> str:
    return say("Statement of line rents: {carrier}, {year}-{month}").format(
        carrier=of.carrier, year=of.year, month=f"{of.month:02}"
    )


def _due(of: Statement, say: Say) -> Page:
    names = (
        "circuit",
        "name",
        "contract",
        "fee",
        "availability (bracket)",
        "deducted",
        "undecided",
        "disputed",
        "due",
    )
    lines = [tuple(head(say(name)) for name in names), *(_of_line(one) for one in of.lines), _sum(of, say)]
    signed = say("{side} (signature, seal):                    date:")
    return Page(
        sheet=say("due"),
        title=_title(of, say),
        under=say("({organisation}; amounts in yuan)").format(organisation=of.organisation),
        grids=(Grid(_LINES, tuple(lines), repeated=1),),
        notes=(
            say(
                "Only faults that both sides confirmed deduct, each at its shortest; all else is listed and not due."
            ),
        ),
        signatures=tuple(signed.format(side=side) for side in (of.organisation, of.carrier)),
        lying=True,
    )


def _of_line(one: PaidLine) -> Line:
    account = one.account
    money = (account.fee, account.deducted.certain, undecided(account), disputed(account), account.due)
    fee, *others = (Box(f"{amount}", side="right") for amount in money)
    texts = (Box(one.circuit), Box(one.name, side="left"), Box(one.contract.number or one.contract.id))
    return (*texts, fee, Box(availability(one)), *others)


def availability(of: PaidLine) -> str:
    """The measured availability with its bracket, each end rounded to its own side."""
    if not of.total:
        return "—"
    up = of.total - of.down - of.unknown
    low, high = Fraction(up, of.total), Fraction(up + of.unknown, of.total)
    ends = f"({_share(low, Way.DOWN, of)} … {_share(high, Way.UP, of)} %)"
    return f"{_share(Fraction(up, up + of.down), Way.DOWN, of)} % {ends}" if up + of.down else f"— {ends}"


def _share(of: Fraction, way: Way, line: PaidLine) -> str:
    return percent(of, way, all_of_it=line.down == 0)


def _sum(of: Statement, say: Say) -> Line:
    money = (of.deducted, of.undecided, of.disputed, of.fee - of.deducted)
    boxes = (Box(f"{amount}", side="right", head=True) for amount in money)
    return head(say("total"), 3), Box(f"{of.fee}", side="right", head=True), Box(""), *boxes


def _deductions(of: Statement, say: Say) -> Page:
    names = ("circuit", "rule", "fault", "how it is reckoned", "deducted", "undecided", "disputed")
    lines = [tuple(head(say(name)) for name in names)]
    lines += [_of_deduction(line, one, say) for line in of.lines for one in line.told()]
    lines += [_capped(line, say) for line in of.lines if _is_capped(line)]
    return Page(
        sheet=say("deductions"),
        title=say("Every deduction, and how it is reckoned"),
        grids=(Grid(_DEDUCTIONS, tuple(lines), repeated=1),),
        lying=True,
    )


def _of_deduction(line: PaidLine, one: Deduction, say: Say) -> Line:
    rule = next(rule for rule in line.contract.rules if rule.id == one.rule)
    certain, confirmed, possible = arithmetic(rule, one, line.account.fee, line.total)
    said = [certain]
    said += [say("undecided: {how}").format(how=confirmed)] if confirmed else []
    said += [say("disputed: {how}").format(how=possible)] if possible else []
    amounts = one.amount
    money = (amounts.certain, amounts.confirmed - amounts.certain, amounts.possible - amounts.confirmed)
    return (
        Box(line.circuit),
        Box(one.rule),
        Box(one.fault or say("the month")),
        Box("\n".join(filter(None, said)), side="left"),
        *(Box(f"{amount}", side="right") for amount in money),
    )


def _is_capped(line: PaidLine) -> bool:
    return sum((one.amount.possible for one in line.told()), Decimal(0)) > line.account.cap


def _capped(line: PaidLine, say: Say) -> Line:
    account = line.account
    text = say("all deductions of {circuit} together: at most {cap}").format(
        circuit=line.circuit, cap=account.cap
    )
    money = (account.deducted.certain, undecided(account), disputed(account))
    return Box(text, 4, side="left"), *(Box(f"{amount}", side="right") for amount in money)


def _faults(of: Statement, say: Say) -> Page:
    names = ("fault", "began", "ended", "how long", "standing", "why, and by which ticket")
    lines = [tuple(head(say(name)) for name in names)]
    lines += [_of_fault(one, of, say) for line in of.lines for one in line.faults]
    return Page(
        sheet=say("faults"),
        title=say("The faults it rests on"),
        grids=(Grid(_FAULTS, tuple(lines), repeated=1),),
        lying=True,
    )


def _of_fault(one: PaidFault, of: Statement, say: Say) -> Line:
    zone, times = ZoneInfo(of.zone), one.times
    clock = one.fault.clock
    texts = (
        one.fault.id,
        edge(times.start, times.start_after, times.start_before, zone, say),
        edge(times.end, times.end_after, times.end_before, zone, say),
        f"{length(clock.least)} … {length(clock.most)}",
        say(_STANDINGS[one.fault.standing]),
        why(one, say),
    )
    return tuple(
        Box(text, side="left" if at == len(texts) - 1 else "centre") for at, text in enumerate(texts)
    )


def why(one: PaidFault, say: Say) -> str:
    """Why it counts as it does: the reason of a dispute, and the ticket with who signed it."""
    said = [say(one.why.text).format(**one.why.values)] if one.why else []
    return "\n".join([*said, *([_ticket(one.ticket, say)] if one.ticket else [])])


def _ticket(one: Ticket, say: Say) -> str:
    return say("ticket {id} {number}: signed {office} / {carrier}, approved {by}").format(
        id=one.id,
        number=one.number,
        office=one.confirmed_by or "—",
        carrier=one.party_confirmed_by or "—",
        by=one.approved_by or "—",
    )


def edge(at: int | None, after: int | None, before: int | None, zone: ZoneInfo, say: Say) -> str:
    """A moment with its bounds: how much earlier and later it may have been, in seconds."""
    if at is None:
        return say("not over")
    said = [
        f"−{(at - after) / 1e6:g}" if after is not None else "−?",
        f"+{(before - at) / 1e6:g}" if before is not None else "+?",
    ]
    return f"{moment(at, zone)} ({' / '.join(said)} s)"


def moment(at: int, zone: ZoneInfo) -> str:
    """A moment to the second, with its offset from UTC where the clock is changed in a year."""
    return f"{dt.datetime.fromtimestamp(at / 1e6, zone):%Y-%m-%d %H:%M:%S%z}"


def rows(of: Statement, say: Say) -> Iterator[dict[str, object]]:
    """A line of the statement a row, as programs and tables read it."""
    for one in of.lines:
        account = one.account
        yield {
            "contract": one.contract.id,
            "circuit": one.circuit,
            "name": one.name,
            "path": say(one.path),
            "fee": f"{account.fee}",
            "availability": availability(one),
            "faults": len(one.faults),
            "deducted": f"{account.deducted.certain}",
            "undecided": f"{undecided(account)}",
            "disputed": f"{disputed(account)}",
            "due": f"{account.due}",
        }
