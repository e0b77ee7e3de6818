"""What a figure of bandwidth rests on besides the facts behind every figure: tests, and the hours that were worst."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collector.judging.bandwidth import Line, lines
from collector.judging.judge import Case
from collector.judging.roster import Subject
from collector.judging.tested import Test, tests
from collector.judging.window import Period
from indicators.axis import Ints
from indicators.bandwidth import SHORT, Reason
from indicators.bins import BIN, BIN_SECONDS, SECOND, UNKNOWN, exact
from indicators.policy import Policy
from indicators.proving import said
from indicators.traffic import CONGESTED, fullest

_HOUR = 12  # bins


@dataclass(frozen=True, slots=True)
class Heard:
    """A test that is in force at some time of the window, and what it says of the rate then contracted last."""

    test: Test
    says: str  # passed, failed, doubt or mute


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour with five minutes that were bad, begun at a whole hour UTC, microseconds."""

    begin: int
    bad: int  # of its five minutes
    reasons: tuple[tuple[str, int], ...]  # of all of them
    sent: int
    lost: int
    discards: int | None  # as far as they are known; None: of no five minutes
    peak: float | None  # bit/s in the fuller direction, as far as it is known


@dataclass(frozen=True, slots=True)
class BandwidthEvidence:
    """Of one circuit over a window: tests in the order of time, and its worst hours, the worst first."""

    tests: tuple[Heard, ...]
    hours: tuple[Hour, ...]
    more_hours: int


def bandwidth_evidence(
    of: Case, subject: Subject, indicator: str, over: Period, most: int
) -> BandwidthEvidence:
    """Bad are short five minutes, of `uncongested` congested ones. Of the percentile none is: hours go by traffic."""
    (line,) = lines(of, [subject], over)
    known = tests(of.source.connection, [subject.id], over.end).get(subject.id, [])
    rate = int(line.bins.contracted[-1]) if len(line.bins) else UNKNOWN
    heard = tuple(
        Heard(one, said(one.says, rate, of.source.policy).name.lower())
        for one in known
        if _until(one, of.source.policy) > over.begin
    )
    worst = _worst(line, indicator)
    return BandwidthEvidence(
        heard, tuple(_hour(line, *one) for one in worst[:most]), max(0, len(worst) - most)
    )


def _until(one: Test, policy: Policy) -> int:
    """Until when it is in force at the most."""
    if one.says.attested:
        return one.says.valid_until
    return min(one.says.valid_until, one.says.started + int(exact(policy.test_validity) * SECOND))


def _worst(line: Line, indicator: str) -> Sequence[tuple[int, int]]:
    """Hours, counted since 1970, with how many of their five minutes were bad; the worst first."""
    hour = (line.bins.begin // BIN + np.arange(len(line.bins))) // _HOUR
    if not hour.size:
        return []
    place = hour - hour[0]
    if indicator == "traffic_p95":
        octets, _ = fullest(line.bins)
        peak = np.full(int(place[-1]) + 1, UNKNOWN, np.int64)
        np.maximum.at(peak, place, octets)
        order = np.argsort(-peak, kind="stable")
        return [(int(hour[0]) + at, 0) for at in order.tolist() if peak[at] > 0]
    is_bad = line.congestion == CONGESTED if indicator == "uncongested" else np.isin(line.reasons, SHORT)
    bad: Ints = np.bincount(place[is_bad], minlength=int(place[-1]) + 1).astype(np.int64)
    order = np.argsort(-bad, kind="stable")
    return [(int(hour[0]) + at, int(bad[at])) for at in order.tolist() if bad[at]]


def _hour(line: Line, hour: int, bad: int) -> Hour:
    first = hour * _HOUR - line.bins.begin // BIN
    part = slice(max(0, first), first + _HOUR)
    counts = np.bincount(line.reasons[part], minlength=len(Reason))
    octets = int(np.max(fullest(line.bins)[0][part]))
    discards = line.bins.discards[part]
    known = discards[discards != UNKNOWN]
    return Hour(
        begin=hour * _HOUR * BIN,
        bad=bad,
        reasons=tuple((one.name.lower(), int(counts[one])) for one in Reason if counts[one]),
        sent=int(line.bins.sent[part].sum()),
        lost=int(line.bins.lost[part].sum()),
        discards=int(known.sum()) if known.size else None,
        peak=None if octets == UNKNOWN else octets * 8 / BIN_SECONDS,
    )
