"""Run-length recording, held against a naive one that goes question by question."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import runs
from probes.columns import DOWN, UNKNOWN, UP
from tests.collector.answering import Question, answers, blind, knock, rescued, silent, up


def changes_of(*batches: list[Question]) -> list[runs.Changes]:
    state, found = runs.fresh(3), []
    for batch in batches:
        state, changes = runs.step(state, answers(batch))
        found.append(changes)
    return found


def test_the_first_answer_begins_a_run_that_nothing_contradicts() -> None:
    [changes] = changes_of([up(0, 100.0)])
    assert changes.outcome.tolist() == [UP]
    assert changes.before.tolist() == [runs.NEVER]
    assert changes.started_at.tolist() == [100.0]
    assert np.isnan(changes.started_after[0])
    assert changes.started_before[0] == pytest.approx(100.01)


def test_an_unchanged_check_leaves_no_row() -> None:
    assert [len(one) for one in changes_of([up(0, 100.0)], [up(0, 110.0)], [rescued(0, 120.0)])] == [1, 0, 0]


def test_an_outage_is_dated_at_the_first_silent_packet_and_bounded_by_the_last_answer_and_the_deadline() -> (
    None
):
    # answered at 110, first silent packet at 120, retries at 121 and 122, deadline 124
    *_, down = changes_of([up(0, 110.0)], [silent(0, 120.0, "host unreachable from 10.0.0.1")])
    assert (down.started_after[0], down.started_at[0], down.started_before[0]) == (110.0, 120.0, 124.0)
    assert down.reason == {0: "host unreachable from 10.0.0.1"}
    assert down.before_since[0] == 110.0


def test_a_retry_that_was_answered_is_the_last_contradicting_packet() -> None:
    *_, down = changes_of([rescued(0, 110.0)], [silent(0, 120.0)])
    assert down.started_after[0] == 111.0


def test_a_recovery_is_bounded_by_the_last_silent_packet_and_the_receipt_of_the_answer() -> None:
    # down since 120; asked in the fast rhythm at 124 and 126, answered at 128
    *_, back = changes_of(
        [silent(0, 120.0)], [knock(0, 124.0)], [knock(0, 126.0)], [up(0, 128.0, 0.3, regular=False)]
    )
    assert (back.started_after[0], back.started_at[0]) == (126.0, 128.0)
    assert back.started_before[0] == pytest.approx(128.3)


def test_blindness_is_no_observation() -> None:
    first, second, third = changes_of([up(0, 110.0)], [blind(0, 120.0)], [silent(0, 130.0)])
    assert (len(first), len(second), len(third)) == (1, 0, 1)
    assert third.started_after[0] == 110.0


def test_what_we_could_not_ask_is_a_run_of_its_own() -> None:
    refused = Question(0, (120.0,), reason="not permitted", unknown=True, received_at=120.0)
    *_, unknown, back = changes_of([up(0, 110.0)], [refused], [up(0, 130.0)])
    assert unknown.outcome.tolist() == [UNKNOWN]
    assert unknown.reason == {0: "not permitted"}
    assert back.outcome.tolist() == [UP]


def test_targets_of_one_batch_do_not_disturb_each_other() -> None:
    _, changes = changes_of([up(0, 100.0), up(1, 100.1), up(2, 100.2)], [up(0, 110.0), silent(1, 110.1)])
    assert changes.target.tolist() == [1]
    assert changes.started_after.tolist() == [100.1]


def test_after_a_clock_step_the_last_packets_are_told_by_the_new_clock() -> None:
    # answered at 1000 by the old clock; set back by 60 s at 1005; the next question at 950 is silent
    state, _ = runs.step(runs.fresh(1), answers([up(0, 500.0)]))
    state, _ = runs.step(state, answers([up(0, 1000.0)]))
    state, anew = runs.stepped(state, -60.0, 945.0)
    assert anew.tolist() == []
    _, changes = runs.step(state, answers([silent(0, 950.0)]))
    assert (changes.started_after[0], changes.started_at[0], changes.before_since[0]) == (940.0, 950.0, 500.0)


def test_a_run_that_would_end_before_it_began_is_left_and_another_begins() -> None:
    # up since 1000 by the old clock; set back by 60 s at 1005
    state, _ = runs.step(runs.fresh(1), answers([up(0, 1000.0)]))
    state, anew = runs.stepped(state, -60.0, 945.0)
    assert anew.tolist() == [0]
    _, changes = runs.step(state, answers([silent(0, 950.0)]))
    assert changes.before.tolist() == [runs.NEVER]
    assert (changes.started_after[0], changes.started_at[0]) == (940.0, 950.0)


@dataclass
class Naive:
    """The rules written down once more, for one check, without arrays."""

    outcome: int = runs.NEVER
    since: float = float("nan")
    answered: float = float("nan")
    silent: float = float("nan")

    def take(self, one: Question) -> tuple[int, float, float, float] | None:
        if one.unknown and one.reason in {"blind", "suspended"}:
            return None
        before, was_answered, was_silent = self.outcome, self.answered, self.silent
        if one.answered >= 0:
            self.answered = one.sent[one.answered]
        elif not one.unknown:
            self.silent = max(one.sent)
        if one.outcome == before:
            return None
        self.outcome = one.outcome
        if one.outcome == UP:
            at, confirmed, contradicting = self.answered, one.received_at, was_silent
            if before == DOWN and one.answered > 0:
                contradicting = max(contradicting, one.sent[one.answered - 1])
        elif one.outcome == DOWN:
            at, confirmed, contradicting = one.sent[0], one.received_at, was_answered
        else:
            at, confirmed, contradicting = one.sent[0], one.sent[0], float("nan")
        self.since = at
        return one.outcome, at, contradicting, confirmed


def refused(target: int, at: float) -> Question:
    return Question(target, (at,), received_at=at, reason="no buffer", unknown=True)


kinds = st.sampled_from(["up", "rescued", "silent", "knock", "blind", "refused"])


@given(st.lists(st.lists(kinds, min_size=3, max_size=3), max_size=12))
def test_vectorised_recording_agrees_with_the_naive_one(history: list[list[str]]) -> None:
    make: dict[str, Callable[[int, float], Question]] = {
        "up": up,
        "rescued": rescued,
        "silent": silent,
        "knock": knock,
        "blind": blind,
        "refused": refused,
    }
    state, naive = runs.fresh(3), [Naive() for _ in range(3)]
    for number, row in enumerate(history):
        batch = [make[kind](target, 1000.0 + 10 * number + target) for target, kind in enumerate(row)]
        state, changes = runs.step(state, answers(batch))
        expected = [(one.target, found) for one in batch if (found := naive[one.target].take(one))]
        assert changes.target.tolist() == [target for target, _ in expected]
        for place, (_, (outcome, at, after, before)) in enumerate(expected):
            assert changes.outcome[place] == outcome
            dated = [changes.started_at[place], changes.started_after[place], changes.started_before[place]]
            np.testing.assert_allclose(dated, [at, after, before], rtol=0, atol=1e-9)
        np.testing.assert_array_equal(state.outcome, [one.outcome for one in naive])


@pytest.mark.parametrize("begun", [1795731254.0972299575806 + step * 2.4e-7 for step in range(40)])
def test_two_runs_never_begin_in_the_same_microsecond(begun: float) -> None:
    """What is read from a router may hold from before the unknown run that it ends; their keys must differ."""
    first, second = changes_of(
        [Question(0, (begun,), -1, begun + 1, unknown=True, reason="not seen yet")], [up(0, begun - 20)]
    )
    keys = [round(float(one.started_at[0]) * 1e6) for one in (first, second)]
    assert keys[0] < keys[1] <= keys[0] + 2
