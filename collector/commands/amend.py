"""Amendments: who is responsible for a stretch of a subject, or how time was that nobody watched."""

from pathlib import Path

import click

from collector.commands import entry_rows
from collector.commands.entries import (
    FILE,
    Given,
    enter,
    group_of,
    import_list,
    listing_options,
    single_and_list,
    typed,
    vouching,
)
from config.entry_headings import AMENDMENT

_SHAPE = entry_rows.AMENDMENT
amend = group_of(
    _SHAPE, "List amendments; enter, cancel and approve them. None turns what was measured into another."
)


@amend.command()
@click.option("--circuit", "--subject", "subject", help="of what: its id, name or 电路代号")
@click.option("--from", "started_at", help="from when on")
@click.option("--to", "ended_at", help="until when")
@click.option("--what", help="party: who is responsible; resolve: how unknown time was")
@click.option("--value", help="the party, or up or down")
@click.option("--reason", help="why")
@click.option("--reference", help="the document it rests on")
@click.option("--corrects", help="id of the amendment that this one takes the place of")
@click.option("--from-file", "list_", type=FILE, help="a list of amendments, CSV or XLSX, instead of one")
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
    """Enter an amendment, or a list of them."""
    given = Given(config, data, by, file)
    if list_ is None:
        enter(_SHAPE, AMENDMENT, texts, given, corrects)
    elif corrects or typed(texts):
        raise single_and_list()
    else:
        import_list(_SHAPE, AMENDMENT, list_, given, sheet, columns)
