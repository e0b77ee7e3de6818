"""Holding the facts of sealed days against their seals: what was changed, what came late. Reads and never writes.

Of every day its newest seal counts. Rows that the seal cannot have known, by their stamps, came late: they are no
fault, and the next sealing adds a revision with them. What the seal did know must be there as it was, but for two
things that the program itself does. Five minutes that come late are folded into the row of their day, which takes a
new stamp: until that day is sealed anew its other day rows cannot be held against the seal, only counted. And of
columns that are let go after thirteen months, those that are left cannot be.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from collector.keeping import chain as chains
from collector.keeping import digest
from collector.keeping.chain import Chain, Seal
from collector.keeping.days import Day
from collector.keeping.digest import Sheet, Sheets, Tally
from collector.keeping.retention import kept_from
from collector.ledger.store import Ledger, seconds
from config.errors import Finding, Severity

T = TypeVar("T")
# So many days are held in memory at a time; ten years are read in ten goes.
DAYS_AT_ONCE = 366
KEPT_MONTHS = 13  # the configuration allows no less
# Folding follows two days behind and a vantage may keep a day open for a week.
BEHIND_DAYS = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one part of a sealed day stands: `changed` says in what it differs; `late` counts rows that came later."""

    part: str
    late: int
    changed: Finding | None = None


@contextmanager
def snapshot(ledger: Ledger) -> Iterator[Connection]:
    """A connection that sees the ledger as it is now, however long it reads and whoever writes meanwhile."""
    with ledger.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        else:  # the driver begins a transaction of its own accord only before it writes
            connection.exec_driver_sql("BEGIN")
        yield connection


def findings(
    connection: Connection,
    zone: ZoneInfo,
    now: float,
    closed: Sequence[Day] = (),
    begin: float | None = None,
    end: float | None = None,
) -> Iterator[Finding]:
    """Everything there is to say about the seals of the days that overlap [begin, end), oldest first.

    `closed` are the days that could be sealed. Times are seconds since 1970 UTC.
    """
    chain = chains.read(connection)
    wanted = [one for one in chain.newest if _overlaps(one.day, begin, end)]
    yield from broken(chain, zone)
    yield from _missing(chain.newest, zone)
    yield from _behind(chain, closed, zone)
    yield from _written_once(connection, chain, zone, begin, end)
    for seal, verdicts in held(connection, chain, wanted, zone, now):
        yield from _of_day(seal, verdicts, zone)


def broken(chain: Chain, zone: ZoneInfo) -> Iterator[Finding]:
    """The seals that are not as they were written, or not in their place."""
    for seal in chain.broken:
        yield _finding(
            "seal-broken-chain", seal.day, zone,
            text="seal {place} of the chain is not as it was written, or does not follow from the one before it",
            place=seal.place,
        )  # fmt: skip


def held(
    connection: Connection,
    chain: Chain,
    seals: Sequence[Seal],
    zone: ZoneInfo,
    now: float,
    parts: Mapping[Day, Collection[str]] | None = None,
) -> Iterator[tuple[Seal, list[Verdict]]]:
    """Each of these seals with how its day stands to it: in every part, or in those that are named for the day."""
    for some in in_turn(seals):
        said = {seal.day: chains.digests(connection, seal) for seal in some}
        sheets = [digest.sheet_of(seal, said[seal.day]) for seal in some]
        for name in digest.NAMES:
            chosen = (sheet for sheet in sheets if parts is None or name in parts[sheet.day])
            digest.count(connection, Sheets(chosen), chain.stamps, [name])
        for seal, sheet in zip(some, sheets, strict=True):
            names = digest.NAMES if parts is None else parts[seal.day]
            yield seal, _verdicts(sheet, said[seal.day], names, zone, now)


def in_turn(these: Sequence[T], count: int = DAYS_AT_ONCE) -> Iterator[Sequence[T]]:
    """So many at a time."""
    for first in range(0, len(these), count):
        yield these[first : first + count]


def _verdicts(
    sheet: Sheet, said: Mapping[str, Any], parts: Collection[str], zone: ZoneInfo, now: float
) -> list[Verdict]:
    found = []
    for part in sorted(parts):
        tally = sheet.tallies.get(part, _NOTHING)
        changed = (
            None if _holds(sheet, part, said, zone, now) else _differs(part, sheet.day, zone, tally, said)
        )
        found.append(Verdict(part, tally.late, changed))
    return found


def _of_day(seal: Seal, verdicts: Sequence[Verdict], zone: ZoneInfo) -> Iterator[Finding]:
    if seal.revision > 1:
        text = "facts came after this day was sealed; it was sealed anew at {when}, revision {revision}"
        when = _local(seal.sealed_at, zone)
        yield _finding("seal-revision", seal.day, zone, text, "info", when=when, revision=seal.revision)
    for verdict in verdicts:
        if verdict.changed:
            yield verdict.changed
        elif verdict.late:
            text = "{late} rows came after this day was sealed; the next sealing adds a revision with them"
            yield _finding("seal-late", seal.day, zone, text, "info", verdict.part, late=verdict.late)


def _holds(sheet: Sheet, part: str, said: Mapping[str, Any], zone: ZoneInfo, now: float) -> bool:
    """Whether a part is as it was sealed, or differs from it only as it may."""
    tally, sealed = sheet.tallies.get(part, _NOTHING), _sealed(said, part)
    if (tally.rows, tally.sha.hexdigest()) == sealed:
        return True
    gone = sealed[0] - tally.rows
    old = sheet.day.started_at < kept_from(now, KEPT_MONTHS, zone)
    if part in digest.FOLDED and 0 < gone <= _merged(sheet, old):
        return True
    return part == digest.BINS and gone > 0 and old


def _merged(sheet: Sheet, old: bool) -> int:
    """Into how many rows of a day five minutes that came late were folded: the sums with, mostly, the columns."""
    sums, *bins = (sheet.tallies.get(part, _NOTHING).late for part in digest.FOLDED)
    return sums if old else min(sums, sum(bins))


def _sealed(said: Mapping[str, Any], part: str) -> tuple[int, str]:
    known = said.get(part)
    if not isinstance(known, dict):
        return _NOTHING.rows, _NOTHING.sha.hexdigest()
    rows, sha = known.get("rows"), known.get("sha256")
    return rows if isinstance(rows, int) else -1, str(sha)


def _differs(part: str, day: Day, zone: ZoneInfo, tally: Tally, said: Mapping[str, Any]) -> Finding:
    rows, _ = _sealed(said, part)
    if rows == tally.rows:
        text = "what was sealed was changed: {rows} rows as before, and not the same digest"
        return _finding("seal-differs", day, zone, text, "error", part, rows=rows)
    text = "what was sealed was changed: {rows} rows were sealed, and {found} that were there then stand here now"
    return _finding("seal-differs", day, zone, text, "error", part, rows=rows, found=tally.rows)


def _written_once(
    connection: Connection, chain: Chain, zone: ZoneInfo, begin: float | None, end: float | None
) -> Iterator[Finding]:
    """The checks and the lives, which every seal holds as far as they were new."""
    counted = {
        digest.CHECK: digest.checks(connection, chain.stamps),
        digest.LIFE: digest.lives(connection, chain.stamps),
    }
    for seal in chain.seals:
        if _overlaps(seal.day, begin, end):
            said = chains.digests(connection, seal)
            for part, tallies in counted.items():
                tally = tallies.get(seal.place, _NOTHING)
                if (tally.rows, tally.sha.hexdigest()) != _sealed(said, part):
                    yield _differs(part, seal.day, zone, tally, said)


def _missing(newest: Sequence[Seal], zone: ZoneInfo) -> Iterator[Finding]:
    for before, after in pairwise(newest):
        if before.day.ended_at != after.day.started_at:
            yield _finding(
                "seal-missing-day", before.day, zone,
                text="the day ends at {end}, and the next one that is sealed begins at {next}",
                end=_local(before.day.ended_at, zone),
                next=_local(after.day.started_at, zone),
            )  # fmt: skip


def _behind(chain: Chain, closed: Sequence[Day], zone: ZoneInfo) -> Iterator[Finding]:
    """A word where days wait to be sealed, and a warning where they have waited too long."""
    until = chain.newest[-1].day.ended_at if chain.newest else 0
    waiting = [day for day in closed if day.started_at >= until]
    if waiting and not chain.newest:
        text = "no day is sealed yet; `linewalker run` does it every day, or `linewalker ledger seal` now"
        yield _finding("seal-none-yet", waiting[0], zone, text, "info")
    elif len(waiting) > BEHIND_DAYS:
        text = (
            "{days} days from this one on are over and not sealed; `linewalker ledger seal` seals what can be"
        )
        yield _finding("seal-behind", waiting[0], zone, text, "warning", days=len(waiting))


def _overlaps(day: Day, begin: float | None, end: float | None) -> bool:
    return (begin is None or seconds(day.ended_at) > begin) and (end is None or seconds(day.started_at) < end)


def _finding(
    rule: str,
    day: Day,
    zone: ZoneInfo,
    text: str,
    severity: Severity = "error",
    part: str = "",
    **values: object,
) -> Finding:
    return Finding(rule, severity, f"{_local(day.started_at, zone)[:10]} {part}".strip(), text, values)


def _local(at: int, zone: ZoneInfo) -> str:
    """A moment as people write it; a number that is no moment, which somebody has written there, as it is."""
    try:
        return dt.datetime.fromtimestamp(seconds(at), zone).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return str(at)


_NOTHING = Tally()
