"""Waiting for what processes and threads do, with an end to patience; no tests here.

What comes about at all comes about at once on a quiet machine; a busy one is given `SLOWEST` times as long, so that
no test fails for want of a processor. How fast something is belongs in `bench/`.
"""

import time
from collections.abc import Callable

SLOWEST = 6


def patience(seconds: float) -> float:
    """How long to wait for what a quiet machine does well within so many seconds."""
    return seconds * SLOWEST


def deadline_in(seconds: float) -> float:
    """When patience ends, by the monotonic clock."""
    return time.monotonic() + patience(seconds)


def until(holds: Callable[[], object], seconds: float = 10) -> None:
    """Wait until this holds; fails if it does not come about in time."""
    deadline = deadline_in(seconds)
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.01)
