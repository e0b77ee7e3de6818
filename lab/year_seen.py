"""What a collector would have recorded of one check: asked in its rhythm, from the packets that came back. Pure.

A question is silent while its address is away. What came of it follows the rules of asking: retries, the deadline of
silence, the fast rhythm while down; a run is dated and bounded by packets as the real one is. Only what changes is
walked through: between changes all questions are alike.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lab.year_watching import Beat, Watch
from lab.year_world import Spans

DOWN, UP = 0, 1
ROUND_TRIP = 10_000  # microseconds


@dataclass(slots=True)
class Run:
    """A stretch of one outcome, as the ledger has it."""

    begin: int
    outcome: int
    after: int | None
    before: int
    end: int | None = None
    end_after: int | None = None
    end_before: int | None = None


@dataclass(slots=True)
class Seen:
    """All of one check: its runs, and the questions whose first packet was lost and a retry answered."""

    runs: list[Run] = field(default_factory=list)
    rescued: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Check:
    """Where one check stands while its year goes by."""

    beat: Beat
    spans: Spans
    begins: list[int]
    seen: Seen
    answered: int | None = None  # send of the last answered packet
    silent: int | None = None  # send of the last silent one
    last: int = 0  # the last observation

    @property
    def down(self) -> bool:
        return bool(self.seen.runs) and self.seen.runs[-1].outcome == DOWN

    def away(self, at: int) -> bool:
        row = bisect_right(self.begins, at) - 1
        return row >= 0 and at < self.spans[row][1]

    def next_away(self, at: int) -> tuple[int, int] | None:
        """The stretch of absence that `at` lies in, or the next one."""
        row = bisect_right(self.begins, at) - 1
        if row >= 0 and at < self.spans[row][1]:
            return self.spans[row]
        return self.spans[row + 1] if row + 1 < len(self.spans) else None

    def turn(self, outcome: int, at: int, before: int) -> None:
        """A run begins, and ends the one before it."""
        after = self.answered if outcome == DOWN else self.silent
        if self.seen.runs:
            old = self.seen.runs[-1]
            old.end, old.end_after, old.end_before = at, after, before
        self.seen.runs.append(Run(at, outcome, after, before))


def seen(beat: Beat, phase: float, spans: Spans, watches: Sequence[Watch], begin: int, end: int) -> Seen:
    """What is recorded of a check that is asked from `begin` until `end` and whose address is away in `spans`.

    A check that is no longer asked has its run closed at its last observation.
    """
    check = _Check(beat, spans, [one for one, _ in spans], Seen())
    for watch in watches:
        for first, last in _asked(beat, phase, watch, begin, end):
            _walk(check, first, last, watch.end)
    if watches and end < watches[-1].end and check.seen.runs:
        run = check.seen.runs[-1]
        run.end = run.end_after = max(check.last, run.begin)
    return check.seen


def _asked(beat: Beat, phase: float, watch: Watch, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The first and the last question of a check inside a watch, where there is one."""
    origin = watch.begin + round(phase * beat.span)
    first = origin + max(0, -(-(begin - origin) // beat.interval)) * beat.interval
    last = origin + (min(watch.end, end) - origin) // beat.interval * beat.interval
    if first <= last:
        yield first, last


def _walk(check: _Check, first: int, last: int, end: int) -> None:
    """The questions from `first` to `last` of one watch; the fast rhythm goes on until its end."""
    at = first
    while at <= last:
        at = _while_down(check, at, first, end) if check.down else _while_up(check, at, last)
    check.last = max(check.last, last if not check.down else check.silent or last)


def _while_up(check: _Check, at: int, last: int) -> int:
    """From the question `at` on to the first that is silent; when the next question is due."""
    beat, absence = check.beat, check.next_away(at)
    quiet = last + beat.interval if absence is None else absence[0]
    skipped = min(max(0, -(-(quiet - at) // beat.interval)), (last - at) // beat.interval + 1)
    if skipped:
        if not check.seen.runs:
            check.turn(UP, at, at + ROUND_TRIP)
        check.answered = at + (skipped - 1) * beat.interval
        return at + skipped * beat.interval
    return _silent(check, at)


def _silent(check: _Check, at: int) -> int:
    """A question whose first packet is lost: rescued by a retry, or the beginning of a down-run."""
    beat = check.beat
    for attempt in range(1, beat.retries + 1):
        packet = at + attempt * beat.retry_after
        if not check.away(packet):
            if not check.seen.runs:
                check.turn(UP, packet, packet + ROUND_TRIP)
            check.seen.rescued.append(at)
            check.answered = packet
            return at + beat.interval
    span = beat.retries * beat.retry_after
    check.turn(DOWN, at, at + span + beat.timeout)
    check.silent = at + span
    return at + beat.interval


def _while_down(check: _Check, at: int, first: int, end: int) -> int:
    """Asked every `fast`, one packet, until one is answered or the watch ends; when the next question is due."""
    beat, run = check.beat, check.seen.runs[-1]
    begun = max(run.begin, first)
    # Of the watch in which it began, packets follow its first question; of a later one, that one's first question.
    packet = begun
    if check.silent is not None and packet <= check.silent:
        packet = begun + ((check.silent - begun) // beat.fast + 1) * beat.fast
    while packet + ROUND_TRIP <= end and check.away(packet):
        gone = check.next_away(packet)
        assert gone is not None  # noqa: S101 - it is away
        steps = max(1, -(-(min(gone[1], end) - packet) // beat.fast))
        check.silent = packet + (steps - 1) * beat.fast
        packet += steps * beat.fast
    if packet + ROUND_TRIP > end:
        return end + 1
    check.turn(UP, packet, packet + ROUND_TRIP)
    check.answered = packet
    return at + max(0, (packet - at) // beat.interval + 1) * beat.interval
