"""Whether we could see, by hand-worked times. Retry span 2 s, so a gap of more than 2.5 s is a blind spell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.columns import Sight
from probes.rhythm import Rhythm
from probes.sentinels import BLIND, NOBODY, SEEN, SUSPENDED, WAIT, Sentinels, limit_of, pulse_every


def sentinels(*, any_configured: bool = True) -> Sentinels:
    watching = Sentinels(limit=2.5, answer_within=2.0, any_configured=any_configured)
    watching.begin(0.0, float("nan"))
    return watching


def pulsed(watching: Sentinels, *, answered: list[float], silent: list[float] | None = None) -> list[Sight]:
    """Pulses at these seconds, answered 10 ms later or never; looked at every second as a round does."""
    events = []
    for at in sorted([*answered, *(silent or [])]):
        events += watching.look(at)
        serial = watching.pulse(at)
        if at in answered:
            events += watching.heard(serial, at + 0.01)
    return events


def verdict(watching: Sentinels, first: float, last: float) -> int:
    return int(watching.judge(np.array([first]), np.array([last]))[0])


def test_silence_beside_answering_sentinels_is_the_networks() -> None:
    watching = sentinels()
    assert pulsed(watching, answered=[0, 1, 2, 3]) == []
    assert verdict(watching, 0.5, 2.5) == SEEN


def test_the_verdict_waits_for_a_pulse_sent_after_the_last_packet() -> None:
    watching = sentinels()
    pulsed(watching, answered=[0, 1, 2])
    assert verdict(watching, 0.5, 2.5) == WAIT
    pulsed(watching, answered=[3])
    assert verdict(watching, 0.5, 2.5) == SEEN


def test_one_lost_pulse_is_forgiven() -> None:
    watching = sentinels()
    assert pulsed(watching, answered=[0, 1, 3, 4], silent=[2]) == []
    assert verdict(watching, 1.2, 3.2) == SEEN


def test_two_lost_pulses_are_a_blind_spell_from_the_last_answered_to_the_next() -> None:
    watching = sentinels()
    events = pulsed(watching, answered=[0, 1, 5, 6], silent=[2, 3, 4])
    assert events == [Sight(1, seen=False, reason="blind"), Sight(5, seen=True)]
    assert verdict(watching, 0.0, 0.9) == SEEN
    assert verdict(watching, 0.0, 1.0) == SEEN
    assert verdict(watching, 0.0, 1.1) == BLIND
    assert verdict(watching, 2.0, 4.0) == BLIND
    assert verdict(watching, 4.9, 5.5) == BLIND
    assert verdict(watching, 5.0, 5.5) == SEEN


def test_the_present_moment_ends_a_gap_too() -> None:
    watching = sentinels()
    pulsed(watching, answered=[0, 1], silent=[2, 3])
    assert watching.look(3.5) == []
    assert watching.look(3.6) == [Sight(1, seen=False, reason="blind")]
    assert watching.look(3.7) == []
    assert verdict(watching, 1.5, 3.5) == BLIND


def test_a_gap_in_which_nobody_was_pulsed_is_suspended() -> None:
    watching = sentinels()
    pulsed(watching, answered=[0, 1])
    assert watching.look(31.0) == [Sight(1, seen=False, reason="suspended")]
    assert pulsed(watching, answered=[31]) == [Sight(31, seen=True)]
    assert verdict(watching, 1.5, 31.5) == SUSPENDED


def test_an_answer_that_comes_too_late_does_not_count() -> None:
    watching = sentinels()
    serial = watching.pulse(1.0)
    assert watching.heard(serial, 3.1) == []
    assert verdict(watching, 0.5, 0.9) == WAIT


def test_a_pulse_nobody_sent_does_not_count() -> None:
    watching = sentinels()
    watching.pulse(1.0)
    watching.heard(7, 1.1)
    assert verdict(watching, 0.5, 0.9) == WAIT


def test_answers_out_of_order_never_move_sight_back() -> None:
    watching = sentinels()
    early, late = watching.pulse(1.0), watching.pulse(2.0)
    watching.heard(late, 2.1)
    watching.heard(early, 2.2)
    assert verdict(watching, 0.5, 1.9) == SEEN


def test_the_planned_pause_between_rounds_is_rest() -> None:
    watching = sentinels()
    pulsed(watching, answered=[0, 1, 2, 3, 4, 5])
    watching.rest(5.7)
    watching.begin(10.2, expected=10.25)
    assert watching.look(10.2) == []
    assert pulsed(watching, answered=[10.2, 11.2]) == []


def test_an_answer_to_a_pulse_before_the_pause_does_not_undo_the_rest() -> None:
    watching = sentinels()
    pulsed(watching, answered=[0, 1, 2, 3, 4])
    serial = watching.pulse(5.0)
    watching.rest(5.1)
    watching.begin(10.2, expected=10.25)
    assert watching.heard(serial, 5.6) == []
    assert watching.look(10.3) == []


def test_a_round_that_begins_much_later_than_planned_was_suspended() -> None:
    watching = sentinels()
    pulsed(watching, answered=[0, 1, 2, 3, 4, 5])
    watching.rest(5.7)
    watching.begin(60.0, expected=10.25)
    assert watching.look(60.0) == [Sight(5, seen=False, reason="suspended")]
    assert pulsed(watching, answered=[60.0]) == [Sight(60.0, seen=True)]


def test_a_blind_spell_that_lasts_over_the_pause_goes_on() -> None:
    watching = sentinels()
    pulsed(watching, answered=[0, 1], silent=[2, 3, 4, 5])
    watching.rest(5.7)
    watching.begin(10.0, expected=10.25)
    assert pulsed(watching, answered=[12], silent=[10, 11]) == [Sight(12, seen=True)]
    assert verdict(watching, 10.5, 11.5) == BLIND


def test_without_sentinels_nobody_can_tell() -> None:
    watching = sentinels(any_configured=False)
    assert watching.look(100.0) == []
    assert verdict(watching, 0.5, 2.5) == NOBODY


RHYTHMS = (
    Rhythm(),
    Rhythm(timeout=1.0),
    Rhythm(fast=1.0),
    Rhythm(retries=1),
    Rhythm(retries=4, timeout=1.0),
    Rhythm(retry_after=0.3, timeout=0.5),
)


def seen_through(rhythm: Rhythm, dark: list[tuple[float, float]]) -> Sentinels:
    """A minute of an uplink that is dark from and to these seconds."""
    watching = Sentinels(limit_of(rhythm), rhythm.timeout, every=pulse_every(rhythm))
    watching.begin(0.0, float("nan"))
    for at in np.arange(0.0, 60.0, pulse_every(rhythm)).tolist():
        watching.look(at)
        serial = watching.pulse(at)
        if not any(begin <= at < end for begin, end in dark):
            watching.heard(serial, at + 0.01)
    return watching


@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_an_outage_of_our_own_uplink_is_never_taken_for_one_of_the_network(rhythm: Rhythm) -> None:
    """Wherever it begins and however long: no question whose packets all fall into it is judged SEEN."""
    span = rhythm.retry_span
    for begins in np.arange(10.0, 11.0, 0.1):
        for length in np.arange(span + 0.01, span + 4.0, 0.1):
            watching = seen_through(rhythm, [(begins, begins + length)])
            first = np.arange(begins, begins + length - span, 0.05)
            assert not (watching.judge(first, first + span) == SEEN).any()


spells = st.lists(st.tuples(st.floats(0.1, 6.0), st.floats(0.1, 6.0)), max_size=12)


@given(spells, st.sampled_from(RHYTHMS))
def test_an_uplink_that_flaps_is_never_taken_for_an_outage_of_the_network(
    flaps: list[tuple[float, float]], rhythm: Rhythm
) -> None:
    """Bright and dark times in turn: a question whose packets all fall into one dark time is not judged SEEN."""
    dark, at = [], 0.0
    for bright, length in flaps:
        dark.append((at + bright, at + bright + length))
        at += bright + length
    watching = seen_through(rhythm, dark)
    for begin, end in dark:
        first = np.arange(begin, min(end, 55.0) - rhythm.retry_span, 0.1)
        assert not (watching.judge(first, first + rhythm.retry_span) == SEEN).any()
    assert len(watching.spells) <= len(dark)


def test_hours_of_flapping_keep_a_bounded_memory() -> None:
    watching = sentinels()
    for at in range(0, 40_000, 10):
        pulsed(watching, answered=[at, at + 1], silent=[at + 2, at + 3, at + 4, at + 5])
    assert len(watching.spells) <= 256
    assert len(watching._heard) <= 256
    assert verdict(watching, 39_992.5, 39_994.5) == BLIND
    assert verdict(watching, 39_989.9, 39_990.9) != SEEN


def test_one_of_several_sentinels_is_enough_to_have_seen() -> None:
    # the far one answers every other pulse, the near one the others: somebody answered each
    watching = sentinels()
    serials = [watching.pulse(float(at)) for at in range(8)]
    for near in serials[::2]:
        watching.heard(near, near + 0.0)
    for far in serials[1::2]:
        watching.heard(far, far + 0.0)
    assert verdict(watching, 2.5, 4.5) == SEEN
    assert watching.spells == []


def test_the_limit_follows_the_retry_span() -> None:
    assert limit_of(Rhythm()) == 2.5
    assert limit_of(Rhythm(retries=0)) == 1.5
    assert limit_of(Rhythm(retries=4)) == 4.5


def test_pulses_leave_every_second_and_oftener_where_verdicts_come_sooner() -> None:
    assert pulse_every(Rhythm()) == 1.0
    assert pulse_every(Rhythm(timeout=0.5)) == 0.25
