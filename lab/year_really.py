"""How a made-up year is to be judged, worked out from what truly happened, span by span, by the built-in rules. Pure.

Nothing of `indicators` is used: plain lists of (begin, end) in microseconds, one subject at a time. So figures that
are judged from the record can be held against it.
"""

from lab.year import Year
from lab.year_affairs import MINUTE, SECOND, Window
from lab.year_spans import common, length, without
from lab.year_world import Span, Spans, key, parent, short_of, union

CONFIRM, GAP = 30 * SECOND, 10 * MINUTE
MAX_LOSS = 0.5  # of the first packets of five minutes: with more it is too lossy to use


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


def faults(out: Spans, counted: Spans) -> list[Span]:
    """Outages of one subject that belong together, from the first start to the last end, in the time that counts."""
    merged: list[Span] = []
    for begin, end in common(out, counted):
        if merged and length(without([(merged[-1][1], begin)], out)) < GAP:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((begin, end))
    return merged


def cut_off(year: Year, name: str) -> Spans:
    """Whatever cut the users off: what it hangs on, too, and five minutes too lossy to use."""
    one = year.world[name]
    if one.kind == "service" and not one.own_check:
        return short_of(one.needs, [cut_off(year, key("circuit", line)) for line in one.lines])
    return union([*year.away[name], *_lossy(year, name)])


def own(year: Year, name: str) -> Spans:
    """Its own fault. A service with a check of its own hangs on nothing that would be masked."""
    one = year.world[name]
    if one.kind != "service":
        return union([*year.broken.get(name, ()), *_lossy(year, name)])
    if one.own_check:
        return cut_off(year, name)
    return short_of(one.needs, [own(year, key("circuit", line)) for line in one.lines])


def counted(year: Year, name: str) -> Spans:
    """The time that counts: all but what agreed maintenance excludes."""
    return without([(year.begin, year.end)], _excluded(year, name))


def _lossy(year: Year, name: str) -> Spans:
    return [
        (one.begin, one.end) for one in year.deeds_of(name) if one.what == "loss" and one.share > MAX_LOSS
    ]


def _excluded(year: Year, name: str) -> Spans:
    """Its own agreed windows, and its down-time in agreed windows of what it hangs on while that is away."""
    mine, above = _agreed(year, name), parent(year.world[name], year.world)
    if not above:
        return union(mine)
    theirs = _agreed(year, above)
    return union([*mine, *common(common(theirs, year.away[above]), year.away[name])])


def _agreed(year: Year, name: str) -> Spans:
    windows = [one for one in year.windows if one.element == name]
    return [(one.begin, one.end) for one in windows if agreed(year, name, one)]


def agreed(year: Year, name: str, window: Window) -> bool:
    """Recorded before it began, and while its subject was not out."""
    out = settled(cut_off(year, name))
    was_out = any(first <= window.recorded_at < last for first, last in out)
    return window.recorded_at < window.begin and not was_out
