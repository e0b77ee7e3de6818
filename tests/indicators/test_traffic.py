"""How full lines were: 不拥塞率 and the 95th percentile, with the arithmetic of each example."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.bins import BIN, Bins
from indicators.traffic import (
    CONGESTED,
    LEFT_OUT,
    UNCONGESTED,
    UNDECIDED,
    congestion,
    percentile_95,
    uncongested,
)
from tests.indicators.circuit import FULL, MEGA, NONE, POLICY, RATE, circuit

MEGA_OCTETS = MEGA * 300 // 8  # of a stream of 1 Mbit/s for five minutes: 37,500,000


def megabits(*rates: float) -> list[int]:
    """Octets of bins of so many Mbit/s."""
    return [round(rate * MEGA_OCTETS) for rate in rates]


@pytest.mark.parametrize(
    ("column", "verdict"),
    [
        (
            {"octets_in": FULL * 8 // 10 - 1, "lost": 3, "discards": 9},
            UNCONGESTED,
        ),  # below 80 %: loss is no matter
        ({"octets_in": FULL * 8 // 10}, UNCONGESTED),  # full, yet nothing was dropped
        ({"octets_in": FULL, "discards": 1}, CONGESTED),
        ({"octets_out": FULL, "lost": 1}, CONGESTED),
        ({"octets_out": FULL, "lost": 1, "discards": NONE}, CONGESTED),
        ({"octets_out": FULL, "discards": NONE}, UNDECIDED),
        ({"octets_out": FULL, "sent": 0}, UNDECIDED),  # no packet was there to be lost
        ({"octets_in": NONE}, UNCONGESTED),  # however full it was, it dropped nothing
        ({"octets_in": NONE, "lost": 1}, UNDECIDED),
        ({"octets_in": NONE, "lost": 1, "octets_out": FULL}, CONGESTED),
        ({"judged": 0, "lost": 1, "octets_in": FULL}, LEFT_OUT),
        ({"contracted": NONE}, LEFT_OUT),
    ],
)
def test_a_bin_is_uncongested_below_80_percent_or_without_discards_and_loss(
    column: dict[str, int], verdict: int
) -> None:
    assert congestion(circuit(1, **column), POLICY).tolist() == [verdict]


def test_uncongested_is_a_share_of_the_known_bins_and_sums_over_circuits() -> None:
    one = congestion(circuit(6, octets_in=[FULL, FULL, 0, 0, NONE, 0], lost=[1, 0, 0, 0, 1, 0]), POLICY)
    found = uncongested([one])
    assert (found.value, found.lower, found.upper, found.coverage) == (4 / 5, 4 / 6, 5 / 6, 5 / 6)
    other = congestion(circuit(4, octets_in=FULL, discards=1), POLICY)
    both = uncongested([one, other])
    assert (both.value, both.evidence["congested"]) == (4 / 9, 5)


def test_the_95th_percentile_of_a_hundred_bins_is_the_sixth_highest() -> None:
    # 5 % of 100 are 5: 100, 99, 98, 97 and 96 are dropped, and 95 is left. The order in time is no matter.
    rates = np.random.default_rng(1).permutation(np.arange(1, 101)).tolist()
    found = percentile_95([circuit(100, octets_in=megabits(*rates))])
    assert (found.value, found.lower, found.upper, found.coverage) == (95e6, 95e6, 95e6, 1.0)


@pytest.mark.parametrize(
    ("bins", "left"), [(1, 1), (19, 19), (20, 19), (39, 38), (40, 38), (8640, 8640 - 432)]
)
def test_five_percent_are_dropped_in_whole_bins(bins: int, left: int) -> None:
    found = percentile_95(
        [circuit(bins, octets_out=[rate * MEGA_OCTETS // 100 for rate in range(1, bins + 1)])]
    )
    assert found.value == pytest.approx(left * 10_000)


def test_the_fuller_direction_counts_and_they_are_never_added() -> None:
    found = percentile_95([circuit(20, octets_in=megabits(*[3] * 20), octets_out=megabits(*[7] * 20))])
    assert (found.value, found.evidence["in"], found.evidence["out"]) == (7e6, 3e6, 7e6)


def test_librenms_4318_bins_that_nobody_measured_are_not_zeros_that_halve_the_percentile() -> None:
    """librenms #4318, "95th percentile counted wrong": about half of the real value, and zero bytes in between."""
    # Of 100 bins 6 are known: five of 8 Mbit/s and one of 4. Were the 94 others zeros, the sixth highest would be 4.
    known = megabits(8, 8, 8, 8, 8, 4)
    found = percentile_95([circuit(100, octets_in=known + [NONE] * 94, link_speed=10 * MEGA)])
    assert found.value == 8e6  # of the 6 known bins none is dropped
    assert (found.lower, found.upper) == (4e6, 10e6)  # zeros, or a full port
    assert found.coverage == 0.06


def test_librenms_4318_few_lost_polls_leave_the_percentile_between_two_measured_values() -> None:
    # 98 known bins of 1 to 98 Mbit/s and 2 unknown: 98 // 20 = 4 are dropped, 94 is left. Were the two full, they
    # would be among the 5 of 100, and 95 the highest left; were they empty, 93.
    rates = [NONE, *megabits(*range(1, 99)), NONE]
    found = percentile_95([circuit(100, octets_in=rates)])
    assert (found.lower, found.value, found.upper) == (93e6, 94e6, 95e6)


def test_librenms_3571_a_counter_that_jumps_while_the_line_is_down_is_no_traffic() -> None:
    """librenms #3571, "Billing Poller seems inaccurate": 25 GB an hour billed while the session was down."""
    # 25 GB in an hour are 2.08 GB a bin, 55 Mbit/s; the port has 20 Mbit/s, so no bin can hold more than 0.75 GB.
    jumped = 25_000_000_000 // 12
    night = dict.fromkeys(range(24, 48), jumped)
    quiet = circuit(288, octets_in=night, octets_out=megabits(*[5] * 288), link_speed=20 * MEGA)
    found = percentile_95([quiet])
    assert found.evidence["known"] == 288 - 24
    assert found.evidence["in"] == 0.0
    assert found.value == 5e6
    assert found.upper == 20e6  # 24 of 288 are not known: more than the 14 that are dropped


def test_librenms_15239_lines_are_added_bin_by_bin_before_they_are_ranked() -> None:
    """librenms #15239, "Multiple devices": the percentile of several ports was that of all values as a whole."""
    # One line carries 9 Mbit/s in the first ten bins of 100, the other in the last ten. At no time both do.
    first = circuit(100, octets_in=megabits(*[9] * 10, *[1] * 90))
    second = circuit(100, octets_in=megabits(*[1] * 90, *[9] * 10))
    assert percentile_95([first]).value == percentile_95([second]).value == 9e6
    assert percentile_95([first, second]).value == 10e6  # not 18, the sum of both
    # And where one carries all, the idle spare line does not halve it: 200 values together would leave 1 Mbit/s.
    busy = circuit(100, octets_in=megabits(*[8] * 6, *[1] * 94))
    assert percentile_95([busy, circuit(100)]).value == 8e6


def test_a_line_of_a_group_that_is_out_of_service_adds_nothing_and_an_unknown_one_what_its_port_may_carry() -> (
    None
):
    busy = circuit(40, octets_in=megabits(*[8] * 40))
    closed = circuit(40, octets_in=NONE, judged=0)
    assert percentile_95([busy, closed]).value == 8e6
    dark = circuit(40, octets_in=[NONE] * 4 + [0] * 36, link_speed=100 * MEGA)
    found = percentile_95([busy, dark])
    assert (found.lower, found.value, found.upper, found.coverage) == (8e6, 8e6, 108e6, 0.9)


def test_without_any_port_speed_many_unknown_bins_leave_no_upper_end_and_so_no_value() -> None:
    few = circuit(40, octets_in=[NONE] * 2 + megabits(*range(1, 39)), link_speed=NONE)
    assert percentile_95([few]).upper == 38e6
    many = circuit(40, octets_in=[NONE] * 3 + megabits(*range(1, 38)), link_speed=NONE)
    found = percentile_95([many])
    assert (found.value, found.upper, found.coverage) == (None, None, 37 / 40)
    assert found.evidence["least"] == 35e6


def test_an_unknown_bin_may_hold_what_a_known_one_did_though_the_port_is_named_slower() -> None:
    # A late reading put 15 Mbit/s into a bin of a 10 Mbit/s port. 3 of 20 bins are unknown, one is dropped.
    late = circuit(20, octets_in=[*megabits(*[15] * 17), NONE, NONE, NONE], link_speed=RATE)
    found = percentile_95([late])
    assert (found.lower, found.value, found.upper) == (15e6, 15e6, 15e6)


def test_a_window_without_a_known_bin_has_no_percentile() -> None:
    assert percentile_95([circuit(40, octets_in=NONE)]).value is None
    assert percentile_95([circuit(3, judged=0)]).coverage is None
    with pytest.raises(ValueError, match="same bins"):
        percentile_95([circuit(3), circuit(4)])
    with pytest.raises(ValueError, match="one at least"):
        percentile_95([])


TRAFFIC = st.lists(st.one_of(st.none(), st.integers(0, 1000)), min_size=1, max_size=60)


@given(known=TRAFFIC, filled=st.lists(st.integers(0, 1000), min_size=60, max_size=60), two=st.booleans())
def test_whatever_the_unknown_bins_carried_the_percentile_lies_in_the_bracket(
    known: list[int | None], filled: list[int], two: bool
) -> None:
    port = 1000 * 8 // 300 + 1
    size = len(known)
    spare = [circuit(size, octets_in=filled[:size], link_speed=port)] if two else []
    found = percentile_95([traffic(known, port), *spare])
    truth = percentile_95(
        [traffic([b if a is None else a for a, b in zip(known, filled, strict=False)], port), *spare]
    )
    if found.value is None or found.lower is None or found.upper is None:
        return
    assert truth.value is not None
    assert found.lower <= truth.value <= found.upper
    every = [a if a is not None else b for a, b in zip(known, filled, strict=False)]
    summed = sorted(one + (other if two else 0) for one, other in zip(every, filled, strict=False))
    assert truth.value == pytest.approx(summed[size - 1 - size * 5 // 100] * 8 / 300)


def traffic(known: list[int | None], port: int) -> Bins:
    octets = [NONE if one is None else one for one in known]
    return circuit(len(known), octets_in=octets, link_speed=port, judged=BIN, contracted=RATE)


def test_full_bins_count_where_it_is_known_whether_they_discarded_and_stay_open_where_it_is_not() -> None:
    """A day of 288 bins of 10 Mbit/s: 24 from 80 % on, of which 12 discarded nothing, 3 something, 9 not known."""
    full = {at: FULL * 8 // 10 + at for at in range(100, 124)}
    discards = dict.fromkeys(range(112, 115), 2) | dict.fromkeys(range(115, 124), NONE)
    verdicts = congestion(circuit(288, octets_out=full, discards=discards), POLICY)
    found = uncongested([verdicts])
    # 264 idle and 12 clean of 279 known; the 9 may all have discarded, or none of them.
    assert (found.value, found.coverage) == (276 / 279, 279 / 288)
    assert (found.lower, found.upper) == (276 / 288, 285 / 288)
    # One first packet lost in a bin that discarded nothing on our side: it was lost beyond.
    lossy = congestion(circuit(288, octets_out=full, discards=discards, lost={105: 1}), POLICY)
    assert uncongested([lossy]).evidence == {
        "uncongested": 275,
        "congested": 4,
        "undecided": 9,
        "left_out": 0,
    }
