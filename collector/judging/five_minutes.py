"""Reading five-minute counts of circuits and of the interfaces that carry them, from folded days and open ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from collector.keeping.bins import BIN_MICROS, COUNTS, NONE, picked
from collector.ledger import schema
from indicators.axis import Ints

_LONGEST_DAY = 25 * 3600 * 1_000_000
_TOGETHER = 500  # of whatever is named in a statement
_PINGS = slice(0, 3)  # of COUNTS: sent, rescued, incomplete
_PASSED = slice(COUNTS.index("octets_in"), COUNTS.index("discards_out") + 1)

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Counted:
    """Shape (circuits, bins): first packets that were settled, those of them that were lost; octets, or NONE.

    Of days on which no bin was full and no packet lost it need not say that any was sent. `discards` are those of
    both directions; NONE where one is not known, unless the other shows some. `speed` is the slowest that the port
    said of itself within the bin, bit/s; NONE where it did not, or nobody read.
    """

    sent: Ints
    lost: Ints
    octets_in: Ints
    octets_out: Ints
    discards: Ints
    speed: Ints


@dataclass(frozen=True, slots=True)
class Held:
    """When the ledger holds counts: the starts of folded days and of five minutes that are not folded yet."""

    days: Sequence[int]
    bins: Sequence[int]


def held(connection: Connection, begin: int, end: int) -> Held:
    """When it holds any between two moments, microseconds."""
    return Held(
        _starts(connection, schema.quality_bins, begin - _LONGEST_DAY, end),
        _starts(connection, schema.quality, begin - 1, end),
    )


def interfaces(connection: Connection) -> set[str]:
    """The circuits whose interface is or was read at a device."""
    check = schema.check
    return set(connection.scalars(sa.select(check.c.subject).where(check.c.kind == "interface")))


def counted(
    connection: Connection, circuits: Sequence[str], begin: int, bins: int, when: Held, full: Ints
) -> Counted:
    """The counts of these circuits from `begin` on; `full` is from how many octets on a bin of each may be full.

    Loss is that of pings alone: what is lost of the questions to a router is no loss of the line. Checks of one
    circuit, of an address that was changed, add up; octets are those of its interface.
    """
    rows = {name: row for row, name in enumerate(circuits)}
    check = schema.check
    found: dict[str, dict[int, int]] = {"circuit": {}, "interface": {}}
    for names in _parts(circuits):
        mine = sa.and_(check.c.subject.in_(names), check.c.kind.in_(found))
        pings = sa.or_(check.c.kind == "interface", check.c.probe == "icmp")
        for one in connection.execute(
            sa.select(check.c.id, check.c.kind, check.c.subject).where(mine, pings)
        ):
            found[one.kind][one.id] = rows[one.subject]
    span = len(circuits), begin, bins
    octets_in, octets_out, *each_way = _columns(connection, found["interface"], _PASSED, span, when)
    discards = _both_ways(*each_way)
    # Whether a full bin that discarded nothing lost nothing either, its pings must tell.
    clean = (discards == 0) & ~_surely_below(octets_in, octets_out, full)
    also = {check: _days_of(clean[row], begin, when.days) for check, row in found["circuit"].items()}
    sent, rescued, incomplete = _columns(connection, found["circuit"], _PINGS, span, when, also)
    read = (octets_in != NONE) | (octets_out != NONE)
    speed = np.where(read, _speeds(connection, found["interface"], span), NONE)
    settled = np.maximum(sent - incomplete, rescued)
    return Counted(settled, rescued, octets_in, octets_out, discards, speed)


def _both_ways(received: Ints, sent: Ints) -> Ints:
    """Discards in both directions: some in one are some, none in one says nothing of the other."""
    known = (received != NONE) & (sent != NONE)
    most = np.maximum(received, sent)
    return np.where(known, received + sent, np.where(most > 0, most, NONE))


def _surely_below(octets_in: Ints, octets_out: Ints, full: Ints) -> Flags:
    known = (octets_in != NONE) & (octets_out != NONE)
    return np.asarray(known & (np.maximum(octets_in, octets_out) < full[:, None]))


def _days_of(flags: Flags, begin: int, days: Sequence[int]) -> set[int]:
    """Those of these days that hold a bin that is flagged, from `begin` on."""
    at = begin + np.flatnonzero(flags) * BIN_MICROS
    place = np.searchsorted(np.array(days, np.int64), at, side="right") - 1
    return {days[one] for one in np.unique(place[place >= 0]).tolist()}


def _speeds(connection: Connection, checks: dict[int, int], span: tuple[int, int, int]) -> Ints:
    """The slowest that each port said of itself within each bin, from its start on; shape (circuits, bins)."""
    circuits, begin, bins = span
    said: dict[int, list[tuple[int, int]]] = {}
    table, end = schema.port, begin + bins * BIN_MICROS
    for some in _parts(list(checks)):
        mine = sa.and_(table.c.check.in_(some), table.c.said_at < end)
        columns = (table.c.check, table.c.said_at, sa.func.coalesce(table.c.speed_bps, NONE))
        for check, at, speed in connection.execute(sa.select(*columns).where(mine)):
            said.setdefault(checks[check], []).append((at, speed))
    found = np.full((circuits, bins), NONE, np.int64)
    for row, one in said.items():
        one.sort()
        for at, speed in one:
            place = max(0, (at - begin) // BIN_MICROS)
            inside = found[row, place]
            found[row, place:] = speed
            if at > begin + place * BIN_MICROS:
                found[row, place] = min(inside, speed)
    return found


def _columns(
    connection: Connection,
    checks: dict[int, int],
    wanted: slice,
    span: tuple[int, int, int],
    when: Held,
    also: Mapping[int, set[int]] | None = None,
) -> NDArray[np.int64]:
    """These of COUNTS, shape (counts, circuits, bins); `checks` says to which row each check belongs.

    `also` are days of which the pings of a check are read though none was lost.
    """
    circuits, begin, bins = span
    shape = (wanted.stop - wanted.start, circuits, bins)
    found = np.full(shape, NONE if wanted == _PASSED else 0, np.int64)
    late = dict[tuple[int, int], Ints]()  # folded days of which five minutes came later
    for check, started_at, day in _folded(connection, checks, wanted, when, also or {}):
        first = (started_at - begin) // BIN_MICROS
        low, high = max(0, first), min(bins, first + day.shape[1])
        if low < high:
            place, part = found[:, checks[check], low:high], day[:, low - first : high - first]
            place[:] = np.where(part == NONE, place, part) if wanted == _PASSED else place + part
        if when.bins and started_at + day.shape[1] * BIN_MICROS > when.bins[0]:
            late[check, started_at] = day
    for rows in _fresh(connection, checks, wanted, when):
        _put(found, _instead(rows, late, wanted), checks, begin, wanted)
    return found


def _put(found: NDArray[np.int64], rows: Ints, checks: dict[int, int], begin: int, wanted: slice) -> None:
    """Rows of five minutes, each a check, a start and its counts, in their places."""
    at = (rows[:, 1] - begin) // BIN_MICROS
    rows, at = rows[(at >= 0) & (at < found.shape[2])], at[(at >= 0) & (at < found.shape[2])]
    circuit = np.array([checks[one] for one in rows[:, 0].tolist()], np.int64)
    for number, column in enumerate(found):
        values = rows[:, 2 + number]
        if wanted == _PASSED:
            known = values != NONE
            column[circuit[known], at[known]] = values[known]
        else:
            np.add.at(column, (circuit, at), values)


def _instead(rows: Ints, late: dict[tuple[int, int], Ints], wanted: slice) -> Ints:
    """The same less what was folded of these minutes already: what comes later holds it, too."""
    if not late or wanted == _PASSED:
        return rows
    for (check, started_at), day in late.items():
        place = (rows[:, 1] - started_at) // BIN_MICROS
        mine = (rows[:, 0] == check) & (place >= 0) & (place < day.shape[1])
        rows[mine, 2:] -= day[:, place[mine]].T
    return rows


def _folded(
    connection: Connection, checks: dict[int, int], wanted: slice, when: Held, also: Mapping[int, set[int]]
) -> Iterator[tuple[int, int, Ints]]:
    table = schema.quality_bins
    columns = (table.c.check, table.c.started_at, table.c.bins)
    for days, some in _needed(connection, checks, wanted, when, also):
        inside = sa.and_(table.c.started_at.in_(days), table.c.check.in_(some))
        rows = connection.execute(sa.select(*columns).where(inside)).all()
        for numbers, found in picked([row.bins for row in rows], wanted):
            for number, day in zip(numbers.tolist(), found, strict=True):
                yield rows[number].check, rows[number].started_at, day


def _needed(
    connection: Connection, checks: dict[int, int], wanted: slice, when: Held, also: Mapping[int, set[int]]
) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """Which folded days of which checks are read: of octets all, of pings those in or beside which one was lost.

    A bin without loss in its hour is not short by it, however many packets were sent. Some are read `also`.
    """
    if wanted == _PASSED:
        yield from ((days, some) for days in _parts(when.days) for some in _parts(list(checks)))
        return
    day, place = schema.quality_day, {at: number for number, at in enumerate(when.days)}
    lossy = {check: set(days) for check, days in also.items() if days}
    for days in _parts(when.days):
        for some in _parts(list(checks)):
            lost = sa.and_(day.c.started_at.in_(days), day.c.check.in_(some), day.c.rescued > 0)
            for check, at in connection.execute(sa.select(day.c.check, day.c.started_at).where(lost)):
                lossy.setdefault(check, set()).update(when.days[max(0, place[at] - 1) : place[at] + 2])
    for check, near in lossy.items():
        yield from ((days, [check]) for days in _parts(sorted(near)))


def _fresh(connection: Connection, checks: dict[int, int], wanted: slice, when: Held) -> Iterator[Ints]:
    """Of days that are not folded yet: rows of check, start, counts. Looked up by their key, not walked through."""
    table = schema.quality
    counts = [sa.func.coalesce(table.c[name], NONE) for name in COUNTS[wanted]]
    for starts in _parts(when.bins):
        for some in _parts(list(checks)):
            inside = sa.and_(table.c.started_at.in_(starts), table.c.check.in_(some))
            result = connection.execute(sa.select(table.c.check, table.c.started_at, *counts).where(inside))
            rows = result.cursor.fetchall()  # straight from the driver, as in `facts`
            result.close()
            yield np.array(rows, np.int64).reshape(-1, 2 + len(counts))


def _starts(connection: Connection, table: sa.Table, after: int, before: int) -> list[int]:
    """Every start of this table's rows between two moments: a look into the key for each, no walk over all rows."""
    at = table.c.started_at
    starts = sa.select(sa.func.min(at).label("at")).where(at > after).cte("starts", recursive=True)
    next_ = sa.select(sa.func.min(at)).where(at > starts.c.at).scalar_subquery()
    starts = starts.union_all(sa.select(next_).where(starts.c.at < before))
    inside = sa.and_(starts.c.at.is_not(None), starts.c.at < before)
    return list(connection.scalars(sa.select(starts.c.at).where(inside)))


def _parts(of: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (of[at : at + _TOGETHER] for at in range(0, len(of), _TOGETHER))
