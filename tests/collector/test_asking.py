"""Probers that hang, on real sockets and pipes: they are given up, replaced, and never gather without bound."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from collector import asking
from collector.asking import MOST_HANGING, Asking, HungError
from collector.rounds import Round
from probes.columns import UP, Answers, Flags, Prober
from tests.awaiting import until
from tests.collector.answering import answers, silent, up
from tests.collector.clocks import SetClock
from tests.collector.held import Bench

NOBODY = np.zeros(2, np.bool_)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "QUIET_SECONDS", 0.5)
    monkeypatch.setattr(asking, "_LOOK_SECONDS", 0.1)


class Deaf:
    """A prober that waits on a real socket for an answer that never comes, until somebody sends one."""

    def __init__(self) -> None:
        self.waiting, self.other = socket.socketpair()
        self.closed = False

    def probe(self, down: Flags, *, opening: bool) -> Iterator[Answers]:
        yield answers([up(0, 111.0)])
        self.waiting.recv(1)
        yield answers([silent(1, 112.0)])

    def answer(self) -> None:
        self.other.send(b"!")

    def close(self) -> None:
        self.waiting.close()
        self.other.close()
        self.closed = True


class Healthy:
    """A prober that finds everybody up."""

    def __init__(self, start: float = 0.0) -> None:
        self.start = start
        self.closed = False

    def probe(self, down: Flags, *, opening: bool) -> Iterator[Answers]:
        yield answers([up(0, self.start + 1), up(1, self.start + 3)])

    def close(self) -> None:
        self.closed = True


def asks(first: Prober, reopen: Callable[[], Prober] | None = None) -> Asking:
    return Asking(first, reopen, 0.1, SetClock(), threading.Event())


def heard(by: Asking) -> list[list[int]]:
    targets: list[list[int]] = []
    by.ask(NOBODY, lambda batch: targets.append(batch.target.tolist()), opening=False)
    return targets


def test_a_prober_that_waits_for_ever_is_given_up_and_another_asks() -> None:
    deaf, healthy = Deaf(), Healthy()
    by = asks(deaf, lambda: healthy)
    with pytest.raises(HungError):
        heard(by)
    assert not deaf.closed  # its thread is in the midst of its sockets
    assert heard(by) == [[0, 1]]
    deaf.answer()
    until(lambda: deaf.closed)
    by.close()
    assert healthy.closed


def test_what_a_prober_says_after_it_was_given_up_goes_nowhere() -> None:
    deaf, said = Deaf(), []
    by = asks(deaf, Healthy)
    with pytest.raises(HungError):
        by.ask(NOBODY, lambda batch: said.append(batch.target.tolist()), opening=False)
    deaf.answer()
    until(lambda: deaf.closed)
    assert said == [[0]]


def test_probers_that_hang_do_not_gather_without_bound() -> None:
    opened: list[Deaf] = []

    def reopen() -> Deaf:
        opened.append(Deaf())
        return opened[-1]

    by = asks(reopen(), reopen)
    for _ in range(MOST_HANGING + 4):
        with pytest.raises(HungError):
            heard(by)
    assert len(opened) == MOST_HANGING
    opened[0].answer()
    until(lambda: opened[0].closed)
    with pytest.raises(HungError):
        heard(by)
    assert len(opened) == MOST_HANGING + 1
    for deaf in opened[1:]:
        deaf.answer()
    until(lambda: all(deaf.closed for deaf in opened))
    until(lambda: not any(thread.is_alive() for thread in by._hanging))


def test_a_prober_that_comes_to_no_end_is_given_up() -> None:
    class Endless(Healthy):
        def probe(self, down: Flags, *, opening: bool) -> Iterator[Answers]:
            while not self.closed:
                threading.Event().wait(0.02)
                yield answers([])

    endless = Endless()
    by = asks(endless, Healthy)
    with pytest.raises(HungError):
        heard(by)
    assert heard(by) == [[0, 1]]


def test_opening_the_next_prober_may_hang_as_well() -> None:
    first, (reading, writing) = Deaf(), os.pipe()
    came: list[Healthy] = []

    def reopen() -> Prober:
        os.read(reading, 1)
        came.append(Healthy())
        return came[-1]

    by = asks(first, reopen)
    for _ in range(2):
        with pytest.raises(HungError):
            heard(by)
    os.write(writing, b"!")
    until(lambda: came and came[0].closed)  # nobody waits for it any more
    first.answer()
    until(lambda: first.closed)
    os.close(reading)
    os.close(writing)


class Standstill(SetClock):
    """A clock by which five minutes pass whenever somebody looks: the machine was suspended each time."""

    looks = 0

    def monotonic(self) -> float:
        self.looks += 1
        return super().monotonic() + 300.0 * self.looks


def test_time_in_which_the_machine_stood_still_is_no_fault_of_the_probers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "QUIET_SECONDS", 2.0)

    class Slow(Healthy):
        def probe(self, down: Flags, *, opening: bool) -> Iterator[Answers]:
            threading.Event().wait(0.5)
            yield from super().probe(down, opening=opening)

    by = Asking(Slow(), None, 0.1, Standstill(), threading.Event())
    assert heard(by) == [[0, 1]]


def test_a_prober_that_raised_is_replaced_and_its_sockets_given_back() -> None:
    class Broken(Healthy):
        def probe(self, down: Flags, *, opening: bool) -> Iterator[Answers]:
            raise OSError("the socket is gone")

    broken = Broken()
    by = asks(broken, Healthy)
    with pytest.raises(OSError, match="the socket is gone"):
        heard(by)
    assert broken.closed
    assert heard(by) == [[0, 1]]


def test_while_no_other_can_be_opened_the_reason_is_told_and_it_is_tried_again() -> None:
    failures = [OSError(24, "Too many open files")] * 3

    def reopen() -> Prober:
        if failures:
            raise failures.pop()
        return Healthy()

    deaf = Deaf()
    by = asks(deaf, reopen)
    with pytest.raises(HungError):
        heard(by)
    for _ in range(3):
        with pytest.raises(OSError, match="Too many open files"):
            heard(by)
    assert heard(by) == [[0, 1]]
    deaf.answer()
    until(lambda: deaf.closed)


def test_without_another_one_every_round_says_that_the_only_one_hangs() -> None:
    deaf = Deaf()
    by = asks(deaf)
    for _ in range(2):
        with pytest.raises(HungError):
            heard(by)
    deaf.answer()
    until(lambda: deaf.closed)


def test_stopping_waits_for_no_prober_that_hangs() -> None:
    deaf, stopping = Deaf(), threading.Event()
    by = Asking(deaf, Healthy, 1000.0, SetClock(), stopping)
    ended = threading.Thread(target=heard, args=(by,))
    ended.start()
    stopping.set()
    ended.join(10)
    assert not ended.is_alive()
    by.close()
    assert not deaf.closed
    deaf.answer()
    until(lambda: deaf.closed)


class DeafSoon(Deaf):
    """Everybody is up in its first round; in the second it hangs."""

    rounds = 0

    def probe(self, down: Flags, *, opening: bool) -> Iterator[Answers]:
        self.rounds += 1
        return (
            Healthy(100.0).probe(down, opening=opening)
            if self.rounds == 1
            else super().probe(down, opening=opening)
        )


def test_a_round_whose_prober_hangs_ends_its_watch_and_the_next_are_held(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bench, deaf, clock = Bench(tmp_path), DeafSoon(), SetClock(100.0 - time.time())
    told: list[str] = []
    held = Round(
        bench.plan,
        deaf,
        clock,
        bench.ledger.write,
        lambda one, _: told.append(one.now.problem),
        reopen=lambda: Healthy(120.0),
    )
    held.hold()
    held.hold()
    said = "round icmp-10s: the probe did not come back and was given up; the next round asks anew"
    assert (held.now.problem, held.now.watching, told[-1]) == (said, False, said)
    assert said in caplog.text
    held.hold()
    assert (held.now.problem, held.now.watching) == ("", True)
    deaf.answer()
    until(lambda: deaf.closed)
    assert bench.runs(1) == [(UP, 103.0, None)]  # its late word, a silence, was not taken for an outage
    assert [reason for _, _, reason in bench.watches()] == ["hung", ""]
    held.stop()
    bench.ledger.close()
