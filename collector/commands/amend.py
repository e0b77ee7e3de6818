"""Amendments: who is responsible for a stretch of a subject, or how time was that nobody watched."""

import click

from collector.commands import entry_rows
from collector.commands.entries import Given, Office, enter, group_of, or_a_list, subject_option, vouching
from config.entry_headings import AMENDMENT

_SHAPE = entry_rows.AMENDMENT
amend = group_of(
    _SHAPE, "List amendments; enter, cancel and approve them. None turns what was measured into another."
)


@amend.command()
@subject_option
@click.option("--from", "started_at", help="from when on")
@click.option("--to", "ended_at", help="until when")
@click.option("--what", help="party: who is responsible; resolve: how unknown time was")
@click.option("--value", help="the party, or up or down")
@click.option("--reason", help="why")
@click.option("--reference", help="the document it rests on")
@click.option("--corrects", help="id of the amendment that this one takes the place of")
@or_a_list
@vouching
def add(given: Given, office: Office, corrects: str | None, **texts: str | None) -> None:
    """Enter an amendment, or a list of them."""
    enter(_SHAPE, AMENDMENT, texts, given, office, corrects)
