"""What is known: how everything stands now, the inventory, the recorded runs, and asking on demand."""

import json
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from collector import feed, tracing
from collector.board import Board
from collector.commands.shared import choosing, chosen, config_of, ledger_of, moment, printing, show
from collector.ledger import reading
from collector.ledger.store import seconds
from config.errors import LinewalkerError, MachineError
from config.model import Circuit, Config
from config.units import write_rate
from exporters.figures import rfc3339
from exporters.reading import STATES, Overview
from exporters.status import status as status_of

_ANSWER_SECONDS = 5.0


def overview_of(config: Config, data_dir: Path) -> Overview:
    """How everything stands: as the running collector sees it; unknown while none runs."""
    board = Board(config)
    frame = feed.request(data_dir, {"want": "now"}, _ANSWER_SECONDS)
    if frame is not None:
        board.take(*frame, time.monotonic())
    return board.overview(time.time(), time.monotonic())


@click.command()
@printing
@choosing
def status(
    config: Path | None, data: Path, form: str | None, circuits: tuple[str, ...], groups: tuple[str, ...]
) -> None:
    """Show how every line stands now."""
    loaded = config_of(config, data)
    wanted = chosen(loaded, circuits, groups)
    found = status_of(overview_of(loaded, data), ZoneInfo(loaded.calendar.zone))
    if wanted is not None:
        found["circuits"] = [one for one in found["circuits"] if one["id"] in wanted]  # type: ignore[attr-defined]
    if form == "json":
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        show("circuits", found["circuits"], form)  # type: ignore[arg-type]


@click.command()
@printing
@choosing
def circuits(
    config: Path | None, data: Path, form: str | None, circuits: tuple[str, ...], groups: tuple[str, ...]
) -> None:
    """List the inventory of circuits."""
    loaded = config_of(config, data)
    wanted = chosen(loaded, circuits, groups)
    show("circuits", [_inventory(one) for one in loaded.circuits if wanted is None or one.id in wanted], form)


def _inventory(circuit: Circuit) -> dict[str, Any]:
    row = circuit.model_dump(mode="json", exclude={"changes"})
    row["commit_rate"] = None if circuit.commit_rate is None else write_rate(circuit.commit_rate)
    return row


@click.command()
@printing
@choosing
@click.option("--from", "begin", help="from this time on, such as 2026-03-01 or 2026-03-01T08:00")
@click.option("--to", "end", help="before this time")
@click.option("--packets", is_flag=True, help="with each down-run, the packets it rests on")
def runs(
    config: Path | None,
    data: Path,
    form: str | None,
    circuits: tuple[str, ...],
    groups: tuple[str, ...],
    begin: str | None,
    end: str | None,
    packets: bool,
) -> None:
    """List the recorded runs: facts, not judgements."""
    loaded = config_of(config, data)
    zone = loaded.calendar.zone
    wanted = chosen(loaded, circuits, groups)
    ledger = ledger_of(loaded, data)
    try:
        with ledger.reading() as connection:
            found = reading.runs(connection, begin=moment(begin, zone), end=moment(end, zone))
            rows = [
                _run(connection, row, ZoneInfo(zone), packets)
                for row in found
                if wanted is None or (row.kind == "circuit" and row.subject in wanted)
            ]
    finally:
        ledger.close()
    show("runs", rows, form)


def _run(connection: Any, row: Any, zone: ZoneInfo, packets: bool) -> dict[str, Any]:
    def at(micros: int | None) -> str | None:
        return None if micros is None else rfc3339(seconds(micros), zone, "microseconds")

    found = {
        "kind": row.kind,
        "subject": row.subject,
        "check": row.check,
        "address": row.address,
        "state": STATES[row.outcome],
        "start": at(row.started_at),
        "start_after": at(row.started_after),
        "start_before": at(row.started_before),
        "end": at(row.ended_at),
        "end_after": at(row.ended_after),
        "end_before": at(row.ended_before),
        "seconds": None if row.ended_at is None else (row.ended_at - row.started_at) / 1e6,
        "reason": row.reason,
        "round": row.round,
        "trace": json.loads(row.trace) if row.trace else None,
    }
    if packets and row.outcome == reading.DOWN:
        kept = reading.packets(connection, row.check, row.started_at)
        found["packets"] = [
            {
                "sent": at(one.sent_at),
                "until": at(one.until),
                "count": one.count,
                "received": at(one.received_at),
                "by": one.by,
            }
            for one in kept
        ]
    return found


@click.command()
@click.argument("circuit")
@click.option("--count", type=click.IntRange(1, 100), default=4, show_default=True)
@printing
def ping(circuit: str, count: int, config: Path | None, data: Path, form: str | None) -> None:
    """Ping a circuit now, from where the collector stands."""
    one = _circuit(config_of(config, data), circuit)
    wanted = {"want": "ping", "address": one.address, "source": one.source, "count": count}
    answer = feed.request(data, wanted, count + 2 * _ANSWER_SECONDS)
    found = answer[0] if answer else tracing.ping(one.address, one.source, count)
    if "error" in found:
        _refuse(found["error"])
    show("pings", [{"circuit": circuit, **found}], form)


@click.command()
@click.argument("circuit")
@printing
def trace(circuit: str, config: Path | None, data: Path, form: str | None) -> None:
    """Trace the path to a circuit's address now, from where the collector stands."""
    one = _circuit(config_of(config, data), circuit)
    wanted = {"want": "trace", "address": one.address, "source": one.source}
    answer = feed.request(data, wanted, 60)
    hops = answer[0]["hops"] if answer else tracing.trace(one.address, one.source)
    if hops and "error" in hops[0]:
        _refuse(hops[0]["error"])
    show("hops", hops, form)


def _refuse(error: str) -> None:
    raise MachineError("no packet could be sent: {error}", error=error)


def _circuit(config: Config, name: str) -> Circuit:
    for one in config.circuits:
        if one.id == name:
            return one
    raise LinewalkerError("there is no circuit {name} in the configuration", name=name)
