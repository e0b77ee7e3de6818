"""What proposals make of the tables of devices and circuits: both tried by loading the whole configuration, then put.

Rows that lack something are left out. Nothing is written before everything loads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError, Finding, LinewalkerError
from config.load import load
from config.model import Config
from config.proposals import Proposals, Which
from config.rewriting import Target, instead, present, put, refuse_stranger, rewritten, target_of
from config.sections import CIRCUITS, DEVICES, Section

# Devices first: what circuits refer to is there before they are.
_SECTIONS: Mapping[Which, Section] = {"devices": DEVICES, "circuits": CIRCUITS}


@dataclass(frozen=True, slots=True)
class Inventory:
    """The configuration in the file `main` as it is, and where its devices and circuits are kept."""

    main: Path
    config: Config
    targets: Mapping[Which, Target]


@dataclass(frozen=True, slots=True)
class Additions:
    """The new tables by list, those that change only; and why the configuration could not be loaded with them."""

    tables: Mapping[Which, bytes]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table that was put in place, and where what stood there before is kept."""

    target: Target
    kept: Path | None


def inventory(main: Path) -> Inventory:
    """The inventory of the configuration in a file. Raises ConfigError."""
    targets = {name: target_of(main, section) for name, section in _SECTIONS.items()}
    return Inventory(main, present(*targets.values()), targets)


def tried(here: Inventory, proposals: Proposals, *, replace: bool) -> Additions:
    """Load the configuration as it would be with what is proposed; with `replace` also where it contradicts.

    Raises LinewalkerError where a table cannot hold what is proposed.
    """
    tables: dict[Which, bytes] = {}
    files: dict[str, bytes] = {}
    changed: set[str] = set()
    for name, target in here.targets.items():
        edits = proposals.edits(name, replace=replace)
        added = proposals.added(name, replace=replace)
        # A table that is named and not there keeps the whole configuration from loading, so it is made as well.
        if edits or added or (target.named and target.is_empty):
            tables[name] = rewritten(target, here.config, edits, added)
            files = instead(target, tables[name], files)
            changed |= edits.keys()
    try:
        result = load(here.main, files)
    except ConfigError as refused:
        return Additions(tables, refused.findings)
    _compare(here, result, changed)
    return Additions(tables)


def _compare(here: Inventory, result: Config, changed: set[str]) -> None:
    """Refuse a table that would change what nobody meant to: a cell cannot hold every setting a YAML list can."""
    for name, target in here.targets.items():
        now = {one.id: one for one in getattr(result, name)}
        for one in getattr(here.config, name):
            if one.id not in changed and now.get(one.id) != one:
                raise LinewalkerError(
                    "{file} cannot hold {id}; nothing is written: expected {section} in a CSV file of their own",
                    file=target.path,
                    id=one.id,
                    section=name,
                )


def write(here: Inventory, additions: Additions) -> list[WrittenTable]:
    """Put the new tables in place, each at once or not at all. Raises LinewalkerError."""
    for name in additions.tables:
        refuse_stranger(here.targets[name])
    found = []
    for name, raw in additions.tables.items():
        target = here.targets[name]
        found.append(WrittenTable(target, put(target.path, raw)))
    return found
