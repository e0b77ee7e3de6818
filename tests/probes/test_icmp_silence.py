"""Somebody is silent: retries, the fast rhythm, and what counts as an answer."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from probes.rhythm import GUARD_SECONDS, Rhythm
from probes.sockets import Kind
from tests.namespace import Host, in_namespace, sysctl
from tests.probes.asking import DOWN, UP, Heard, ask, prober, targets

RESPONDER = str(Path(__file__).with_name("responder.py"))
FAR = "10.0.0.2"
ROOMY = Rhythm(interval=4.0, retries=2, retry_after=0.3, timeout=0.5, fast=0.5)


@contextmanager
def after(seconds: float, action: Callable[[], None]) -> Iterator[None]:
    """Do something meanwhile."""
    timer = threading.Timer(seconds, action)
    timer.start()
    try:
        yield
    finally:
        timer.join()


def asked_of(behaviour: str, *, rounds: int = 1) -> list[Heard]:
    """What rounds say of a far host that behaves like this."""
    asked = targets([FAR], sentinels=["127.0.0.1"])
    with Host("far") as far:
        far.run("ip", "address", "add", "10.0.0.3/24", "dev", "wire")
        far.answer(False)
        with far.running(sys.executable, RESPONDER, behaviour), prober(asked) as by:
            return [ask(by, asked) for _ in range(rounds)]


@in_namespace
def test_a_silent_host_is_down_at_the_deadline_of_its_last_packet() -> None:
    asked = targets([FAR], sentinels=["127.0.0.1"])
    with Host("far") as far, prober(asked) as by:
        far.answer(False)
        first = ask(by, asked).of(FAR)[0]
    assert (first.outcome, first.answered, first.regular) == (DOWN, -1, True)
    assert np.diff(first.sent) == pytest.approx([0.45, 0.45], abs=0.16)  # later on a busy machine
    assert first.received_at == pytest.approx(first.sent[-1] + 0.5, abs=1e-6)
    assert np.isnan(first.rtt)


@in_namespace
def test_a_retry_rescues_a_question() -> None:
    asked = targets([FAR], sentinels=["127.0.0.1"])
    with Host("far") as far, prober(asked) as by:
        far.answer(False)
        with after(0.15, lambda: far.answer(True)):
            row = ask(by, asked).only(FAR)
    assert (row.outcome, row.answered, len(row.sent)) == (UP, 1, 2)
    assert 0 < row.rtt < 0.1


@in_namespace
def test_a_host_that_is_down_is_asked_in_the_fast_rhythm_until_it_answers() -> None:
    asked = targets([FAR, "127.0.0.2"], sentinels=["127.0.0.1"])
    with Host("far") as far, prober(asked) as by:
        far.answer(False)
        with after(1.2, lambda: far.answer(True)):
            heard = ask(by, asked, down=[FAR], opening=False)
    *silent, up = heard.of(FAR)
    assert [row.outcome for row in silent] == [DOWN] * len(silent)
    assert (up.outcome, up.answered, up.regular) == (UP, 0, False)
    asked_at = [row.sent[0] for row in (*silent, up)]
    assert np.diff(asked_at) == pytest.approx([0.5] * len(silent), abs=0.1)
    assert 2 <= len(silent) <= 4


@in_namespace
def test_a_host_that_fell_silent_in_this_round_enters_the_fast_rhythm() -> None:
    asked = targets([FAR], sentinels=["127.0.0.1"])
    with Host("far") as far, prober(asked, ROOMY) as by:
        far.answer(False)
        began = time.monotonic()
        heard = ask(by, asked, opening=False)
        lasted = time.monotonic() - began
    regular, *fast = heard.of(FAR)
    assert regular.regular
    assert len(fast) >= 2
    assert all(row.outcome == DOWN and not row.regular and len(row.sent) == 1 for row in fast)
    # While something is down the round lasts until the next is due.
    assert lasted == pytest.approx(ROOMY.interval - GUARD_SECONDS, abs=0.15)


@in_namespace
def test_a_host_that_answers_before_its_turn_gets_its_regular_question_too() -> None:
    asked = targets(["127.0.0.1", "127.0.0.3", "127.0.0.4"], sentinels=["127.0.0.1"])
    with prober(asked, ROOMY) as by:
        heard = ask(by, asked, down=["127.0.0.4"], opening=False)
    assert [(row.outcome, row.regular) for row in heard.of("127.0.0.4")] == [(UP, False), (UP, True)]


@in_namespace
def test_a_round_ends_early_when_everybody_has_answered() -> None:
    asked = targets(["127.0.0.2", "127.0.0.3"], sentinels=["127.0.0.1"])
    with prober(asked) as by:
        began = time.monotonic()
        ask(by, asked)
        assert time.monotonic() - began < 0.6


@in_namespace
def test_verdicts_are_handed_over_at_once_and_the_caller_is_heard_every_second() -> None:
    asked = targets([FAR], sentinels=["127.0.0.1"])
    delays, told = [], []
    with Host("far") as far, prober(asked) as by:
        far.answer(False)
        for answers in by.probe(np.zeros(2, np.bool_), opening=True):
            told.append(time.time())
            delays += [told[-1] - at for at in answers.received_at[answers.outcome == DOWN]]
    assert max(delays) < 0.3
    assert max(np.diff(told)) < 1.1


@in_namespace
def test_an_answer_later_than_a_retry_still_counts_for_its_own_packet() -> None:
    (heard,) = asked_of("late:0.7")
    row = heard.only(FAR)
    assert (row.outcome, row.answered, len(row.sent)) == (UP, 0, 3)
    assert row.rtt == pytest.approx(0.7, abs=0.1)


@in_namespace
def test_an_answer_after_the_deadline_does_not_count() -> None:
    (heard,) = asked_of("late:1.3")
    assert heard.of(FAR)[0].outcome == DOWN


@in_namespace
def test_a_duplicate_answer_counts_once() -> None:
    (heard,) = asked_of("twice")
    assert heard.only(FAR).outcome == UP


@pytest.mark.parametrize("forgery", ["token", "row", "address:10.0.0.3"])
@in_namespace
def test_a_forged_answer_does_not_count(forgery: str) -> None:
    (heard,) = asked_of(forgery)
    assert {row.outcome for row in heard.of(FAR)} == {DOWN}


@in_namespace
def test_an_answer_with_the_token_of_an_earlier_round_does_not_count() -> None:
    first, second = asked_of("replay", rounds=2)
    assert first.only(FAR).outcome == UP
    assert {row.outcome for row in second.of(FAR)} == {DOWN}


@pytest.mark.parametrize("kind", ["raw", "datagram"])
@in_namespace
def test_the_icmp_id_changes_after_every_silent_packet(kind: Kind) -> None:
    sysctl("net.ipv4.ping_group_range", "0 0")
    asked = targets([FAR], sentinels=["127.0.0.1"])
    with Host("far") as far:
        far.answer(False)
        with (
            far.running(sys.executable, RESPONDER, "log") as log,
            prober(asked, ROOMY, kinds=(kind,)) as by,
        ):
            packets = sum(len(row.sent) for row in ask(by, asked, opening=False).of(FAR))
            ids = [int(log.readline()) for _ in range(packets)]
    assert packets >= 5
    assert len(set(ids)) == len(ids)


@in_namespace
def test_a_host_that_answers_keeps_its_icmp_id() -> None:
    asked = targets([FAR], sentinels=["127.0.0.1"])
    with Host("far") as far, prober(asked) as by, far.running(sys.executable, RESPONDER, "log") as log:
        for _ in range(3):
            assert ask(by, asked).only(FAR).outcome == UP
        ids = {log.readline() for _ in range(3)}
    assert len(ids) == 1
