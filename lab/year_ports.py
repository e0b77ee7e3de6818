"""What would have been recorded of the ports that carry lines: how they stood, how fast they are, what went through.

What went through in five minutes is known where the port was read all the time, and a reading more at either end: not
beside a restart of the collector, nor while the device or the port is not found, nor where counters begin anew. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.year_counts import INCOMPLETE, PASSED, SENT, WHILE_DOWN, Counted, Ints, counted, of_day, sums
from lab.year_seen import DOWN, ROUND_TRIP, Run, Seen, seen
from lab.year_spans import covered
from lab.year_traffic import Port, Traffic, passed
from lab.year_watching import Beat, Watch
from lab.year_world import Spans, union

Flags = NDArray[np.bool_]

DEVICE_SILENT = "the device does not answer"
UNKNOWN = 2  # an outcome
_STARTS = ("stopped", "interrupted")  # what ends the watch before a start of the collector
_ALWAYS = 1 << 62


@dataclass(frozen=True, slots=True)
class Reading:
    """A port as it is read: by which check, in which rhythm, when its device is away, and when its line is."""

    of: Traffic
    port: Port
    check: int
    beat: Beat
    phase: float
    device_away: Spans
    line_away: Spans
    held: Sequence[Watch]

    def seen(self, begin: int, end: int) -> Seen:
        """How it was seen when it was asked in [begin, end): where it was not found its runs are down."""
        steady = replace(self.beat, fast=self.beat.interval)  # nobody is in a hurry who only does not know
        return seen(
            steady, self.phase, union([*self.device_away, *self.of.lost(self.port)]), self.held, begin, end
        )

    def runs(self, told: Seen) -> Iterator[tuple[Run, int, str]]:
        """Its runs, each with its outcome and the reason: what is not found is no news of the line."""
        lost = f"the device has no interface {self.port.name.removeprefix('alias:')}"
        for run in told.runs:
            silent = any(begin <= run.begin < end for begin, end in self.device_away)
            unknown = UNKNOWN, DEVICE_SILENT if silent else lost
            yield (run, *unknown) if run.outcome == DOWN else (run, run.outcome, "")

    def speeds(self, told: Seen) -> Iterator[dict[str, Any]]:
        """How fast it says it is: once after every start of the collector."""
        up = [run for run in told.runs if run.outcome != DOWN]
        starts = [
            *self.held[:1],
            *(after for before, after in pairwise(self.held) if before.reason in _STARTS),
        ]
        for watch in starts:
            first = watch.begin + round(self.phase * self.beat.span)
            answered = (max(run.begin, first) for run in up if run.end is None or run.end > first)
            for at in (min(answered, default=watch.end),):
                if at < watch.end:
                    yield {"check": self.check, "said_at": at + ROUND_TRIP, "speed_bps": self.port.speed}

    def days(self, told: Seen, edges: Sequence[int], shared: "Shared") -> Iterator[Counted]:
        """The counts of every day, with what went through."""
        dark = self._dark()
        place = {at: number for number, at in enumerate(self.of.days)}
        for day in counted(self.check, self.beat, self.phase, told, self.held, edges, alike=1):
            start = day.sums["started_at"]
            through, alike = passed(self.of, self.port, place[start], self.line_away)
            unknown = covered(dark, start, through.shape[1]) > 0
            if alike and not day.columns.flags.writeable and not unknown.any():
                whole = shared.joined(day.columns, through, telling=self.port.telling)
            else:
                whole = _joined(_found(day.columns), through, unknown, telling=self.port.telling)
            yield of_day(self.check, start, day.sums["ended_at"], whole)

    def _dark(self) -> Spans:
        """Where not all that goes through is known."""
        between = [(before.end, after.begin) for before, after in pairwise(self.held)]
        edges = [(0, self.held[0].begin), (self.held[-1].end, _ALWAYS)] if self.held else [(0, _ALWAYS)]
        mine = [(one.begin, one.end) for one in self.of.unread if one.circuit == self.port.circuit]
        step = self.beat.interval
        dark = [*between, *edges, *mine, *self.device_away]
        return union((begin - step, end + 2 * step) for begin, end in dark)


@dataclass(slots=True)
class Shared:
    """Days that are alike, joined once; so who packs them need do so but once."""

    known: dict[tuple[int, int, bool], tuple[Ints, Ints, Counted]] = field(default_factory=dict)

    def joined(self, columns: Ints, through: Ints, *, telling: bool) -> Counted:
        """Counts of questions and of what went through as one; the same object for the same two."""
        key = id(columns), id(through), telling
        if key not in self.known:
            made = _joined(columns.copy(), through, np.zeros(through.shape[1], np.bool_), telling=telling)
            made.columns.flags.writeable = False
            self.known[key] = columns, through, made  # held, so that no other object is given their ids
        return self.known[key][2]


def _found(columns: Ints) -> Ints:
    """A question that found no port is left open; nobody is called down by it."""
    found = columns.copy()
    found[INCOMPLETE] = found[WHILE_DOWN]
    found[SENT] += found[WHILE_DOWN]
    found[WHILE_DOWN] = 0
    return found


def _joined(columns: Ints, through: Ints, unknown: Flags, *, telling: bool) -> Counted:
    columns[PASSED] = np.where(unknown, -1, through)
    if not telling:
        columns[PASSED][2:] = -1
    return Counted(sums(columns), columns)
