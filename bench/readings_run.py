"""Figures of very many devices from a prober's answers to `/metrics`, in a process of its own; prints JSON.

A minute is 120 batches, as a prober tells them. What it read is made anew each time, as it makes it.
"""

import json
import socket
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np

from collector import frames
from collector.readings import NAMES, NEVER, Interned, newest, news
from collector.shelf import Places, Shelf
from exporters.reading import Columns, Kind, Subject
from exporters.samples import Samples
from probes.columns import UP, Answers, Reading, Readings

_BATCHES = 120
_METRICS = tuple(f"interface_figure{number}_total" for number in range(10))  # of each interface


class Minutes:
    """Both sides of the feed, and what each of them spends."""

    def __init__(self, devices: int, figures: int) -> None:
        rows = np.arange(devices)
        self._ports = figures // len(_METRICS)
        self._batches = [part.tolist() for part in np.array_split(rows, _BATCHES)]
        self._checks = (rows + 1).tolist()
        self._told, self._interned = NEVER, Interned()
        self.shelf = Shelf({"devices": Places(rows, rows + 1, rows)})

    def pass_by(self, minute: int) -> tuple[float, float, int]:
        """CPU seconds of *ask* and of *tell*, and the octets between them."""
        asked = told = 0.0
        octets = 0
        for rows in self._batches:
            answers = _answers(rows, self._ports, minute)
            began = time.process_time()
            self._told = newest(self._told, answers, self._interned)
            names, columns = news(self._told, self._checks, rows)
            frame = frames.pack({NAMES: names}, columns)
            asked += time.process_time() - began
            octets += len(frame)
            began = time.process_time()
            self.shelf.take(*_received(frame))
            told += time.process_time() - began
        return asked, told, octets


def _received(frame: bytes) -> tuple[list[object], frames.Columns]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sending = threading.Thread(target=ours.sendall, args=(frame,))
        sending.start()
        got = frames.receive(theirs)
        sending.join()
    assert got is not None
    return got[0][NAMES], got[1]


def _answers(rows: list[int], ports: int, minute: int) -> Answers:
    count = len(rows)
    nothing = np.full(count, np.nan)
    return Answers(
        target=np.array(rows),
        outcome=np.full(count, UP, np.int8),
        sent=np.zeros((count, 3)),
        answered=np.zeros(count, np.int8),
        received_at=nothing,
        rtt=nothing,
        regular=np.ones(count, np.bool_),
        readings={at: Readings.of(_read(row, ports, minute)) for at, row in enumerate(rows)},
    )


def _read(device: int, ports: int, minute: int) -> Iterator[Reading]:
    for port in range(ports):
        labels = (("index", str(port)), ("interface", f"GE0/0/{port}"), ("alias", f"line-{device}-{port}"))
        for metric in _METRICS:
            yield Reading(metric, labels, float(minute * 1000 + device + port))


def main() -> None:
    """Arguments: how many devices, how many figures of each, how many minutes after the first."""
    devices, figures, minutes = map(int, sys.argv[1:])
    passing = Minutes(devices, figures)
    passing.pass_by(0)
    spent = [passing.pass_by(minute) for minute in range(1, minutes + 1)]
    nothing = np.zeros(devices)
    now = Columns(np.full(devices, UP, np.int8), nothing, nothing, nothing, nothing, nothing)
    subjects = tuple(Subject(f"d{number}", f"设备{number}") for number in range(devices))
    seen, samples, rendered = np.ones(devices, np.bool_), Samples(), []
    for _ in range(minutes + 1):
        began = time.process_time()
        kind = Kind(subjects, now, passing.shelf.laid_out("devices", seen))
        size = sum(map(len, samples.render({"devices": kind})))
        rendered.append(time.process_time() - began)
    asked, told, octets = map(list, zip(*spent, strict=True))
    found = {"ask": asked, "tell": told, "octets": octets, "first": rendered[:1], "metrics": rendered[1:]}
    print(json.dumps({**found, "bytes": size}))


if __name__ == "__main__":
    main()
