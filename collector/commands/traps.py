"""What devices said of themselves: the traps and informs that were recorded."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from collector.commands.shared import config_of, ledger_of, moment, printing, show
from collector.ledger import reading
from collector.ledger.store import seconds
from config.errors import LinewalkerError
from config.model import Config
from exporters.figures import rfc3339
from probes.trap_kinds import OTHER


@click.command()
@printing
@click.option("--from", "begin", help="from this time on, such as 2026-03-01 or 2026-03-01T08:00")
@click.option("--to", "end", help="before this time")
@click.option("--device", help="only of this device or system")
def traps(
    config: Path | None, data: Path, form: str | None, begin: str | None, end: str | None, device: str | None
) -> None:
    """List recorded SNMP traps and informs."""
    loaded = config_of(config, data)
    if device is not None:
        _check_known(loaded, device)
    zone = loaded.calendar.zone
    ledger = ledger_of(loaded, data)
    try:
        with ledger.reading() as connection:
            found = reading.traps(connection, begin=moment(begin, zone), end=moment(end, zone), device=device)
    finally:
        ledger.close()
    rows = [_trap(row, ZoneInfo(zone)) for row in found]
    show("traps", rows if form else [_shown(row) for row in rows], form)


def _check_known(config: Config, device: str) -> None:
    if all(one.id != device for one in (*config.devices, *config.systems)):
        raise LinewalkerError("there is no device or system {name} in the configuration", name=device)


def _trap(row: Any, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "received": rfc3339(seconds(row.received_at), zone, "microseconds"),
        "until": rfc3339(seconds(row.until), zone, "microseconds"),
        "count": row.count,
        "kind": row.kind,
        "device": row.device,
        "source": row.source,
        "interface": row.interface_name,
        "interface_index": row.interface_index,
        "version": row.version,
        "oid": row.oid,
        "variables": json.loads(row.variables),
    }


def _shown(trap: dict[str, Any]) -> dict[str, Any]:
    """A trap on a line: what people look for, and an identifier only where it has no name."""
    return {
        "received": trap["received"][:23].replace("T", " "),
        "count": trap["count"],
        "kind": trap["kind"],
        "device": trap["device"],
        "source": trap["source"],
        "interface": trap["interface"] or trap["interface_index"],
        "oid": trap["oid"] if trap["kind"] == OTHER else "",
    }
