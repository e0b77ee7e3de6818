"""From runs and watches to raw histories, against a naive second by second reading of both; and the schedule."""

import random
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.checks import phases
from collector.restore import last_observation
from indicators import observed
from indicators.axis import NEVER
from indicators.facts import Checks, Facts, Runs, Watches, no_bins
from indicators.observed import raw, watched
from tests.indicators import oracle
from tests.indicators.slots import FIRST, SECOND, letters

LENGTH, INTERVAL, SPAN = 400, 40, 35  # rounds of more than 30 s: their loss is not judged


@dataclass
class Check:
    """One check, slot by slot: what its runs say, and which of them stand open."""

    lane: int
    vantage: int
    primary: bool
    offset: int  # of its questions in every round, in seconds
    runs: list[tuple[str, int, int | None]]

    def says(self, second: int) -> str:
        """What its runs say of a second, watched or not."""
        for letter, begin, end in self.runs:
            if begin <= second and (end is None or second < end):
                return letter
        return " "

    def seen(self, watches: list[tuple[int, int]]) -> str:
        """Its runs, as far as two scheduled questions inside one watch enclose them."""
        asked = set[int]()
        for begin, end in watches:
            questions = [at for at in range(begin, end + 1) if at % INTERVAL == self.offset]
            asked |= set(range(questions[0], questions[-1])) if questions else set()
        return "".join(
            self.says(second).replace(" ", "?") if second in asked else "?" for second in range(LENGTH)
        )

    def serves(self, second: int) -> bool:
        """Whether it is there: from its first run on, and while one stands open or a later one follows."""
        last = self.runs[-1][2]
        return self.runs[0][1] <= second and (last is None or second < last)


def _runs(dice: random.Random) -> list[tuple[str, int, int | None]]:
    edges = sorted(dice.sample(range(LENGTH), dice.randint(2, 8)))
    found = list[tuple[str, int, int | None]]()
    for begin, end in pairwise(edges):
        if not found or dice.random() < 0.9:
            found.append((dice.choice("udd?"), begin, end))
    if dice.random() < 0.7:
        found[-1] = (*found[-1][:2], None)
    return found


def _watches(dice: random.Random) -> list[tuple[int, int]]:
    edges = sorted(dice.sample(range(LENGTH), 2 * dice.randint(1, 3)))
    return list(zip(edges[::2], edges[1::2], strict=True))


def _facts(lanes: int, checks: list[Check], watches: dict[int, list[tuple[int, int]]]) -> Facts:
    rows = [(number, *run) for number, one in enumerate(checks) for run in one.runs]

    def times(column: list[int | None]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([NEVER if one is None else FIRST + one * SECOND for one in column], np.int64)

    number = np.array([row[0] for row in rows], np.int64)
    outcome = np.array(["du?".index(row[1]) for row in rows], np.int8)
    start, end = times([row[2] for row in rows]), times([row[3] for row in rows])
    columns = {
        (vantage, 0): Watches(
            times([begin for begin, _ in some]),
            times([until for _, until in some]),
            *(np.full(len(some), one, np.int64) for one in (FIRST, INTERVAL * SECOND, SPAN * SECOND)),
        )
        for vantage, some in watches.items()
    }
    return Facts(
        lanes,
        Checks(
            np.array([one.lane for one in checks], np.int64),
            np.array([one.offset / SPAN for one in checks]),
            np.array([one.vantage for one in checks], np.int64),
            np.array([one.primary for one in checks], np.bool_),
        ),
        Runs(number, outcome, 0 * number, start, start, start, end, end, end),
        columns,
        no_bins(),
    )


def _wanted(lane: int, checks: list[Check], watches: dict[int, list[tuple[int, int]]]) -> str:
    mine = [one for one in checks if one.lane == lane]
    seen = {id(one): one.seen(watches[one.vantage]) for one in mine}
    primary = [
        "".join(letter if one.serves(second) else " " for second, letter in enumerate(seen[id(one)]))
        for one in mine
        if one.primary
    ]
    told = [seen[id(one)] for one in mine if not one.primary]
    found = oracle.combine(primary)
    return "".join(
        "d" if letter == "?" and any(other[second] == "d" for other in told) else letter
        for second, letter in enumerate(found)
    )


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 1 << 40), st.integers(1, 3), st.integers(1, 3))
def test_what_was_seen_is_what_runs_say_while_watches_prove_it(seed: int, lanes: int, vantages: int) -> None:
    dice = random.Random(seed)
    watches = {vantage: _watches(dice) for vantage in range(vantages)}
    checks = [
        Check(lane, vantage, primary, dice.randrange(SPAN), _runs(dice))
        for lane in range(lanes)
        for vantage in range(vantages)
        for primary in (True, False)
        if (primary and (vantage == lane % vantages or dice.random() < 0.6)) or dice.random() < 0.3
    ]
    found = raw(_facts(lanes, checks, watches), 0.5, FIRST + LENGTH * SECOND)
    for lane in range(lanes):
        assert letters(found, LENGTH, lane) == _wanted(lane, checks, watches)


@pytest.mark.parametrize("seed", range(20))
def test_more_checks_than_an_axis_has_lanes_are_seen_as_few_are(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    watches = {0: _watches(dice)}
    checks = [Check(0, 0, True, dice.randrange(SPAN), _runs(dice)) for _ in range(7)]
    facts, now = _facts(1, checks, watches), FIRST + LENGTH * SECOND
    together = letters(raw(facts, 0.5, now), LENGTH, 0)
    monkeypatch.setattr(observed, "MOST_LANES", 2)
    assert letters(raw(facts, 0.5, now), LENGTH, 0) == together


@pytest.mark.parametrize("seed", range(20))
def test_the_last_question_is_the_one_after_which_the_collector_takes_up_the_thread(seed: int) -> None:
    dice = random.Random(seed)
    checks = np.arange(1, 500, dtype=np.int64)
    origin, interval = FIRST + dice.randrange(10**9), dice.choice((10, 30, 60)) * SECOND
    began = origin + dice.randrange(10**12)
    row = {
        "origin": origin,
        "interval": interval,
        "span": interval - 4 * SECOND,
        "started_at": began,
        "ended_at": began + 2 * interval + dice.randrange(10**11),
    }
    one = Watches(
        *(
            np.array([row[name]], np.int64)
            for name in ("started_at", "ended_at", "origin", "interval", "span")
        )
    )
    first, last = watched(phases(checks), one)
    theirs = np.rint(last_observation(checks, row) * SECOND)
    assert np.abs(last[:, 0] - theirs).max() <= 1  # seconds as floats miss by a microsecond
    assert (first >= row["started_at"]).all()
    assert (first - interval < row["started_at"]).all()
    assert (last <= row["ended_at"]).all()
    assert (last + interval > row["ended_at"]).all()
