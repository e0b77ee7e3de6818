"""The local feed: *ask* says what it sees as it sees it; *tell* and the commands listen. Nothing is kept here.

A client sends one JSON frame saying what it wants and is answered in frames. A listener that cannot keep up is
cut off; it comes back and is told everything anew. No listener ever delays a round.
"""

import contextlib
import logging
import queue
import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from collector import frames

log = logging.getLogger(__name__)

SOCKET_NAME = "feed.sock"
_FRAMES_WAITING = 256
_AGAIN_SECONDS = 0.5

# What a request is answered with; "feed" is the one answered for as long as both sides live.
Answer = Callable[[dict[str, Any]], bytes]


class Feed:
    """Listens on DIR/feed.sock; `full` makes the frame that tells everything, `answers` the other requests."""

    def __init__(self, data_dir: Path, full: Callable[[], bytes], answers: dict[str, Answer]) -> None:
        self._full = full
        self._answers = answers
        self._listeners: set[queue.Queue[bytes | None]] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._socket = frames.listen(data_dir, SOCKET_NAME)
        self._thread = threading.Thread(target=self._accept, name="feed", daemon=True)
        self._thread.start()

    def publish(self, frame: bytes) -> None:
        """Send a frame to every listener; one that is too far behind is cut off."""
        with self._lock:
            for waiting in tuple(self._listeners):
                try:
                    waiting.put_nowait(frame)
                except queue.Full:
                    self._listeners.discard(waiting)
                    _drain(waiting)
                    waiting.put_nowait(None)

    @property
    def heard(self) -> bool:
        """Whether anybody listens: frames need not be made for nobody."""
        return bool(self._listeners)

    def close(self) -> None:
        """Stop listening and let every listener go."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with self._lock:
            for waiting in self._listeners:
                _drain(waiting)
                waiting.put_nowait(None)
            self._listeners.clear()

    def _accept(self) -> None:
        """Take in whoever comes; where that fails, such as for want of file descriptors, try again for ever."""
        problem = ""
        while not self._closing.is_set():
            try:
                self._begin(self._socket.accept()[0])
                problem = ""
            except (OSError, RuntimeError) as error:
                if not problem and not self._closing.is_set():
                    problem = str(error)
                    log.error("nobody can be told anything just now: %s", problem)  # noqa: TRY400
                self._closing.wait(_AGAIN_SECONDS)

    def _begin(self, connection: socket.socket) -> None:
        listener = threading.Thread(target=self._serve, args=(connection,), name="listener", daemon=True)
        try:
            listener.start()
        except RuntimeError:  # no more threads are to be had
            connection.close()
            raise

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(10)
            request = frames.receive(connection)
            if request is None:
                return
            want = request[0].get("want")
            if want == "feed":
                self._stream(connection)
            elif want in self._answers:
                connection.sendall(self._answers[want](request[0]))
            else:
                connection.sendall(frames.pack({"error": f"unknown request {want!r}"}))

    def _stream(self, connection: socket.socket) -> None:
        waiting: queue.Queue[bytes | None] = queue.Queue(_FRAMES_WAITING)
        with self._lock:
            waiting.put_nowait(self._full())
            self._listeners.add(waiting)
        try:
            for frame in iter(waiting.get, None):
                connection.sendall(frame)
        finally:
            with self._lock:
                self._listeners.discard(waiting)


def _drain(waiting: queue.Queue[bytes | None]) -> None:
    with contextlib.suppress(queue.Empty):
        while True:
            waiting.get_nowait()


def request(
    data_dir: Path, wanted: dict[str, Any], seconds: float
) -> tuple[dict[str, Any], frames.Columns] | None:
    """Ask the running collector of a data directory once; None when none runs there or it does not answer."""
    try:
        with frames.connect(data_dir, SOCKET_NAME, seconds) as connection:
            connection.sendall(frames.pack(wanted))
            return frames.receive(connection)
    except OSError:
        return None


def follow(
    data_dir: Path, stopping: threading.Event
) -> Iterable[tuple[dict[str, Any], frames.Columns] | None]:
    """Frames as they come, for ever; None whenever the collector is not there (and then once a second)."""
    while not stopping.is_set():
        try:
            with frames.connect(data_dir, SOCKET_NAME, 10) as connection:
                connection.sendall(frames.pack({"want": "feed"}))
                while (frame := frames.receive(connection)) is not None and not stopping.is_set():
                    yield frame
        except OSError:
            pass
        yield None
        stopping.wait(1)
