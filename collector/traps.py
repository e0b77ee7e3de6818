"""The process that listens for SNMP traps and informs. It keeps nothing: what it lets in it hands over to *ask*.

*ask* is the one writer of what is observed: it numbers rows in the order they come and spools them while the ledger
is away. A flood ends here, at the gate, before anything is decoded, and costs this process alone.
"""

import argparse
import os
import signal
import threading
from pathlib import Path

from collector import inforce, processes
from collector.listening import Listener
from config.errors import LinewalkerError
from probes.clock import SystemClock

_NICE = 10  # the rounds come first
_REST_SECONDS = 0.01  # after very many datagrams at once: the rest of a flood is left to the kernel to drop
_PAUSE_SECONDS = 0.1
_DAY_SECONDS = 20.0


def main() -> None:
    """Entry of the process; ends within two seconds of SIGTERM with everything handed over."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-c", "--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    processes.prepare("traps")
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    clock = SystemClock()
    known = inforce.senders(given.config, clock.wall())
    if known is None:
        raise LinewalkerError("the configuration has no `traps:`; expected it where traps are listened for")
    os.nice(_NICE)
    listener = Listener(known, given.data, clock)
    listener.handing.start()
    processes.settle()
    listen(listener, stopping)
    handed_over = listener.close(seconds=1.5)
    # Not sys.exit: *ask* may still be about to answer, and has what it was told.
    os._exit(0 if handed_over else 1)


def listen(listener: Listener, stopping: threading.Event) -> None:
    """Listen until we are stopped, or a new day knows other lines: the parent then starts us anew."""
    look_at = listener.clock.monotonic() + _DAY_SECONDS
    while not stopping.is_set():
        more = listener.look()
        if more or listener.problem:
            stopping.wait(_REST_SECONDS if more else _PAUSE_SECONDS)
        if listener.clock.monotonic() >= look_at:
            look_at += _DAY_SECONDS
            if listener.outdated():
                return


if __name__ == "__main__":
    processes.guarded(main)
