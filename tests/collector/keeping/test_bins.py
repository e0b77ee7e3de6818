"""A day's five-minute counts come back from their bytes exactly as they were."""

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from collector.keeping.bins import COUNTS, NONE, Ints, columns, empty, pack, picked, sums, unpack

DAY = {name: row for row, name in enumerate(COUNTS)}


def line(bins: int = 288, *, lost: float = 0.0, rtt: float = 5_000, seed: int = 7) -> Ints:
    """A day at an interval of 10 s: 30 questions in five minutes, round trips in microseconds with their noise."""
    draw = np.random.default_rng(seed)
    day: Ints = empty(1, bins)[0]
    trips = rtt + draw.gamma(2.0, rtt / 10, (bins, 30))
    day[DAY["rescued"]] = draw.binomial(30, lost, bins)
    day[DAY["down"]] = draw.binomial(30, lost / 2, bins)
    day[DAY["sent"]] = 30 - day[DAY["down"]]
    day[DAY["answered"]] = day[DAY["sent"]]
    day[DAY["rtt_sum"]], day[DAY["rtt_max"]] = trips.sum(axis=1), trips.max(axis=1)
    return day


@given(arrays.arrays(np.int64, st.tuples(st.just(len(COUNTS)), st.integers(1, 300))))
def test_whatever_was_counted_comes_back_exactly(day: Ints) -> None:
    assert np.array_equal(unpack(pack(day)), day)


@pytest.mark.parametrize("bins", [276, 288, 300])
def test_days_of_23_24_and_25_hours_keep_their_length(bins: int) -> None:
    day = line(bins, lost=0.1)
    assert unpack(pack(day)).shape == (11, bins)
    assert np.array_equal(unpack(pack(day)), day)


def test_columns_have_names_and_octets_that_were_not_counted_are_not_a_number() -> None:
    day = line()
    day[DAY["octets_in"], 5] = 2**40
    found = columns(pack(day))
    assert tuple(found) == COUNTS
    assert np.array_equal(found["rtt_sum"], day[DAY["rtt_sum"]])
    assert np.flatnonzero(~np.isnan(found["octets_in"])).tolist() == [5]
    assert found["octets_in"][5] == 2**40
    assert np.isnan(found["octets_out"]).all()


def test_a_day_sums_up_with_its_greatest_round_trip_and_only_the_octets_that_were_counted() -> None:
    day, idle = line(lost=0.2), empty(1, 288)[0]
    day[DAY["octets_in"], :2] = 7, 8
    total, nothing = sums(np.stack([day, idle]))
    assert total[DAY["sent"]] + total[DAY["down"]] == 288 * 30
    assert total[DAY["rtt_sum"]] == day[DAY["rtt_sum"]].sum()
    assert total[DAY["rtt_max"]] == day[DAY["rtt_max"]].max()
    assert (total[DAY["octets_in"]], total[DAY["octets_out"]]) == (15, NONE)
    assert nothing.tolist() == [0, 0, 0, 0, 0, 0, 0, *[NONE] * 4]


def test_a_day_packed_before_discards_were_counted_comes_back_without_any_also_among_others() -> None:
    old, new = line(seed=1), line(seed=2)
    old[DAY["octets_in"]] = new[DAY["octets_in"]] = 9
    new[DAY["discards_out"], 7] = 3
    packed = [pack(old), pack(new)]
    assert [one[:1] for one in packed] == [b"\x01", b"\x02"]
    assert np.array_equal(unpack(packed[0]), old)
    found = np.full((2, 4, 288), -9)
    for numbers, days in picked(packed, slice(DAY["octets_in"], len(COUNTS))):
        found[numbers] = days
    assert np.array_equal(found, np.stack([old, new])[:, DAY["octets_in"] :])
    [(_, days)] = picked(packed[:1], slice(DAY["discards_in"], len(COUNTS)))
    assert days.tolist() == [[[NONE] * 288] * 2]


def test_a_clean_line_takes_little_more_than_a_kilobyte_a_day_and_one_never_asked_next_to_nothing() -> None:
    assert len(pack(line())) < 1_200
    assert len(pack(line(lost=0.2))) < 2_000
    assert len(pack(empty(1, 288)[0])) < 60


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\x02" + pack(line())[1:],
        b"\x03" + pack(line())[1:],
        b"\x01",
        pack(line())[:-9],
        b"\x01" + zlib.compress(b"\x20"),
        b"\x01" + zlib.compress(zlib.decompress(pack(line())[1:])[:-3]),
    ],
)
def test_bytes_that_hold_no_day_are_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match="counts"):
        unpack(broken)
