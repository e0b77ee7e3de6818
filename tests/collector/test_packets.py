"""The packet records that stay with every down-run: what an auditor walks down to."""

from collector import packets, runs
from collector.packets import PacketRecord
from tests.collector.answering import Question, answers, blind, knock, rescued, silent, up

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
    assert recorder.of_run(130.0) == [
        *((at, 1, False, "") for at in (110.0, 111.0, 112.0)),  # two rounds before: nobody answered
        (120.0, 1, True, address),
        *((at, 1, False, "") for at in (130.0, 131.0, 132.0)),
        (138.0, 1, True, address),
        (140.0, 1, True, address),
        (150.0, 1, True, address),
    ]


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
