"""Tickets of faults as people report and handle them: reported, accepted, on site, restored, and by whom."""

from collections.abc import Callable
from typing import Any

import click

from collector.commands import entry_rows
from collector.commands.entries import (
    OPTIONS,
    Given,
    Office,
    enter,
    group_of,
    opened,
    or_a_list,
    read_moment,
    refuse,
    subject_option,
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
@subject_option
@_times
@click.option("--corrects", help="id of the ticket that this one takes the place of")
@or_a_list
@vouching
def add(given: Given, office: Office, corrects: str | None, **texts: str | None) -> None:
    """Enter a ticket, or a list of them."""
    enter(_SHAPE, FAULT, texts, given, office, corrects)


@faults.command()
@click.argument("id_", metavar="ID")
@_times
@vouching
def update(given: Given, id_: str, **texts: str | None) -> None:
    """Enter what else is known of a ticket by now; what was entered before stays to be read."""
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
def suspend(given: Given, id_: str, begin: str, end: str | None, reason: str, signed_by: str) -> None:
    """Let the clock of a ticket stand still for a time; a suspension of the same begin is entered anew."""
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
