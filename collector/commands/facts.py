"""What is known: how everything stands now, the inventory, and the recorded runs."""

import datetime as dt
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from pydantic import TypeAdapter

from collector import feed
from collector.board import Board
from collector.commands.shared import (
    choosing,
    chosen,
    config_of,
    ledger_of,
    moment,
    printing,
    show,
    tell_aside,
)
from collector.ledger import reading
from collector.ledger.store import seconds
from config.model import Circuit, Config
from config.units import write_rate
from exporters.figures import milliseconds, percent, rfc3339
from exporters.reading import STATES, Overview
from exporters.standing import StandingFiles
from exporters.status import status as status_of

_ANSWER_SECONDS = 5.0

_INVENTORY = TypeAdapter(Circuit)


def overview_of(config: Config, data_dir: Path) -> Overview:
    """How everything stands: as the running collector sees it; unknown while none runs."""
    board = Board(config)
    frame = feed.request(data_dir, {"want": "now"}, _ANSWER_SECONDS)
    if frame is not None:
        board.take(*frame, time.monotonic())
    return replace(board.overview(time.time(), time.monotonic()), standing=StandingFiles(data_dir).read())


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
    elif form == "csv":
        show("circuits", [_flat(one) for one in found["circuits"]], form)  # type: ignore[attr-defined]
    else:
        show("circuits", [_shown(_flat(one)) for one in found["circuits"]], form)  # type: ignore[attr-defined]
        if found["collector"]["clock_offset_seconds"] is None:  # type: ignore[index]
            tell_aside("clock not calibrated")


def _flat(circuit: dict[str, Any]) -> dict[str, Any]:
    """A line of `status` for tables, which have no room for what was read of its interface."""
    return {key: value for key, value in circuit.items() if key != "readings"}


def _shown(circuit: dict[str, Any]) -> dict[str, Any]:
    """A line of `status` with its figures as people read them."""
    figures = {
        "since": _clock(circuit["since"]),
        "rtt": None if circuit["rtt_seconds"] is None else milliseconds(circuit["rtt_seconds"]),
        "loss": None if circuit["loss_ratio"] is None else percent(circuit["loss_ratio"]),
    }
    return {**{key: circuit[key] for key in circuit if key not in {"rtt_seconds", "loss_ratio"}}, **figures}


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
    row: dict[str, Any] = _INVENTORY.dump_python(circuit, mode="json", exclude={"changes"})
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
    if form:
        show("runs", rows, form)
    else:
        show("runs", [line for row in rows for line in _lines(row)], form)


def _lines(run: dict[str, Any]) -> list[dict[str, Any]]:
    """A run as a line people can read, and below it a line a packet."""
    facts = {name: run[name] for name in ("kind", "subject", "state")}
    edges = {
        "start": _clock(run["start"]),
        "start_within": _within(run["start_after"], run["start"], run["start_before"]),
        "end": _clock(run["end"]),
        "end_within": _within(run["end_after"], run["end"], run["end_before"]),
    }
    packets = [
        {
            "subject": "  · packet" if one["count"] == 1 else "  · packets",
            "state": f"{one['count']} ×",
            "start": _clock(one["sent"]),
            "end": _clock(one["received"]),
            "reason": one["by"],
        }
        for one in run.get("packets", [])
    ]
    return [{**facts, **edges, "seconds": run["seconds"], "reason": run["reason"]}, *packets]


def _clock(written: str | None) -> str | None:
    """A time without its zone, which is the calendar's in every line."""
    return None if written is None else written[:23].replace("T", " ")


def _within(after: str | None, at: str | None, before: str | None) -> str | None:
    """How far the true moment may lie from a stated one: −seconds +seconds."""
    if after is None or at is None or before is None:
        return None
    early, stated, late = (dt.datetime.fromisoformat(one).timestamp() for one in (after, at, before))
    return f"−{stated - early:.1f} +{late - stated:.1f} s"


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
