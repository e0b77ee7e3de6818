"""Starting the service on the user's own lines, and looking a configuration over before that."""

import datetime as dt
import gc
import os
import socket
import sys
from pathlib import Path
from typing import Any

import click

from collector import app
from collector.commands.shared import common, config_path, finding_rows, printing, show, tell
from config.checking import check as findings_of
from config.load import load
from config.plan_rules import IDS
from exporters.words import default_language, words


@click.command()
@common
@click.option("--listen-fd", type=int, hidden=True, help="serve on this open socket")
@click.option("--practice", is_flag=True, hidden=True, help="the lines are those of the practice network")
def run(config: Path | None, data: Path, listen_fd: int | None, practice: bool) -> None:
    """Watch the lines, keep the facts, serve the page and /metrics."""
    path = config_path(config)
    gc.disable()  # we end before long: of a million lines looking for garbage costs more than it gives back
    loaded = load(path)
    app.claim(data, practice=practice)
    listener = app.listen(loaded.listen) if listen_fd is None else socket.socket(fileno=listen_fd)
    with app.held(data):  # said here, in the user's language; the service itself holds it from now on
        made = app.begin(loaded, data)
    if listen_fd is None:
        host, port = listener.getsockname()[:2]
        tell("page: http://{address}/  (Ctrl-C ends)", address=f"{host}:{port}")
        sys.stdout.flush()
    # What is in memory by now is of no use to a process that only looks after two others.
    fd = listener.detach()
    for inherited in (fd, made):
        os.set_inheritable(inherited, True)
    service = app.command(path, data, fd, made)
    os.execv(service[0], service)  # noqa: S606 - no shell is what we want


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@printing
def check(file: Path, config: Path | None, data: Path, form: str | None) -> None:
    """Show every problem of a configuration, a policy or an evaluation plan at once."""
    findings = findings_of(file, dt.datetime.now(dt.UTC).date())
    rows = finding_rows(findings)
    if form:
        show("findings", rows, form)
    else:
        for row in rows:
            click.echo(_line(row))
        if not rows:
            tell("{file}: nothing to object to", file=file)
    if not file.exists():
        sys.exit(2)
    sys.exit(1 if any(one.severity == "error" for one in findings) else 0)


def _line(row: dict[str, Any]) -> str:
    """A finding as a line; of what a form says, an office wants to know by which rule, and how bad it is."""
    line = f"{row['place']}: {row['message']}"
    if row["rule"] not in IDS:
        return line
    return f"{line} [{row['rule']}, {words(default_language())(row['severity'])}]"
