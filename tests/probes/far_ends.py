"""Far ends of throughput tests on loopback: a real iperf3 server, a web server, a narrow line to both, and liars."""

import json
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from tests.probes.listeners import HOME, free_port, listening
from tests.programs import needed

_COOKIE = 37
# States of iperf3's control connection, one byte each.
_START, _RUNNING, _END, _PARAMETERS, _STREAMS, _RESULTS, _SHOW, _DONE = 1, 2, 4, 9, 10, 13, 14, 16


@contextmanager
def iperf3_server() -> Iterator[int]:
    """A real one; gives its port."""
    port = free_port()
    command = [needed("iperf3"), "--server", "--bind", HOME, "--port", str(port), "--forceflush"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            while "listening" not in server.stdout.readline():
                assert server.poll() is None
            yield port
        finally:
            server.kill()


@contextmanager
def narrow_line(port: int, rate: int) -> Iterator[int]:
    """A way to a port that carries so many bit/s in each direction, for all connections together."""
    gates = {"there": _Gate(rate), "back": _Gate(rate)}

    def relay(near: socket.socket) -> None:
        with socket.create_connection((HOME, port)) as far:
            for one in (near, far):
                # What waits in buffers is not on the line yet.
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)
            back = threading.Thread(target=_carry, args=(far, near, gates["back"]))
            back.start()
            _carry(near, far, gates["there"])
            back.join()

    with listening(relay) as way:
        yield way


class _Gate:
    """Lets through so many bits a second."""

    def __init__(self, rate: int) -> None:
        self._rate, self._free_at, self._lock = rate, 0.0, threading.Lock()

    def passed(self, amount: int) -> None:
        with self._lock:
            self._free_at = max(self._free_at, time.monotonic()) + amount * 8 / self._rate
            wait = self._free_at - time.monotonic()
        time.sleep(max(0.0, wait))


def _carry(source: socket.socket, sink: socket.socket, gate: _Gate) -> None:
    with suppress(OSError):
        while piece := source.recv(4096):
            gate.passed(len(piece))
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def web_server(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A URL below which every request, once read, is answered by `serve`."""

    def answer(connection: socket.socket) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked:
            asked += connection.recv(4096)
        serve(connection)

    with listening(answer) as port:
        yield f"http://{HOME}:{port}/file"


def body(amount: int, said: int | None = None) -> Callable[[socket.socket], None]:
    """So many bytes, announced as `said`."""

    def serve(connection: socket.socket) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {amount if said is None else said}\r\n\r\n"
        connection.sendall(head.encode())
        for _ in range(amount // 1000):
            connection.sendall(bytes(1000))

    return serve


@contextmanager
def lying_iperf3_server(lie: Mapping[str, Any]) -> Iterator[int]:
    """A server that takes what is sent and then says of it what it likes: `lie` goes into its stream's results."""
    cookies: dict[bytes, threading.Event] = {}

    def serve(connection: socket.socket) -> None:
        cookie = connection.recv(_COOKIE, socket.MSG_WAITALL)
        if cookie not in cookies:
            cookies[cookie] = threading.Event()
            _lead(connection, cookies[cookie], lie)
            return
        cookies[cookie].set()
        while connection.recv(65536):
            pass

    with listening(serve) as port:
        yield port


def _lead(control: socket.socket, joined: threading.Event, lie: Mapping[str, Any]) -> None:
    control.sendall(bytes([_PARAMETERS]))
    _read_json(control)
    control.sendall(bytes([_STREAMS]))
    joined.wait(10)
    control.sendall(bytes([_START]))
    control.sendall(bytes([_RUNNING]))
    while control.recv(1) != bytes([_END]):
        pass
    control.sendall(bytes([_RESULTS]))
    _read_json(control)
    stream = {"id": 1, "bytes": 0, "retransmits": -1, "jitter": 0, "errors": 0, "packets": 0}
    times = {"start_time": 0, "end_time": 1.0}
    said = json.dumps(
        {"cpu_util_total": 0, "cpu_util_user": 0, "cpu_util_system": 0, "sender_has_retransmits": 0,
         "streams": [{**stream, **times, **lie}]}
    ).encode()  # fmt: skip
    control.sendall(struct.pack("!I", len(said)) + said)
    control.sendall(bytes([_SHOW]))
    control.recv(1)


def _read_json(control: socket.socket) -> bytes:
    (length,) = struct.unpack("!I", control.recv(4, socket.MSG_WAITALL))
    return control.recv(length, socket.MSG_WAITALL)
