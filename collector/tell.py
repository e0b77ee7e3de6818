"""The process that tells: page, API, /metrics, alerts. It reads the ledger and hears the feed; it records nothing."""

import argparse
import os
import signal
import socket
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn

from collector import inforce, processes, ready
from collector.ledger.place import ledger_url
from collector.live import LiveReader
from exporters.prometheus import Metrics
from exporters.shared import Shared
from exporters.web import build
from exporters.words import words
from probes.clock import SystemClock

_STOP_SECONDS = 1
_NICE = 5  # the rounds come first


def main() -> None:
    """Entry of the process; serves on a socket that was opened for it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-c", "--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--listen-fd", type=int, required=True)
    parser.add_argument("--problem", default="")
    given = parser.parse_args()
    processes.prepare("tell")
    os.nice(_NICE)
    config, known = inforce.shown(given.config, ready.given())
    clock = SystemClock()
    reader = LiveReader(config, given.data, ledger_url(config, given.data), clock, given.problem, known)
    shared = Shared(reader, clock.monotonic)
    app = build(shared, Metrics(shared), words, ZoneInfo(config.calendar.zone))
    settings = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=_STOP_SECONDS
    )
    server = uvicorn.Server(settings)
    if config.alerts is not None:
        # Imported here: mail and HTTP take megabytes that a service without alerts need not hold.
        from collector.alerting import Alerting  # noqa: PLC0415

        alerting = Alerting(config, given.data, shared.overview, reader.in_maintenance, reader.stirred)
        reader.alerts = alerting.now
        alerting.start()
    reader.start()
    processes.settle()
    # Served from a thread of its own: uvicorn takes signals for itself only in the main thread.
    serving = threading.Thread(target=server.run, kwargs={"sockets": [socket.socket(fileno=given.listen_fd)]})
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    serving.start()
    stopping.wait()
    server.should_exit = True
    serving.join(_STOP_SECONDS)
    reader.stop()
    # Not sys.exit: somebody may still be reading an answer, and nothing here waits to be written.
    os._exit(0)


if __name__ == "__main__":
    processes.guarded(main)
