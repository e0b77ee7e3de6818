"""What the commands share: their common options, where things lie, times as typed, and printing."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from collector.ledger import reading
from collector.ledger.place import ledger_url
from collector.ledger.store import Ledger, open_ledger, sqlite_url
from config.errors import ConfigError, Finding, LinewalkerError
from config.load import load, load_text
from config.model import Config
from exporters import text
from exporters.words import default_language, say, words

DEFAULT_CONFIG = Path("linewalker.yaml")
DEFAULT_DATA = Path("linewalker-data")


def tell(template: str, **values: object) -> None:
    """Print one sentence in the user's language."""
    click.echo(words(default_language())(template).format(**values))


def tell_aside(template: str, **values: object) -> None:
    """Say one sentence beside what is printed, where programs that read it do not look."""
    click.echo(words(default_language())(template).format(**values), err=True)


def tell_error(error: LinewalkerError) -> None:
    """Print an error in the user's language; a configuration shows every finding, one a line."""
    if isinstance(error, ConfigError):
        for finding in error.findings:
            click.echo(f"{finding.place}: {say(finding, default_language())}", err=True)
    else:
        click.echo(say(error, default_language()), err=True)


class Commands(click.Group):
    """A group that shows our own errors as one message and ends with their exit status.

    `elsewhere` names commands by `module:attribute`; a module is imported when its command is typed, because nobody
    who asks for the status wants to wait for what reads workbooks, judges a year or builds a practice network.
    """

    def __init__(self, *args: Any, elsewhere: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.elsewhere = elsewhere or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, also of those that are not imported yet."""
        return [*self.elsewhere, *(name for name in super().list_commands(ctx) if name not in self.elsewhere)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported if it has to be."""
        if cmd_name in self.elsewhere and cmd_name not in self.commands:
            module, _, attribute = self.elsewhere[cmd_name].partition(":")
            self.add_command(getattr(import_module(module), attribute), cmd_name)
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a user never sees a traceback for a user's mistake."""
        try:
            return super().invoke(ctx)
        except LinewalkerError as error:
            tell_error(error)
            ctx.exit(error.exit_status)


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command: -c and --data."""
    file = click.Path(path_type=Path)
    command = click.option("-c", "--config", type=file, help="configuration; default ./linewalker.yaml")(
        command
    )
    return click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        default=DEFAULT_DATA,
        show_default=True,
        help="where the ledger and all else is kept",
    )(command)


def printing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that prints: the common ones, --json and --csv."""
    return common(formed(command))


def formed(command: Callable[..., Any]) -> Callable[..., Any]:
    """--json and --csv."""
    command = click.option("--json", "form", flag_value="json", help="print JSON")(command)
    return click.option("--csv", "form", flag_value="csv", help="print CSV")(command)


def choosing(command: Callable[..., Any]) -> Callable[..., Any]:
    """--circuit and --group, each as often as wanted."""
    command = click.option("--circuit", "circuits", multiple=True, help="only this circuit")(command)
    return click.option("--group", "groups", multiple=True, help="only this group")(command)


def show(name: str, rows: Sequence[dict[str, Any]], form: str | None) -> None:
    """Print rows as a table, as CSV, or as JSON under their name."""
    wanted: text.Form = "json" if form == "json" else "csv" if form == "csv" else "text"
    click.echo(text.write(name, rows, wanted, words(default_language())), nl=False)


def finding_rows(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as rows, in the user's language."""
    return [
        {
            "rule": one.rule,
            "severity": one.severity,
            "place": one.place,
            "message": say(one, default_language()),
        }
        for one in findings
    ]


def config_path(given: Path | None) -> Path:
    """The configuration file that is meant; raises LinewalkerError when there is none."""
    if given is None and not DEFAULT_CONFIG.exists():
        raise LinewalkerError(
            "there is no ./linewalker.yaml here: name a configuration with -c FILE, or try `linewalker demo`"
        )
    return given or DEFAULT_CONFIG


def config_of(given: Path | None, data_dir: Path) -> Config:
    """The configuration named, else ./linewalker.yaml, else the one last loaded into the embedded ledger.

    A ledger that was asked for its configuration is the one meant, wherever that says it was kept: it may be a copy.
    """
    if given is not None or DEFAULT_CONFIG.exists():
        return load(config_path(given))
    ledger = open_ledger(sqlite_url(data_dir), create=False)
    try:
        with ledger.reading() as connection:
            kept = reading.newest_config(connection)
    finally:
        ledger.close()
    if kept is None:
        return load(config_path(None))
    loaded = load_text(kept)
    here = loaded.storage.model_copy(update={"url": "", "password": None})
    return loaded.model_copy(update={"storage": here})


def ledger_of(config: Config, data_dir: Path) -> Ledger:
    """The ledger of a configuration, for reading."""
    return open_ledger(ledger_url(config, data_dir), create=False)


def chosen(config: Config, circuits: Sequence[str], groups: Sequence[str]) -> set[str] | None:
    """Ids of the circuits that --circuit and --group name; None for all. Unknown names are refused."""
    known = {circuit.id: circuit.group for circuit in config.circuits}
    for name in circuits:
        if name not in known:
            raise LinewalkerError("there is no circuit {name} in the configuration", name=name)
    for name in groups:
        if name not in known.values():
            raise LinewalkerError("there is no group {name} in the configuration", name=name)
    if not circuits and not groups:
        return None
    return set(circuits) | {one for one, group in known.items() if group in groups}


def moment(written: str | None, zone: str) -> float | None:
    """Seconds since 1970 UTC of a date or time as typed, in the calendar's zone where it names none."""
    if written is None:
        return None
    try:
        found = dt.datetime.fromisoformat(written)
    except ValueError as error:
        raise LinewalkerError(
            "{written} is not a time; write 2026-03-01, 2026-03-01T08:00 or 2026-03-01T08:00:00+08:00",
            written=written,
        ) from error
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).timestamp()
