"""Looking after the ledger."""

import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from collector.ask import ledger_url
from collector.commands.shared import Commands, config_of, finding_rows, ledger_of, printing, show, tell
from collector.invariants import violations
from collector.ledger import reading
from collector.ledger.store import open_ledger


@click.group(cls=Commands)
def ledger() -> None:
    """Check the recorded facts, or bring an older ledger up to date."""


@ledger.command()
@printing
def check(config: Path | None, data: Path, form: str | None) -> None:
    """Hold the recorded facts against what must always hold of them."""
    loaded = config_of(config, data)
    kept = ledger_of(loaded, data)
    try:
        with kept.reading() as connection:
            runs = sorted(reading.runs(connection), key=lambda row: (row.check, row.started_at))
            watches = reading.watches(connection)
            watched = {name: reading.watched(connection, name) for name in {row.round for row in watches}}
    finally:
        kept.close()
    found = violations(runs, watches, watched)
    zone = ZoneInfo(loaded.calendar.zone)
    rows = finding_rows(found)
    if form or rows:
        show("findings", rows, form)
    else:
        tell(
            "{runs} runs and {watches} watches: every rule holds ({zone})",
            runs=len(runs), watches=len(watches), zone=zone.key,
        )  # fmt: skip
    sys.exit(1 if found else 0)


@ledger.command()
@printing
def upgrade(config: Path | None, data: Path, form: str | None) -> None:
    """Bring the ledger's tables up to date; an embedded ledger is copied first."""
    loaded = config_of(config, data)
    open_ledger(ledger_url(loaded, data), create=True).close()
    tell("the ledger is up to date")
