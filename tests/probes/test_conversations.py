"""What all probers that converse have in common: pace, deadlines, retries, the fast rhythm, bounds, silence."""

import asyncio
import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from probes.clock import SystemClock
from probes.columns import DOWN, UNKNOWN, UP, Answers
from probes.conversations import CROWDED, NO_DESCRIPTOR, Conversations
from probes.eyes import Eyes
from probes.kind import IpAddress
from probes.replies import Reply, Stage, Talk
from probes.rhythm import Rhythm
from probes.tcp import TCP, TcpSettings
from tests.probes.asking import Row, rows
from tests.probes.listeners import HOME, free_port, hang, listening, say
from tests.probes.looking import eyes
from tests.probes.talks import BRIEF, asked_of, hear

MANY = 600


def port(number: int, expect: str = "") -> TcpSettings:
    return TcpSettings(IpAddress(HOME), number, expect=expect)


@contextmanager
def conversing(
    settings: list[object], talk: Talk, rhythm: Rhythm = BRIEF, *, most: int = 64, through: Eyes | None = None
) -> Iterator[Conversations]:
    """A prober with a conversation made here, closed afterwards."""
    with eyes() as seeing:
        prober = Conversations(asked_of(settings), rhythm, through or seeing, talk, most=most)
        try:
            yield prober
        finally:
            prober.close()


def all_of(prober: Conversations, *, opening: bool = True) -> list[Answers]:
    nobody = np.zeros(len(prober.targets), np.bool_)
    return list(prober.probe(nobody, opening=opening))


def outcomes(batches: list[Answers]) -> dict[int, tuple[int, str]]:
    """Outcome and reason by target, each asked once."""
    found: dict[int, tuple[int, str]] = {}
    for batch in batches:
        for row, target in enumerate(batch.target.tolist()):
            assert target not in found
            found[target] = int(batch.outcome[row]), batch.reason.get(row, "")
    return found


def test_hung_servers_cost_their_own_deadline_and_nobody_elses() -> None:
    with listening(hang) as deaf, listening(say(b"ready")) as well:
        mixed = [port(deaf if n % 3 else well, "ready") for n in range(150)]
        told = hear(TCP, mixed)
    answered = [row for row in told.rows if row.outcome == UP]
    assert {row.address for row in answered} == {str(n) for n in range(0, 150, 3)}
    assert max(row.rtt for row in answered) < BRIEF.timeout
    assert {row.outcome for row in told.rows if row not in answered} == {DOWN}


def test_more_targets_than_places_are_asked_one_after_the_other() -> None:
    most = [0, 0]

    async def count(_settings: object, _stage: Stage) -> Reply:
        most[0] += 1
        most[1] = max(most)
        await asyncio.sleep(0.001)
        most[0] -= 1
        return Reply(UP)

    with conversing([None] * MANY, count, most=16) as prober:
        found = outcomes(all_of(prober))
    assert found == dict.fromkeys(range(MANY), (UP, ""))
    assert 8 <= most[1] <= 16  # a busy machine may be slower to begin one than another takes to end


def test_who_found_no_place_in_time_is_unknown_not_down() -> None:
    async def never(_settings: object, _stage: Stage) -> Reply:
        await asyncio.sleep(60)
        return Reply(UP)

    with conversing([None] * 40, never, most=8) as prober:
        found = outcomes(all_of(prober))
    assert len(found) == 40
    assert set(found.values()) <= {(DOWN, ""), (UNKNOWN, CROWDED)}
    assert (UNKNOWN, CROWDED) in found.values()


def test_without_file_descriptors_a_target_is_unknown_not_down() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with listening(hang) as number, eyes() as seeing:
        prober = TCP.open(asked_of([port(number)] * 3), BRIEF, seeing)
        free = os.dup(0)  # the lowest number that is free
        os.close(free)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
            found = outcomes(list(prober.probe(np.zeros(3, np.bool_), opening=True)))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            prober.close()
    assert found == dict.fromkeys(range(3), (UNKNOWN, NO_DESCRIPTOR))


def test_first_questions_keep_their_place_in_the_round() -> None:
    with listening(hang) as number:
        begun = time.time()
        told = hear(TCP, [port(number)] * 10, opening=False)
        over = time.time() - begun
    first = {int(row.address): row.sent[0] for row in told.rows if row.regular}
    places = [(first[n] - first[0]) / BRIEF.span for n in range(10)]
    assert places == pytest.approx([n / 10 for n in range(10)], abs=0.15)
    assert BRIEF.interval - 0.5 < over < BRIEF.interval + 0.2


def test_every_second_something_is_said() -> None:
    with listening(hang) as number, eyes() as seeing:
        prober = TCP.open(asked_of([port(number, "ready")]), BRIEF, seeing)
        said = prober.probe(np.zeros(1, np.bool_), opening=False)
        spoken = [time.monotonic(), *(time.monotonic() for _ in said)]
        prober.close()
    assert max(np.diff(spoken)) < 1.0


def test_who_is_down_is_asked_in_the_fast_rhythm() -> None:
    told = hear(TCP, [port(free_port())], down=[0], opening=False)
    assert len(told.rows) > 2
    assert {(row.outcome, row.regular, len(row.sent)) for row in told.rows} == {(DOWN, False, 1)}
    assert np.diff([row.sent[0] for row in told.rows]) == pytest.approx(BRIEF.fast, abs=0.25)


def test_who_rises_is_seen_within_the_round() -> None:
    number, over = free_port(), threading.Event()

    def rise() -> None:
        time.sleep(1.2)
        with listening(hang, port=number):
            over.wait(20)

    rising = threading.Thread(target=rise)
    rising.start()
    told = hear(TCP, [port(number)], down=[0], opening=False)
    over.set()
    rising.join()
    *silent, risen = told.rows
    assert {row.outcome for row in silent} == {DOWN}
    assert (risen.outcome, risen.regular) == (UP, False)


def test_who_goes_down_in_mid_round_joins_the_fast_rhythm_and_who_rises_is_asked_as_usual() -> None:
    answers = iter([DOWN, DOWN, UP, UP])

    async def turn(_settings: object, _stage: Stage) -> Reply:
        return Reply(next(answers))

    with conversing([None], turn, replace(BRIEF, interval=5.0)) as prober:
        batches = all_of(prober, opening=False)
    rows = [(int(b.outcome[0]), bool(b.regular[0])) for b in batches if len(b)]
    assert rows == [(DOWN, True), (DOWN, False), (UP, False)]


def test_a_knock_that_hangs_is_not_joined_by_another() -> None:
    held = [0, 0]

    async def hold(_settings: object, _stage: Stage) -> Reply:
        held[0] += 1
        held[1] = max(held)
        try:
            await asyncio.sleep(60)
        finally:
            held[0] -= 1
        return Reply(UP)

    slow = Rhythm(interval=6.0, retries=0, timeout=1.2, fast=0.4, verdict=1.0)
    with conversing([None], hold, slow) as prober:
        down = np.ones(1, np.bool_)
        batches = [batch for batch in prober.probe(down, opening=False) if len(batch)]
    assert held == [0, 1]
    assert {int(batch.outcome[0]) for batch in batches} == {DOWN}


def test_a_late_answer_to_the_first_attempt_counts_while_the_second_is_under_way() -> None:
    begun: list[int] = []

    async def slow_first(_settings: object, _stage: Stage) -> Reply:
        begun.append(len(begun))
        await asyncio.sleep(0.5 if begun[-1] == 0 else 60)
        return Reply(UP)

    with conversing([None], slow_first, replace(BRIEF, retry_after=0.2, timeout=1.0)) as prober:
        [batch] = [one for one in all_of(prober) if len(one)]
    assert (int(batch.outcome[0]), int(batch.answered[0])) == (UP, 0)
    assert 0.4 < batch.rtt[0] < 1.0
    assert np.count_nonzero(~np.isnan(batch.sent[0])) == 2


def test_a_conversation_that_breaks_costs_only_itself() -> None:
    async def odd(settings: object, _stage: Stage) -> Reply:
        if settings == "odd":
            raise ZeroDivisionError
        return Reply(UP)

    with conversing(["well", "odd", "well"], odd) as prober:
        assert outcomes(all_of(prober)) == {
            0: (UP, ""),
            1: (UNKNOWN, "failed: ZeroDivisionError"),
            2: (UP, ""),
        }


def test_a_round_that_is_broken_off_leaves_nothing_behind() -> None:
    with listening(hang) as number, eyes() as seeing:
        prober = TCP.open(asked_of([port(number, "ready")] * 20), BRIEF, seeing)
        first = prober.probe(np.zeros(20, np.bool_), opening=False)
        next(first)
        first.close()  # type: ignore[attr-defined]
        again = outcomes(list(prober.probe(np.zeros(20, np.bool_), opening=True)))
        prober.close()
    assert {outcome for outcome, _ in again.values()} == {DOWN}


class Stepping(SystemClock):
    """A machine whose clock is set by an hour a second from now."""

    def __init__(self) -> None:
        self._at = self.monotonic() + 1.0

    def wall(self) -> float:
        return super().wall() + 3600.0 * (self.monotonic() > self._at)


def test_a_clock_that_was_set_costs_the_round_trip_times_of_the_rest_of_the_round() -> None:
    async def well(_settings: object, _stage: Stage) -> Reply:
        return Reply(UP)

    with eyes() as seeing:
        long = replace(BRIEF, interval=5.5)
        prober = Conversations(asked_of([None] * 20), long, seeing, well, clock=Stepping())
        batches = [batch for batch in prober.probe(np.zeros(20, np.bool_), opening=False) if len(batch)]
        prober.close()
    assert not np.isnan(batches[0].rtt).any()
    assert np.isnan(batches[-1].rtt).all()
    assert abs(batches[-1].sent[0, 0] - batches[0].sent[0, 0]) < 6


@contextmanager
def hurried_after(prober: Conversations, seconds: float, row: int) -> Iterator[list[float]]:
    """Somebody wants a target asked so long after this began; gives when that was said."""
    said: list[float] = []

    def say_so() -> None:
        said.append(time.time())
        prober.hurry(np.array([row]))

    timer = threading.Timer(seconds, say_so)
    timer.start()
    try:
        yield said
    finally:
        timer.join()


# 3.5 s lie between the first questions and what may be asked last.
IDLE = Rhythm(interval=6.0, retries=1, retry_after=0.6, timeout=0.6, fast=240.0, verdict=1.0)


def test_who_is_in_a_hurry_is_asked_at_once_with_retries_and_counts_in_no_loss() -> None:
    attempts: list[float] = []

    async def silent_at_first(_settings: object, _stage: Stage) -> Reply:
        attempts.append(time.time())
        if len(attempts) != 2:
            return Reply(UP)
        return Reply(DOWN, definite=False)

    with (
        conversing([None], silent_at_first, IDLE) as prober,
        hurried_after(prober, 2.5, 0) as said,
    ):
        batches = [one for one in all_of(prober, opening=False) if len(one)]
    assert [bool(one.regular[0]) for one in batches].count(False) == 1
    (hurried,) = [one for one in batches if not one.regular[0]]
    assert (hurried.outcome[0], hurried.answered[0]) == (UP, 1)
    assert 0 <= hurried.sent[0, 0] - said[0] < 0.5


def test_who_is_being_asked_is_not_asked_beside_it() -> None:
    attempts: list[float] = []

    async def slow(_settings: object, _stage: Stage) -> Reply:
        attempts.append(time.time())
        await asyncio.sleep(0.5)
        return Reply(UP)

    with conversing([None], slow) as prober:
        prober.hurry(np.array([0, 0]))
        batches = [one for one in all_of(prober, opening=False) if len(one)]
    # Asked out of turn before its turn came, or in its turn and not again: either way the regular question is there.
    assert len(attempts) <= 2
    assert [bool(one.regular[0]) for one in batches].count(True) == 1


def hurried_late(number: int) -> tuple[list[Row], list[Row], float, float]:
    """Two rounds of two targets; near the end of the first somebody wants the second asked.

    What came out of turn in each, when it was said, and when the second round began.
    """
    targets, parts = asked_of([port(number, "ready")] * 2), list[list[Row]]()
    with eyes() as seeing:
        prober = TCP.open(targets, IDLE, seeing)
        assert isinstance(prober, Conversations)
        with hurried_after(prober, 4.5, 1) as said:
            parts.append([row for one in all_of(prober, opening=False) for row in rows(one, targets)])
        begun = time.time()
        parts.append([row for one in all_of(prober, opening=False) for row in rows(one, targets)])
        prober.close()
    first, second = ([row for row in part if not row.regular] for part in parts)
    return first, second, said[0], begun


def test_who_is_in_a_hurry_near_the_end_of_a_round_is_asked_in_it_all_the_same() -> None:
    with listening(say(b"ready")) as number:
        (hurried,), later, said, _ = hurried_late(number)
    assert (hurried.address, hurried.outcome, later) == ("1", UP, [])
    assert 0 <= hurried.sent[0] - said < 0.5


def test_silence_near_the_end_of_a_round_says_nothing_and_the_next_round_asks_at_once_with_retries() -> None:
    with listening(hang) as number:
        at_first, later, _, begun = hurried_late(number)
    assert at_first == []
    assert (later[0].address, later[0].outcome, len(later[0].sent)) == ("1", DOWN, 2)
    assert 0 <= later[0].sent[0] - begun < 0.5
