"""Whom a trap concerns: from its sender to a device, and from the device to the checks that tell how its lines stand.

Pure, over a configuration; nothing is asked or kept here.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from collector import checks
from config.dated import as_of, in_service
from config.model import Config, Device, System, Traps
from probes.trap_gate import plain

Subject = tuple[str, str]  # kind and id, as checks have them


@dataclass(frozen=True, slots=True)
class Senders:
    """Who may send traps and what they speak of, on the days until `until` (None: for ever)."""

    traps: Traps
    allowed: tuple[str, ...]
    device_of: dict[str, str]  # by address, the device or system
    concerned: dict[str, tuple[Subject, ...]]  # by device
    zone: ZoneInfo
    until: dt.date | None


def senders(config: Config, now: float) -> Senders | None:
    """Who may send traps on the day of `now`, seconds since 1970 UTC; None where nobody listens."""
    if config.traps is None:
        return None
    zone = ZoneInfo(config.calendar.zone)
    day = dt.datetime.fromtimestamp(now, zone).date()
    device_of = _addresses(config)
    return Senders(
        traps=config.traps,
        allowed=config.traps.from_ or tuple(device_of),
        device_of=device_of,
        concerned=_concerned(config, day, device_of),
        zone=zone,
        until=checks.next_change(config, day),
    )


def _addresses(config: Config) -> dict[str, str]:
    """Devices and systems by the address they are asked at; of two at one address the device, the first."""
    found: dict[str, str] = {}
    listed: tuple[Device | System, ...] = (*config.devices, *config.systems)
    for one in listed:
        try:
            found.setdefault(plain(one.check.host), one.id)
        except ValueError:  # a name, or none: traps come from addresses
            continue
    return found


def _concerned(config: Config, day: dt.date, device_of: dict[str, str]) -> dict[str, tuple[Subject, ...]]:
    """Of each device: itself, what hangs on it directly, and what is read from it."""
    found: dict[str, list[Subject]] = {device: [] for device in device_of.values()}
    for spec in checks.specs(config, day):
        device = device_of.get(checks.host(spec)) or getattr(spec.settings, "device", None)
        if device in found and spec.kind != "sentinel":
            found[device].append((spec.kind, spec.subject))
    for circuit in config.circuits:
        bound = (circuit.interface or "").partition("/")[0]  # to an interface of this device
        for device in (as_of(circuit, day).upstream, bound):
            if device in found and in_service(circuit, day):
                found[device].append(("circuit", circuit.id))
    for kind, listed in (("device", config.devices), ("system", config.systems)):
        for one in listed:
            if one.upstream in found:
                found[one.upstream].append((kind, one.id))
    return {device: tuple(dict.fromkeys(subjects)) for device, subjects in found.items()}
