"""Targets asked out of turn, over real sockets and wires: at once, with retries, and once only."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from probes.columns import Ints
from probes.hurry import Hurry
from probes.icmp import IcmpProber
from probes.rhythm import Rhythm
from tests.namespace import Host, in_namespace
from tests.probes.asking import DOWN, UP, Heard, Row, ask, prober, targets

LINE, NEAR = "10.0.0.2", "127.0.0.1"
# First packets go out in the first two seconds, and then nobody is asked for three more.
SLOW = Rhythm(interval=6.0, retries=2, retry_after=0.3, timeout=0.5, fast=1.0)


def rows(*numbers: int) -> Ints:
    return np.array(numbers, np.int64)


@contextmanager
def told_after(by: IcmpProber, seconds: float, *who: int) -> Iterator[list[float]]:
    """Somebody is in a hurry some time after a round has begun; gives when it was said, once it was."""
    said: list[float] = []

    def say() -> None:
        said.append(time.time())
        by.hurry(rows(*who))

    timer = threading.Timer(seconds, say)
    timer.start()
    try:
        yield said
    finally:
        timer.join()


def out_of_turn(heard: Heard, address: str) -> list[Row]:
    return [row for row in heard.of(address) if not row.regular]


@in_namespace
def test_who_is_in_a_hurry_is_asked_at_once_and_counts_in_no_loss() -> None:
    asked = targets([LINE], sentinels=[NEAR])
    with Host("wire0"), prober(asked, SLOW) as by:
        by.hurry(rows())
        with told_after(by, 4.5, 0) as said:
            heard = ask(by, asked, opening=False)
        (row,) = out_of_turn(heard, LINE)
        assert row.outcome == UP
        assert 0 <= row.sent[0] - said[0] < 0.5
        assert len(heard.of(LINE)) == 2
        assert out_of_turn(heard, NEAR) == []


@in_namespace
def test_a_silence_out_of_turn_is_only_down_after_the_retries() -> None:
    asked = targets([LINE], sentinels=[NEAR])
    with Host("wire0") as line, prober(asked, SLOW) as by:
        assert ask(by, asked).only(LINE).outcome == UP
        by.hurry(rows())
        silence = threading.Timer(4.0, line.answer, (False,))
        silence.start()
        with told_after(by, 4.4, 0) as said:
            heard = ask(by, asked, opening=False)
        silence.join()
        first = next(row for row in out_of_turn(heard, LINE))
        assert (first.outcome, len(first.sent)) == (DOWN, 3)
        assert 0 <= first.sent[0] - said[0] < 0.5


@in_namespace
def test_one_who_was_in_a_hurry_between_two_rounds_is_asked_when_the_next_begins() -> None:
    asked = targets([NEAR, LINE], sentinels=[NEAR])
    with Host("wire0"), prober(asked, SLOW) as by:
        ask(by, asked)
        by.hurry(rows(1, 1, 1))
        begun = time.time()
        heard = ask(by, asked, opening=False)
        first, second = heard.of(LINE)
        assert (first.regular, second.regular) == (False, True)
        assert first.sent[0] - begun < 0.5


def test_everybody_who_waits_is_taken_once() -> None:
    hurry = Hurry()
    assert not hurry.awaited
    assert len(hurry.take()) == 0
    for _ in range(3):
        hurry.put(rows(4, 2))
    hurry.put(rows())
    assert hurry.awaited
    assert hurry.take().tolist() == [2, 4]
    assert len(hurry.take()) == 0


@in_namespace
def test_who_is_in_a_hurry_or_down_is_named_by_target_wherever_it_stands_in_the_round() -> None:
    silent = "10.0.0.9"
    asked = targets([NEAR, LINE, silent], sentinels=[NEAR])
    assert np.argsort(asked.phase).tolist() == [0, 2, 1]
    with Host("wire0"), prober(asked, SLOW) as by:
        by.hurry(rows(1))
        heard = ask(by, asked, down=[silent], opening=False)
        assert [row.outcome for row in heard.of(LINE)] == [UP, UP]
        assert [len(row.sent) for row in heard.of(silent) if not row.regular] == [1] * len(heard.of(silent))
        assert {row.outcome for row in heard.of(silent)} == {DOWN}
        assert len(heard.of(NEAR)) == 1


@in_namespace
def test_a_question_out_of_turn_that_is_still_open_when_its_turn_comes_is_the_regular_one() -> None:
    asked = targets([NEAR, LINE], sentinels=[NEAR])
    with Host("wire0") as line, prober(asked, SLOW) as by:
        ask(by, asked)
        line.answer(False)
        # The line's turn comes some 2.8 s after the beginning.
        with told_after(by, 2.2, 1):
            heard = ask(by, asked, opening=False)
        first = heard.of(LINE)[0]
        assert (first.outcome, first.regular, len(first.sent)) == (DOWN, True, 3)
        assert [row.regular for row in heard.of(LINE)].count(True) == 1
        assert len(heard.of(NEAR)) == 1
