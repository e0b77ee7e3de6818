"""Which throughput test speaks for which bins, and what it says of them (definitions, §5). Pure; no verdict of a bin.

A test says of a rate C one of four things:

    PASSED  it came to the share of C that is asked for
    FAILED  it did not, although it could have
    DOUBT   it did not, but what else went over the line meanwhile is not known
    MUTE    it did not, but was capped below: a test at half the rate shows no shortage. So a test that was made under
            a smaller contract says nothing bad of a larger one

It is *in force* from the bin in which it began while it is not older than `test_validity` and before its own
`valid_until`; a report that somebody attested has the latter alone. In each direction:

    A failure in force makes bins short until a newer test passes. What was measured is lifted by what was measured
    only, never by a report; a lifted failure stays lifted, whether or not the newer test is in force still.
    A pass in force proves, unless a newer test failed.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction
from itertools import pairwise
from typing import Literal

import numpy as np

from indicators.bins import BIN, SECOND, UNKNOWN, Bins, Flags, exact, runs
from indicators.policy import Policy

_HEADERS = {4: 40, 6: 60}  # of IP and TCP, without options


@dataclass(frozen=True, slots=True)
class Throughput:
    """A test that came to a rate, or the report of one. Times in microseconds, rates in bit/s.

    `rate` is what the line carried (`carried`). `complete`: other traffic in the same seconds is part of it.
    `cap` is the most the test could have shown: its own bound, of a report the rate it was made for; or UNKNOWN.
    """

    started: int
    rate: int
    valid_until: int
    attested: bool = False
    direction: Literal["receive", "send", "both"] = "both"
    cap: int = UNKNOWN
    complete: bool = True


def carried(payload: int, segment: int | None, other: int | None, version: int = 4) -> tuple[int, bool]:
    """What a line carried while `payload` bit/s were measured over it, and whether that is all.

    `other` is what its interface counted beyond that payload, so the headers are in it. Without it the headers of
    full packets are added, where their `segment` is known, and the result is the least that was carried.
    """
    if other is not None:
        return payload + other, True
    if segment is None:
        return payload, False
    return round(Fraction(payload * (segment + _HEADERS[version]), segment)), False


class Said(Enum):
    """What a test says of a rate."""

    PASSED = auto()
    FAILED = auto()
    DOUBT = auto()
    MUTE = auto()


def said(test: Throughput, contracted: int, policy: Policy) -> Said:
    """What a test says of a contracted rate."""
    asked = exact(policy.short_share) * contracted
    if test.rate >= asked:
        return Said.PASSED
    if test.cap != UNKNOWN and test.cap < asked:
        return Said.MUTE
    return Said.FAILED if test.complete else Said.DOUBT


@dataclass(frozen=True, slots=True)
class Proofs:
    """What tests say of each bin; `measured` and `attested` prove, unless the bin is short or in doubt."""

    short: Flags
    doubt: Flags
    measured: Flags
    attested: Flags


@dataclass(slots=True)
class _Stretch:
    """What the tests of one direction say of bins with one rate and the same tests in force."""

    short: bool = False
    doubt: bool = False
    measured: bool = False
    attested: bool = False

    def hear(self, newest_first: Iterable[tuple[Throughput, bool]], contracted: int, policy: Policy) -> None:
        """Go back from the newest test, with whether it is in force, until nothing older can matter."""
        failed = lifted = reports_lifted = False  # by something newer
        for test, in_force in newest_first:
            verdict = said(test, contracted, policy)
            if verdict is Said.PASSED:
                self._prove(test, in_force=in_force and not failed)
                lifted, reports_lifted = lifted or not test.attested, True
            elif in_force and not (lifted or (test.attested and reports_lifted)):
                self.short |= verdict is Said.FAILED
                self.doubt |= verdict is Said.DOUBT
            failed |= verdict is Said.FAILED
            if lifted and (failed or self.measured):
                return

    def _prove(self, test: Throughput, *, in_force: bool) -> None:
        self.attested |= in_force and test.attested
        self.measured |= in_force and not test.attested


def prove(bins: Bins, tests: Sequence[Throughput], policy: Policy) -> Proofs:
    """What the tests say of each bin."""
    spans = sorted(((test, *_force(bins, test, policy)) for test in tests), key=lambda span: span[0].started)
    edges = {int(at) for at in runs(bins.contracted)} | {0, len(bins)}
    edges |= {edge for _, first, behind in spans for edge in (first, behind) if 0 < edge < len(bins)}
    ordered = sorted(edges)
    said_of = [_stretch(spans, at, int(bins.contracted[at]), policy) for at in ordered[:-1]]
    lengths = [after - before for before, after in pairwise(ordered)]
    columns = [np.repeat(np.array(column, np.bool_), lengths) for column in zip(*said_of, strict=True)]
    return Proofs(*columns) if columns else Proofs(*(np.zeros(0, np.bool_) for _ in range(4)))


def _force(bins: Bins, test: Throughput, policy: Policy) -> tuple[int, int]:
    """The first bin for which a test speaks, and the first behind those in which it is in force."""
    behind = -((bins.begin - test.valid_until) // BIN)  # the first bin that begins at `valid_until` or later
    if not test.attested:
        oldest = test.started + int(exact(policy.test_validity) * SECOND)
        behind = min(behind, (oldest - bins.begin) // BIN + 1)  # a bin that begins at that age still has it
    return (test.started - bins.begin) // BIN, behind


def _stretch(
    spans: Sequence[tuple[Throughput, int, int]], at: int, contracted: int, policy: Policy
) -> tuple[bool, bool, bool, bool]:
    """Both directions together, of the bins from `at` on: short, doubt, measured, attested."""
    both = _Stretch()
    begun = bisect_right(spans, at, key=lambda span: span[1])
    for direction in ("receive", "send"):
        heard = (
            (test, at < behind)
            for test, _, behind in (spans[place] for place in range(begun - 1, -1, -1))
            if test.direction in (direction, "both")
        )
        one = _Stretch()
        one.hear(heard, contracted, policy)
        both.short, both.doubt = both.short or one.short, both.doubt or one.doubt
        both.measured, both.attested = both.measured or one.measured, both.attested or one.attested
    return both.short, both.doubt, both.measured, both.attested
