"""An office's own form as a template: looking it over, mapping its cells, and converting an old file."""

import sys
from pathlib import Path

import click

from collector.commands.shared import Commands, common, finding_rows, printing, show, tell, tell_aside
from config.errors import LinewalkerError
from config.form_grids import read_form
from config.form_mapping import load_mapping, mapping_text
from config.form_proposals import propose
from config.office_files import office_kind, read_office
from config.plan_files import load_plan
from exporters.forms.convert import convert
from exporters.forms.template_check import problems
from exporters.forms.template_values import names_of

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(cls=Commands)
def template() -> None:
    """The office's own Word or Excel form."""


@template.command("check")
@click.argument("file", type=_FILE)
@click.option("--plan", type=_FILE, help="the evaluation plan it is for: names are held against it")
@printing
def check(file: Path, plan: Path | None, config: Path | None, data: Path, form: str | None) -> None:
    """Show what is wrong with a template before anything is filled."""
    kind = office_kind(file)
    loaded = load_plan(plan) if plan else None
    mapping = None
    if plan and loaded and loaded.plan.mapping:
        mapping = load_mapping(plan.parent / loaded.plan.mapping, read_form(file))
    known = names_of(loaded) if loaded else None
    findings = [*problems(file, read_office(file), kind, known, mapping)]
    rows = finding_rows(findings)
    if form:
        show("findings", rows, form)
    else:
        for row in rows:
            click.echo(f"{row['place']}: {row['message']}")
        if not rows:
            tell("{file}: nothing to object to", file=file)
    sys.exit(1 if any(one.severity == "error" for one in findings) else 0)


@template.command("map")
@click.argument("file", type=_FILE)
@click.option("--plan", type=_FILE, required=True, help="the evaluation plan whose values go into the form")
@click.option(
    "-o", "--output", type=_FILE, required=True, help="where to write the mapping; it must not be there"
)
@common
def map_(file: Path, plan: Path, output: Path, config: Path | None, data: Path) -> None:
    """Propose which value goes into which cell of a form without placeholders."""
    loaded = load_plan(plan)
    found = propose(loaded.plan, read_form(file))
    if found is None:
        text = (
            "{file} has no cell that the words of {plan} lead to; expected a form with the names of its rows"
        )
        raise LinewalkerError(text, file=file, plan=plan)
    _write_new(output, mapping_text(found))
    tell(
        "{file}: {count} cells; look it over, then name it in the plan as `mapping`",
        file=output,
        count=len(found.cells),
    )
    mapped = {one.value for one in found.cells}
    for row in loaded.plan.rows:
        if f"rows.{row.id}.actual" not in mapped:
            tell_aside(
                "no cell was found for {name}: {title}", name=f"rows.{row.id}.actual", title=row.level3
            )


@template.command("convert")
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@common
def convert_(old: Path, new: Path, config: Path | None, data: Path) -> None:
    """Convert a .doc, .xls, .wps, .et or the like with LibreOffice; NEW must not be there."""
    convert(old, new)
    tell("{file} was made; look it over, for LibreOffice may have moved something", file=new)


def _write_new(place: Path, text: str) -> None:
    """Write a file that is not there yet. Raises LinewalkerError."""
    try:
        with place.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise LinewalkerError("{file} is there already; expected another name", file=place) from None
    except OSError as error:
        raise LinewalkerError("{file} cannot be written: {why}", file=place, why=error.strerror) from None
