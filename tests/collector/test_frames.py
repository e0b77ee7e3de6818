"""Frames on real local sockets, and the places those sockets lie in."""

import socket
import struct
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from collector import frames


def through(*packed: bytes) -> list[tuple[dict[str, object], frames.Columns] | None]:
    """What the other end of a socket makes of these bytes, with None for its end."""
    near, far = socket.socketpair()
    found: list[tuple[dict[str, object], frames.Columns] | None] = []

    def send() -> None:
        near.sendall(b"".join(packed))
        near.close()

    with near, far:
        sending = threading.Thread(target=send)
        sending.start()
        while not found or found[-1] is not None:
            found.append(frames.receive(far))
        sending.join()
    return found


def test_a_frame_brings_its_header_and_its_columns() -> None:
    columns = {
        "check": np.array([3, 1, 2]),
        "outcome": np.array([0, 1, 2], np.int8),
        "since": np.array([1_795_233_644.318861, np.nan, -1.0]),
    }
    [frame, end] = through(frames.pack({"at": 1.5, "name": "海口"}, columns))
    assert end is None
    assert frame is not None
    assert frame[0] == {"at": 1.5, "name": "海口"}
    assert list(frame[1]) == ["check", "outcome", "since"]
    for name, column in columns.items():
        assert frame[1][name].dtype == column.dtype
        np.testing.assert_array_equal(frame[1][name], column)


def test_columns_may_be_empty() -> None:
    [frame, _] = through(frames.pack({}, {"check": np.empty(0, np.int64), "rtt": np.empty(0, np.float32)}))
    assert frame is not None
    assert {name: len(column) for name, column in frame[1].items()} == {"check": 0, "rtt": 0}


def test_a_column_that_is_a_slice_arrives_as_what_it_shows() -> None:
    [frame, _] = through(frames.pack({}, {"every_second": np.arange(10)[::2]}))
    assert frame is not None
    assert frame[1]["every_second"].tolist() == [0, 2, 4, 6, 8]


def test_frames_follow_each_other_whatever_their_size() -> None:
    big = np.arange(500_000)
    found = through(
        frames.pack({"n": 1}, {"big": big}), frames.pack({"n": 2}), frames.pack({"n": 3}, {"big": big})
    )
    assert [frame[0]["n"] for frame in found if frame] == [1, 2, 3]


@pytest.mark.parametrize("left", [0, 3, 8, 20, -1])
def test_a_frame_that_breaks_off_is_an_end(left: int) -> None:
    whole = frames.pack({"name": "haikou"}, {"check": np.arange(100)})
    assert through(whole[:left]) == [None]


def test_lengths_are_in_network_order() -> None:
    assert struct.unpack("!II", frames.pack({})[:8]) == (len(b'{"columns": []}'), 0)


def test_a_socket_may_lie_deeper_than_a_socket_address_can_say(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 40) / ("deeper" * 20)
    folder.mkdir(parents=True)
    assert len(str(folder / "feed.sock")) > 108
    with frames.listen(folder, "feed.sock") as listener, frames.connect(folder, "feed.sock", 5) as connection:
        accepted, _ = listener.accept()
        with accepted:
            connection.sendall(frames.pack({"want": "now"}))
            assert frames.receive(accepted) == ({"want": "now"}, {})
    assert [one.name for one in folder.iterdir()] == ["feed.sock"]


def test_the_socket_is_for_its_owner_alone(tmp_path: Path) -> None:
    with frames.listen(tmp_path, "feed.sock"):
        assert (tmp_path / "feed.sock").stat().st_mode & 0o777 == 0o600


def test_a_socket_left_by_a_process_that_died_is_replaced(tmp_path: Path) -> None:
    frames.listen(tmp_path, "feed.sock").close()
    with pytest.raises(ConnectionRefusedError):
        frames.connect(tmp_path, "feed.sock", 1)
    with frames.listen(tmp_path, "feed.sock"), closing(frames.connect(tmp_path, "feed.sock", 1)):
        pass


def test_connecting_where_there_is_no_socket_or_no_folder_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        frames.connect(tmp_path, "feed.sock", 1)
    with pytest.raises(FileNotFoundError):
        frames.connect(tmp_path / "nowhere", "feed.sock", 1)
