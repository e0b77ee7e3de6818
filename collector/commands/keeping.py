"""Looking after the ledger."""

import datetime as dt
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy.engine import Connection

from collector import proofs
from collector.commands.shared import (
    Commands,
    config_of,
    finding_rows,
    ledger_of,
    moment,
    printing,
    show,
    tell,
)
from collector.entered_invariants import entered_violations
from collector.invariants import false_statements, violations
from collector.keeping import chain as chains
from collector.keeping import verify
from collector.keeping.days import closed
from collector.keeping.fold import fold_closed
from collector.keeping.seal import seal_closed
from collector.ledger import reading
from collector.ledger.place import ledger_url
from collector.ledger.store import Life, open_ledger, seconds
from collector.version import VERSION
from config.errors import Finding


@click.group(cls=Commands)
def ledger() -> None:
    """Check the recorded facts, seal closed days, or bring an older ledger up to date."""


@ledger.command()
@click.option("--from", "begin", help="compare only the sealed days that end after this time")
@click.option("--to", "end", help="compare only the sealed days that begin before this time")
@printing
def check(begin: str | None, end: str | None, config: Path | None, data: Path, form: str | None) -> None:
    """Hold the recorded facts against what must always hold of them, and against their seals."""
    loaded = config_of(config, data)
    zone, now = ZoneInfo(loaded.calendar.zone), time.time()
    first, last = moment(begin, zone.key), moment(end, zone.key)
    kept = ledger_of(loaded, data)
    counts = _Counts()
    try:
        with verify.snapshot(kept) as connection:
            found = _violations(connection, counts)
            found += entered_violations(connection, lambda sha256: proofs.state(sha256, data))
            days = closed(connection, zone, now, data)
            found += verify.findings(connection, zone, now, days, first, last)
            counts.days = len(chains.read(connection).newest)
    finally:
        kept.close()
    broken = any(one.severity == "error" for one in found)
    if form or found:
        show("findings", finding_rows(found), form)
    if not (form or broken):
        tell(
            "{runs} runs, {watches} watches and {days} sealed days: every rule holds ({zone})",
            runs=counts.runs, watches=counts.watches, days=counts.days, zone=zone.key,
        )  # fmt: skip
    sys.exit(1 if broken else 0)


@ledger.command()
@printing
def seal(config: Path | None, data: Path, form: str | None) -> None:
    """Fold and seal the days that are closed by now, as the collector does every day."""
    loaded = config_of(config, data)
    zone, now = ZoneInfo(loaded.calendar.zone), time.time()
    kept = ledger_of(loaded, data)
    try:
        kept.begin(Life(collector="keep", vantage=loaded.vantage.name, version=VERSION, now=now))
        fold_closed(kept, zone, now, data)
        sealed = seal_closed(kept, zone, now, data)
        with verify.snapshot(kept) as connection:
            chain = chains.read(connection)
    finally:
        kept.close()
    if form:
        show("seals", [_seal_row(one, zone) for one in chain.seals[-1:]], form)
    else:
        tell("{days} days sealed; the chain holds {count} seals", days=sealed, count=len(chain.seals))
    if chain.seals and not form:
        tell("its newest value, to be written down where nobody can change it: {chain}", chain=chain.head)


@ledger.command()
@printing
def upgrade(config: Path | None, data: Path, form: str | None) -> None:
    """Bring the ledger's tables up to date; an embedded ledger is copied first."""
    loaded = config_of(config, data)
    open_ledger(ledger_url(loaded, data), create=True).close()
    tell("the ledger is up to date")


@dataclass(slots=True)
class _Counts:
    """How much was looked at."""

    runs: int = 0
    watches: int = 0
    days: int = 0

    def counted(self, runs: Iterable[Any]) -> Iterator[Any]:
        """The runs, each counted when it is taken."""
        for run in runs:
            self.runs += 1
            yield run


def _violations(connection: Connection, counts: _Counts) -> list[Finding]:
    watches = reading.watches(connection)
    watched = {name: reading.watched(connection, name) for name in {row.round for row in watches}}
    counts.watches = len(watches)
    found = violations(counts.counted(reading.runs_in_order(connection)), watches, watched)
    return [*found, *false_statements(reading.statements(connection))]


def _seal_row(seal: chains.Seal, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "day": _local(seal.day.started_at, zone)[:10],
        "revision": seal.revision,
        "place": seal.place,
        "sealed_at": _local(seal.sealed_at, zone),
        "chain": seal.chain,
    }


def _local(at: int, zone: ZoneInfo) -> str:
    return dt.datetime.fromtimestamp(seconds(at), zone).isoformat(timespec="seconds")
