"""Five-minute counts: what a bin holds, when it is closed, and the loss that is shown live."""

from dataclasses import replace

import numpy as np
import pytest

from collector import quality, rows
from collector.quality import Bin, Bins
from probes.columns import Octets
from tests.collector.answering import Question, answers, blind, knock, rescued, silent, up

BIN = 1_795_233_600  # 2026-11-21 04:00:00 UTC, a multiple of 300


def counted(*batches: list[Question]) -> Bins:
    bins = Bins(2)
    for batch in batches:
        quality.count(bins, answers(batch))
    return bins


def row(one: Bin, target: int = 0) -> tuple[int, int, int, int]:
    return int(one.sent[target]), int(one.rescued[target]), int(one.incomplete[target]), int(one.down[target])


def test_a_bin_counts_its_questions_by_how_they_went() -> None:
    bins = counted(
        [up(0, BIN + 3.0)], [rescued(0, BIN + 13.0)], [blind(0, BIN + 23.0)], [silent(0, BIN + 33.0)]
    )
    assert row(bins.open[BIN]) == (3, 1, 1, 1)
    assert row(bins.open[BIN], target=1) == (0, 0, 0, 0)


def test_a_question_belongs_to_the_bin_of_its_first_packet() -> None:
    # first packet at 04:04:59.5, the retry that was answered at 04:05:00.5
    bins = counted([rescued(0, BIN + 299.5)], [up(0, BIN + 309.5)])
    assert row(bins.open[BIN]) == (1, 1, 0, 0)
    assert row(bins.open[BIN + 300]) == (1, 0, 0, 0)


def test_packets_of_the_fast_rhythm_count_nothing() -> None:
    assert counted([knock(0, BIN + 3.0)], [up(0, BIN + 5.0, regular=False)]).open == {}


def test_round_trip_times_are_summed_and_the_longest_is_kept() -> None:
    bins = counted([up(0, BIN + 3.0, 0.010)], [up(0, BIN + 13.0, 0.050)], [rescued(0, BIN + 23.0, 0.030)])
    one = bins.open[BIN]
    assert one.answered[0] == 3
    assert one.rtt_sum[0] == pytest.approx(0.090, abs=1e-6)
    assert one.rtt_max[0] == pytest.approx(0.050, abs=1e-6)


def test_an_answer_without_a_round_trip_time_is_sent_but_not_summed() -> None:
    # somebody set the clock: the answer counts, its time is not known
    asked = answers([up(0, BIN + 3.0)])
    asked.rtt[0] = np.nan
    bins = Bins(2)
    quality.count(bins, asked)
    assert row(bins.open[BIN]) == (1, 0, 0, 0)
    assert (bins.open[BIN].answered[0], bins.open[BIN].rtt_sum[0]) == (0, 0.0)


def test_a_target_that_was_down_all_round_counts_one_round_down() -> None:
    bins = counted([up(0, BIN + 3.0), up(1, BIN + 3.5)])
    quality.count_down(bins, BIN + 10.0, np.array([1]))
    assert row(bins.open[BIN], target=1) == (1, 0, 0, 1)


def test_a_bin_is_closed_once_every_question_of_it_has_settled() -> None:
    bins = counted([up(0, BIN + 3.0)], [up(0, BIN + 303.0)])
    assert quality.close(bins, BIN + 299.9) == []
    assert [one.started_at for one in quality.close(bins, BIN + 300.0)] == [BIN]
    assert list(bins.open) == [BIN + 300]


def test_bins_are_closed_in_order() -> None:
    bins = counted([up(0, BIN + 603.0)], [up(0, BIN + 3.0)], [up(0, BIN + 303.0)])
    assert [one.started_at for one in quality.close(bins, float("inf"))] == [BIN, BIN + 300, BIN + 600]


def test_time_that_a_backward_step_brings_back_is_not_counted_over_what_was_written() -> None:
    bins = counted([up(0, BIN + 3.0)])
    quality.close(bins, BIN + 300.0)
    quality.count(bins, answers([up(0, BIN + 250.0)]))
    quality.count_down(bins, BIN + 250.0, np.array([0]))
    assert bins.open == {}


def test_loss_is_the_share_of_first_packets_that_went_unanswered() -> None:
    # eight answered, one rescued, one round down: two of ten first packets were lost; one not completed counts not
    bins = counted(*([up(0, BIN + 10.0 * number)] for number in range(8)))
    for one in (rescued(0, BIN + 80.0), silent(0, BIN + 90.0), blind(0, BIN + 100.0)):
        quality.count(bins, answers([one]))
    assert quality.loss(bins)[0] == pytest.approx(0.2)


def test_loss_looks_back_over_the_open_bins_and_the_newest_closed_one() -> None:
    bins = counted([rescued(0, BIN + 3.0)], [up(0, BIN + 303.0)], [up(0, BIN + 603.0)])
    quality.close(bins, BIN + 600.0)  # closes two
    assert quality.loss(bins)[0] == 0.0


def test_loss_is_not_known_where_nothing_was_sent() -> None:
    assert np.isnan(quality.loss(counted([up(0, BIN + 3.0)]))).tolist() == [False, True]


def counted_octets(*ends: tuple[float, Octets]) -> Bins:
    """An interface read at these times, and what went through it before each."""
    bins = Bins(2)
    for received_at, octets in ends:
        one = replace(answers([up(1, received_at - 0.01, 0.01)]), octets={0: octets})
        quality.count(bins, one)
    return bins


def test_octets_go_into_the_bins_in_which_they_went() -> None:
    bins = counted_octets(
        *((BIN + at, Octets(60.0, 600.0, 60.0)) for at in (20.0, 80.0, 140.0, 200.0, 260.0, 320.0))
    )
    (before, one) = quality.close(bins, BIN + 300)
    assert np.isnan(before.octets_known(np.arange(2))).all()
    assert one.octets_known(np.arange(2))[:, 1].tolist() == pytest.approx([3000.0, 300.0])
    assert np.isnan(one.octets_known(np.arange(2))[:, 0]).all()
    written = {
        found["started_at"]: found for part in rows.quality(np.array([7, 8]), [before, one]) for found in part
    }
    assert (written[BIN * 1_000_000]["octets_in"], written[BIN * 1_000_000]["octets_out"]) == (3000, 300)


def test_a_bin_of_which_a_part_is_not_known_has_no_octets() -> None:
    nan = float("nan")
    ends = [(BIN + at, Octets(60.0, nan if at == 180 else 600.0, 60.0)) for at in (60, 120, 180, 240, 300)]
    (one,) = quality.close(counted_octets(*ends), BIN + 300)
    ((written,),) = rows.quality(np.array([7, 8]), [one])
    assert written["octets_in"] is None
    assert written["octets_out"] == 300


def test_the_counts_of_very_many_checks_are_written_some_thousand_together() -> None:
    many = Bins(12_000)
    quality.count(many, answers([up(target, BIN + 1.0) for target in range(0, 12_000, 2)]))
    parts = list(rows.quality(np.arange(12_000) + 1, quality.close(many, BIN + 300)))
    assert [len(part) for part in parts] == [5000, 1000]
    assert [row["check"] for part in parts for row in part] == list(range(1, 12_000, 2))


def test_a_question_answered_by_something_older_counts_when_it_was_asked() -> None:
    """Asked at 310 s, and what was read holds from 290 s on: it is a question of the second five minutes."""
    bins = Bins(1, closed=quality.empty(0, 1))
    quality.count(bins, replace(answers([up(0, 290.0)]), earlier=np.array([20.0])))
    assert {start: one.sent[0] for start, one in bins.open.items()} == {300: 1}


def discarded(*reads: tuple[float, float], seconds: float = 60.0) -> tuple[int | None, int | None]:
    """What is written of five minutes of an interface read at these times, which discarded so many before each."""
    octets = [(BIN + at, Octets(seconds, 600.0, 60.0, 1e7, many, 0.0)) for at, many in reads]
    one = quality.close(counted_octets(*octets), BIN + 300)[-1]
    ((written,),) = rows.quality(np.array([7, 8]), [one])
    return written["discards_in"], written["discards_out"]


def test_discards_are_counted_beside_octets_and_unknown_where_a_part_was_not_read() -> None:
    whole = [(60.0, 0.0), (120.0, 3.0), (180.0, 0.0), (240.0, 1.0), (300.0, 0.0)]
    assert discarded(*whole) == (4, 0)
    assert discarded(*whole[:-1]) == (None, None)
    nan = float("nan")
    assert discarded(*whole[:-1], (300.0, nan)) == (None, 0)


def test_a_packet_discarded_around_the_edge_leaves_open_whether_there_was_one_on_either_side() -> None:
    """Read 20 s after each minute: the first and the last read lie in two bins, with 20 s and 40 s of this one."""
    reads = [(20.0, 0.0), (80.0, 0.0), (140.0, 0.0), (200.0, 0.0), (260.0, 0.0), (320.0, 0.0)]
    assert discarded(*reads) == (0, 0)
    assert discarded((20.0, 1.0), *reads[1:]) == (None, 0)
    assert discarded(*reads[:-1], (320.0, 9.0)) == (None, 0)
    # 3 inside, and of 9 around the edge two thirds: 40 of 60 seconds.
    assert discarded(*reads[:2], (140.0, 3.0), *reads[3:-1], (320.0, 9.0)) == (9, 0)
