"""Counters: whatever an agent does, no growth is told that was not there, and every odd sample is named."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from probes.counters import (
    AMBIGUOUS,
    BIN_SECONDS,
    FIRST,
    GROWN,
    LATE,
    MISSING,
    RESET,
    RESTARTED,
    SPIKE,
    UPTIME_WRAPS_AFTER,
    WRAPPED,
    Filled,
    Growth,
    Kinds,
    Samples,
    close,
    fill,
    growth,
)

NAN = math.nan
TEN_MEGABIT = 10e6 / 8  # octets a second


def sample(at: float, *values: int | None, uptime: float | None = None, marker: float = NAN) -> Samples:
    """Counters read at a time; None: not read. The agent began a thousand seconds before zero."""
    return Samples(
        at=at,
        uptime=1000 + at if uptime is None else uptime,
        value=np.array([value or 0 for value in values], np.uint64),
        known=np.array([value is not None for value in values]),
        marker=np.full(len(values), marker),
    )


def kinds(*bits: int, most: float = TEN_MEGABIT, interface: Sequence[int] | None = None) -> Kinds:
    rows = len(bits)
    which = range(rows) if interface is None else interface
    return Kinds(np.array(bits), np.array(which, np.int64), np.full(rows, most))


def told(before: Samples | None, after: Samples, what: Kinds) -> list[tuple[int, float | None]]:
    """Event and amount of each row."""
    grown = growth(before, after, what)
    amounts = [None if np.isnan(amount) else float(amount) for amount in grown.amount]
    return list(zip(grown.event.tolist(), amounts, strict=True))


def test_two_samples_give_the_growth_between_them() -> None:
    assert told(sample(0, 100, 2**40), sample(60, 6100, 2**40 + 7), kinds(32, 64)) == [
        (GROWN, 6000),
        (GROWN, 7),
    ]


def test_the_first_sample_tells_nothing() -> None:
    assert told(None, sample(0, 5), kinds(64)) == [(FIRST, None)]


def test_a_wrap_of_32_bits_is_counted_through() -> None:
    assert told(sample(0, 2**32 - 1000), sample(60, 500), kinds(32)) == [(WRAPPED, 1500)]


def test_a_wrap_of_64_bits_is_counted_through() -> None:
    assert told(sample(0, 2**64 - 1000), sample(60, 500), kinds(64)) == [(WRAPPED, 1500)]


def test_a_counter_that_fell_by_more_than_a_wrap_explains_was_reset() -> None:
    assert told(sample(0, 10**9), sample(60, 500), kinds(32)) == [(RESET, None)]
    assert told(sample(0, 10**9), sample(60, 500), kinds(64)) == [(RESET, None)]


def test_two_counters_of_an_interface_never_wrap_together_but_are_cleared_together() -> None:
    before, after = sample(0, 2**32 - 1000, 2**32 - 9, 5), sample(60, 500, 20, 9)
    cleared = kinds(32, 32, 32, interface=[1, 1, 2])
    assert told(before, after, cleared) == [(RESET, None), (RESET, None), (GROWN, 4)]


def test_one_counter_that_was_reset_spoils_those_of_its_interface() -> None:
    before, after = sample(0, 10**9, 100), sample(60, 500, 200)
    assert told(before, after, kinds(64, 64, interface=[1, 1])) == [(RESET, None), (RESET, None)]


def test_the_agents_own_mark_of_a_discontinuity_is_believed() -> None:
    assert told(sample(0, 100, marker=1), sample(60, 200, marker=1), kinds(64)) == [(GROWN, 100)]
    assert told(sample(0, 100, marker=1), sample(60, 200, marker=2), kinds(64)) == [(RESET, None)]


def test_an_agent_that_began_anew_has_no_growth() -> None:
    assert told(sample(0, 100), sample(60, 200, uptime=20), kinds(64)) == [(RESTARTED, None)]


def test_sys_uptime_at_497_days_begins_at_nought_and_nothing_else_does() -> None:
    before = sample(0, 100, uptime=UPTIME_WRAPS_AFTER - 30)
    assert told(before, sample(60, 200, uptime=30.0), kinds(64)) == [(GROWN, 100)]


def test_an_agent_without_uptime_is_believed() -> None:
    assert told(sample(0, 100, uptime=NAN), sample(60, 200), kinds(64)) == [(GROWN, 100)]


def test_more_than_the_line_carries_is_a_spike() -> None:
    assert told(sample(0, 0), sample(60, int(60 * TEN_MEGABIT * 1.2)), kinds(64)) == [(SPIKE, None)]


def test_32_bits_of_a_fast_line_may_have_gone_round_unseen() -> None:
    gigabit = kinds(32, most=1e9 / 8)
    assert told(sample(0, 100), sample(60, 200), gigabit) == [(AMBIGUOUS, None)]
    assert told(sample(0, 100), sample(10, 200), gigabit) == [(GROWN, 100)]


def test_without_a_speed_only_64_bits_are_believed() -> None:
    assert told(sample(0, 5, 5), sample(60, 9, 9), kinds(32, 64, most=NAN)) == [(AMBIGUOUS, None), (GROWN, 4)]
    assert told(sample(0, 9, 9), sample(60, 5, 5), kinds(32, 64, most=NAN)) == [(RESET, None), (RESET, None)]


def test_a_counter_that_was_not_read_is_missing() -> None:
    assert told(sample(0, None, 1), sample(60, 5, None), kinds(64, 64)) == [(MISSING, None), (MISSING, None)]


def test_samples_further_apart_than_a_bin_are_too_late() -> None:
    assert told(sample(0, 1), sample(301, 5), kinds(64)) == [(LATE, None)]


def filled(*grown: tuple[float, float, float]) -> dict[int, Filled]:
    """Bins of growths, each: when it ended, for how many seconds, by how much."""
    bins: dict[int, Filled] = {}
    for ended_at, seconds, amount in grown:
        fill(bins, Growth(seconds, np.array([amount]), np.zeros(1, np.int8)), ended_at)
    return bins


def test_a_growth_across_the_border_of_two_bins_counts_in_both() -> None:
    bins = filled((320.0, 60.0, 600.0))
    assert {start: one.amount.tolist() for start, one in bins.items()} == {0: [400.0], 300: [200.0]}
    assert {start: one.covered.tolist() for start, one in bins.items()} == {0: [40.0], 300: [20.0]}


def test_a_bin_is_known_only_when_all_of_it_is() -> None:
    whole = [(at, 60.0, 60.0) for at in (60.0, 120.0, 180.0, 240.0, 300.0)]
    (full,) = close(filled(*whole), until=300)
    assert full.known().tolist() == [300.0]
    (hole,) = close(filled(*whole[:2], *whole[3:]), until=300)
    assert np.isnan(hole.known()).tolist() == [True]


def test_a_bin_is_closed_when_it_is_over() -> None:
    bins = filled((320.0, 60.0, 600.0))
    assert [one.started_at for one in close(bins, until=599)] == [0]
    assert list(bins) == [300]


@dataclass
class Step:
    """What happens before the next sample is taken."""

    seconds: float
    used: float  # of the line
    what: str


STEPS = st.builds(
    Step,
    seconds=st.floats(10, 400),  # less is within what uptimes may be off by
    used=st.floats(0, 1),
    what=st.sampled_from(["nothing", "nothing", "nothing", "restart", "missing"]),
)


@dataclass
class Agent:
    """A naive agent with one interface: in and out octets of `bits`, and what truly went through."""

    bits: int
    value: tuple[int, int]
    up: float
    at: float = 0.0
    true: tuple[int, int] = (0, 0)

    def go(self, step: Step, most: float) -> None:
        went = int(step.seconds * step.used * most), int(step.seconds * step.used * most / 3)
        self.true = self.true[0] + went[0], self.true[1] + went[1]
        self.at += step.seconds
        self.up = (self.up + step.seconds) % UPTIME_WRAPS_AFTER
        self.value = tuple((old + new) % 2**self.bits for old, new in zip(self.value, went, strict=True))
        if step.what == "restart":
            self.up, self.value = 0.0, (0, 0)

    def sample(self, *, missing: bool) -> Samples:
        values = (None, None) if missing else self.value
        return sample(self.at, *values, uptime=self.up)


@given(
    steps=st.lists(STEPS, min_size=2, max_size=30),
    bits=st.sampled_from([32, 64]),
    begin=st.tuples(st.integers(0, 2**64), st.integers(0, 2**64)),
    up=st.floats(0, UPTIME_WRAPS_AFTER),
    speed=st.sampled_from([2e6, 10e6, 100e6, 1e9]),
)
def test_no_growth_is_told_that_was_not_there(
    steps: list[Step], bits: int, begin: tuple[int, int], up: float, speed: float
) -> None:
    most = speed / 8
    agent = Agent(bits, (begin[0] % 2**bits, begin[1] % 2**bits), up)
    before, true_before = agent.sample(missing=False), agent.true
    what = kinds(bits, bits, most=most, interface=[1, 1])
    events: Counter[int] = Counter()
    for step in steps:
        agent.go(step, most)
        after = agent.sample(missing=step.what == "missing")
        grown = growth(before, after, what)
        events.update(grown.event.tolist())
        for row, (amount, event) in enumerate(zip(grown.amount.tolist(), grown.event.tolist(), strict=True)):
            if event <= WRAPPED:
                assert step.what == "nothing"
                assert amount == agent.true[row] - true_before[row]
            else:
                assert math.isnan(amount)
            assert (event == RESTARTED) <= (step.what == "restart")
        before, true_before = after, agent.true
    assert sum(events.values()) == 2 * len(steps)


@given(
    ends=st.lists(st.tuples(st.floats(1, 290), st.integers(0, 10**9)), min_size=1, max_size=40),
    begin=st.floats(0, 1e9),
)
def test_bins_hold_all_that_was_spread_over_them(ends: list[tuple[float, int]], begin: float) -> None:
    bins: dict[int, Filled] = {}
    at = begin
    for seconds, amount in ends:
        at += seconds
        fill(bins, Growth(seconds, np.array([float(amount)]), np.zeros(1, np.int8)), at)
    spread = sum(one.amount[0] for one in bins.values())
    assert math.isclose(spread, sum(amount for _, amount in ends), rel_tol=1e-6, abs_tol=1e-6)
    assert all(one.covered[0] <= BIN_SECONDS + 1e-3 for one in bins.values())
    assert all(start % BIN_SECONDS == 0 for start in bins)
