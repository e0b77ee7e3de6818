"""What people enter, and what stands beside it: throughput tests, measured here or reported by a carrier."""

import hashlib
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from collector import processes
from collector.commands.shared import Commands, common, config_of, ledger_of, moment, printing, show, tell
from collector.ledger import reading
from collector.ledger.store import Batch, Ledger, Life, micros, seconds
from collector.version import VERSION
from config.errors import LinewalkerError
from config.model import Config
from config.units import read_rate, write_rate
from exporters.figures import rfc3339
from probes.transfers import ip_rate

_DAY = 86400.0
_VALID_DAYS = 31  # where the configuration says nothing of throughput
_LATER = 60.0  # seconds by which a report may seem to come from the future: clocks differ
_REPORT = "report"


_SHEETS = "collector.commands.sheets"


@click.group(
    cls=Commands,
    elsewhere={
        "inspection": f"{_SHEETS}:inspection",
        "repair": f"{_SHEETS}:repair",
        "manual-value": f"{_SHEETS}:manual_value",
        "attestation": f"{_SHEETS}:attestation",
    },
)
def records() -> None:
    """Enter and list what is not observed by asking: throughput tests and reports."""


@records.group(cls=Commands, invoke_without_command=True)
@printing
@click.option("--circuit", "circuits", multiple=True, help="only this circuit")
@click.option("--from", "begin", help="from this time on, such as 2026-03-01 or 2026-03-01T08:00")
@click.option("--to", "end", help="before this time")
@click.pass_context
def throughput(
    context: click.Context,
    circuits: tuple[str, ...],
    begin: str | None,
    end: str | None,
    config: Path | None,
    data: Path,
    form: str | None,
) -> None:
    """List throughput tests that were made or refused, and reports that were entered."""
    if context.invoked_subcommand is not None:
        return
    loaded = config_of(config, data)
    zone = loaded.calendar.zone
    known = _listed(loaded, data, circuits)
    first, last = moment(begin, zone), moment(end, zone)
    rows = [
        _told(row, known, ZoneInfo(zone))
        for row in known
        if (first is None or row.started_at >= micros(first))
        and (last is None or row.started_at < micros(last))
    ]
    show("throughput", rows if form else [_shown(row) for row in rows], form)


@throughput.command()
@common
@click.option("--circuit", required=True, help="of which circuit")
@click.option("--rate", required=True, help="what was measured, such as 9.6M")
@click.option("--at", required=True, help="when it was measured, such as 2026-03-01T08:00")
@click.option("--reference", required=True, help="the report: its file, or what it is called")
@click.option(
    "--direction", type=click.Choice(["both", "receive", "send"]), default="both", show_default=True
)
@click.option("--valid-days", type=click.IntRange(1, 366), help="how many days the rate stands")
@click.option("--by", help="who vouches for it; default the user who enters it")
@click.option("--corrects", help="id of the report that this one takes the place of")
def add(
    *,
    circuit: str,
    rate: str,
    at: str,
    reference: str,
    direction: str,
    valid_days: int | None,
    by: str | None,
    corrects: str | None,
    config: Path | None,
    data: Path,
) -> None:
    """Enter a carrier's report of a throughput test, as attested."""
    loaded, now = config_of(config, data), time.time()
    if all(one.id != circuit for one in loaded.circuits):
        raise LinewalkerError("there is no circuit {name} in the configuration", name=circuit)
    measured_at = moment(at, loaded.calendar.zone) or 0.0
    if measured_at > now + _LATER:
        raise LinewalkerError("{at} is still to come; expected when the test was made", at=at)
    days = valid_days or (loaded.throughput.validity_days if loaded.throughput else _VALID_DAYS)
    row = {
        "id": secrets.token_hex(8),
        "circuit": circuit,
        "direction": direction,
        "origin": "attested",
        "method": _REPORT,
        "started_at": micros(measured_at),
        "valid_until": micros(measured_at + days * _DAY),
        "rate_bps": _rate(rate),
        "vantage": loaded.vantage.name,
        "reference": _reference(reference),
        "recorded_at": micros(now),
        "recorded_by": by or processes.user(),
        "supersedes": corrects,
    }
    _write(ledger_of(loaded, data), row, loaded.vantage.name, now)
    tell(
        "entered as {id}: {circuit} carried {rate}bit/s",
        id=row["id"],
        circuit=circuit,
        rate=write_rate(_rate(rate)),
    )


def _write(ledger: Ledger, row: dict[str, Any], vantage: str, now: float) -> None:
    """Write one report with a life of our own; nothing that was entered is ever changed."""
    try:
        with ledger.reading() as connection:
            known = reading.throughput(connection)
        if row["supersedes"] is not None:
            _check_correction(row, known)
        ledger.begin(Life(collector="records", vantage=vantage, version=VERSION, now=now))
        batch = Batch()
        batch.add("throughput", [row])
        ledger.write(batch)
    finally:
        ledger.close()


def _check_correction(row: dict[str, Any], known: Sequence[Any]) -> None:
    """A correction is of a report of the same circuit, and of the newest of those that correct each other."""
    name = row["supersedes"]
    corrected = next((one for one in known if one.id == name), None)
    if corrected is None or corrected.circuit != row["circuit"]:
        raise LinewalkerError(
            "there is no report {id} of {circuit}; `linewalker records throughput` lists them",
            id=name,
            circuit=row["circuit"],
        )
    if corrected.origin != "attested":
        raise LinewalkerError("{id} was measured: what was measured is never corrected", id=name)
    if later := _corrections(known).get(name):
        raise LinewalkerError("{id} was corrected by {later} already; correct that one", id=name, later=later)


def _corrections(known: Sequence[Any]) -> dict[str, str]:
    """By which later report each one was put right."""
    return {one.supersedes: one.id for one in known if one.supersedes}


def _rate(written: str) -> int:
    try:
        return read_rate(written)
    except ValueError as error:
        raise LinewalkerError("{found} is not a rate; expected bit/s, such as 9.6M", found=written) from error


def _reference(written: str) -> str:
    """What a report is called; of a file its name and SHA-256, so that it can be told from another one later."""
    place = Path(written)
    try:
        if place.is_file():
            return f"{place.name} sha256:{hashlib.sha256(place.read_bytes()).hexdigest()}"
    except OSError as error:
        raise LinewalkerError(
            "{place} cannot be read: {error}; give a file that can, or what the report is called",
            place=place,
            error=error.strerror,
        ) from error
    return written


def _listed(loaded: Config, data: Path, circuits: Sequence[str]) -> list[Any]:
    """All rows of these circuits, or of all. Circuits that are in the ledger only are no mistake."""
    ledger = ledger_of(loaded, data)
    try:
        with ledger.reading() as connection:
            found = reading.throughput(connection, circuits=circuits or None)
    finally:
        ledger.close()
    known = {one.id for one in loaded.circuits} | {row.circuit for row in found}
    for name in circuits:
        if name not in known:
            raise LinewalkerError("there is no circuit {name} in the configuration", name=name)
    return found


def _told(row: Any, known: Sequence[Any], zone: ZoneInfo) -> dict[str, Any]:
    def at(moment: int | None) -> str | None:
        return None if moment is None else rfc3339(seconds(moment), zone, "microseconds")

    return {
        "id": row.id,
        "circuit": row.circuit,
        "direction": row.direction,
        "origin": row.origin,
        "method": row.method,
        "planned": at(row.planned_at),
        "started": at(row.started_at),
        "ended": at(row.ended_at),
        "valid_until": at(row.valid_until),
        "rate_bps": row.rate_bps,
        "ip_rate_bps": _ip_rate(row),
        "other_bps": row.other_bps,
        "cap_bps": row.cap_bps,
        "bytes": row.bytes,
        "far_end": row.far_end,
        "source": row.source,
        "vantage": row.vantage,
        "reason": row.reason,
        "reference": row.reference,
        "recorded": at(row.recorded_at),
        "recorded_by": row.recorded_by,
        "supersedes": row.supersedes,
        "superseded_by": _corrections(known).get(row.id),
    }


def _ip_rate(row: Any) -> int | None:
    """The rate with the headers of IP and TCP; None where it is not known how long packets were."""
    if row.rate_bps is None or row.segment is None:
        return None
    return ip_rate(row.rate_bps, row.segment, version=6 if "[" in row.far_end else 4)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A test on a line, as people read it."""
    return {
        "id": row["id"],
        "circuit": row["circuit"],
        "direction": row["direction"],
        "origin": row["origin"],
        "started_at": row["started"][:19].replace("T", " "),
        "rate": None if row["rate_bps"] is None else f"{row['rate_bps'] / 1e6:.3f}M",
        "other": None if row["other_bps"] is None else f"{row['other_bps'] / 1e6:.3f}M",
        "valid_until": (row["valid_until"] or "")[:10],
        "reason": row["reason"],
        "reference": row["reference"],
        "recorded_by": row["recorded_by"],
        "superseded_by": row["superseded_by"],
    }
