"""What *traps* makes of what comes: real senders, real sockets, and an *ask* that is there or not."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from collector import frames, listening
from collector.concerned import Senders, senders
from collector.feed import Feed
from collector.listening import REASONS, Listener
from probes.clock import SystemClock
from probes.trap_gate import FOREIGN, TOO_MANY_OF_ONE
from probes.traps import LONGEST, MALFORMED, NOT_TRUSTED, Reader
from tests.awaiting import until
from tests.config.written import HEAD, load_written
from tests.trapping import AUTH, COMMUNITY, FULL, INTERFACE, LINK_DOWN, LINK_UP, PRIVACY, V2, sent

LINES = """
devices: [{id: core, name: 核心, check: {address: 127.0.0.2}}]
circuits:
  - {id: one, name: 一, group: g, carrier: ct, termination_a: centre, termination_z: haikou, address: 127.0.0.9,
     upstream: core}
"""
TRAPS = """
traps:
  listen: [LISTEN]
  from: [127.0.0.0/28, "::1"]
  communities: [env:LW_TRAP_COMMUNITY]
  users: [{name: full, auth: SHA-256, auth_password: env:LW_TRAP_AUTH, privacy: AES-128,
           privacy_password: env:LW_TRAP_PRIVACY}]
"""
URGENT = [["circuit", "one"], ["device", "core"]]


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("COMMUNITY", COMMUNITY), ("AUTH", AUTH), ("PRIVACY", PRIVACY)):
        monkeypatch.setenv(f"LW_TRAP_{name}", value)


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind((host, 0))
        return int(one.getsockname()[1])


class Ask:
    """An *ask* that takes what it is told."""

    def __init__(self, folder: Path) -> None:
        self.words: list[dict[str, Any]] = []
        self.feed = Feed(folder, lambda: b"", {"traps": self.take})

    def take(self, word: dict[str, Any]) -> bytes:
        self.words.append(word)
        return frames.pack({"taken": len(word["rows"])})

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The last word on every row, in the order they came first."""
        found = {(row["received_at"], row["source"]): row for word in self.words for row in word["rows"]}
        return list(found.values())

    @property
    def hurried(self) -> list[list[list[str]]]:
        return [word["hurry"] for word in self.words if word["hurry"]]

    @property
    def dropped(self) -> dict[str, int]:
        said = self.words[-1]["said"]["dropped"] if self.words else {}
        return {reason: count for reason, count in said.items() if count}


@contextmanager
def asking(folder: Path) -> Iterator[Ask]:
    ask = Ask(folder)
    try:
        yield ask
    finally:
        ask.feed.close()


def known(folder: Path, listen: str, more: str = "") -> Senders:
    written = HEAD + LINES + TRAPS.replace("LISTEN", f'"{listen}"') + more
    found = senders(load_written(folder, written), time.time())
    assert found is not None
    return found


@contextmanager
def listener(folder: Path, listen: str, more: str = "") -> Iterator[Listener]:
    """A listener that looks in a thread of its own, as the process does in its only one."""
    one = Listener(known(folder, listen, more), folder, SystemClock())
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            one.look()

    thread = threading.Thread(target=run)
    one.handing.start()
    thread.start()
    try:
        until(lambda: one.problem or one.handing.said)
        yield one
    finally:
        stopping.set()
        thread.join(10)
        one.close(5)


def test_a_trap_of_a_device_is_handed_over_and_has_its_lines_asked(tmp_path: Path) -> None:
    port = free_port()
    with asking(tmp_path) as ask, listener(tmp_path, f"127.0.0.1:{port}"):
        before = time.time()
        for options in (V2, FULL):
            from_core = (*options, "--clientaddr=127.0.0.2")
            assert sent(tmp_path, f"127.0.0.1:{port}", from_core, "1", LINK_DOWN, *INTERFACE)[0] == 0
        until(lambda: sum(row["count"] for row in ask.rows) == 2)
        (row,) = ask.rows
        assert before <= row["received_at"] / 1e6 <= row["until"] / 1e6 <= time.time()
        told = (row["source"], row["device"], row["kind"], row["interface_index"], row["interface_name"])
        assert told == ("127.0.0.2", "core", "linkDown", 7, "GigabitEthernet0/0/1")
        assert ask.hurried[0] == URGENT
        assert ask.words[-1]["said"]["received"] == 2
        assert ask.dropped == {}


def test_one_who_may_not_send_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port, read = free_port(), []
    monkeypatch.setattr(Reader, "read", lambda *given: read.append(given))
    with asking(tmp_path) as ask, listener(tmp_path, f"127.0.0.1:{port}"):
        sent(tmp_path, f"127.0.0.1:{port}", (*V2, "--clientaddr=127.0.0.77"), "1", LINK_DOWN)
        until(lambda: ask.dropped == {FOREIGN: 1})
    assert read == []


def test_a_stranger_and_garbage_and_what_is_too_long_are_counted_each(tmp_path: Path) -> None:
    port = free_port()
    with asking(tmp_path) as ask, listener(tmp_path, f"127.0.0.1:{port}"):
        sent(tmp_path, f"127.0.0.1:{port}", ("-v2c", "-cpublic"), "1", LINK_DOWN)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            for payload in (b"", b"garbage", bytes(LONGEST + 1), bytes(60_000)):
                one.sendto(payload, ("127.0.0.1", port))
        until(lambda: ask.dropped == {NOT_TRUSTED: 1, MALFORMED: 4})
        assert ask.rows == []


@pytest.mark.parametrize("options", [V2, FULL], ids=["2c", "3"])
@pytest.mark.parametrize(
    ("listen", "to"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.5"), ("[::1]", "udp6:[::1]"), ("[::]", "udp6:[::1]")],
)
def test_an_inform_is_acknowledged_from_the_address_it_was_sent_to(
    listen: str, to: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    port = free_port(listen.strip("[]"))
    with asking(tmp_path) as ask, listener(tmp_path, f"{listen}:{port}"):
        status, said = sent(tmp_path, f"{to}:{port}", options, "1", LINK_DOWN, inform=True)
        assert status == 0, said
        until(lambda: len(ask.rows) == 1)
        assert ask.dropped == {}


def test_while_ask_is_away_traps_wait_and_are_then_handed_over_once(tmp_path: Path) -> None:
    port = free_port()
    with listener(tmp_path, f"127.0.0.1:{port}"):
        for kind in (LINK_DOWN, LINK_UP):
            sent(tmp_path, f"127.0.0.1:{port}", (*V2, "--clientaddr=127.0.0.2"), "1", kind)
        time.sleep(0.5)
        with asking(tmp_path) as ask:
            until(lambda: len(ask.rows) == 2)
            assert [row["kind"] for row in ask.rows] == ["linkDown", "linkUp"]
            assert URGENT in ask.hurried
            time.sleep(1.5)
            assert sum(len(word["rows"]) for word in ask.words) == 2


def test_what_was_let_in_last_is_handed_over_before_it_ends(tmp_path: Path) -> None:
    port = free_port()
    with asking(tmp_path) as ask:
        with listener(tmp_path, f"127.0.0.1:{port}"):
            for _ in range(3):
                sent(tmp_path, f"127.0.0.1:{port}", V2, "1", LINK_UP)
            time.sleep(0.2)
        assert sum(row["count"] for row in ask.rows) == 3


def test_a_line_that_flaps_has_its_lines_asked_once_a_second_and_after_the_last(tmp_path: Path) -> None:
    port = free_port()
    with asking(tmp_path) as ask, listener(tmp_path, f"127.0.0.1:{port}") as one:
        for _ in range(4):
            for kind in (LINK_DOWN, LINK_UP):
                sent(tmp_path, f"127.0.0.1:{port}", (*V2, "--clientaddr=127.0.0.2"), "1", kind)
        until(lambda: sum(row["count"] for row in ask.rows) == 8 and not one._waiting)
        time.sleep(1.2)
        assert 2 <= len(ask.hurried) <= 4
        assert set(map(str, ask.hurried)) == {str(URGENT)}


def test_a_port_that_is_taken_is_said_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "_AGAIN_SECONDS", 0.3)
    port = free_port()
    with asking(tmp_path) as ask:
        taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        taken.bind(("127.0.0.1", port))
        with listener(tmp_path, f"127.0.0.1:{port}") as one:
            wanted = f"cannot listen for traps on 127.0.0.1:{port}: Address already in use"
            assert wanted in one.problem
            until(lambda: bool(ask.words) and wanted in ask.words[-1]["said"]["problem"])
            taken.close()
            until(lambda: ask.words[-1]["said"]["problem"] == "")
            sent(tmp_path, f"127.0.0.1:{port}", V2, "1", LINK_UP)
            until(lambda: len(ask.rows) == 1)


def test_a_secret_that_is_not_there_is_said_by_its_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LW_TRAP_COMMUNITY")
    with listener(tmp_path, f"127.0.0.1:{free_port()}") as one:
        assert one.problem == "the secret env:LW_TRAP_COMMUNITY is not set or is empty"


def test_every_datagram_of_a_flood_is_let_in_or_counted(tmp_path: Path) -> None:
    port, count = free_port(), 30_000
    with asking(tmp_path) as ask, listener(tmp_path, f"127.0.0.1:{port}") as one:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as friend,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
        ):
            friend.bind(("127.0.0.3", 0))
            stranger.bind(("127.0.0.99", 0))
            for _ in range(count // 2):
                friend.sendto(b"0\0", ("127.0.0.1", port))
                stranger.sendto(b"0\0", ("127.0.0.1", port))
            # What the kernel had no room for it tells with the next that comes.
            until(lambda: _last(stranger, port) and sum(one.dropped.values()) + one._opened[0].lost >= count)  # type: ignore[index]
        until(lambda: ask.dropped.get(TOO_MANY_OF_ONE, 0) > 1000)
        assert ask.dropped[MALFORMED] < 500
        assert set(ask.dropped) <= set(REASONS)
        # And now somebody else.
        sent(tmp_path, f"127.0.0.1:{port}", V2, "1", LINK_UP)
        until(lambda: len(ask.rows) == 1)


def _last(sender: socket.socket, port: int) -> bool:
    time.sleep(0.05)
    return sender.sendto(b"0\0", ("127.0.0.1", port)) > 0


def test_the_identity_for_informs_outlives_the_process_and_its_beginnings_are_counted(tmp_path: Path) -> None:
    from collector.trusting import Identity

    first = Identity(tmp_path)
    assert (first.boots(), first.boots()) == (1, 2)
    second = Identity(tmp_path)
    assert second.engine_id == first.engine_id
    assert second.boots() == 3
    (tmp_path / "traps.json").write_text("{damaged", "utf-8")
    third = Identity(tmp_path)
    assert third.engine_id != first.engine_id
    assert third.boots() == 1
