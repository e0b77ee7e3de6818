"""Who was told what, and whether messages arrive."""

import os
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import sqlalchemy as sa

from collector.alert_store import PLACE, AlertStore
from collector.alerting import letterhead
from collector.commands.shared import common, config_of, printing, show, tell, tell_error
from config.errors import LinewalkerError
from config.model import Config
from exporters.alerts.books import Notice
from exporters.alerts.sending import NotSentError, send
from exporters.alerts.texts import headline, trial
from exporters.figures import rfc3339


@click.group(invoke_without_command=True)
@printing
@click.option(
    "--last", type=click.IntRange(1, 100_000), default=50, show_default=True, help="so many of them"
)
@click.pass_context
def alerts(context: click.Context, config: Path | None, data: Path, form: str | None, last: int) -> None:
    """List what people were told, newest first; `alerts test` sends a trial."""
    if context.invoked_subcommand:
        return
    loaded = config_of(config, data)
    zone, head = ZoneInfo(loaded.calendar.zone), letterhead(loaded, data)

    def line(receiver: str, at: float, sent_at: float | None, notice: Notice) -> dict[str, Any]:
        return {
            "at": rfc3339(at, zone),
            "told": None if sent_at is None else rfc3339(sent_at, zone),
            "receiver": receiver,
            "news": notice.news,
            "what": notice.trouble.key.what,
            "subject": notice.trouble.key.id,
            "text": headline(notice, head),
        }

    show("alerts", [line(*one) for one in _told(data, last)], form)


def _told(data: Path, last: int) -> list[tuple[str, float, float | None, Notice]]:
    if not (data / PLACE).exists():  # nobody was to be told yet
        return []
    store = AlertStore(data)
    try:
        return store.told(last)
    except sa.exc.SQLAlchemyError as error:
        raise LinewalkerError("{place} cannot be read: {why}", place=data / PLACE, why=error) from None
    finally:
        store.close()


@alerts.command("test")
@common
@click.argument("receiver", required=False)
def test(config: Path | None, data: Path, receiver: str | None) -> None:
    """Send a trial message to RECEIVER, or to all."""
    loaded = config_of(config, data)
    failed = False
    for one in _receivers(loaded, receiver):
        try:
            send(trial(time.time(), letterhead(loaded, data)), one, f"trial-{time.time_ns()}", os.environ)
        except NotSentError as error:
            failed = True
            tell_error(error)
        else:
            tell("{receiver}: sent", receiver=one.id)
    if failed:
        click.get_current_context().exit(NotSentError.exit_status)


def _receivers(loaded: Config, wanted: str | None) -> list[Any]:
    known = loaded.alerts.receivers if loaded.alerts else ()
    if not known:
        raise LinewalkerError("nobody is to be told: the configuration has no `alerts`")
    found = [one for one in known if wanted in (None, one.id)]
    if not found:
        names = ", ".join(one.id for one in known)
        raise LinewalkerError("there is no receiver {name}; there are {known}", name=wanted, known=names)
    return found
