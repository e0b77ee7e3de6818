"""Tickets of faults as people report and handle them: reported, accepted, on site, restored, and by whom."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from collector.commands import entry_rows
from collector.commands.entries import (
    FILE,
    OPTIONS,
    Given,
    enter,
    group_of,
    import_list,
    listing_options,
    opened,
    read_moment,
    refuse,
    single_and_list,
    typed,
    vouching,
)
from collector.commands.shared import tell
from collector.entered import read_suspensions
from config.entries import out_of_order, read_entry
from config.entry_headings import FAULT, Sort
from config.errors import LinewalkerError
from indicators.entered import Suspension

_SHAPE = entry_rows.FAULTS
_ANY = Sort(FAULT.kind, FAULT.vocabulary, ())
faults = group_of(_SHAPE, "List tickets of faults; enter, continue, suspend, cancel and approve them.")


def _times(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of what may be known of a ticket."""
    texts = {
        "--reported": ("reported_at", "when it was reported 报障"),
        "--accepted": ("accepted_at", "when the other side accepted it"),
        "--arrived": ("arrived_at", "when somebody was on site"),
        "--restored": ("restored_at", "when it worked again"),
        "--party": ("party", "who is held responsible: a carrier, or whoever it is"),
        "--cause": ("cause", "what it was"),
        "--number": ("number", "the carrier's own number of it"),
        "--confirmed-by": ("confirmed_by", "who signed its times for the office"),
        "--party-confirmed-by": ("party_confirmed_by", "who signed its times for the other side"),
        "--reason": ("reason", "why it is entered, or entered anew"),
        "--reference": ("reference", "the document it rests on"),
    }
    for option, (field, text) in reversed(texts.items()):
        command = click.option(option, field, help=text)(command)
    return command


@faults.command()
@click.option("--circuit", "--subject", "subject", help="what is out: its id, name or 电路代号")
@_times
@click.option("--corrects", help="id of the ticket that this one takes the place of")
@click.option("--from-file", "list_", type=FILE, help="a list of tickets, CSV or XLSX, instead of one ticket")
@listing_options
@vouching
def add(
    *,
    corrects: str | None,
    list_: Path | None,
    sheet: str,
    columns: tuple[str, ...],
    config: Path | None,
    data: Path,
    by: str | None,
    file: Path | None,
    **texts: str | None,
) -> None:
    """Enter a ticket, or a list of them."""
    given = Given(config, data, by, file)
    if list_ is None:
        enter(_SHAPE, FAULT, texts, given, corrects)
    elif corrects or typed(texts):
        raise single_and_list()
    else:
        import_list(_SHAPE, FAULT, list_, given, sheet, columns)


@faults.command()
@click.argument("id_", metavar="ID")
@_times
@vouching
def update(
    *, id_: str, config: Path | None, data: Path, by: str | None, file: Path | None, **texts: str | None
) -> None:
    """Enter what else is known of a ticket by now; what was entered before stays to be read."""
    given = Given(config, data, by, file)
    with opened(_SHAPE, given) as at:
        values, problems = read_entry(_ANY, typed(texts), at.known)
        refuse(problems, OPTIONS)
        if not values:
            raise LinewalkerError(
                "nothing is to be changed; expected what is known by now, such as --restored"
            )
        with at.desk.ledger.reading() as connection:
            last = at.desk.newest(connection, id_)
        refuse(list(out_of_order(FAULT, {**last, **values}, at.known)), OPTIONS)
        _say(*at.desk.update(id_, values, at.proof(given.file)))


@faults.command()
@click.argument("id_", metavar="ID")
@click.option("--from", "begin", required=True, help="from when on its clock stands still")
@click.option("--to", "end", help="until when; left out while it still does")
@click.option("--reason", required=True, help="why, such as 用户侧停电")
@click.option("--signed-by", default="", help="who agreed to it")
@vouching
def suspend(
    *,
    id_: str,
    begin: str,
    end: str | None,
    reason: str,
    signed_by: str,
    config: Path | None,
    data: Path,
    by: str | None,
    file: Path | None,
) -> None:
    """Let the clock of a ticket stand still for a time; a suspension of the same begin is entered anew."""
    given = Given(config, data, by, file)
    with opened(_SHAPE, given) as at:
        first = read_moment("--from", begin, at.known.zone)
        last = None if end is None else read_moment("--to", end, at.known.zone)
        if last is not None and last <= first:
            raise LinewalkerError("{end} lies before {begin}; expected a later time", end=end, begin=begin)
        with at.desk.ledger.reading() as connection:
            known = read_suspensions(at.desk.newest(connection, id_)["suspensions"])
        one = Suspension(begin=first, end=last, reason=reason, signed_by=signed_by)
        others = [other for other in known if other.begin != first]
        after = sorted([*others, one], key=lambda each: each.begin)
        _say(*at.desk.update(id_, {"suspensions": after}, at.proof(given.file)))


def _say(id_: str, old: str) -> None:
    tell("entered as {id} in the place of {old}; not approved yet", id=id_, old=old)
