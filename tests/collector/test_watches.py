"""When somebody looked: what ends a watch and what begins the next."""

from dataclasses import replace

import pytest

from collector.watches import Held, Watch, Watching, hold, stop
from probes.columns import Sight

INTERVAL = 10.0


def regular(start: float, sights: tuple[Sight, ...] = (), **more: object) -> Held:
    """A regular round at interval 10 s, first packets paced over 5.75 s."""
    held = Held(start, start, start + 5.75, start + INTERVAL, sights)
    return replace(held, **more)  # type: ignore[arg-type]


def opening(start: float) -> Held:
    return Held(start, start + 0.2, start + 0.2, start + 4.45)


def play(*rounds: Held) -> tuple[Watching, dict[float, Watch]]:
    """The rows a ledger would hold after these rounds, by start: a later row of a start replaces the earlier."""
    now, rows = Watching(), {}
    for held in rounds:
        now, changed = hold(now, held, INTERVAL)
        rows.update({watch.started_at: watch for watch in changed})
    return now, rows


def test_completed_rounds_extend_one_watch() -> None:
    _, rows = play(opening(100.0), regular(104.45), regular(114.45))
    assert rows == {100.2: Watch(100.2, 120.2)}


def test_a_missed_round_ends_the_watch_where_the_last_completed_one_left_it() -> None:
    _, rows = play(regular(100.0), regular(110.0), regular(130.0))
    assert rows == {100.0: Watch(100.0, 115.75, "late"), 130.0: Watch(130.0, 135.75)}


def test_a_failed_round_ends_the_watch_and_the_next_begins_another() -> None:
    _, rows = play(regular(100.0), regular(110.0, failed="failed: OSError"), regular(120.0))
    assert rows == {100.0: Watch(100.0, 105.75, "failed: OSError"), 120.0: Watch(120.0, 125.75)}


def test_blindness_ends_the_watch_at_the_sentinels_last_answer() -> None:
    lost, seen = Sight(104.0, False, "blind"), Sight(125.0, True)
    _, rows = play(regular(90.0), regular(100.0, (lost,)), regular(110.0), regular(120.0, (seen,)))
    assert rows == {90.0: Watch(90.0, 104.0, "blind"), 125.0: Watch(125.0, 125.75)}


def test_a_question_that_blindness_left_open_ends_the_watch_before_its_first_packet() -> None:
    # the sentinels answered last at 104.0; one target had been asked at 103.9 and was never heard of
    lost, seen = Sight(104.0, False, "blind"), Sight(108.0, True)
    held = regular(100.0, (lost, seen), open=((103.9, 107.9),))
    _, rows = play(regular(90.0), held, regular(110.0))
    assert rows == {90.0: Watch(90.0, 103.9, "blind"), 110.0: Watch(110.0, 115.75)}


def test_blind_from_the_start_opens_no_watch_until_a_sentinel_answers() -> None:
    now, rows = play(regular(100.0, (Sight(100.0, False, "blind"),)))
    assert now.watch is None
    assert all(watch.started_at == watch.ended_at for watch in rows.values())
    _, changed = hold(now, regular(110.0, (Sight(113.0, True),)), INTERVAL)
    assert changed == (Watch(113.0, 115.75),)


def test_several_gaps_in_one_round_leave_the_stretches_between_them() -> None:
    sights = (
        Sight(101.0, False, "blind"),
        Sight(102.0, True),
        Sight(104.0, False, "suspended"),
        Sight(105.0, True),
    )
    _, rows = play(regular(90.0), regular(100.0, sights))
    assert rows == {
        90.0: Watch(90.0, 101.0, "blind"),
        102.0: Watch(102.0, 104.0, "suspended"),
        105.0: Watch(105.0, 105.75),
    }


def test_a_gap_after_the_last_first_packet_is_taken_up_by_the_next_round() -> None:
    lost, seen = Sight(108.0, False, "blind"), Sight(113.0, True)
    _, rows = play(regular(100.0, (lost,)), regular(110.0, (seen,)))
    assert rows == {100.0: Watch(100.0, 108.0, "blind"), 113.0: Watch(113.0, 115.75)}


def test_stopping_adds_nothing_that_no_completed_round_has_shown() -> None:
    now, _ = play(regular(100.0), regular(110.0))
    assert stop(now, "stopped")[1] == (Watch(100.0, 115.75, "stopped"),)
    assert stop(Watching(), "stopped")[1] == ()


@pytest.mark.parametrize("moved", [-60.0, 60.0, 86400.0])
def test_a_clock_step_is_a_fact_with_both_times(moved: float) -> None:
    now, _ = play(regular(100.0))
    after, (ended,) = stop(now, "clock step", 105.75 + moved)
    assert ended == Watch(100.0, 105.75, "clock step", 105.75 + moved)
    _, changed = hold(after, regular(110.0 + moved), INTERVAL)
    assert changed == (Watch(110.0 + moved, 115.75 + moved),)
