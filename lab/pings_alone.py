"""The same network asked by pings wherever it would be asked by SNMP, for machines without a program for agents."""

import dataclasses
import json
import shutil
from pathlib import Path

from config.asked import BUILT_IN, AskedBy
from config.model import Circuit, Config, Network
from lab.wanted import checks_of
from probes import PROBERS

FOLDER = "pings-alone"


def asks_by_snmp(check: AskedBy) -> bool:
    """Whether an agent answers this check."""
    return hasattr(check.settings, "community")


def is_wanted(config: Config) -> bool:
    """Whether anything is asked by SNMP."""
    return any(asks_by_snmp(check) for check in checks_of(config))


def write_pings_alone(config: Config, place: Path, folder: Path) -> Path:
    """Write the configuration loaded from `place` anew, with pings alone, into a folder of the data directory.

    It keeps the name of its own folder, by which an example has its story. Returns the new file.
    """
    changed = config.model_copy(
        update={
            "circuits": tuple(map(_without_agents, config.circuits)),
            **{
                section: tuple(
                    one.model_copy(update={"check": _pinged(one.check)}) if one.check else one
                    for one in getattr(config, section)
                )
                for section in ("services", "devices", "systems")
            },
        }
    )
    written = folder / FOLDER / place.resolve().parent.name / "network.yaml"
    written.parent.mkdir(parents=True, exist_ok=True)
    # Profiles are for agents; what only a loaded configuration has is not read from a file.
    left_out = set(Config.model_fields) - set(Network.model_fields) | {"profiles"}
    plain = changed.model_dump(mode="json", by_alias=True, exclude=left_out, exclude_defaults=True)
    written.write_text(json.dumps(plain, ensure_ascii=False, indent=1), encoding="utf-8")
    _bring_along(config, place.resolve().parent, written.parent)
    return written


def _bring_along(config: Config, here: Path, there: Path) -> None:
    """The files that the configuration names beside itself: policy, contracts, holidays of the user's own."""
    for name in filter(None, (config.policy, config.contracts, config.calendar.holidays)):
        source, copy = here / name, there / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, copy)


def _without_agents(circuit: Circuit) -> Circuit:
    """A circuit by its own address; who is asked for an interface is asked by SNMP."""
    asked = circuit.check is not None and asks_by_snmp(circuit.check)
    return dataclasses.replace(circuit, check=None if asked else circuit.check, interface=None)


def _pinged(check: AskedBy) -> AskedBy:
    if not asks_by_snmp(check):
        return check
    return AskedBy(BUILT_IN, PROBERS[BUILT_IN].settings(address=check.host))
