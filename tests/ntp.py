"""Sources of time for tests: a real chronyd in a namespace, a server that answers as it is told; no tests here."""

import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import ntplib  # type: ignore[import-untyped] # it ships none

from tests.programs import needed

_SINCE_1900 = ntplib.NTP.NTP_DELTA


@contextmanager
def chronyd(*directives: str) -> Iterator[None]:
    """A real NTP server on port 123 of this namespace, serving the machine's clock and never setting it."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "chrony.conf"
        lines = ["allow", "cmdport 0", "bindcmdaddress /", f"pidfile {folder}/chronyd.pid", *directives]
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        command = [needed("chronyd", "/usr/sbin"), "-x", "-d", "-u", "root", "-f", str(config)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _await_answer()
            yield
        finally:
            process.terminate()
            process.wait(60)


def _await_answer() -> None:
    for _ in range(100):
        try:
            ntplib.NTPClient().request("127.0.0.1", version=4, timeout=0.2)
        except (ntplib.NTPException, OSError):
            time.sleep(0.05)
        else:
            return
    raise AssertionError("chronyd did not answer within 10 s")


@dataclass
class Source:
    """A server on loopback that tells the machine's time, shifted, and with whatever header it is given.

    `late` are the seconds by which the next answers are held back, one each.
    """

    shift: float = 0.0
    stratum: int = 2
    leap: int = 0
    mode: int = 4
    root_delay: float = 0.0
    root_dispersion: float = 0.0
    silent: bool = False
    cut_to: int = 48  # bytes
    repeats_us: bool = True
    copies: int = 1
    late: list[float] = field(default_factory=list)
    asked: int = 0

    def __enter__(self) -> "Source":
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(10)
        self._socket.close()

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def _serve(self) -> None:
        while True:
            request, sender = self._socket.recvfrom(1024)
            if not request:
                return
            self.asked += 1
            if not self.silent:
                arrived = time.time() + self.shift
                time.sleep(self.late.pop(0) if self.late else 0.0)
                for _ in range(self.copies):
                    self._socket.sendto(self._answer(request, arrived)[: self.cut_to], sender)

    def _answer(self, request: bytes, arrived: float) -> bytes:
        """The bytes of one answer; it left as soon as the request had arrived, whenever it comes back."""
        ours = request[40:48] if self.repeats_us else bytes(8)
        stamp = struct.pack("!Q", int((arrived + _SINCE_1900) * 2**32) % 2**64)
        head = struct.pack(
            "!BBBbII4s",
            self.leap << 6 | 3 << 3 | self.mode,
            self.stratum,
            6,
            -20,
            int(self.root_delay * 2**16),
            int(self.root_dispersion * 2**16),
            b"TEST",
        )
        return head + bytes(8) + ours + stamp + stamp
