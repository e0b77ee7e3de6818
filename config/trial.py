"""What a proposal makes of the circuits' table, tried by loading the whole configuration with it.

Nothing is written. A finding about a row that came from the list names the list's row, where it can be mended.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from config.errors import ConfigError, Finding, LinewalkerError
from config.files import Folder
from config.inventory import Proposal, circuit_of, texts_of
from config.load import load
from config.model import Config
from config.rewriting import Target, instead, rewritten
from config.tables import place_of, read_table

_PLACE = re.compile(r".*: row (?P<row>\d+)(?:, column (?P<column>.+))?")


@dataclass(frozen=True, slots=True)
class Trial:
    """The new table, and why the configuration could not be loaded with it."""

    raw: bytes
    findings: tuple[Finding, ...]


def tried(target: Target, config: Config, proposal: Proposal) -> Trial:
    """Load the configuration as it would be with the proposal.

    Raises LinewalkerError where the table cannot hold what is proposed.
    """
    raw = rewritten(target, config, proposal.edits, [new.texts for new in proposal.added])
    files = instead(target, raw)
    try:
        result = load(target.main, files)
    except ConfigError as refused:
        return Trial(raw, tuple(_translated(refused.findings, target, files, proposal)))
    if result.circuits != _intended(config, proposal):
        raise LinewalkerError(
            "{file} cannot hold what was proposed; nothing is written: expected circuits in a CSV file of their own",
            file=target.path,
        )
    return Trial(raw, ())


def _intended(config: Config, proposal: Proposal) -> tuple[object, ...]:
    edits = proposal.edits
    known = (circuit_of(texts_of(one) | edits[one.id]) if one.id in edits else one for one in config.circuits)
    return (*known, *(circuit_of(new.texts) for new in proposal.added))


def _translated(
    findings: tuple[Finding, ...], target: Target, files: Mapping[str, bytes], proposal: Proposal
) -> list[Finding]:
    """The findings with the places of the list instead of those of the table it would make."""
    table = read_table(Folder(target.main, files).table(target.name), "circuits")
    ids = [str(entry.get("id")) for entry in table.entries]
    rows = {row: proposal.rows.get(name, 0) for row, name in zip(table.rows, ids, strict=True)}
    return [_moved(finding, str(target.path), rows, proposal) for finding in findings]


def _moved(finding: Finding, table: str, rows: Mapping[int, int], proposal: Proposal) -> Finding:
    values = dict(finding.values)
    if isinstance(values.get("other"), str):
        values["other"] = _place(str(values["other"]), table, rows, proposal)
    return replace(finding, place=_place(finding.place, table, rows, proposal), values=values)


def _place(place: str, table: str, rows: Mapping[int, int], proposal: Proposal) -> str:
    match = _PLACE.fullmatch(place)
    row = rows.get(int(match["row"]), 0) if match and place.startswith(table) else 0
    if match is None or not row:
        return place
    column = proposal.listing.of(match["column"] or "")
    return place_of(proposal.listing.name, row, column.heading if column else match["column"] or "")
