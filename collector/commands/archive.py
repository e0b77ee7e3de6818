"""Keeping copies of the ledger, and bringing one back."""

import datetime as dt
import sys
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from collector import app, processes, proofs
from collector.commands.shared import (
    DEFAULT_CONFIG,
    common,
    config_of,
    config_path,
    ledger_of,
    printing,
    show,
    tell,
    tell_aside,
)
from collector.keeping import backup as backups
from collector.keeping import manifest
from collector.keeping import restore as restoring
from collector.ledger.place import ledger_url
from collector.ledger.store import sqlite_url
from config.load import load
from config.model import Config


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="this file instead of one among the daily ones"
)
@click.option(
    "--list", "listing", is_flag=True, help="show the backups there are, and whether each is intact"
)
@printing
def backup(output: Path | None, listing: bool, config: Path | None, data: Path, form: str | None) -> None:
    """Copy the ledger into one file, while the collector writes it, and verify the copy."""
    loaded = config_of(config, data)
    if listing:
        _list(loaded, data, form)
        return
    now = time.time()
    ledger = ledger_of(loaded, data)
    try:
        place = output or backups.place_for(loaded, data, now)
        made = backups.make(ledger, place, now, practice=app.is_practice(data))
        proofs.carry(data, place.parent)
    finally:
        ledger.close()
    found = backups.Found(place, made, "verified")
    if form:
        show("backups", [_row(found, loaded)], form)
    else:
        tell(
            "{place}: {rows} rows, watched until {until}; written and verified",
            place=place,
            rows=sum(made.contents.rows.values()),
            until=_local(made.contents.watched_until, loaded) or "—",
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--replace", is_flag=True, help="take the place of the ledger that is there, which is kept aside"
)
@common
def restore(file: Path, replace: bool, config: Path | None, data: Path) -> None:
    """Put a backup in the place of the ledger; the collector must not run."""
    said = manifest.read(file)
    app.claim(data, practice=said.practice if said else app.is_practice(data))
    with app.held(data):
        done = restoring.restore(
            file, _target(config, data), data, now=time.time(), by=processes.user(), replace=replace
        )
        proofs.carry(file.parent, data)
    loaded = config_of(config, data)
    if said is None:
        tell_aside(
            "{file} has no manifest beside it: nothing tells whether it is as it was written", file=file
        )
    tell("{place} holds the backup {file} now", place=done.place, file=file)
    if done.replaced:
        tell("the ledger that was there is kept: {kept}", kept=done.replaced)
    if done.spool:
        tell("facts that waited to be written to it are kept: {kept}", kept=done.spool)
    if until := _local(done.contents.watched_until, loaded):
        tell(
            "it was watched until {until}; from then until the collector runs again all is unknown",
            until=until,
        )


def _target(given: Path | None, data: Path) -> str:
    """Where a backup goes: the URL of a configuration at hand. One that only the backup knows is not followed.

    That one may be the ledger in use of another machine, and this a look at the past.
    """
    if given is None and not DEFAULT_CONFIG.exists():
        return sqlite_url(data)
    return ledger_url(load(config_path(given)), data)


def _list(loaded: Config, data: Path, form: str | None) -> None:
    found = backups.listed(backups.directory(loaded, data))
    show("backups", [_row(one, loaded) for one in found], form)
    sys.exit(1 if any(one.state == "damaged" for one in found) else 0)


def _row(found: backups.Found, loaded: Config) -> dict[str, Any]:
    said = found.manifest
    return {
        "place": str(found.place),
        "state": found.state,
        "reason": found.reason,
        "made_at": _local(said.made_at, loaded) if said else None,
        "watched_until": _local(said.contents.watched_until, loaded) if said else None,
        "size": said.size if said else None,
        "rows": sum(said.contents.rows.values()) if said else None,
        "sha256": said.sha256 if said else None,
    }


def _local(written: str | None, loaded: Config) -> str | None:
    """A moment of a manifest in the calendar's zone."""
    if written is None:
        return None
    zone = ZoneInfo(loaded.calendar.zone)
    return dt.datetime.fromisoformat(written).astimezone(zone).isoformat(timespec="seconds")
