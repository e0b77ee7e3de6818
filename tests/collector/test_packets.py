"""The packet records that stay with every down-run: what an auditor walks down to."""

from pathlib import Path

import sqlalchemy as sa

from collector import packets, runs
from collector.ledger import reading, schema
from collector.packets import WHOLE_A_DAY, PacketRecord
from tests.collector.answering import Question, answers, blind, knock, rescued, silent, up
from tests.collector.held import Bench, seen

ADDRESSES = ("10.0.0.9", "10.0.0.10", "10.0.0.11")


class Recorder:
    """Runs and packet records of three targets, batch by batch."""

    def __init__(self) -> None:
        self.state = runs.fresh(3)
        self.memory = packets.remember_nothing(3, 3)
        self.records: list[PacketRecord] = []

    def take(self, *batches: list[Question]) -> "Recorder":
        for batch in batches:
            before, asked = self.state, answers(batch)
            self.state, changes = runs.step(before, asked)
            self.records += packets.record(self.memory, before, asked, changes, ADDRESSES)
        return self

    def of_run(self, started_at: float) -> list[tuple[float, int, bool, str]]:
        """The records of one run: sent, how many, whether answered, and by whom or what was said."""
        own = [one for one in self.records if one.run_started_at == started_at]
        return [(one.sent_at, one.count, one.received_at is not None, one.by) for one in own]


def ups(*sends: float) -> list[list[Question]]:
    return [[up(0, at)] for at in sends]


def rise(at: float) -> list[Question]:
    """An answer in the fast rhythm."""
    return [up(0, at, regular=False)]


def test_nothing_is_recorded_while_all_is_well() -> None:
    recorder = Recorder().take(*ups(100, 110), [rescued(0, 120.0)], *ups(130))
    assert recorder.records == []


def test_a_down_run_keeps_the_packets_from_two_rounds_before_it_to_two_after() -> None:
    # up at 100, 110, 120; silent at 130, 131, 132; knocked at 136, 138; answered at 140, then 150, 160, 170
    recorder = Recorder().take(
        *ups(100, 110, 120), [silent(0, 130.0)], [knock(0, 136.0)], [knock(0, 138.0)], rise(140.0)
    )
    recorder.take(*ups(150, 160, 170, 180))
    address = ADDRESSES[0]
    assert recorder.of_run(130.0) == [
        (110.0, 1, True, address),
        (120.0, 1, True, address),
        (130.0, 1, False, ""),
        (131.0, 1, False, ""),
        (132.0, 1, False, ""),
        (136.0, 2, False, ""),
        (140.0, 1, True, address),
        (150.0, 1, True, address),
        (160.0, 1, True, address),
    ]
    assert len(recorder.records) == 9


def test_a_record_says_when_the_answer_was_received() -> None:
    recorder = Recorder().take(*ups(100), [silent(0, 110.0)])
    # answered 10 ms after it was sent
    assert recorder.records[0] == PacketRecord(0, 110.0, 100.0, 100.0, 1, 100.01, ADDRESSES[0])


def test_a_round_that_a_retry_rescued_keeps_its_lost_packet() -> None:
    recorder = Recorder().take([rescued(0, 100.0)], [silent(0, 110.0)])
    assert recorder.of_run(110.0)[:2] == [(100.0, 1, False, ""), (101.0, 1, True, ADDRESSES[0])]


def test_what_a_router_said_stays_with_the_packets_it_was_said_of() -> None:
    recorder = Recorder().take(*ups(100), [silent(0, 110.0, "host unreachable from 10.0.0.1")])
    said = [by for _, _, answered, by in recorder.of_run(110.0) if not answered]
    assert said == ["host unreachable from 10.0.0.1"] * 3


def test_a_long_silence_is_one_record_with_its_count() -> None:
    recorder = Recorder().take(*ups(100), [silent(0, 110.0)])
    recorder.take(*([knock(0, 116.0 + 2 * number)] for number in range(1000)))
    assert len(recorder.of_run(110.0)) == 4
    recorder.take(rise(3000.0))
    assert recorder.of_run(110.0)[4:] == [(116.0, 1000, False, ""), (3000.0, 1, True, ADDRESSES[0])]
    [long] = [one for one in recorder.records if one.count > 1]
    assert (long.sent_at, long.until) == (116.0, 116.0 + 2 * 999)


def test_flapping_keeps_the_records_under_each_run() -> None:
    # down at 110, up at 118 and 120; down again at 130, up at 138 and from 140 on
    recorder = Recorder().take(*ups(90, 100), [silent(0, 110.0)], rise(118.0), *ups(120))
    recorder.take([silent(0, 130.0)], rise(138.0), *ups(140, 150, 160))
    address = ADDRESSES[0]
    assert recorder.of_run(110.0) == [
        (90.0, 1, True, address),
        (100.0, 1, True, address),
        *((at, 1, False, "") for at in (110.0, 111.0, 112.0)),
        (118.0, 1, True, address),
        (120.0, 1, True, address),
    ]
    # the two rounds before it, silent at 110 and answered at 120, are kept with the run before
    assert recorder.of_run(130.0) == [
        *((at, 1, False, "") for at in (130.0, 131.0, 132.0)),
        (138.0, 1, True, address),
        (140.0, 1, True, address),
        (150.0, 1, True, address),
    ]


def test_no_packet_is_recorded_twice_however_close_the_runs_are() -> None:
    recorder = Recorder().take(*ups(80, 90, 100), [silent(0, 110.0)], rise(116.0), [silent(0, 120.0)])
    recorder.take(rise(126.0), *ups(130), [silent(0, 140.0)], rise(146.0), *ups(150, 160, 170))
    sends = [one.sent_at for one in recorder.records]
    assert len(sends) == len(set(sends))
    assert set(sends) >= {90.0, 100.0, 110.0, 116.0, 120.0, 126.0, 130.0, 140.0, 146.0, 150.0, 160.0}


def test_flapping_for_three_hours_keeps_a_bounded_number_of_records_a_run() -> None:
    # up for 90 s, down for 90 s, by turns
    recorder = Recorder()
    for begin in range(0, 10_800, 180):
        recorder.take(*ups(*(begin + 10.0 * number for number in range(9))), [silent(0, begin + 90.0)])
        recorder.take(*([knock(0, begin + 96.0 + 2 * number)] for number in range(40)), rise(begin + 178.0))
    starts = {one.run_started_at for one in recorder.records}
    assert len(starts) == 60
    assert all(len(recorder.of_run(start)) <= 9 for start in starts)


def test_blindness_adds_no_record_however_long_it_lasts() -> None:
    recorder = Recorder().take(*ups(100), [silent(0, 110.0)])
    known = len(recorder.records)
    recorder.take(*([blind(0, 120.0 + 10 * number)] for number in range(100)))
    assert len(recorder.records) == known
    recorder.take(rise(1200.0))
    assert recorder.of_run(110.0)[-1] == (1200.0, 1, True, ADDRESSES[0])


def test_what_we_cannot_ask_for_a_week_adds_one_question() -> None:
    recorder = Recorder().take(*ups(100), [silent(0, 110.0)])
    known = len(recorder.records)
    for number in range(1000):
        refused = Question(
            0, (120.0 + 10 * number,), received_at=120.0 + 10 * number, reason="no buffer", unknown=True
        )
        recorder.take([refused])
    assert recorder.of_run(110.0)[known:] == [(120.0, 1, False, "no buffer")]


def test_targets_do_not_mix_their_packets() -> None:
    recorder = Recorder().take([up(0, 100.0), up(1, 100.5)], [silent(0, 110.0), up(1, 110.5)])
    assert {one.target for one in recorder.records} == {0}


def test_a_silence_that_goes_on_when_we_stop_is_written_as_far_as_it_went() -> None:
    recorder = Recorder().take(*ups(100), [silent(0, 110.0)], [knock(0, 116.0)], [knock(0, 118.0)])
    [one] = packets.interrupt(recorder.memory)
    assert (one.run_started_at, one.sent_at, one.until, one.count) == (110.0, 116.0, 118.0, 2)
    assert packets.interrupt(recorder.memory) == []


def test_a_down_run_that_was_taken_up_after_a_start_goes_on_being_recorded() -> None:
    state, _ = runs.step(runs.fresh(3), answers([silent(0, 110.0)]))
    recorder = Recorder()
    recorder.state = state
    packets.take_up(recorder.memory, state)
    recorder.take([silent(0, 500.0)], rise(510.0), *ups(520, 530, 540))
    assert recorder.of_run(110.0) == [
        (500.0, 3, False, ""),
        *((at, 1, True, ADDRESSES[0]) for at in (510.0, 520.0, 530.0)),
    ]


def test_a_silence_nobody_recorded_is_not_told_of_a_later_run() -> None:
    state, _ = runs.step(runs.fresh(3), answers([silent(0, 110.0)]))
    recorder = Recorder()
    recorder.state = state  # as it stood, with no memory of its packets
    recorder.take([knock(0, 116.0)], rise(118.0), *ups(120, 130), [silent(0, 140.0)], rise(148.0))
    assert {one.sent_at for one in recorder.records} == {120.0, 130.0, 140.0, 141.0, 142.0, 148.0}


# More down-runs a day than are recorded whole


def worn(begin: float, times: int) -> Recorder:
    """A line that falls silent for 6 s once a minute, so many times."""
    recorder = Recorder()
    for number in range(times):
        at = begin + 60.0 * number
        recorder.take(*ups(at, at + 10, at + 20), [silent(0, at + 30)], [knock(0, at + 36)], rise(at + 38))
    return recorder


def test_of_many_down_runs_a_day_the_first_hundred_are_recorded_whole() -> None:
    recorder = worn(0.0, 300)
    # the answer before (the one before that is kept with the run before), three silent packets, one knock, the
    # answer that ended it
    assert recorder.of_run(60.0 * 5 + 30)[:6] == [
        (60.0 * 5 + 20, 1, True, ADDRESSES[0]),
        *((60.0 * 5 + at, 1, False, "") for at in (30.0, 31.0, 32.0, 36.0)),
        (60.0 * 5 + 38, 1, True, ADDRESSES[0]),
    ]
    starts = [60.0 * number + 30 for number in range(300)]
    whole = [start for start in starts if len(recorder.of_run(start)) > 1]
    assert whole == starts[:WHOLE_A_DAY]


def test_of_the_further_ones_the_silence_is_one_record() -> None:
    recorder = worn(0.0, 300)
    [one] = [one for one in recorder.records if one.run_started_at == 60.0 * 250 + 30]
    at = 60.0 * 250
    assert one == PacketRecord(0, at + 30, at + 30, at + 36, 4, None, "")


def test_what_a_further_one_does_not_record_stands_in_its_run() -> None:
    recorder = worn(0.0, 101)
    before, asked = recorder.state, answers([silent(0, 60.0 * 101)])
    recorder.state, changes = runs.step(before, asked)
    [fallen] = changes.started_after.tolist()
    assert fallen == 60.0 * 100 + 38  # send of the last answered packet, recorded with no run
    _, changes = runs.step(recorder.state, answers(rise(60.0 * 101 + 6)))
    assert (changes.started_at[0], changes.started_before[0]) == (6066.0, 6066.01)


def test_another_day_has_a_hundred_of_its_own_and_so_has_every_line() -> None:
    recorder = worn(86_400.0 - 60.0 * 200, 201)
    starts = sorted({one.run_started_at for one in recorder.records})
    assert len(recorder.of_run(starts[199])) == 1
    assert len(recorder.of_run(starts[200])) > 1
    recorder.take([up(1, 90_000.0)], [silent(1, 90_010.0)])
    assert len([one for one in recorder.records if one.target == 1]) == 4


def test_a_long_outage_of_a_worn_line_is_one_record_and_ends_with_the_first_answer() -> None:
    recorder = worn(0.0, 150)
    recorder.take([silent(0, 9030.0)], *([knock(0, 9036.0 + 2 * number)] for number in range(1000)))
    recorder.take(rise(11_036.0), *ups(11_040, 11_050, 11_060))
    assert recorder.of_run(9030.0) == [(9030.0, 1003, False, "")]
    assert recorder.of_run(9030.0)[0][1] == 3 + 1000


def test_a_worn_line_that_cannot_be_asked_any_more_keeps_its_silence() -> None:
    recorder = worn(0.0, 150)
    refused = Question(0, (9040.0,), received_at=9040.0, reason="no buffer", unknown=True)
    recorder.take([silent(0, 9030.0)], [refused])
    assert recorder.of_run(9030.0) == [(9030.0, 3, False, "")]


def test_a_worn_line_for_a_day_keeps_a_bounded_number_of_records() -> None:
    # 1440 down-runs: 100 whole ones of up to 9 records, of each other one record
    recorder = worn(0.0, 1440)
    assert len(recorder.records) <= WHOLE_A_DAY * 9 + (1440 - WHOLE_A_DAY)


# Read back from the ledger


def test_a_down_run_is_read_back_with_what_is_kept_with_the_run_before(tmp_path: Path) -> None:
    bench = Bench(tmp_path, count=1)
    for start, script in (
        (100.0, [up(0, 100.0)]),
        (110.0, [silent(0, 110.0)]),
        (120.0, [up(0, 120.0)]),
        (130.0, [silent(0, 130.0)]),
        (140.0, [up(0, 140.0)]),
        (150.0, [up(0, 150.0)]),
        (500.0, [up(0, 500.0)]),
        (510.0, [silent(0, 510.0)]),
    ):
        bench.hold(start, (start + 4, seen(script)))
    with bench.ledger.reading() as connection:
        sends = [
            [one.sent_at / 1e6 for one in reading.packets(connection, bench.checks[0], at * 1_000_000)]
            for at in (110, 130, 510)
        ]
    assert sends[0] == [100.0, 110.0, 111.0, 112.0, 120.0]
    assert sends[1] == [110.0, 111.0, 112.0, 120.0, 130.0, 131.0, 132.0, 140.0, 150.0]
    assert sends[2] == [500.0, 510.0, 511.0, 512.0]
    with bench.ledger.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.packet)) == 14
    bench.ledger.close()
