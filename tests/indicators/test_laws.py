"""Laws that every figure keeps, whatever happened: brackets, completions, more knowledge, parts and the whole."""

import random
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators import counts, days, restoring, shares
from indicators.judged import View
from indicators.measure import Bracket
from indicators.policy import Policy
from indicators.sums import Sums, sums
from tests.indicators import oracle
from tests.indicators.slots import FIRST, SECOND
from tests.indicators.test_against_the_oracle import Situation, situations

THOROUGH = settings(max_examples=60, deadline=None)
DAY, LIMIT = 20, 12
POLICY = Policy(max_downtime_share=0.2)
HALF = replace(POLICY, group_days=replace(POLICY.group_days, rule="share", share=0.5))
ALL = replace(POLICY, group_days=replace(POLICY.group_days, rule="all"))


def _sums(view: View, *edges: int) -> Sums:
    return sums(view.settled, view.counted, FIRST + np.array(edges, np.int64) * SECOND)


def _shares(of: Situation) -> dict[str, Bracket]:
    """Every figure that is a share or a sum, whatever the faults."""
    view, number = of.judged(), -(-of.length // DAY)
    whole, by_day = _sums(view, 0, of.length), _sums(view, *range(0, (number + 1) * DAY, DAY))
    met = counts.met(whole, np.full(len(of.raw), 0.9), 0.8)
    groups = {
        rule: days.normal_days(
            days.group_verdicts(days.member_days(by_day, policy), days.no_long_faults(number), policy)
        )
        for rule, policy in (("mean", POLICY), ("share", HALF), ("all", ALL))
    }
    return {
        "availability": shares.availability(whole),
        "fault_rate": shares.fault_rate(whole),
        "faulty_lines": shares.faulty_lines(whole),
        "clean_lines": shares.clean_lines(whole),
        "faulty_line_days": shares.faulty_line_days(days.member_days(by_day, POLICY)),
        "downtime_p95": shares.downtime_p95(whole),
        "normal_days": days.normal_days(days.verdicts(by_day, POLICY)),
        "circuits_normal": counts.circuits_normal(met),
        "connected_ratio": counts.connected_ratio(met, 5),
        **groups,
    }


def _of_faults(of: Situation) -> dict[str, Bracket]:
    """Every figure that counts faults or their clocks."""
    view = of.judged()
    found, whole = view.faults, _sums(view, 0, of.length)
    return {
        "restored_within": restoring.restored_within(found, LIMIT),
        "mttr": restoring.mttr(found, whole),
        "mtbf": restoring.mtbf(found, whole),
        "fault_frequency": shares.fault_frequency(whole, len(found), 30.4375),
    }


def _holds(known: dict[str, Bracket], more: dict[str, Bracket]) -> None:
    """What may still be true when more is known was possible before."""
    for name, then in more.items():
        now = known[name]
        if then.lower is None or then.upper is None or now.lower is None or now.upper is None:
            continue
        slack = 1e-12 * max(1.0, now.upper)  # sums and divisions of floats miss by the last bits
        assert now.lower - slack <= then.lower <= then.upper <= now.upper + slack, (name, now, then)


@THOROUGH
@given(situations())
def test_lower_is_at_most_the_value_is_at_most_upper(of: Situation) -> None:
    for name, one in (_shares(of) | _of_faults(of)).items():
        if one.value is not None:
            assert one.lower is not None, name
            assert one.upper is not None, name
            assert one.lower <= one.value <= one.upper, name
            assert one.coverage is not None, name
            assert 0 < one.coverage <= 1, name


def _completed(of: Situation, dice: random.Random, share: float) -> Situation:
    """The same, more of its unknown time known, in runs as they happen; `share` 1: all of it."""

    def word(raw: str) -> str:
        found = ""
        for letter, begin, end in oracle.runs(raw):
            run = ""
            while letter == "?" and len(run) < end - begin:
                told = dice.choice("ud") if dice.random() < share else "?"
                run += told * dice.choice((1, 2, 3, 5, 9, 30))
            found += run[: end - begin] if letter == "?" else letter * (end - begin)
        return found

    return replace(of, raw=[word(one) for one in of.raw], papers=["?" * of.length] * len(of.raw))


def _plain(of: Situation) -> Situation:
    """Without maintenance upstream, whose exclusions follow from what is measured, and without papers."""
    none = [[False] * of.length] * len(of.raw)
    return replace(of, parents_maintenance=none, parents_down=none, papers=["?" * of.length] * len(of.raw))


@THOROUGH
@given(situations(), st.integers(0, 1 << 30))
def test_more_knowledge_never_widens_and_any_completion_lies_within(of: Situation, seed: int) -> None:
    plain = _plain(of)
    known, dice = _shares(plain), random.Random(seed)
    for share in (0.5, 1.0):
        _holds(known, _shares(_completed(plain, dice, share)))


def _each_holds_one(known: Situation, more: Situation) -> bool:
    """§3: whether each fault contains exactly one recorded fault and none is added, split or joined."""
    for lane in range(len(known.raw)):
        recorded, true = known.faults(lane), more.faults(lane)
        held = [[one for one in recorded if big.start <= one.start and one.end <= big.end] for big in true]
        if len(recorded) != len(true) or any(len(ones) != 1 for ones in held):
            return False
        # One that was seen to end may go on after less than `merge_gap`, unseen; what is recorded stays fixed.
        if any(one.ended and not big.ended for one, big in zip(recorded, true, strict=True)):
            return False
    return True


@settings(max_examples=100, deadline=None)
@given(situations(), st.integers(0, 1 << 30))
def test_bounds_of_faults_hold_where_each_fault_contains_one_recorded_fault(of: Situation, seed: int) -> None:
    plain = _plain(of)
    known, dice = _of_faults(plain), random.Random(seed)
    for share in (0.1, 0.5, 1.0):
        more = _completed(plain, dice, share)
        if _each_holds_one(plain, more):
            _holds(known, _of_faults(more))


@THOROUGH
@given(situations(), st.sets(st.integers(0, 160), max_size=5))
def test_seconds_and_faults_of_the_parts_of_a_window_add_up_to_the_whole(
    of: Situation, cuts: set[int]
) -> None:
    edges = sorted({0, of.length} | {cut for cut in cuts if cut < of.length})
    view = of.judged()
    parts, whole = _sums(view, *edges).over(axis=1), _sums(view, 0, of.length)
    for name in Sums.__dataclass_fields__:
        assert np.array_equal(getattr(parts, name), getattr(whole, name))
    begun = np.searchsorted(FIRST + np.array(edges) * SECOND, view.faults.start & ((1 << 52) - 1), "right")
    assert np.bincount(begun, minlength=len(edges) + 1)[1 : len(edges)].sum() == len(view.faults)


@THOROUGH
@given(situations())
def test_every_clock_is_at_least_the_shortest_and_at_most_the_longest(of: Situation) -> None:
    found = of.judged().faults
    assert (found.shortest <= found.clock).all()
    assert (found.clock <= found.longest).all()
    assert (found.down > 0).all()
    assert not (found.ended & found.open).any()
