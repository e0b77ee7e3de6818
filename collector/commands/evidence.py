"""The commands `evidence` and `reasons`: what a filled plan rests on, packed; and why rows miss their targets."""

from pathlib import Path
from typing import Any

import click

from collector.annex.bundle import write
from collector.annex.evidence import Found, found
from collector.annex.packing import packed
from collector.commands import entry_rows
from collector.commands.entries import Given, enter
from collector.commands.shared import common, printing, show, tell, tell_aside
from collector.evaluating.accepted import accepted_of, name_of
from config.entry_headings import MANUAL_VALUE
from config.errors import LinewalkerError
from exporters.forms.annex_pages import annex_document
from exporters.forms.paper import saved
from exporters.forms.voice import Voice
from exporters.forms.written import put, require_free
from exporters.words import default_language

_MOST = 500
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("plan", type=_FILE)
@click.option("--year", type=int, help="the year of the plan; another one is refused")
@click.option(
    "-o", "--output", "place", type=_FILE, required=True, help="FILE.zip, or FILE.docx for the annex alone"
)
@click.option("--force", is_flag=True, help="overwrite the file if it is there")
@click.option(
    "--most", type=click.IntRange(min=1), default=_MOST, show_default=True, help="megabytes at most"
)
@click.option("--without-proofs", is_flag=True, help="leave out the files that entries rest on")
@common
def evidence(
    *,
    plan: Path,
    year: int | None,
    place: Path,
    force: bool,
    most: int,
    without_proofs: bool,
    config: Path | None,
    data: Path,
) -> None:
    """Pack the evidence of a plan: annex, report, tables, plan, policies, entries and their proofs."""
    if place.suffix.lower() not in (".zip", ".docx"):
        raise LinewalkerError(
            "{place} is neither .zip nor .docx; expected the evidence or the annex alone", place=place
        )
    require_free(place, force=force)
    voice = Voice(default_language())
    with found(plan, year, config, data, voice.lang) as what:
        if place.suffix.lower() == ".docx":
            put(place, saved(annex_document(what.filled, what.annex, voice.lang)), force=force)
            tell("the evidence annex is written: {file}", file=place)
            return
        made = packed(what, plan, data, voice, with_proofs=not without_proofs)
    sums = write(made.bundle, made.readme, place, force=force, most=most)
    tell("{count} files are packed in {place}", count=len(sums), place=place)
    for name, how in made.lacking:
        tell_aside("the copy of {name} is {how}: see `linewalker ledger check`", name=name, how=how)
    if made.lacking:
        raise SystemExit(1)


@click.command()
@click.argument("plan", type=_FILE)
@click.option("--year", type=int, help="the year of the plan; another one is refused")
@click.option(
    "--accept", metavar="ROW", help="accept what is proposed of this row, or what --says gives, as its reason"
)
@click.option("--says", help="the reason in other words than proposed")
@click.option("--by", help="who vouches for it; default the user who enters it")
@click.option("--file", type=_FILE, help="a file that proves it; a copy is kept")
@printing
def reasons(
    *,
    plan: Path,
    year: int | None,
    accept: str | None,
    says: str | None,
    by: str | None,
    file: Path | None,
    config: Path | None,
    data: Path,
    form: str | None,
) -> None:
    """List reasons of deviations: accepted ones, and what the facts propose; or accept one."""
    with found(plan, year, config, data, default_language()) as what:
        rows = list(_rows(what))
        corrects = accepted_of(what.filled, what.entered.manual_values)
        named = {one.row.id: one for one in what.filled.rows}
        network = config
    if accept is None:
        show("reasons", rows, form)
        return
    if accept not in named:
        raise LinewalkerError(
            "there is no row {name} in the plan; expected one of {known}", name=accept, known=", ".join(named)
        )
    text = says or named[accept].proposed
    if not text:
        raise LinewalkerError("nothing is proposed of {name}; say the reason with --says", name=accept)
    before = corrects.get(accept)
    typed = {"name": name_of(accept), "value": text, "period": str(what.filled.plan.project.year)}
    given = Given(network or _network(plan, what), data, by, file)
    enter(entry_rows.MANUAL_VALUE, MANUAL_VALUE, typed, given, corrects=before.id if before else None)


def _network(plan: Path, what: Found) -> Path | None:
    """The configuration beside the plan, where the plan names one."""
    name = what.filled.plan.network
    return plan.parent / name if name else None


def _rows(what: Found) -> Any:
    accepted = accepted_of(what.filled, what.entered.manual_values)
    for one in what.filled.rows:
        entry = accepted.get(one.row.id)
        if one.reason or one.proposed:
            yield {
                "row": one.row.id,
                "name": one.row.level3,
                "target": one.row.target,
                "value": one.actual or None,
                "reason": one.reason or None,
                "recorded_by": entry.recorded_by if entry else None,
                "approved_by": entry.approved_by if entry else None,
                "proposal": one.proposed or None,
            }
