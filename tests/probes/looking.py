"""Eyes for tests of probers that do not pulse themselves: a thread that sees, or is blind."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from probes.clock import SystemClock
from probes.eyes import Eyes
from probes.rhythm import Rhythm

_EVERY = Rhythm(interval=3.0, retries=2, retry_after=0.3, timeout=0.5, fast=0.5)


@contextmanager
def eyes(*, seeing: bool = True) -> Iterator[Eyes]:
    """The eyes of a process whose sentinels always answer, or never."""
    opened, over = Eyes(_EVERY, shared=True), threading.Event()
    pulsing = threading.Thread(target=_pulse, args=(opened, over, seeing))
    pulsing.start()
    try:
        yield opened
    finally:
        over.set()
        pulsing.join()


def _pulse(opened: Eyes, over: threading.Event, seeing: bool) -> None:
    view, clock = opened.view(), SystemClock()
    view.begin(clock.monotonic(), float("nan"))
    while not over.wait(opened.every):
        now = clock.monotonic()
        serial = view.pulse(now)
        if seeing:
            view.heard(serial, time.clock_gettime(time.CLOCK_BOOTTIME))
        view.look(now)
