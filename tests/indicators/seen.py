"""Facts by hand: runs and watches in seconds since new year 2026 in Shanghai, and how they are judged."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np

from indicators.axis import LANE, NEVER, Ints, Stretches, none, on_lane, stretches
from indicators.facts import Checks, Facts, Runs, Watches, no_bins
from indicators.judged import Circumstances, View, judged
from indicators.observed import edges, raw
from indicators.policy import Policy
from indicators.sums import Sums, sums
from indicators.timeline import Timeline
from tests.indicators.slots import FIRST, SECOND

MINUTE, HOUR, DAY = 60, 3600, 86400
CST = ZoneInfo("Asia/Shanghai")
Span = tuple[float, float]


def place(seconds: float) -> int:
    """Microseconds since 1970."""
    return FIRST + round(seconds * SECOND)


def at(year: int, month: int, day: int, zone: ZoneInfo = CST) -> float:
    """Where a day begins, in seconds since new year 2026 in Shanghai."""
    return dt.datetime(year, month, day, tzinfo=zone).timestamp() - FIRST / SECOND


def midnights(first: dt.date, number: int, zone: ZoneInfo = CST) -> Ints:
    """Where so many days begin, and where the last ends."""
    begins = [first + dt.timedelta(days=one) for one in range(number + 1)]
    return np.array([place(at(one.year, one.month, one.day, zone=zone)) for one in begins], np.int64)


def spans(*pairs: Span) -> Stretches:
    return on_lane(0, [(place(begin), place(end)) for begin, end in pairs])


@dataclass
class Seen:
    """What one vantage or several saw of one circuit: `runs` is (letter, begin, end or None), asked each minute."""

    watched: Sequence[Span]
    runs: Sequence[tuple[str, float, float | None]]
    also: list["Seen"] = field(default_factory=list)  # from further vantages

    def facts(self) -> Facts:
        every = [self, *self.also]
        rows = [
            (check, "du".index(letter), begin, end)
            for check, one in enumerate(every)
            for letter, begin, end in one.runs
        ]
        check, outcome = (np.array(column, np.int64) for column in list(zip(*rows, strict=True))[:2])
        start = np.array([place(row[2]) for row in rows], np.int64)
        end = np.array([NEVER if row[3] is None else place(row[3]) for row in rows], np.int64)
        numbers = np.arange(len(every), dtype=np.int64)
        there = np.ones(len(every), np.bool_)
        return Facts(
            1,
            Checks(0 * numbers, np.zeros(len(every)), numbers, there),
            Runs(check, outcome.astype(np.int8), 0 * check, start, start, start, end, end, end),
            {(vantage, 0): _watches(one.watched) for vantage, one in enumerate(every)},
            no_bins(),
        )


def _watches(watched: Sequence[Span]) -> Watches:
    begin = np.array([place(one) for one, _ in watched], np.int64)
    end = np.array([place(one) for _, one in watched], np.int64)
    return Watches(begin, end, begin, np.full(len(begin), MINUTE * SECOND), 0 * begin)


def judge(
    of: Seen | Timeline,
    now: float,
    *,
    policy: Policy | None = None,
    maintenance: Stretches | None = None,
    in_service: Stretches | None = None,
) -> View:
    """One circuit at the moment `now`."""
    whole = stretches(np.zeros(1, np.int64), np.full(1, LANE, np.int64))
    facts = of.facts() if isinstance(of, Seen) else None
    seen = raw(facts, 0.5, place(now)) if facts else of
    assert isinstance(seen, Timeline)
    sure = edges(facts) if facts else edges(Seen([(0, 1)], [("u", 0, 1)]).facts())
    nothing = none()
    around = Circumstances(
        in_service or whole,
        whole,
        nothing if maintenance is None else maintenance,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
    )
    return judged(seen, seen, sure, around, policy or Policy(), place(now))


def figures(view: View, *at_: float) -> Sums:
    """Seconds between these moments."""
    return sums(view.settled, view.counted, np.array([place(one) for one in at_], np.int64))


def in_seconds(column: Ints) -> list[float]:
    """Of lane 0."""
    return [float(one) / SECOND for one in np.ravel(column)]
