"""Breaking and mending lines from another terminal: one order a connection, over a Unix socket in the data directory.

Pathname sockets cross network namespaces, so neither side needs to enter one.
"""

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.errors import LinewalkerError
from lab.orders import Order
from lab.ways import Direction

FILE = "lab.sock"
_ANSWER_WITHIN = 5.0  # seconds
_LONGEST_ORDER = 65536  # bytes

Obey = Callable[[Order], list[dict[str, object]]]


def lines(data_directory: Path) -> list[dict[str, Any]]:
    """Every line: `line`, `to`, `state` (carrying, link, silent), `blocked` ways, `loss`, `delay`."""
    return _ask(data_directory, Order("lines"))


def cut(data_directory: Path, line: str, *, silent: bool = False, direction: Direction | None = None) -> None:
    """Cut a line; silently: the routers do not lose carrier and go on sending into it."""
    _ask(data_directory, Order("cut", line, silent=silent, direction=direction))


def restore(data_directory: Path, name: str) -> list[dict[str, Any]]:
    """Mend everything about a line, a host or both, and describe them; when this returns, it is done."""
    return _ask(data_directory, Order("restore", name))


def break_(data_directory: Path, host: str, fault: str) -> list[dict[str, Any]]:
    """Break what answers for a system, service or device in one way more; `hosts.FAULTS_OF` has the ways."""
    return _ask(data_directory, Order("break", host, fault=fault))


def hosts(data_directory: Path) -> list[dict[str, Any]]:
    """Everything that answers: `host`, `kind`, `node`, `address`, `state` (serving, or its faults)."""
    return _ask(data_directory, Order("hosts"))


def degrade(
    data_directory: Path,
    line: str,
    *,
    loss: float | None = None,
    delay: float | None = None,
    direction: Direction | None = None,
) -> None:
    """Lose this ratio of round trips, add this many seconds to each; 0 ends it, None leaves it as it is."""
    _ask(data_directory, Order("degrade", line, loss=loss, delay=delay, direction=direction))


def _ask(data_directory: Path, order: Order) -> list[dict[str, Any]]:
    try:
        answer = _exchange(data_directory, json.dumps(order.row()).encode() + b"\n")
    except (OSError, ValueError):
        raise LinewalkerError(
            "no practice network runs in {directory}; start one with: linewalker demo --data {directory}",
            directory=data_directory,
        ) from None
    if "error" in answer:
        raise LinewalkerError(answer["error"], **answer["values"])
    result: list[dict[str, Any]] = answer["lines"]
    return result


def _exchange(data_directory: Path, request: bytes) -> dict[str, Any]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection, _short_path(data_directory) as path:
        connection.settimeout(_ANSWER_WITHIN)
        connection.connect(path)
        connection.sendall(request)
        with connection.makefile("rb") as answers:
            answer: dict[str, Any] = json.loads(answers.readline())
            return answer


@contextmanager
def _short_path(data_directory: Path) -> Iterator[str]:
    """A name of the socket that fits the 108 bytes a socket's name may have, however deep the directory."""
    directory = os.open(data_directory, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{FILE}"
    finally:
        os.close(directory)


def listen(data_directory: Path) -> socket.socket:
    """The socket orders come to, for this user only. Raises LinewalkerError if another network answers there."""
    if _answers(data_directory):
        raise LinewalkerError(
            "another practice network runs in {directory}; stop it, or choose another --data",
            directory=data_directory,
        )
    (data_directory / FILE).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    with _short_path(data_directory) as path:
        # The mask, since a socket's mode is settled when its name is made.
        before = os.umask(0o177)
        try:
            listener.bind(path)
        finally:
            os.umask(before)
    listener.listen()
    return listener


def _answers(data_directory: Path) -> bool:
    try:
        lines(data_directory)
    except LinewalkerError:
        return False
    return True


class Desk:
    """Takes orders at the socket without ever waiting for whoever sends them."""

    def __init__(self, listener: socket.socket, obey: Obey) -> None:
        self.listener = listener
        self.obey = obey
        self.heard: dict[socket.socket, bytes] = {}

    def welcome(self) -> socket.socket:
        """Accept whoever knocked."""
        connection, _ = self.listener.accept()
        connection.setblocking(False)
        self.heard[connection] = b""
        return connection

    def attend(self, connection: socket.socket) -> bool:
        """Hear a little more of an order and answer it when it is whole; False when the connection is done."""
        try:
            piece = connection.recv(_LONGEST_ORDER)
            self.heard[connection] += piece
            if piece and b"\n" not in piece and len(self.heard[connection]) < _LONGEST_ORDER:
                return True
            connection.sendall(json.dumps(self._answer(self.heard[connection])).encode() + b"\n")
        except OSError:
            pass  # they went away; there is nobody to tell
        del self.heard[connection]
        return False

    def _answer(self, request: bytes) -> dict[str, object]:
        try:
            return {"lines": self.obey(Order(**json.loads(request)))}
        except LinewalkerError as wrong:
            return {"error": wrong.text, "values": wrong.values}
        except (ValueError, TypeError):
            return {"error": "the practice network did not understand the order", "values": {}}
