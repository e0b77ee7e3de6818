"""How what `discover` found is printed: as people read it, as JSON, or as one CSV table."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from collector.commands.shared import finding_rows, show, tell
from collector.discovering import Answer, Scan
from config.adding import WrittenTable
from config.errors import Finding
from config.proposals import Proposals, Seen
from config.vendors import kind_of, vendor_of
from probes.snmp_identity import Identity, Interface

_SHOWN = {
    "devices": (
        "id",
        "name",
        "group",
        "kind",
        "check.address",
        "check.version",
        "check.community",
        "check.user",
    ),
    "circuits": (
        "id",
        "carrier",
        "termination_a",
        "termination_z",
        "commit_rate",
        "address",
        "cid",
        "interface",
    ),
}
_FLAT = ("what", "id", "field", "old", "new", "address", "lacking", "place", "message")


@dataclass(frozen=True, slots=True)
class Discovered:
    """All there is to show of one look at a network; `seen` are the agents that `proposals` numbers."""

    scan: Scan
    seen: tuple[Seen, ...]
    proposals: Proposals
    findings: tuple[Finding, ...]
    written: tuple[WrittenTable, ...]


def print_all(found: Discovered, form: str | None) -> None:
    """Print it."""
    parts = _parts(found)
    if form == "json":
        written = [str(one.target.path) for one in found.written]
        click.echo(json.dumps({**parts, "written": written}, ensure_ascii=False, indent=1))
    elif form == "csv":
        show("found", _flat(parts), form)
    else:
        _tell(found, parts)


def _parts(found: Discovered) -> dict[str, Any]:
    proposals = found.proposals
    return {
        "found": [_found(one, found) for one in found.scan.answers],
        "proposed": [
            {"table": one.section, "at": one.origin, "lacking": list(one.lacking), "row": one.texts}
            for one in proposals.rows
        ],
        "differs": [
            {"table": one.section, "id": one.id, "field": one.field, "old": one.old or None, "new": one.new}
            for one in proposals.differs
        ],
        "unanswered": found.scan.unanswered,
        "findings": finding_rows(found.findings),
    }


def _found(answer: Answer, found: Discovered) -> dict[str, Any]:
    """One address; a device that answered at several has its interfaces at the first."""
    number = next((n for n, one in enumerate(found.seen) if answer.address in one.addresses), None)
    identity = answer.identity if number is not None else None
    row: dict[str, Any] = {
        "address": answer.address,
        "rtt": answer.rtt,
        "device": None if number is None else found.proposals.devices[number],
        **_identity(identity),
    }
    first = number is not None and found.seen[number].addresses[0] == answer.address
    ports = identity.interfaces if identity and first else ()
    circuits = found.proposals.circuits
    row["interfaces"] = [_port(port, circuits.get((number or 0, port.index))) for port in ports]
    return row


def _identity(identity: Identity | None) -> dict[str, Any]:
    if identity is None:
        return dict.fromkeys(("name", "vendor", "kind", "description", "object_id", "location"))
    vendor = vendor_of(identity.object_id)
    return {
        "name": identity.name,
        "vendor": vendor.name if vendor else None,
        "kind": kind_of(identity.services) or None,
        "description": identity.description,
        "object_id": identity.object_id,
        "location": identity.location,
    }


def _port(port: Interface, circuit: str | None) -> dict[str, Any]:
    return {
        "index": port.index,
        "name": port.name,
        "alias": port.alias,
        "enabled": port.enabled,
        "up": port.up,
        "speed": port.speed,
        "addresses": list(port.addresses),
        "neighbours": list(port.neighbours),
        "circuit": circuit,
    }


def _flat(parts: dict[str, Any]) -> list[dict[str, Any]]:
    """A row for each address, each setting proposed or different, and each finding."""
    empty = dict.fromkeys(_FLAT)
    rows = [
        {**empty, "what": "found", "id": one["device"], "address": one["address"]} for one in parts["found"]
    ]
    rows += [{**empty, "what": "unanswered", "address": one} for one in parts["unanswered"]]
    rows += [
        {**empty, "what": one["table"], "id": one["row"]["id"], "field": key, "new": text, "place": one["at"]}
        | {"lacking": one["lacking"]}
        for one in parts["proposed"]
        for key, text in one["row"].items()
    ]
    rows += [
        {**empty, "what": "differs", **{key: one[key] for key in ("id", "field", "old", "new")}}
        for one in parts["differs"]
    ]
    rows += [
        {**empty, "what": one["severity"], "place": one["place"], "message": one["message"]}
        for one in parts["findings"]
    ]
    return rows


def _tell(found: Discovered, parts: dict[str, Any]) -> None:
    show("found", [_summary(one) for one in parts["found"]], None)
    for table in _SHOWN:
        _tell_new(table, [one for one in parts["proposed"] if one["table"] == table])
    if parts["differs"]:
        click.echo()
        tell("different from the inventory:")
        show(
            "differs",
            [{key: one[key] for key in ("id", "field", "old", "new")} for one in parts["differs"]],
            None,
        )
    if parts["findings"]:
        click.echo()
    for row in parts["findings"]:
        click.echo(f"{row['place']}: {row['message']}" if row["place"] else row["message"])
    click.echo()
    tell(
        "{answered} of {count} addresses answered, {agents} devices by SNMP; {new} new rows, {lacking} of which lack "
        "something; {differs} settings differ",
        answered=len(found.scan.answers),
        count=found.scan.count,
        agents=len(found.seen),
        new=len(parts["proposed"]),
        lacking=sum(bool(one["lacking"]) for one in parts["proposed"]),
        differs=len(parts["differs"]),
    )
    for written in found.written:
        _tell_written(written)


def _summary(row: dict[str, Any]) -> dict[str, Any]:
    shown = {key: row[key] for key in ("address", "device", "name", "vendor", "kind")}
    ports = [port for port in row["interfaces"] if port["circuit"]]
    return {**shown, "interfaces": len(row["interfaces"]) or None, "circuits": len(ports) or None}


def _tell_new(table: str, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    click.echo()
    if table == "devices":
        tell("new devices:")
    else:
        tell("new circuits:")
    keys = _SHOWN[table]
    shown = [
        {key.removeprefix("check."): one["row"].get(key) for key in keys} | {"lacking": one["lacking"]}
        for one in rows
    ]
    show("proposed", shown, None)


def _tell_written(written: WrittenTable) -> None:
    target = written.target
    tell("{file} is written", file=target.path)
    if written.kept:
        tell("what stood there before is kept in {file}", file=written.kept)
    if target.line:
        tell(
            "now put this line into {file} in the place of what stands there from line {line} on:",
            file=target.main,
            line=target.line,
        )
    elif not target.named:
        tell("now put this line into {file}:", file=target.main)
    if not target.named:
        click.echo(f"{target.section.name}: {target.name}")
