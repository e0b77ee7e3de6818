"""Rounds with a scripted prober: what becomes a fact, and what does not when something goes wrong."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collector import restore
from collector.asking import Asking
from collector.ledger import schema
from collector.ledger.store import seconds
from probes.columns import DOWN, UP, Answers, Flags
from tests.collector.answering import answers, blind, knock, rescued, silent, up
from tests.collector.held import Bench, ledger_at, seen

# Targets 0 and 1 are asked 1 s and 3 s after the start of every round.


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.ledger.close()


def all_up(start: float) -> tuple[float, Any]:
    return start + 4, [up(0, start + 1), up(1, start + 3)]


def regular(bench: Bench, *starts: float) -> None:
    for start in starts:
        bench.hold(start, all_up(start))


def test_completed_rounds_extend_one_watch_and_unchanged_checks_add_no_row(bench: Bench) -> None:
    regular(bench, 100, 110, 120)
    assert bench.watches() == [(100.0, 125.75, "")]
    assert bench.runs(0) == [(UP, 101.0, None)]
    assert bench.runs(1) == [(UP, 103.0, None)]
    assert (bench.round.now.completed, bench.round.now.watching) == (3, True)
    assert bench.round.now.watched_until == 125.75


def test_an_outage_is_a_run_between_two_others_with_its_packets(bench: Bench) -> None:
    regular(bench, 100)
    bench.hold(
        110, (114, [up(1, 113)]), (115.5, [silent(0, 111, "no route")]), (118, [knock(0, 116)]), lasts=9.75
    )
    bench.hold(120, (124, [up(1, 123)]), (122.1, [knock(0, 120)]), (124.1, [up(0, 122, regular=False)]))
    regular(bench, 130)
    assert bench.runs(0) == [(UP, 101.0, 111.0), (DOWN, 111.0, 122.0), (UP, 122.0, None)]
    assert bench.prober.down == []
    down = next(row for row in bench.rows(schema.run) if row.outcome == DOWN)
    assert down.reason == "no route"
    assert (seconds(down.started_after), seconds(down.started_before)) == (101.0, 115.0)
    assert (seconds(down.ended_after), seconds(down.ended_before)) == (120.0, 122.01)
    packets = [
        (seconds(row.sent_at), row.count, row.received_at is not None) for row in bench.rows(schema.packet)
    ]
    assert packets == [
        (101.0, 1, True),
        *((at, 1, False) for at in (111.0, 112.0, 113.0)),
        (116.0, 2, False),
        (122.0, 1, True),
        (131.0, 1, True),
    ]
    assert bench.violated() == []


def test_those_that_are_down_are_asked_in_the_fast_rhythm_from_the_next_round_on(bench: Bench) -> None:
    bench.hold(100, (105, [silent(0, 101), up(1, 103)]))
    bench.hold(110, (112, [knock(0, 110), up(1, 111)]))
    assert bench.prober.down == [0]
    bench.hold(120, (125, [silent(0, 121), up(1, 123)]), opening=True)
    assert bench.prober.down == []


def test_the_watch_of_an_opening_round_begins_when_the_last_check_was_asked(bench: Bench) -> None:
    bench.hold(100, (101, [up(0, 100.05), up(1, 100.19)]), opening=True, lasts=4)
    assert bench.watches() == [(100.19, 100.19, "")]
    assert bench.round.now.watching
    regular(bench, 104.45)
    [(begin, end, reason)] = bench.watches()
    assert (begin, reason) == (100.19, "")
    assert end == pytest.approx(110.2)


def test_a_prober_that_raises_costs_its_round_and_no_more(bench: Bench) -> None:
    def fail() -> None:
        raise OSError("the socket is gone")

    regular(bench, 100)
    bench.hold(110, (112, fail))
    assert bench.round.now.problem == "failed: OSError: the socket is gone"
    assert not bench.round.now.watching
    regular(bench, 120, 130)
    assert bench.watches() == [
        (100.0, 105.75, "failed: OSError: the socket is gone"),
        (120.0, 135.75, ""),
    ]
    assert bench.round.now.problem == ""
    assert bench.round.now.completed == 3
    assert bench.violated() == []


def test_what_was_seen_before_a_round_failed_stays_seen(bench: Bench) -> None:
    regular(bench, 100)
    bench.hold(110, (115.5, [silent(0, 111)]), (116, lambda: 1 / 0))
    assert bench.runs(0) == [(UP, 101.0, 111.0), (DOWN, 111.0, None)]
    assert bench.watches() == [(100.0, 105.75, "failed: ZeroDivisionError: division by zero")]


def of_nobody(start: float) -> Answers:
    return answers([up(7, start + 1)])


def never_sent(start: float) -> Answers:
    made = answers([silent(0, start + 1), up(1, start + 3)])
    made.sent[:] = np.nan
    return made


def of_another_shape(start: float) -> Answers:
    made = answers([silent(0, start + 1), up(1, start + 3)])
    return replace(made, answered=made.answered[:1])


@pytest.mark.filterwarnings("ignore:All-NaN:RuntimeWarning", "ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize(
    "nonsense", [of_nobody, never_sent, of_another_shape, lambda _: None, lambda _: "down", lambda _: 3]
)
def test_nonsense_fails_the_round_and_leaves_no_trace(bench: Bench, nonsense: Any) -> None:
    regular(bench, 100)
    bench.hold(110, (114, nonsense(110.0)))
    assert bench.round.now.problem.startswith("failed: ")
    assert bench.runs(0) == [(UP, 101.0, None)]
    bench.hold(120, (125, [silent(0, 121), up(1, 123)]))
    regular(bench, 130)
    assert bench.runs(0) == [(UP, 101.0, 121.0), (DOWN, 121.0, 131.0), (UP, 131.0, None)]
    [failed, after] = bench.watches()
    assert failed[:2] == (100.0, 105.75)
    assert after == (120.0, 135.75, "")


def test_a_prober_that_asks_nobody_extends_no_watch(bench: Bench) -> None:
    regular(bench, 100)
    bench.hold(110)
    assert bench.watches() == [(100.0, 105.75, "failed: RuntimeError: 2 checks were not settled")]


def test_a_prober_that_forgets_a_check_extends_no_watch(bench: Bench) -> None:
    regular(bench, 100)
    bench.hold(110, (114, [up(0, 111)]))
    assert bench.watches() == [(100.0, 105.75, "failed: RuntimeError: 1 checks were not settled")]


def test_a_round_that_was_missed_ends_the_watch(bench: Bench) -> None:
    regular(bench, 100, 110, 130)
    assert bench.watches() == [(100.0, 115.75, "late"), (130.0, 135.75, "")]
    assert bench.round.now.late == 10.0


def test_a_stop_in_mid_round_claims_nothing_of_that_round(bench: Bench) -> None:
    regular(bench, 100, 110)
    held, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        held.set()
        assert go_on.wait(10)

    script = ((124, wait), (125, [silent(0, 121), up(1, 123)]))
    holding = threading.Thread(target=bench.hold, args=(120, *script))
    stopping = threading.Thread(target=bench.round.stop)
    holding.start()
    assert held.wait(10)
    stopping.start()
    assert bench.round.stopping.wait(10)
    assert not bench.prober.closed  # the sockets are in use
    go_on.set()
    holding.join(10)
    stopping.join(10)
    assert bench.watches() == [(100.0, 115.75, "stopped")]
    assert bench.runs(0) == [(UP, 101.0, None)]
    assert bench.prober.closed
    regular(bench, 130)
    assert bench.watches() == [(100.0, 115.75, "stopped")]


def test_a_stop_writes_the_counts_and_the_silence_that_are_going_on(bench: Bench) -> None:
    regular(bench, 100)
    bench.hold(110, (115.5, [silent(0, 111), up(1, 113)]), (118, [knock(0, 116)]))
    bench.round.stop()
    counts = {row.check: (row.sent, row.down) for row in bench.rows(schema.quality)}
    assert counts == {bench.checks[0]: (1, 1), bench.checks[1]: (2, 0)}
    last = bench.rows(schema.packet)[-1]
    assert (seconds(last.sent_at), last.count, last.received_at) == (116.0, 1, None)


def test_a_restart_goes_on_with_the_counts_of_the_same_five_minutes(bench: Bench, tmp_path: Path) -> None:
    regular(bench, 100)
    bench.hold(110, (114, [rescued(0, 111, 0.02), up(1, 113)]))
    bench.round.stop()
    again = ledger_at(tmp_path)
    with again.reading() as connection:
        bins = restore.bins(connection, bench.checks, 120.0)
        nothing = restore.bins(connection, bench.checks, 300.0)
    again.close()
    assert nothing.open[300].sent.tolist() == [0, 0]
    second = Bench(tmp_path, bins=bins)
    second.hold(120, all_up(120))
    second.round.stop()
    [row, _] = second.rows(schema.quality)
    assert (row.sent, row.rescued, row.answered) == (3, 1, 3)
    assert (row.rtt_sum, row.rtt_max) == (40_000, 20_000)
    second.ledger.close()


def test_an_outage_goes_on_over_a_restart_with_its_packets_under_one_run(
    bench: Bench, tmp_path: Path
) -> None:
    bench.hold(100, (105.5, [silent(0, 101), up(1, 103)]))
    bench.round.stop()
    with bench.ledger.reading() as connection:
        open_, watches = restore.open_runs(connection, "centre"), restore.last_watches(connection, "centre")
    second = Bench(tmp_path, state=restore.state(bench.checks, open_, watches))
    second.hold(500, (505, [silent(0, 501), up(1, 503)]), opening=True)
    regular(second, 510, 520, 530)
    assert second.runs(0) == [(DOWN, 101.0, 511.0), (UP, 511.0, None)]
    kept = second.rows(schema.packet)
    assert {seconds(row.run_started_at) for row in kept} == {101.0}
    sent = [(seconds(row.sent_at), row.count) for row in kept]
    assert sent == [(101.0, 1), (102.0, 1), (103.0, 1), (501.0, 3), (511.0, 1), (521.0, 1)]
    second.ledger.close()


def test_rounds_down_are_counted_only_where_somebody_saw(bench: Bench) -> None:
    bench.hold(100, (105, [silent(0, 101), up(1, 103)]))  # its own regular question: one round down
    bench.hold(110, (113, [knock(0, 110), up(1, 112)]))  # the fast rhythm: another
    lost = seen([blind(0, 121), blind(1, 123)], lost=119.0)
    bench.hold(120, (127, lost), lasts=9)  # blind: none
    bench.hold(130, (135, [silent(0, 131), up(1, 133)]), opening=True)  # asked regularly again: one, not two
    bench.round.stop()
    row = bench.rows(schema.quality)[0]
    assert (row.sent, row.incomplete, row.down) == (1, 1, 3)


@pytest.mark.parametrize("moved", [-86_400.0, -60.0, -5.0, 60.0, 86_400.0])
@pytest.mark.parametrize("when", ["in mid-round", "between two rounds"])
def test_a_clock_step_is_a_fact_and_the_next_round_begins_another_watch(
    bench: Bench, moved: float, when: str
) -> None:
    bench.clock.ahead = 100_000.0
    begin = 200_000.0
    regular(bench, begin)
    step = (begin + 15.9, lambda: bench.clock.step(moved))
    if when == "in mid-round":
        bench.prober.script = [all_up(begin + 10), step]
        bench.clock.go_on(begin + 10)
        bench.round.hold()
    else:
        regular(bench, begin + 10)
        bench.clock.step(moved)
    after = begin + 20 + moved
    regular(bench, after)
    end = begin + 15.75
    assert (begin, end, "clock step") in bench.watches()
    assert (after, after + 5.75, "") in bench.watches()
    stepped = [seconds(row.stepped_to) for row in bench.rows(schema.watch) if row.stepped_to is not None]
    assert stepped == [pytest.approx(end + moved)]
    assert len(bench.watches()) == 2
    assert bench.violated() == []


def test_an_outage_after_the_clock_was_set_back_is_dated_by_the_new_clock(bench: Bench) -> None:
    # up since 1001; at 1008 the clock is set back by 500 s; the line goes down in the round at 510
    regular(bench, 1000)
    bench.clock.step(-500)
    bench.hold(510, (515.5, [silent(0, 511), up(1, 513)]))
    regular(bench, 520, 530)
    assert bench.runs(0) == [(DOWN, 511.0, 521.0), (UP, 521.0, None), (UP, 1001.0, 1001.0)]
    down = next(row for row in bench.rows(schema.run) if row.outcome == DOWN)
    assert seconds(down.started_after) == 501.0  # the answer at 1001 by the old clock
    assert bench.violated() == []


def test_a_small_step_back_keeps_the_run(bench: Bench) -> None:
    regular(bench, 1000, 1010)
    bench.clock.step(-5)
    regular(bench, 1015)
    assert bench.runs(0) == [(UP, 1001.0, None)]


def test_blindness_that_ends_after_the_clock_was_set_is_measured_by_one_clock(bench: Bench) -> None:
    # blind since 1009; at 1018 the clock goes back 500 s; seen again at 533 by the new clock
    regular(bench, 1000)
    bench.hold(1010, (1017, seen([blind(0, 1011), blind(1, 1013)], lost=1009.0)), lasts=8)
    bench.clock.step(-500)
    bench.hold(520, (527, seen([blind(0, 521), blind(1, 523)])), lasts=9)
    bench.hold(530, (536, seen([up(0, 533.5), up(1, 534)], again=533.0)))
    assert bench.watches() == [(533.0, 535.75, ""), (1000.0, 1009.0, "blind")]


def test_what_live_readers_hold_is_never_changed_under_them(bench: Bench) -> None:
    bench.hold(100, (105, [silent(0, 101, "no route"), up(1, 103)]))
    held = bench.round.now
    assert held.reason == {0: "no route"}
    for start in (110, 120):
        bench.hold(start, (start + 2, [up(0, start + 1, 0.5), up(1, start + 1, 0.5)]))
    assert held.reason == {0: "no route"}
    assert held.state.outcome.tolist() == [DOWN, UP]
    assert held.rtt[1] == pytest.approx(0.01)
    assert held.completed == 1
    assert bench.round.now.reason == {}


def test_the_feed_may_read_while_the_round_writes(bench: Bench) -> None:
    stopping, wrong = threading.Event(), []

    def read() -> None:
        while not stopping.is_set():
            now = bench.round.now
            try:
                sorted((target, text) for target, text in now.reason.items())
            except RuntimeError as error:
                wrong.append(error)

    reading = threading.Thread(target=read)
    reading.start()
    for number in range(60):
        start = 100 + 10 * number
        bench.hold(start, (start + 5, [silent(0, start + 1, "no route"), silent(1, start + 1, "no route")]))
        bench.hold(start + 5, (start + 6, [up(0, start + 5.5), up(1, start + 5.6)]), lasts=2)
    stopping.set()
    reading.join(10)
    assert wrong == []


def test_everything_is_told_as_it_settles_and_once_at_the_end_of_the_round(bench: Bench) -> None:
    bench.hold(100, (102, [up(0, 101)]), (104, [up(1, 103)]))
    assert [None if told is None else told.target.tolist() for told in bench.told] == [[0], [1], None]


def test_the_last_observation_follows_from_the_last_round_however_punctual_it_was(bench: Bench) -> None:
    # rounds begin 0, 3.2 and 0.1 s late; the places of the two checks are 0.618 and 0.236 of 5.75 s
    for start in (100, 113.2, 120.1):
        bench.hold(start, (start + 5, [up(0, start + 3.554), up(1, start + 1.357)]))
    [row] = bench.rows(schema.watch)
    found = restore.last_observation(np.array(bench.checks), dict(row._mapping)).tolist()
    assert found == [pytest.approx(123.654, abs=1e-3), pytest.approx(121.457, abs=1e-3)]


class Flagging:
    """A prober whose sockets fail when they are given back."""

    def probe(self, down: Flags, *, opening: bool) -> Iterator[Answers]:
        yield answers([up(0, 101.0), up(1, 103.0)])

    def close(self) -> None:
        raise OSError("already closed")


def test_facts_are_written_before_sockets_are_given_back(bench: Bench) -> None:
    regular(bench, 100)
    bench.round.asking = Asking(Flagging(), None, 10.0, bench.clock, bench.round.stopping)
    with pytest.raises(OSError, match="already closed"):
        bench.round.stop()
    assert bench.watches() == [(100.0, 105.75, "stopped")]
