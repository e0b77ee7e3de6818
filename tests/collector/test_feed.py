"""The local feed, over real sockets: what listeners hear, and that none of them delays the others."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collector import frames
from collector.feed import SOCKET_NAME, Feed, follow, request
from tests.awaiting import patience, until

LARGE = {"column": np.zeros(100_000)}


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[Feed]:
    told = {"hello": lambda asked: frames.pack({"hello": asked["name"]})}
    opened = Feed(tmp_path, lambda: frames.pack({"full": True}, {"check": np.arange(3)}), told)
    yield opened
    opened.close()


def listen(folder: Path) -> socket.socket:
    connection = frames.connect(folder, SOCKET_NAME, 10)
    connection.sendall(frames.pack({"want": "feed"}))
    return connection


def heard(connection: socket.socket) -> dict[str, Any]:
    frame = frames.receive(connection)
    assert frame is not None
    return frame[0]


def test_a_listener_is_told_everything_and_then_what_changes(feed: Feed, tmp_path: Path) -> None:
    with listen(tmp_path) as connection:
        first = frames.receive(connection)
        assert first is not None
        assert first[0] == {"full": True}
        assert first[1]["check"].tolist() == [0, 1, 2]
        for number in range(3):
            feed.publish(frames.pack({"n": number}))
        assert [heard(connection)["n"] for _ in range(3)] == [0, 1, 2]


def test_no_change_is_lost_between_the_full_frame_and_the_first_update(tmp_path: Path) -> None:
    # a number is counted up and published while listeners come: whoever hears n in full hears n + 1 next, or n again
    stand = {"n": 0}
    opened = Feed(tmp_path, lambda: frames.pack({"n": stand["n"]}), {})
    stopping = threading.Event()

    def count_up() -> None:
        while not stopping.wait(0.0005):
            stand["n"] += 1
            opened.publish(frames.pack({"n": stand["n"]}))

    counting = threading.Thread(target=count_up)
    counting.start()
    try:
        for _ in range(20):
            with listen(tmp_path) as connection:
                numbers = [heard(connection)["n"] for _ in range(10)]
            assert numbers[1] - numbers[0] in (0, 1)
            assert [after - before for before, after in pairwise(numbers[1:])] == [1] * 8
    finally:
        stopping.set()
        counting.join()
        opened.close()


def test_it_knows_whether_anybody_listens(feed: Feed, tmp_path: Path) -> None:
    assert not feed.heard
    with listen(tmp_path) as connection:
        heard(connection)
        until(lambda: feed.heard)

    def gone() -> bool:
        feed.publish(frames.pack({}))
        return not feed.heard

    until(gone)


def test_a_listener_that_does_not_read_is_cut_off_and_delays_nobody(feed: Feed, tmp_path: Path) -> None:
    with listen(tmp_path) as deaf, listen(tmp_path) as awake:
        heard(deaf)
        heard(awake)
        until(lambda: len(feed._listeners) == 2)
        longest = 0.0
        for number in range(600):
            begun = time.monotonic()
            feed.publish(frames.pack({"n": number}, LARGE))
            longest = max(longest, time.monotonic() - begun)
            assert heard(awake)["n"] == number
        assert longest < 0.5
        assert len(feed._listeners) == 1
        before_the_end = 0
        while frames.receive(deaf) is not None:
            before_the_end += 1
        assert before_the_end < 300


def test_a_listener_that_was_cut_off_comes_back_and_is_told_everything(feed: Feed, tmp_path: Path) -> None:
    stopping = threading.Event()
    following = iter(follow(tmp_path, stopping))
    first = next(following)
    assert first is not None
    assert first[0] == {"full": True}
    until(lambda: feed.heard)
    with feed._lock:
        for waiting in feed._listeners:
            waiting.put_nowait(None)
    assert next(following) is None
    again = next(following)
    assert again is not None
    assert again[0] == {"full": True}
    stopping.set()
    feed.publish(frames.pack({}))
    assert next(following) is None
    assert list(following) == []


def test_whoever_follows_hears_at_once_that_nobody_is_there(tmp_path: Path) -> None:
    stopping = threading.Event()
    following = iter(follow(tmp_path, stopping))
    begun = time.monotonic()
    assert next(following) is None
    assert time.monotonic() - begun < patience(0.5)
    stopping.set()
    assert list(following) == []


def test_a_request_is_answered_once(feed: Feed, tmp_path: Path) -> None:
    assert request(tmp_path, {"want": "hello", "name": "海口"}, 5) == ({"hello": "海口"}, {})


def test_a_request_nobody_knows_is_told_so(feed: Feed, tmp_path: Path) -> None:
    answer = request(tmp_path, {"want": "tea"}, 5)
    assert answer is not None
    assert answer[0] == {"error": "unknown request 'tea'"}


def test_a_request_where_nobody_runs_has_no_answer(tmp_path: Path) -> None:
    assert request(tmp_path, {"want": "now"}, 5) is None
    assert request(tmp_path / "nowhere", {"want": "now"}, 5) is None
    frames.listen(tmp_path, SOCKET_NAME).close()  # left by a process that died
    assert request(tmp_path, {"want": "now"}, 5) is None


def test_a_request_to_somebody_who_does_not_answer_ends_in_time(tmp_path: Path) -> None:
    with closing(frames.listen(tmp_path, SOCKET_NAME)):
        begun = time.monotonic()
        assert request(tmp_path, {"want": "now"}, 0.3) is None
        assert time.monotonic() - begun < patience(2)


def test_closing_lets_every_listener_go(tmp_path: Path) -> None:
    opened = Feed(tmp_path, lambda: frames.pack({}), {})
    with listen(tmp_path) as connection:
        heard(connection)
        until(lambda: opened.heard)
        opened.close()
        assert frames.receive(connection) is None
    assert request(tmp_path, {"want": "now"}, 5) is None
