"""Taking up the thread after a start, on both kinds of ledger."""

from collections.abc import Iterator

import numpy as np
import pytest

from collector import restore, runs
from collector.checks import phase
from collector.ledger.store import Batch, Ledger, Life, Row, open_ledger
from collector.runs import NEVER
from probes.columns import DOWN, UNKNOWN, UP
from tests.collector.answering import answers, silent
from tests.collector.facts import S, end, enrolled, run, watch


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = open_ledger(url, create=True)
    opened.begin(Life(collector="main", vantage="centre", version="1", now=1.0))
    yield opened
    opened.close()


def stood(*rows: Row) -> restore.OpenRuns:
    """Open runs as the ledger tells them."""
    names = dict.fromkeys(row["round"] for row in rows)
    return {
        name: np.array(
            [(row["check"], row["started_at"], row["outcome"], 1) for row in rows if row["round"] == name],
            restore.RUN,
        )
        for name in names
    }


def taken_up(ledger: Ledger, checks: list[int]) -> runs.State:
    with ledger.reading() as connection:
        return restore.state(
            checks, restore.open_runs(connection, "centre"), restore.last_watches(connection, "centre")
        )


def test_checks_stand_as_they_did_when_somebody_last_looked(ledger: Ledger) -> None:
    checks = enrolled(ledger, "up", "down", "refused", "new")
    ledger.write(
        Batch({"run": [run(checks[0], 50, UP), run(checks[1], 60, DOWN), run(checks[2], 70, UNKNOWN)]}),
        Batch({"watch": [watch(50, 205.75)]}),
    )
    state = taken_up(ledger, checks)
    assert state.outcome.tolist() == [UP, DOWN, UNKNOWN, NEVER]
    np.testing.assert_array_equal(state.since, [50.0, 60.0, 70.0, np.nan])
    # check n is asked n · 0.618 (its fraction) of 5.75 s after the start of the round at 200
    np.testing.assert_allclose(
        state.answered, [200 + phase(checks[0]) * 5.75, np.nan, np.nan, np.nan], atol=1e-6
    )
    np.testing.assert_allclose(
        state.silent, [np.nan, 200 + phase(checks[1]) * 5.75, np.nan, np.nan], atol=1e-6
    )


def test_an_outage_seen_after_a_restart_may_have_begun_any_time_since_the_last_observation(
    ledger: Ledger,
) -> None:
    [check] = enrolled(ledger, "a")
    ledger.write(Batch({"run": [run(check, 50, UP)], "watch": [watch(50, 205.75)]}))
    _, changes = runs.step(taken_up(ledger, [check]), answers([silent(0, 900.0)]))
    assert changes.started_after[0] == pytest.approx(200 + phase(check) * 5.75)
    assert changes.started_at[0] == 900.0
    assert changes.before_since[0] == 50.0


def test_a_run_that_began_after_the_last_round_was_written_was_seen_when_it_began(ledger: Ledger) -> None:
    # killed before the round that saw the outage was over: its watch ends before the run begins
    [check] = enrolled(ledger, "a")
    ledger.write(Batch({"run": [run(check, 213, DOWN)], "watch": [watch(50, 205.75)]}))
    assert taken_up(ledger, [check]).silent[0] == 213.0


def test_runs_that_ended_are_not_taken_up(ledger: Ledger) -> None:
    [check] = enrolled(ledger, "a")
    ledger.write(Batch({"run": [run(check, 50, UP)], "watch": [watch(50, 205.75)]}))
    ledger.write(Batch({"run": [run(check, 90, DOWN)]}, ends=[end(check, 50, 90)]))
    assert taken_up(ledger, [check]).outcome.tolist() == [DOWN]


def test_another_vantage_is_not_ours_to_take_up(ledger: Ledger) -> None:
    [ours], [theirs] = enrolled(ledger, "a"), enrolled(ledger, "a", vantage="west")
    west = watch(300, 405.75, vantage="west")
    ledger.write(
        Batch({"run": [run(ours, 50, UP), run(theirs, 50, DOWN)], "watch": [watch(50, 205.75), west]})
    )
    with ledger.reading() as connection:
        assert restore.open_runs(connection, "centre")["icmp-10s"]["check"].tolist() == [ours]
        assert restore.last_watches(connection, "centre")["icmp-10s"]["started_at"] == 50 * S


def test_the_last_watch_is_the_one_written_last_even_if_the_clock_was_set_back(ledger: Ledger) -> None:
    [check] = enrolled(ledger, "a")
    stepped = watch(1000, 1105.75, reason="clock step", stepped_to=500 * S)
    ledger.write(Batch({"run": [run(check, 50, UP)], "watch": [stepped]}))
    ledger.write(Batch({"watch": [watch(510, 525.75)]}))
    with ledger.reading() as connection:
        last = restore.last_watches(connection, "centre")["icmp-10s"]
    assert last["started_at"] == 510 * S
    assert taken_up(ledger, [check]).answered[0] == pytest.approx(520 + phase(check) * 5.75)


@pytest.mark.parametrize(
    ("ended", "asked"),
    [
        (205.75, 203.554),  # a whole round: the third, 3.554 s after its start
        (203.554, 203.554),
        (203.5, 193.554),  # blind before it was asked in the third round: seen in the second
        (200.0, 193.554),
        (183.0, 173.554),
    ],
)
def test_the_last_observation_is_the_last_scheduled_question_inside_the_watch(
    ended: float, asked: float
) -> None:
    # check 1 has its place at 0.618 · 5.75 s = 3.5537 s; rounds begin at 180, 190, 200
    [found] = restore.last_observation(np.array([1]), watch(180, round(ended + 0.0004, 6), origin=200))
    assert found == pytest.approx(asked, abs=1e-3)


def test_runs_of_checks_that_are_no_longer_asked_end_at_their_last_observation() -> None:
    open_ = stood(run(1, 50, UP), run(2, 60, DOWN), run(3, 190, UP, "icmp-5s"), run(4, 204, DOWN))
    watches: dict[str, Row] = {"icmp-10s": watch(50, 205.75)}
    ends = restore.left(open_, watches, {"icmp-10s": [2]}, now=900.0)
    assert [(one["check"], one["started_at"]) for one in ends] == [(1, 50 * S), (4, 204 * S), (3, 190 * S)]
    assert [one["ended_at"] / S for one in ends] == [
        pytest.approx(200 + phase(1) * 5.75, abs=1e-6),
        204.0,  # its round was not completed
        190.0,  # nobody ever completed that round: it was seen when it began
    ]
    others = restore.going_on(open_, watches, {"icmp-10s": [2]}, now=900.0)
    assert {name: runs["check"].tolist() for name, runs in others.items()} == {"icmp-10s": [2], "icmp-5s": []}
    assert all(one["ended_after"] == one["ended_at"] and one["ended_before"] is None for one in ends)


def test_a_check_that_is_asked_in_another_round_from_now_on_leaves_its_run() -> None:
    # the interval was changed: the same check, another round
    ends = restore.left(stood(run(1, 50, UP)), {"icmp-10s": watch(50, 205.75)}, {"icmp-5s": [1]}, now=900.0)
    assert [one["check"] for one in ends] == [1]


def test_a_run_from_the_future_is_left_when_the_clock_was_set_back_meanwhile() -> None:
    open_ = stood(run(1, 50, UP), run(2, 190, UP))
    ends = restore.left(open_, {"icmp-10s": watch(50, 205.75)}, {"icmp-10s": [1, 2]}, now=100.0)
    assert [one["check"] for one in ends] == [2]


def test_a_watch_that_was_going_on_when_the_collector_died_says_so(ledger: Ledger) -> None:
    ledger.write(Batch({"watch": [watch(50, 205.75)]}))
    with ledger.reading() as connection:
        left = restore.last_watches(connection, "centre")
    ledger.write(Batch({"watch": restore.interrupted(left)}))
    with ledger.reading() as connection:
        again = restore.last_watches(connection, "centre")
    assert [(row["ended_at"], row["reason"]) for row in again.values()] == [(205_750_000, "interrupted")]
    assert restore.interrupted(again) == []


def test_a_run_whose_round_was_never_completed_is_left_where_it_began() -> None:
    ends = restore.left(stood(run(1, 50, UP)), {}, {"icmp-10s": [1]}, now=900.0)
    assert [(one["started_at"], one["ended_at"]) for one in ends] == [(50 * S, 50 * S)]


def test_what_was_read_from_a_router_was_seen_as_much_earlier_as_it_may_lag() -> None:
    """The router may not have noticed for 65 s that the line was up no more."""
    open_ = stood(run(1, 20, UP))
    last: dict[str, Row] = {"icmp-10s": watch(0, 130)}
    asked = restore.state([1], open_, last)
    lagging = restore.state([1], open_, last, np.array([65.0]))
    assert asked.answered[0] - lagging.answered[0] == 65.0
    assert restore.state([1], open_, last, np.array([500.0])).answered[0] == 20.0  # when it began
