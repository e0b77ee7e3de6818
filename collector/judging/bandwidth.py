"""Judging bandwidth: five-minute counts and tests of circuits, read for the rules of `indicators/bandwidth`.

Only circuits of which something may be proven are read: those whose interface is read at a device, or that were
tested. Of all others every five minutes is unproven, whatever their pings lost. Link speeds and discards are not
recorded, so nothing is judged by them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from collector.judging.circumstances import circumstances
from collector.judging.facts import few_checks
from collector.judging.judge import Case, batches
from collector.judging.roster import Subject
from collector.judging.window import Period
from collector.keeping.bins import COUNTS, NONE, leading
from collector.ledger import schema
from indicators.axis import LANE, Ints, Stretches, intersection, measure
from indicators.bandwidth import Reason, bandwidth_assurance, classify, tally
from indicators.bins import BIN, UNKNOWN, Bins
from indicators.judged import View
from indicators.measure import Bracket
from indicators.proving import Throughput, carried
from indicators.threestate import DOWN
from indicators.threestate import UNKNOWN as NOT_KNOWN
from indicators.traffic import LEFT_OUT, congestion, percentile_95, uncongested

_AROUND = 6  # bins before and after the window: the hour around its first and its last bin
_LONGEST = 90_000_000_000  # microseconds a day may last
_COLUMNS = [COUNTS.index(name) for name in ("sent", "rescued", "octets_in", "octets_out")]


@dataclass(frozen=True, slots=True)
class Line:
    """One circuit over the window: its five minutes, what each is, and how congested each was."""

    subject: Subject
    bins: Bins  # without the hour around the window
    reasons: Ints
    congestion: Ints


def provable(of: Case, subjects: Sequence[Subject]) -> list[Subject]:
    """Circuits of which something may be proven: with an interface that is read, or a test or report."""
    check, test = schema.check, schema.throughput
    bound = sa.select(check.c.subject).where(check.c.kind == "interface")
    tested = sa.select(test.c.circuit).where(test.c.rate_bps.is_not(None))
    known = {*of.source.connection.scalars(bound), *of.source.connection.scalars(tested)}
    return [one for one in subjects if one.id in known and any(era.rate for era in one.eras)]


def lines(of: Case, subjects: Sequence[Subject], over: Period) -> Iterator[Line]:
    """Those circuits judged, five minutes by five minutes."""
    tests = _tests(of, over)
    for batch in batches(of, subjects, over.begin - _AROUND * BIN):
        around = circumstances(
            batch.subjects, of.entered, of.applied, of.parents, of.served, amended=of.amended
        )
        served = intersection(around.in_service, around.hours)
        for lane, one in enumerate(batch.subjects):
            bins = _bins(of, one, lane, batch.line, served, over)
            inner = slice(_AROUND, len(bins) - _AROUND)
            reasons = classify(bins, tests.get(one.id, ()), of.source.policy)[inner]
            yield Line(one, _cut(bins, inner), reasons, congestion(bins, of.source.policy)[inner])


def brackets(of: Sequence[Line], unproven: int) -> Mapping[str, Bracket]:
    """The indicators of some circuits together; `unproven` counts the five minutes of those that were not read."""
    counts = sum((tally(one.reasons) for one in of), np.zeros(len(Reason), np.int64))
    counts[Reason.NO_PROOF] += unproven
    verdicts = [one.congestion for one in of]
    found = {
        "bandwidth_assurance": bandwidth_assurance(counts),
        "uncongested": uncongested([*verdicts, np.full(unproven, _UNDECIDED, np.int64)]),
    }
    return found | ({"traffic_p95": percentile_95([one.bins for one in of])} if of else {})


_UNDECIDED = LEFT_OUT - 1


def _cut(bins: Bins, inner: slice) -> Bins:
    columns = {name: getattr(bins, name)[inner] for name in bins.__slots__ if name != "begin"}
    return Bins(begin=bins.begin + _AROUND * BIN, **columns)


def _bins(of: Case, one: Subject, lane: int, view: View, served: Stretches, over: Period) -> Bins:
    begin = over.begin // BIN * BIN - _AROUND * BIN
    count = -(-over.end // BIN) - begin // BIN + _AROUND
    at = begin + np.arange(count, dtype=np.int64) * BIN
    place, until = lane * LANE + at, lane * LANE + at + BIN
    window = Stretches(np.array([lane * LANE + over.begin]), np.array([lane * LANE + over.end]))
    counted = intersection(view.counted, window)

    def inside(part: Stretches) -> Ints:
        return measure(part, place, until)

    judged = inside(counted)
    now = Stretches(np.array([lane * LANE]), np.array([lane * LANE + of.source.now]))
    own = _counts(of, "circuit", one.id, begin, count)
    port = _counts(of, "interface", one.id, begin, count)
    unknown = np.full(count, UNKNOWN, np.int64)
    return Bins(
        begin=begin,
        contracted=_contracted(one, at),
        judged=judged,
        down=inside(intersection(view.settled.where(DOWN), counted)),
        unknown=inside(intersection(view.settled.where(NOT_KNOWN), counted)),
        maintenance=inside(intersection(intersection(served, now), window)) - judged,
        sent=np.maximum(own[0], 0),
        lost=np.maximum(own[1], 0),
        link_speed=unknown,
        octets_in=port[2],
        octets_out=port[3],
        discards=unknown,
    )


def _contracted(one: Subject, at: Ints) -> Ints:
    """What was contracted in each bin, as dated; bit/s."""
    rates = np.full(len(at), UNKNOWN, np.int64)
    for era in one.eras:
        rates[(at >= era.begin) & (at < era.end)] = UNKNOWN if era.rate is None else era.rate
    return rates


def _counts(of: Case, kind: str, subject: str, begin: int, count: int) -> NDArray[np.int64]:
    """First packets sent and lost, octets in and out of a circuit's checks of one kind; shape (4, bins).

    -1 where octets are not known; several checks, of an address that was changed, are never asked at once.
    """
    found = np.zeros((len(_COLUMNS), count), np.int64)
    found[2:] = UNKNOWN
    checks = few_checks(of.source.connection, [("circuit", subject)], only=kind)
    for started_at, columns in (*_folded(of, checks, begin, count), *_fresh(of, checks, begin, count)):
        first = (started_at - begin) // BIN
        low, high = max(0, first), min(count, first + columns.shape[1])
        if low < high:
            part = columns[:, low - first : high - first]
            found[:2, low:high] += part[:2]
            found[2:, low:high] = np.where(part[2:] == NONE, found[2:, low:high], part[2:])
    return found


def _folded(of: Case, checks: Sequence[int], begin: int, count: int) -> Iterator[tuple[int, Ints]]:
    table = schema.quality_bins
    inside = sa.and_(
        table.c.check.in_(checks),
        table.c.started_at > begin - _LONGEST,
        table.c.started_at < begin + count * BIN,
    )
    rows = of.source.connection.execute(sa.select(table.c.started_at, table.c.bins).where(inside)).all()
    for numbers, days in leading([row.bins for row in rows], len(COUNTS)):
        for number, day in zip(numbers.tolist(), days, strict=True):
            yield rows[number].started_at, day[_COLUMNS]


def _fresh(of: Case, checks: Sequence[int], begin: int, count: int) -> Iterator[tuple[int, Ints]]:
    """Of days that are not folded yet, a bin a row."""
    table = schema.quality
    inside = sa.and_(
        table.c.check.in_(checks), table.c.started_at >= begin, table.c.started_at < begin + count * BIN
    )
    names = [COUNTS[column] for column in _COLUMNS]
    columns = (sa.func.coalesce(table.c[name], NONE) for name in names)
    for started_at, *values in of.source.connection.execute(
        sa.select(table.c.started_at, *columns).where(inside)
    ):
        yield started_at, np.array(values, np.int64)[:, None]


def _tests(of: Case, over: Period) -> dict[str, list[Throughput]]:
    """Every test and report that came to a rate before the window ended, by circuit; superseded ones left out."""
    table = schema.throughput
    rows = of.source.connection.execute(
        sa.select(table).where(table.c.rate_bps.is_not(None), table.c.started_at < over.end)
    ).all()
    superseded = {row.supersedes for row in rows}
    found: dict[str, list[Throughput]] = {}
    for row in rows:
        if row.id not in superseded:
            rate, complete = carried(row.rate_bps, row.segment, row.other_bps)
            attested = row.origin == "attested"
            found.setdefault(row.circuit, []).append(
                Throughput(
                    started=row.started_at,
                    rate=rate,
                    valid_until=row.valid_until,
                    attested=attested,
                    direction=row.direction,
                    cap=UNKNOWN if row.cap_bps is None else row.cap_bps,
                    complete=complete or attested,
                )
            )
    return found
