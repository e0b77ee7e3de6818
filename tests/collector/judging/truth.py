"""What the figures of a made-up year should be, worked out from its truth alone, span by span; no tests here.

Nothing of `indicators` is used: plain lists of (begin, end) in microseconds, one subject at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from config.model import Config
from lab.year import Year
from lab.year_affairs import Window
from lab.year_world import Span, Spans, key, parent, short_of, union
from probes.rhythm import Rhythm

S = 1_000_000
CONFIRM, GAP, BIN = 30 * S, 600 * S, 300 * S
MAX_LOSS = 0.5


@dataclass(frozen=True)
class Really:
    """One subject in one view: when it was really out, and the time that counts."""

    out: Spans  # settled
    counted: Spans

    @property
    def down(self) -> Spans:
        return common(self.out, self.counted)

    def seconds_down(self, begin: int, end: int) -> float:
        return length(common(self.down, [(begin, end)])) / S

    def seconds(self, begin: int, end: int) -> float:
        return length(common(self.counted, [(begin, end)])) / S

    def faults(self) -> list[tuple[int, int, int]]:
        """Start, end and clock of every fault."""
        merged: list[Span] = []
        for begin, end in self.down:
            if merged and length(without([(merged[-1][1], begin)], self.out)) < GAP:
                merged[-1] = (merged[-1][0], end)
            else:
                merged.append((begin, end))
        return [(begin, end, length(common(self.counted, [(begin, end)]))) for begin, end in merged]


def truth(year: Year, name: str, view: str) -> Really:
    """What was really so of an element."""
    out = settled(_seen(year, name) if view == "business" else _own(year, name))
    return Really(out, without([(year.begin, year.end)], _excluded(year, name)))


def settled(down: Spans) -> Spans:
    """Outages: from the first down of at least 30 s to the first up of at least 30 s."""
    found: Spans = []
    open_: Span | None = None
    for begin, end in down:
        if open_ is not None and begin - open_[1] >= CONFIRM:
            found.append(open_)
            open_ = None
        if open_ is not None:
            open_ = (open_[0], end)
        elif end - begin >= CONFIRM:
            open_ = (begin, end)
    return [*found, open_] if open_ else found


def _seen(year: Year, name: str) -> Spans:
    """Whatever cut the users off: what it hangs on, too, and five minutes too lossy to use."""
    one = year.world[name]
    if one.kind == "service" and not one.own_check:
        return short_of(one.needs, [_seen(year, key("circuit", line)) for line in one.lines])
    return union([*year.away[name], *_lossy(year, name)])


def _own(year: Year, name: str) -> Spans:
    """Its own fault. A service with a check of its own hangs on nothing that would be masked."""
    one = year.world[name]
    if one.kind != "service":
        return union([*year.broken.get(name, ()), *_lossy(year, name)])
    if one.own_check:
        return _seen(year, name)
    return short_of(one.needs, [_own(year, key("circuit", line)) for line in one.lines])


def _lossy(year: Year, name: str) -> Spans:
    return [
        (one.begin, one.end)
        for one in year.deeds
        if one.element == name and one.what == "loss" and one.share > MAX_LOSS
    ]


def _excluded(year: Year, name: str) -> Spans:
    """Its own agreed windows, and its down-time in agreed windows of what it hangs on while that is away."""
    own = [
        (one.begin, one.end) for one in year.windows if one.element == name and agreed(year, one.element, one)
    ]
    above = parent(year.world[name], year.world)
    if not above:
        return union(own)
    theirs = [
        (one.begin, one.end) for one in year.windows if one.element == above and agreed(year, above, one)
    ]
    return union([*own, *common(common(theirs, year.away[above]), year.away[name])])


def agreed(year: Year, name: str, window: Window) -> bool:
    """Recorded before it began, and while its subject was not out."""
    out = settled(_seen(year, name))
    was_out = any(first <= window.recorded_at < last for first, last in out)
    return window.recorded_at < window.begin and not was_out


def rhythm(config: Config, kind: str, name: str) -> Rhythm:
    """How often a subject is asked."""
    kinds = (config.circuits, config.services, config.devices, config.systems)
    number = ("circuit", "service", "device", "system").index(kind)
    [check] = [one.check for one in kinds[number] if one.id == name]
    return config.rounds.of(check.probe if check else "icmp")


def common(a: Spans, b: Spans) -> Spans:
    """What lies in both; each sorted and apart."""
    found, at = [], 0
    for begin, end in a:
        while at < len(b) and b[at][1] <= begin:
            at += 1
        row = at
        while row < len(b) and b[row][0] < end:
            found.append((max(begin, b[row][0]), min(end, b[row][1])))
            row += 1
    return found


def without(a: Spans, b: Spans) -> Spans:
    """What lies in the first and not in the second."""
    found = []
    for begin, end in a:
        at = begin
        for first, last in common([(begin, end)], b):
            if at < first:
                found.append((at, first))
            at = last
        if at < end:
            found.append((at, end))
    return found


def length(spans: Sequence[Span]) -> int:
    return sum(end - begin for begin, end in spans)
