"""`snippets`: commands for the routers of the inventory, and the openings to request of whoever keeps firewalls."""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from collector.commands.shared import config_of, printing, show, tell, tell_aside
from config.addresses import read_address
from config.dated import all_in_service
from config.errors import LinewalkerError, WrongValueError
from config.model import Config, Device
from config.vendors import Dialect
from exporters.openings import Opening, openings
from exporters.snippets import DIALECTS, VANTAGE, Snippet, at_device
from exporters.snippets import snippets as snippets_of


@click.command()
@click.option(
    "--vendor", type=click.Choice(DIALECTS), help="the language of the routers; default by maker, else all"
)
@click.option("--device", "device", help="only for this device")
@click.option("--vantage", help="the vantage's own address, as routers and firewalls see it")
@printing
def snippets(
    vendor: Dialect | None,
    device: str | None,
    vantage: str | None,
    config: Path | None,
    data: Path,
    form: str | None,
) -> None:
    """Print commands for routers, and firewall openings to request."""
    loaded = config_of(config, data)
    today = dt.datetime.now(ZoneInfo(loaded.calendar.zone)).date()
    address = _address(vantage)
    devices = _devices(loaded, device, today, asked_for=vendor is not None)
    found = snippets_of(loaded, devices, today, address or VANTAGE, vendor)
    rows = openings(loaded, today, address)
    names = _names(found)
    beside = _without_router(loaded, today)
    if form == "json":
        _echo_json(found, {"names": names, "openings": [_row(one) for one in rows], "without_router": beside})
    elif form == "csv":
        show("openings", [_row(one) for one in rows], form)
    else:
        _tell(found, names, rows, beside)


def _echo_json(found: Sequence[Snippet], others: dict[str, Any]) -> None:
    commands = [
        {"device": one.device, "vendor": one.dialect, "guessed": one.guessed, "text": one.text}
        for one in found
    ]
    click.echo(json.dumps({"snippets": commands, **others}, ensure_ascii=False, indent=1))


def _address(written: str | None) -> str:
    try:
        return read_address(written) if written else ""
    except WrongValueError as wrong:
        raise LinewalkerError(wrong.text, **wrong.values) from None


def _devices(config: Config, name: str | None, today: dt.date, *, asked_for: bool) -> Sequence[Device]:
    """The device that is named; else those that lines hang on, or that are asked by SNMP and so need a user."""
    if name is not None:
        for one in config.devices:
            if one.id == name:
                return (one,)
        raise LinewalkerError("there is no device {name} in the configuration", name=name)
    carrying = {at_device(one) for one in all_in_service(config.circuits, today)}
    return [one for one in config.devices if one.id in carrying or (one.check.probe == "snmp" and asked_for)]


def _without_router(config: Config, today: dt.date) -> list[str]:
    """Lines for which no router is told to test them: none is known, or they are asked by IPv6."""
    known = {one.id for one in config.devices}
    circuits = all_in_service(config.circuits, today)
    return [one.id for one in circuits if at_device(one) not in known or ":" in one.address]


def _row(opening: Opening) -> dict[str, Any]:
    return {
        "from": opening.source,
        "to": opening.target,
        "protocol": opening.protocol,
        "port": opening.port,
        "why": opening.why,
        "subject": opening.subject,
    }


def _names(found: Sequence[Snippet]) -> list[dict[str, Any]]:
    """By what each router knows its lines: test, tag and session have room for names of different length."""
    keys = ("circuit", "test", "tag", "session", "number")
    rows = {
        (one.device, line.circuit): {"device": one.device, **{key: getattr(line, key) for key in keys}}
        for one in found
        for line in one.lines
    }
    return list(rows.values())


def _tell(
    found: Sequence[Snippet], names: Sequence[dict[str, Any]], rows: Sequence[Opening], beside: Sequence[str]
) -> None:
    for one in found:
        click.echo(one.text)
    others = [one for one in names if {one["test"], one["tag"], one["session"]} != {one["circuit"]}]
    if others:
        tell("lines that routers know by another name:")
        show("names", others, None)
        click.echo()
    tell("firewall openings to request:")
    show("openings", [_row(one) for one in rows], None)
    tell_aside(
        "these commands follow the makers' manuals and were not tried on routers; read them before you type"
    )
    guessed = sorted({one.device for one in found if one.guessed})
    if guessed:
        tell_aside(
            "nobody said who made {devices}: printed for every maker; choose with --vendor",
            devices=", ".join(guessed),
        )
    if beside:
        tell_aside("no router is known that could test {circuits}", circuits=", ".join(beside))
