"""The inventory to and from the lists that offices keep: `import inventory` and `export inventory`."""

import datetime as dt
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from collector.commands.shared import (
    Commands,
    config_of,
    config_path,
    finding_rows,
    printing,
    show,
    tell,
    tell_aside,
)
from config.errors import ConfigError, Finding, LinewalkerError, WrongValueError
from config.handing_out import hand_out
from config.headings import TITLES
from config.inventory import Proposal, propose, title_of
from config.listing import Listing, read_listing
from config.model import Config
from config.rewriting import Target, present, put, refuse_stranger, target_of
from config.spellings import CHANGING
from config.trial import Trial, tried
from config.units import read_day
from exporters.words import LANGUAGES, default_language

_SHOWN = ("id", "name", "group", "carrier", "termination_a", "termination_z", "commit_rate", "address")


@click.group(
    "import",
    cls=Commands,
    elsewhere={
        "daily": "collector.commands.imported:import_daily",
        "outages": "collector.commands.outage_lists:import_outages",
        "prometheus": "collector.commands.imported:import_prometheus",
    },
)
def import_() -> None:
    """Take over what others keep: the inventory from an office's list."""


@click.group(cls=Commands)
def export() -> None:
    """Hand out what is kept here, in forms that others read."""


@import_.command("inventory")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sheet", default="", help="the sheet of a workbook that has several")
@click.option(
    "--column", "columns", multiple=True, metavar="HEADING=FIELD", help="what a heading means; - nothing"
)
@click.option("--from", "since", help="the day from which changed settings count; else they are corrections")
@click.option("--write", is_flag=True, help="write the circuits' table; else only show what would change")
@printing
def import_inventory(
    file: Path,
    sheet: str,
    columns: tuple[str, ...],
    since: str | None,
    write: bool,
    config: Path | None,
    data: Path,
    form: str | None,
) -> None:
    """Compare an office's list of circuits with the inventory, and take it over."""
    named, day = _named(columns), _day(since)
    target = target_of(config_path(config))
    loaded = present(target)
    try:
        listing = read_listing(file, sheet, named)
    except ConfigError as unread:
        _print(None, unread.findings, None, form)
        sys.exit(2)
    proposal = _proposed(listing, loaded, day)
    trial = Trial(b"", ()) if proposal.is_empty else tried(target, loaded, proposal)
    sys.exit(_finish(proposal, trial, target, write, form))


def _finish(proposal: Proposal, trial: Trial, target: Target, write: bool, form: str | None) -> int:
    """Write if that is wanted and possible, and show everything; the exit status."""
    writing = write and not proposal.is_empty and not trial.findings
    kept = _written(target, trial) if writing else None
    findings = (*proposal.findings, *trial.findings)
    _print(proposal, findings, target.path if writing else None, form)
    if form is None:
        _tell_end(proposal, trial, target, write, kept)
    if proposal.is_useless or (write and trial.findings):
        return 2
    return 1 if any(one.severity == "error" for one in findings) else 0


def _named(columns: tuple[str, ...]) -> dict[str, str]:
    """What --column says: the setting by the heading."""
    for column in columns:
        if not all(part.strip() for part in column.rpartition("=")):
            raise LinewalkerError(
                "{found} does not say what a column means; expected HEADING=FIELD, such as {example}",
                found=column,
                example="互联地址=address",
            )
    return {heading.strip(): field.strip() for heading, _, field in (one.rpartition("=") for one in columns)}


def _day(written: str | None) -> dt.date | None:
    try:
        return None if written is None else read_day(written)
    except WrongValueError as wrong:
        raise LinewalkerError(wrong.text, **wrong.values) from None


def _proposed(listing: Listing, config: Config, since: dt.date | None) -> Proposal:
    if since and listing.of("changes"):
        raise LinewalkerError(
            "the list has a column of dated changes itself; expected it without --from, or the column left out"
        )
    today = dt.datetime.now(ZoneInfo(config.calendar.zone)).date()
    return propose(listing, config, today, since)


def _written(target: Target, trial: Trial) -> Path | None:
    refuse_stranger(target)
    return put(target.path, trial.raw)


def _print(
    proposal: Proposal | None, findings: tuple[Finding, ...], written: Path | None, form: str | None
) -> None:
    """All that was found, as people read it, as JSON, or as one CSV table of what is different."""
    parts = {**_parts(proposal), "findings": finding_rows(findings)}
    if form == "json":
        whole = {**parts, "written": str(written) if written else None}
        click.echo(json.dumps(whole, ensure_ascii=False, indent=1))
    elif form == "csv":
        show("inventory", _flat(parts), form)
    else:
        if proposal is not None:
            _tell_found(proposal, parts)
        for row in parts["findings"]:
            click.echo(f"{row['place']}: {row['message']}", err=proposal is None)


def _parts(proposal: Proposal | None) -> dict[str, list[dict[str, Any]]]:
    if proposal is None:
        return {"mapping": [], "added": [], "changed": [], "gone": []}
    columns = proposal.listing.columns
    return {
        "mapping": [
            {"column": one.letters, "heading": one.heading, "field": one.field or None} for one in columns
        ],
        "added": [{"row": new.row, "derived": new.derived, **new.texts} for new in proposal.added],
        "changed": [
            {
                "id": one.id,
                "row": one.row,
                "field": one.field,
                "old": one.old or None,
                "new": one.new,
                "since": one.since or None,
            }
            for one in proposal.changed
        ],
        "gone": [
            {key: getattr(one, key) for key in ("id", "name", "carrier", "address")} for one in proposal.gone
        ],
    }


def _flat(parts: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """A row for each setting that differs, for each circuit that is not listed, and for each finding."""
    empty = dict.fromkeys(("what", "id", "row", "field", "old", "new", "since", "place", "message"))
    added = [
        {**empty, "what": "added", "id": new["id"], "row": new["row"], "field": key, "new": new[key]}
        for new in parts["added"]
        for key in TITLES
        if new.get(key)
    ]
    changed = [{**empty, "what": "changed", **one} for one in parts["changed"]]
    gone = [{**empty, "what": "gone", "id": one["id"]} for one in parts["gone"]]
    found = [
        {**empty, "what": one["severity"], "place": one["place"], "message": one["message"]}
        for one in parts["findings"]
    ]
    return [*added, *changed, *gone, *found]


def _tell_found(proposal: Proposal, parts: Mapping[str, list[dict[str, Any]]]) -> None:
    listing = proposal.listing
    tell("{list}: headings in row {row}", list=listing.name, row=listing.head)
    show(
        "mapping", [{**one, "field": _titled(one["field"])} for one in parts["mapping"] if one["field"]], None
    )
    ignored = [f"{one['heading']} ({one['column']})" for one in parts["mapping"] if not one["field"]]
    if ignored:
        tell("columns not read: {columns}", columns=", ".join(ignored))
    if proposal.added:
        click.echo()
        tell("new circuits:")
        show("added", [{key: one.get(key) for key in ("row", *_SHOWN)} for one in parts["added"]], None)
        if any(new.derived for new in proposal.added):
            tell("ids are made from name and carrier where the list gives none")
    if proposal.changed:
        click.echo()
        tell("changed:")
        show("changed", [{**one, "field": _titled(one["field"])} for one in parts["changed"]], None)
    if proposal.gone:
        click.echo()
        tell("not in the list; they stay in the inventory:")
        show("gone", parts["gone"], None)
    if parts["findings"]:
        click.echo()


def _titled(field: str) -> str:
    """A setting with what it is called in the reader's language."""
    language = default_language()
    return field if language == "en" else f"{title_of(field, language)} {field}"


def _tell_end(proposal: Proposal, trial: Trial, target: Target, write: bool, kept: Path | None) -> None:
    """The sum of it, and what was written or is to be done."""
    click.echo()
    tell(
        "{added} new, {changed} changed, {same} as they were, {gone} not in the list",
        added=len(proposal.added),
        changed=len(proposal.edits),
        same=proposal.unchanged,
        gone=len(proposal.gone),
    )
    if trial.findings:
        tell("the configuration could not be loaded with this; nothing is written")
    elif proposal.is_empty:
        tell("there is nothing to write")
    elif not write:
        tell("nothing is written yet; --write writes {file}", file=target.path)
        if any(one.field in CHANGING and not one.since for one in proposal.changed):
            tell("changed settings count for the past, too; --from DAY lets them count from a day on")
    else:
        tell("{file} is written", file=target.path)
        _tell_afterwards(target, kept)


def _tell_afterwards(target: Target, kept: Path | None) -> None:
    if kept:
        tell("what stood there before is kept in {file}", file=kept)
    if target.line:
        tell(
            "now put this line into {file} in the place of the circuits from line {line} on:",
            file=target.main,
            line=target.line,
        )
    elif not target.named:
        tell("now put this line into {file}:", file=target.main)
    if not target.named:
        click.echo(f"circuits: {target.name}")


@export.command("inventory")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="FILE.csv or FILE.xlsx",
)
@click.option("--language", type=click.Choice(sorted(LANGUAGES)), default="zh", show_default=True)
@printing
def export_inventory(output: Path, language: str, config: Path | None, data: Path, form: str | None) -> None:
    """Write the inventory as a list that offices keep, and `import inventory` reads."""
    loaded = config_of(config, data)
    put(output, hand_out(loaded, output, language))
    if form:
        show("written", [{"file": str(output), "circuits": len(loaded.circuits)}], form)
    else:
        tell_aside("{count} circuits are written to {file}", count=len(loaded.circuits), file=output)
