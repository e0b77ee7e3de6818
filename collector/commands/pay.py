"""The command `pay`: what is due to each carrier for a month, and what its confirmed faults deduct from it."""

import datetime as dt
import re
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from collector.commands.judging import Asked, asked
from collector.commands.shared import printing, show, tell, tell_aside
from collector.ledger.store import micros
from collector.paying.month import paid_lines
from config.errors import LinewalkerError
from config.model import Config
from exporters.figures import rfc3339
from exporters.forms.made import RENDERERS
from exporters.forms.statement import availability, rows, statement_form, why
from exporters.forms.written import put, require_free
from exporters.paid import PaidFault, PaidLine, Statement, disputed, undecided
from exporters.words import default_language, words
from indicators.contracts import ENDLESS, Contract, of_carrier
from indicators.paying import Deduction, Span

_MONTH = re.compile(r"(\d{4})-(\d{2})")


@click.command("pay")
@printing
@click.option("--month", "written", required=True, help="the month, such as 2026-03")
@click.option("--carrier", help="the carrier; needed where contracts are with several")
@click.option("--policy", type=click.Path(path_type=Path, dir_okay=False), help="judge by this policy")
@click.option("--amended", is_flag=True, help="with what approved papers say of unknown time")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="write the statement: .docx or .xlsx")
@click.option("--force", is_flag=True, help="overwrite the file")
def pay(
    *,
    config: Path | None,
    data: Path,
    form: str | None,
    written: str,
    carrier: str | None,
    policy: Path | None,
    amended: bool,
    output: Path | None,
    force: bool,
) -> None:
    """State what is due for a month of leased lines, and what faults deduct from it."""
    year, month = _month(written)
    if output is not None:
        _require_ending(output)
        require_free(output, force=force)
    first, after = _days(year, month)
    if (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).date() < first:
        raise LinewalkerError("{month} is still to come; expected a month that has begun", month=written)
    with asked(config, data, first.isoformat(), after.isoformat(), policy) as what:
        contracts = _contracts(what.config, carrier, output)
        made = [
            _statement(what, one, contracts, (year, month), amended=amended)
            for one in dict.fromkeys(contract.carrier for contract in contracts)
        ]
    _show(made, form)
    if output is not None:
        content = RENDERERS[output.suffix.lower()](statement_form(made[0], words(default_language())))
        put(output, content, force=force)
        tell_aside("written: {file}", file=output)


def _month(written: str) -> tuple[int, int]:
    match = _MONTH.fullmatch(written)
    if match is None or not 1 <= int(match[2]) <= 12 or not 1980 <= int(match[1]) <= 2100:
        raise LinewalkerError("{found} is no month; expected one such as 2026-03", found=written)
    return int(match[1]), int(match[2])


def _days(year: int, month: int) -> tuple[dt.date, dt.date]:
    first = dt.date(year, month, 1)
    return first, (first + dt.timedelta(days=31)).replace(day=1)


def _require_ending(output: Path) -> None:
    if output.suffix.lower() not in RENDERERS:
        raise LinewalkerError(
            "{file}: a statement is written as {known}; give the file such an ending",
            file=output,
            known=", ".join(RENDERERS),
        )


def _contracts(config: Config, carrier: str | None, output: Path | None) -> tuple[Contract, ...]:
    """The contracts that are meant. Raises LinewalkerError where there are none, or too many for one file."""
    if not config.agreed:
        raise LinewalkerError(
            "the configuration names no contracts; expected `contracts: contracts.yaml` and that file beside it"
        )
    carriers = list(dict.fromkeys(one.carrier for one in config.agreed))
    if carrier is not None and carrier not in carriers:
        raise LinewalkerError(
            "there is no contract with {name}; expected one of {known}",
            name=carrier,
            known=", ".join(carriers),
        )
    if output is not None and carrier is None and len(carriers) > 1:
        raise LinewalkerError(
            "a file is the statement of one carrier; expected --carrier with one of {known}",
            known=", ".join(carriers),
        )
    return of_carrier(config.agreed, carrier)


def _statement(
    what: Asked, carrier: str, contracts: tuple[Contract, ...], month: tuple[int, int], *, amended: bool
) -> Statement:
    # Where no paper speaks of unknown time there is no amended case, and nothing that would differ.
    case = next((one for one in what.cases if amended and one.amended), what.case)
    return Statement(
        organisation=what.config.organisation,
        carrier=next(one.name for one in what.config.carriers if one.id == carrier),
        year=month[0],
        month=month[1],
        zone=what.config.calendar.zone,
        policy=case.source.policy.digest,
        made=micros(time.time()),
        lines=tuple(paid_lines(case, of_carrier(contracts, carrier), *month)),
    )


def _show(made: list[Statement], form: str | None) -> None:
    say = words(default_language())
    if form == "json":
        show("statements", [_told(one) for one in made], form)
        return
    show("lines", [row for one in made for row in rows(one, say)], form)
    for one in made if form is None else ():
        tell(
            "{carrier} {year}-{month}: fee {fee}, deducted {deducted}, undecided {undecided}, disputed {disputed}, "
            "due {due} yuan",
            carrier=one.carrier,
            year=one.year,
            month=f"{one.month:02}",
            fee=one.fee,
            deducted=one.deducted,
            undecided=one.undecided,
            disputed=one.disputed,
            due=one.fee - one.deducted,
        )


def _told(of: Statement) -> dict[str, Any]:
    return {
        "carrier": of.carrier,
        "month": f"{of.year}-{of.month:02}",
        "policy": of.policy,
        "fee": f"{of.fee}",
        "deducted": f"{of.deducted}",
        "undecided": f"{of.undecided}",
        "disputed": f"{of.disputed}",
        "due": f"{of.fee - of.deducted}",
        "lines": [_line(one, of.zone) for one in of.lines],
    }


def _line(of: PaidLine, zone: str) -> dict[str, Any]:
    account = of.account
    return {
        "contract": of.contract.id,
        "circuit": of.circuit,
        "path": of.path,
        "from": _at(of.begin, zone),
        "to": _at(of.end, zone),
        "availability": availability(of),
        "counted_seconds": of.total / 1e6,
        "down_seconds": of.down / 1e6,
        "unknown_seconds": of.unknown / 1e6,
        "fee": f"{account.fee}",
        "cap": f"{account.cap}",
        "deducted": f"{account.deducted.certain}",
        "undecided": f"{undecided(account)}",
        "disputed": f"{disputed(account)}",
        "due": f"{account.due}",
        "deductions": [_deduction(one) for one in of.told()],
        "faults": [_fault(one, zone) for one in of.faults],
    }


def _deduction(of: Deduction) -> dict[str, Any]:
    levels = ("certain", "confirmed", "possible")
    return {
        "rule": of.rule,
        "fault": of.fault,
        **_span("seconds", of.time),
        "possible_seconds": _seconds(of.possible),
        "percent": {name: f"{getattr(of.percent, name)}" for name in levels},
        "amount": {name: f"{getattr(of.amount, name)}" for name in levels},
    }


def _fault(of: PaidFault, zone: str) -> dict[str, Any]:
    times = ("start", "start_after", "start_before", "end", "end_after", "end_before")
    return {
        "fault": of.fault.id,
        "standing": of.fault.standing,
        "why": why(of, words("en")).split("\n")[0] if of.why else "",
        "ticket": of.ticket.id if of.ticket else None,
        **{name: _at(getattr(of.times, name), zone) for name in times},
        **_span("clock_seconds", of.fault.clock),
        **_span("within_seconds", of.fault.within),
    }


def _span(name: str, of: Span) -> dict[str, float | None]:
    return {f"{name}_least": _seconds(of.least), f"{name}_most": _seconds(of.most)}


def _seconds(micros_: int) -> float | None:
    return None if micros_ == ENDLESS else micros_ / 1e6


def _at(at: int | None, zone: str) -> str | None:
    return None if at is None else rfc3339(at / 1e6, ZoneInfo(zone), "microseconds")
