"""Judging bandwidth: five-minute counts and tests of circuits, read for the rules of `indicators/bandwidth`.

Only circuits of which something may be proven are read in full: those whose interface is read at a device, or that
were tested. Of the others nothing is known but when they were down, and that follows from the line view alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from collector.judging.circumstances import circumstances
from collector.judging.five_minutes import Counted, Held, counted, held, interfaces
from collector.judging.judge import Case, Judged, batches
from collector.judging.roster import Subject
from collector.judging.tested import Test, tested, tests
from collector.judging.window import Period
from indicators.axis import LANE, Ints, Stretches, intersection, measure, measure_until
from indicators.bandwidth import Reason, classify
from indicators.bins import BIN, UNKNOWN, Bins, exact
from indicators.policy import Policy
from indicators.sums import sums
from indicators.tallies import REASONS, VERDICTS, Tallies, by_window, window_of
from indicators.threestate import DOWN
from indicators.threestate import UNKNOWN as NOT_KNOWN
from indicators.traffic import OCTETS, UNDECIDED, congestion

AROUND = 6  # bins before and after the window: the hour around its first and its last bin
_TOGETHER = 2_000_000  # bins in memory at once
_DAYS_TOGETHER = 8192  # days of circuits that are looked at bin by bin together


@dataclass(frozen=True, slots=True)
class Line:
    """One circuit over the window: its five minutes, what each is, and how congested each was."""

    subject: Subject
    bins: Bins  # without the hour around the window
    reasons: Ints
    congestion: Ints


@dataclass(frozen=True, slots=True)
class _Span:
    """The bins of a window with the hour around it, from `begin` on."""

    begin: int
    bins: int

    @property
    def edges(self) -> Ints:
        """Where they begin, and where the last one ends."""
        return self.begin + np.arange(self.bins + 1, dtype=np.int64) * BIN


def provable(of: Case, subjects: Sequence[Subject]) -> list[Subject]:
    """Circuits of which something may be proven: with an interface that is read, or a test or report."""
    connection = of.source.connection
    known = interfaces(connection) | tested(connection)
    return [one for one in subjects if one.id in known]


def bins_of(over: Period) -> int:
    """How many bins begin in a window: those are its own, so that the parts of a window add up to the whole."""
    return -(-over.end // BIN) + (-over.begin // BIN)


def lines(of: Case, subjects: Sequence[Subject], over: Period) -> Iterator[Line]:
    """Those circuits judged, five minutes by five minutes, in their order."""
    span = _Span(-(-over.begin // BIN) * BIN - AROUND * BIN, bins_of(over) + 2 * AROUND)
    connection, names = of.source.connection, [one.id for one in subjects]
    known = tests(connection, names, over.end)
    when = held(connection, span.begin, span.begin + span.bins * BIN)
    for part in _together(subjects, max(1, _TOGETHER // span.bins)):
        for batch in batches(of, part, span.begin):
            yield from _lines(of, batch, span, known, when)


def tallies(
    of: Case, subjects: Sequence[Subject], over: Period, each: Callable[[int, Line], None] | None = None
) -> Tallies:
    """What the five minutes of these circuits were, by the days of a window; `each` hears of those that are read."""
    windows = len(over.edges) - 1
    found = Tallies.nothing(len(subjects), windows)
    place = {one.id: row for row, one in enumerate(subjects)}
    read = provable(of, subjects)
    for line in lines(of, read, over):
        row, window = place[line.subject.id], window_of(line.bins.begin, len(line.bins), over.edges)
        found.reasons[row] = by_window(line.reasons, window, windows, REASONS)
        found.congestion[row] = by_window(line.congestion, window, windows, VERDICTS)
        if each is not None:
            each(row, line)
    unread = [one for one in subjects if one.id not in {other.id for other in read} and rated(one)]
    for batch in batches(of, unread, over.begin):
        rows = np.array([place[one.id] for one in batch.subjects])
        found.reasons[rows] = _unread(batch, over)
        found.congestion[rows, :, UNDECIDED] = found.reasons[rows].sum(axis=2)
    return found


def rated(one: Subject) -> bool:
    """Whether a rate was ever contracted for a circuit."""
    return any(era.rate for era in one.eras)


def _together(subjects: Sequence[Subject], how_many: int) -> Iterator[Sequence[Subject]]:
    return (subjects[at : at + how_many] for at in range(0, len(subjects), how_many))


def _lines(of: Case, batch: Judged, span: _Span, known: dict[str, list[Test]], when: Held) -> Iterator[Line]:
    names = [one.id for one in batch.subjects]
    full = np.array([_full(one, of.source.policy) for one in batch.subjects], np.int64)
    found = counted(of.source.connection, names, span.begin, span.bins, when, full)
    parts, inner = _parts(of, batch), slice(AROUND, span.bins - AROUND)
    for lane, one in enumerate(batch.subjects):
        bins = _bins(one, lane, parts, span, found)
        said = [test.says for test in known.get(one.id, ())]
        yield _line(one, bins, classify(bins, said, of.source.policy), of.source.policy, inner)


def _line(one: Subject, bins: Bins, reasons: Ints, policy: Policy, inner: slice) -> Line:
    columns = {name: getattr(bins, name)[inner] for name in bins.__slots__ if name != "begin"}
    cut = Bins(begin=bins.begin + AROUND * BIN, **columns)
    return Line(one, cut, reasons[inner], congestion(cut, policy))


@dataclass(frozen=True, slots=True)
class _Parts:
    """Of the lanes of a batch: where they were served, where that counts, and of it what was D and what K."""

    served: Stretches
    judged: Stretches
    down: Stretches
    unknown: Stretches


def _parts(of: Case, batch: Judged) -> _Parts:
    view = batch.line
    around = circumstances(batch.subjects, of.entered, of.applied, of.parents, of.served, amended=of.amended)
    start = np.arange(len(batch.subjects), dtype=np.int64) * LANE
    past = Stretches(start, start + of.source.now)
    return _Parts(
        intersection(intersection(around.in_service, around.hours), past),
        view.counted,
        intersection(view.settled.where(DOWN), view.counted),
        intersection(view.settled.where(NOT_KNOWN), view.counted),
    )


def _bins(one: Subject, lane: int, parts: _Parts, span: _Span, found: Counted) -> Bins:
    places = lane * LANE + span.edges
    served, judged, down, unknown = (
        np.diff(measure_until(getattr(parts, name), places)) for name in _Parts.__dataclass_fields__
    )
    return Bins(
        begin=span.begin,
        contracted=_contracted(one, span.edges[:-1]),
        judged=judged,
        down=down,
        unknown=unknown,
        maintenance=served - judged,
        sent=found.sent[lane],
        lost=found.lost[lane],
        link_speed=found.speed[lane],
        octets_in=found.octets_in[lane],
        octets_out=found.octets_out[lane],
        discards=found.discards[lane],
    )


def _full(one: Subject, policy: Policy) -> int:
    """From how many octets on five minutes may be full, by the smallest rate that was ever contracted."""
    rates = [era.rate for era in one.eras if era.rate]
    return int(exact(policy.busy_share) * OCTETS * min(rates)) if rates else int(np.iinfo(np.int64).max)


def _contracted(one: Subject, at: Ints) -> Ints:
    """What was contracted at each of these moments, as dated; bit/s."""
    rates = np.full(len(at), UNKNOWN, np.int64)
    for era in one.eras:
        rates[(at >= era.begin) & (at < era.end)] = UNKNOWN if era.rate is None else era.rate
    return rates


def _unread(batch: Judged, over: Period) -> Ints:
    """The reasons of circuits of which nothing is proven, shape (circuits, windows, reasons).

    Five minutes are short where the line was down for more than half of them; of the others nothing is known. Only
    days with enough downtime for that, or cut by something, are looked at bin by bin.
    """
    view, edges = batch.line, over.edges
    inside = sums(view.settled, view.counted, edges)
    found = np.zeros((*inside.total.shape, REASONS), np.int64)
    found[..., Reason.NO_PROOF] = inside.total // BIN
    lane, window = np.nonzero((4 * inside.down > BIN) | (inside.total % BIN > 0))
    down = intersection(view.settled.where(DOWN), view.counted)
    for at in range(0, len(lane), _DAYS_TOGETHER):
        some = slice(at, at + _DAYS_TOGETHER)
        counting, short = _looked_at(lane[some], window[some], edges, view.counted, down)
        found[lane[some], window[some], Reason.DOWN] = short
        found[lane[some], window[some], Reason.NO_PROOF] = counting - short
    for row, one in enumerate(batch.subjects):
        none = _contracted(one, edges[:-1]) <= 0
        found[row, none, Reason.NO_RATE] = found[row, none].sum(axis=1)
        found[row, none, Reason.DOWN] = found[row, none, Reason.NO_PROOF] = 0
    return found


def _looked_at(
    lane: Ints, window: Ints, edges: Ints, counted_: Stretches, down: Stretches
) -> tuple[Ints, Ints]:
    """Of these windows of lanes how many bins count, and how many of them are short because the line was down."""
    first, behind = -(-edges[window] // BIN), -(-edges[window + 1] // BIN)
    count = behind - first
    row = np.repeat(np.arange(len(lane)), count)
    place = lane[row] * LANE + (first[row] + np.arange(len(row)) - (np.cumsum(count) - count)[row]) * BIN
    judged, lost = measure(counted_, place, place + BIN), measure(down, place, place + BIN)
    counting = 2 * judged >= BIN
    return (
        np.bincount(row[counting], minlength=len(lane)).astype(np.int64),
        np.bincount(row[counting & (2 * lost > judged)], minlength=len(lane)).astype(np.int64),
    )
