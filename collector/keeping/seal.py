"""Sealing: every closed day gets a seal over its facts, in a chain; a day whose facts came late gets another one.

A day is sealed once it is closed, folded, and in its turn. At each sealing the rows that are newer than the chain are
looked at: where one of them belongs to a day that was sealed before and the seal cannot have known it, the day is
sealed anew, as its next revision, provided that all that the seal did know is still there as it was. A day that was
changed is never sealed anew: it is told, and its seal stays to tell it again. Nothing here changes a fact.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.keeping import chain as chains
from collector.keeping import digest
from collector.keeping.chain import NOT_YET, Chain, Seal
from collector.keeping.days import Day, closed
from collector.keeping.digest import Sheet, Sheets, Tally
from collector.keeping.verify import broken, held, in_turn, snapshot
from collector.ledger import reading, schema
from collector.ledger.store import Ledger, micros
from config.errors import Finding, LedgerError

# A statement may not grow without end: so many lives that wrote something new are asked for at a time.
_LIVES_AT_ONCE = 100
_INDEXED = (schema.run, schema.watch)
_SCANNED = (
    schema.packet,
    schema.quality_day,
    schema.statement,
    schema.port,
    schema.trap,
    schema.throughput,
    *schema.ENTERED,
    schema.approval,
    schema.revision,
    schema.revision_file,
    schema.config_version,
    schema.check,
)


class ChangedError(LedgerError):
    """Sealed facts were changed; `findings` say which. What could be sealed was sealed."""

    exit_status = 1

    def __init__(self, findings: Sequence[Finding], sealed: int) -> None:
        first = findings[0]
        text = "the ledger is not as it was sealed, first at {place}: {message}; `linewalker ledger check` tells all"
        super().__init__(text, place=first.place, message=first.message)
        self.findings = tuple(findings)
        self.sealed = sealed


@dataclass(slots=True)
class _Plan:
    """What one sealing found in one look at the ledger."""

    chain: Chain
    sheets: list[Sheet]  # in the order of their seals
    through: dict[str, int]
    written_once: dict[str, Tally]
    findings: list[Finding]


def seal_closed(ledger: Ledger, zone: ZoneInfo, now: float, data_dir: Path | None = None) -> int:
    """Seal every closed day, oldest first, and those anew whose facts came late; how many seals that made.

    Needs a ledger that has begun a life; safe beside a running collector. Facts that wait in a spool beside the
    data (`data_dir`) keep days open. `now` is in seconds since 1970 UTC. Raises ChangedError, once what can be
    sealed is sealed, where sealed facts were changed; LedgerError where somebody else sealed meanwhile.
    """
    with snapshot(ledger) as connection:
        plan = _plan(connection, zone, now, closed(connection, zone, now, data_dir))
    if plan.sheets:
        _write(ledger, plan, micros(now))
    if plan.findings:
        raise ChangedError(plan.findings, len(plan.sheets))
    return len(plan.sheets)


def _plan(connection: Connection, zone: ZoneInfo, now: float, days: Sequence[Day]) -> _Plan:
    chain = chains.read(connection)
    newest = newest_numbers(connection)
    revised, findings = _late(connection, chain, _newer(chain, newest), zone, now)
    unsealed = _unsealed(connection, chain, days)
    for day in (*revised, *unsealed):
        _raise(newest, _newest_bins(connection, day))
    plan = _Plan(
        chain,
        [Sheet(day) for day in (*revised, *unsealed)],
        {str(one): seq for one, seq in _newer(chain, newest).items()},
        {
            digest.CHECK: digest.checks(connection, chain.stamps).get(NOT_YET, Tally()),
            digest.LIFE: digest.lives(connection, chain.stamps).get(NOT_YET, Tally()),
        },
        [*broken(chain, zone), *findings],
    )
    # Days that are sealed anew may lie long ago; what lies between need not be read for that.
    for some in (plan.sheets[: len(revised)], *in_turn(plan.sheets[len(revised) :])):
        digest.count(connection, Sheets(some), chain.stamps)
    return plan


def newest_numbers(connection: Connection) -> dict[int, int]:
    """The newest number of every life, 0 of one that has written no fact; without the columns of days."""
    found = dict.fromkeys(connection.scalars(sa.select(schema.incarnation.c.id)), 0)
    for table in _INDEXED:
        _raise(found, reading.newest_rows(connection, table))
    for table in _SCANNED:
        _raise(found, _newest_of(connection, table))
    return found


def _newest_bins(connection: Connection, day: Day) -> dict[int, int]:
    """Those of the columns of a day, which are many and too big to be looked through for all days."""
    at = schema.quality_bins.c.started_at
    return _newest_of(connection, schema.quality_bins, at >= day.started_at, at < day.ended_at)


def _newest_of(connection: Connection, table: sa.Table, *where: sa.ColumnElement[bool]) -> dict[int, int]:
    newest = sa.select(table.c.incarnation, sa.func.max(table.c.seq)).where(*where)
    return {row[0]: row[1] for row in connection.execute(newest.group_by(table.c.incarnation))}


def _raise(newest: dict[int, int], found: Mapping[int, int]) -> None:
    for one, seq in found.items():
        newest[one] = max(newest.get(one, 0), seq)


def _newer(chain: Chain, newest: Mapping[int, int]) -> dict[int, int]:
    """Those of the newest numbers that the chain does not know."""
    known = ((one, seq, chain.stamps.newest(one)) for one, seq in newest.items())
    return {one: seq for one, seq, before in known if before is None or seq > before}


def _unsealed(connection: Connection, chain: Chain, days: Sequence[Day]) -> list[Day]:
    """The closed days, or what no seal covers of them, up to the first that waits to be folded."""
    # The days of another zone lie across those sealed before; every moment is sealed once all the same.
    pieces = [
        piece for day in days for piece in _uncovered(day, chain.newest) if piece.started_at < piece.ended_at
    ]
    if not pieces:
        return []
    at = schema.quality.c.started_at
    unfolded = connection.scalar(sa.select(sa.func.min(at)).where(at >= pieces[0].started_at))
    return list(takewhile(lambda day: unfolded is None or day.ended_at <= unfolded, pieces))


def _uncovered(day: Day, newest: Sequence[Seal]) -> tuple[Day, ...]:
    """What of a day lies before or after the sealed days."""
    if not newest:
        return (day,)
    begin, end = newest[0].day.started_at, newest[-1].day.ended_at
    return Day(day.started_at, min(day.ended_at, begin)), Day(max(day.started_at, end), day.ended_at)


def _late(
    connection: Connection, chain: Chain, newer: Mapping[int, int], zone: ZoneInfo, now: float
) -> tuple[list[Day], list[Finding]]:
    """The sealed days to which facts came late and which stand as they were sealed; and what does not."""
    touched = _touched(connection, chain, newer)
    seals = [seal for seal in chain.newest if seal.day in touched]
    looked_at = list(held(connection, chain, seals, zone, now, touched))
    late = [seal for seal, verdicts in looked_at if any(one.late for one in verdicts)]
    # Sealing a day anew would take in all of it: so all of it must be as it was.
    looked_at += held(connection, chain, late, zone, now)
    changed = {seal.day: one.changed for seal, verdicts in looked_at for one in verdicts if one.changed}
    return [seal.day for seal in late if seal.day not in changed], list(changed.values())


def _touched(connection: Connection, chain: Chain, newer: Mapping[int, int]) -> dict[Day, set[str]]:
    """The sealed days in which rows lie that are newer than the chain, with the parts they may belong to."""
    found: dict[Day, set[str]] = {}
    sealed = Sheets(Sheet(seal.day) for seal in chain.newest)
    if not sealed.all:
        return found
    for some in in_turn(sorted(newer), _LIVES_AT_ONCE):
        known = {one: chain.stamps.newest(one) for one in some}
        for part, begin, end in digest.moments(connection, known, sealed.end):
            for sheet in sealed.over(begin, end):
                found.setdefault(sheet.day, set()).add(part)
    return found


def _write(ledger: Ledger, plan: _Plan, now: int) -> None:
    """Put the seals at the end of the chain, all or none. Raises LedgerError if that is no longer where it was."""
    assert ledger.life  # noqa: S101 - the caller began one
    place = schema.seal.c.place
    rows = _rows(plan, now, ledger.incarnation, ledger.life.take(len(plan.sheets)))
    newest = sa.select(place, schema.seal.c.chain).order_by(place.desc()).limit(1)
    try:
        with ledger.engine.begin() as connection:
            found = connection.execute(newest).first()
            if (found.chain if found else chains.START) != plan.chain.head:
                raise _elsewhere()
            connection.execute(sa.insert(schema.seal), rows)
    except sa.exc.IntegrityError as error:
        raise _elsewhere() from error


def _elsewhere() -> LedgerError:
    return LedgerError(
        "something else sealed the ledger at the same time, or put another in its place; try again"
    )


def _rows(plan: _Plan, now: int, incarnation: int, seq: int) -> list[dict[str, Any]]:
    """The seals of the counted days, each linked to the one before."""
    revisions = {seal.day.started_at: seal.revision for seal in plan.chain.newest}
    before, last = plan.chain.head, plan.chain.seals[-1].place if plan.chain.seals else 0
    rows: list[dict[str, Any]] = []
    for count, sheet in enumerate(plan.sheets, 1):
        # All were made in one look at the ledger: what was new in it stands with the first.
        counted = sheet.tallies | (plan.written_once if count == 1 else {})
        said = {part: tally.as_sealed() for part, tally in sorted(counted.items()) if tally.rows}
        row = {
            "started_at": sheet.day.started_at,
            "revision": revisions.get(sheet.day.started_at, 0) + 1,
            "ended_at": sheet.day.ended_at,
            "place": last + count,
            "digests": _json(said),
            "through": _json(plan.through if count == 1 else {}),
            "sealed_at": now,
            "incarnation": incarnation,
            "seq": seq + count,
        }
        before = row["chain"] = chains.link(before, row)
        rows.append(row)
    return rows


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
