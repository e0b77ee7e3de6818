"""`rules` and `dashboards`: for who runs Prometheus and Grafana beside Linewalker. Nothing is asked or sent."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from collector.commands.shared import common, config_of, tell
from config.errors import LinewalkerError
from exporters.dashboards.made import files
from exporters.forms.written import put, require_free
from exporters.rules.made import rules as rules_of
from exporters.words import default_language


@click.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="write them into this file")
@click.option("--force", is_flag=True, help="overwrite the file")
@common
def rules(output: Path | None, config: Path | None, data: Path, *, force: bool) -> None:
    """Print a file of rules for Prometheus."""
    if output is not None:
        require_free(output, force=force)
    loaded = config_of(config, data)
    today = dt.datetime.now(ZoneInfo(loaded.calendar.zone)).date()
    made = rules_of(loaded, today, default_language())
    if output is None:
        click.echo(made, nl=False)
        return
    put(output, made.encode(), force=force)
    tell("{file}: rules for Prometheus; look them over with `promtool check rules {file}`", file=output)


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("dashboards"),
    show_default=True,
    help="the folder they are written into; made if it is not there",
)
@click.option("--force", is_flag=True, help="overwrite the files")
@common
def dashboards(output: Path, config: Path | None, data: Path, *, force: bool) -> None:
    """Write dashboards for Grafana."""
    made = files(config_of(config, data), default_language())
    _require_folder(output)
    # All of them or none: half of the new ones beside half of the old would contradict each other.
    for name in made:
        require_free(output / name, force=force)
    for name, content in made.items():
        put(output / name, content, force=force)
        click.echo(output / name)


def _require_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LinewalkerError(
            "the folder {folder} cannot be made: {why}", folder=folder, why=error.strerror or str(error)
        ) from error
