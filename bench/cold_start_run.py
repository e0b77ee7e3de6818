"""Start one service and time it to its first recorded round and its first page; prints both as JSON."""

import http.client
import json
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

from bench import account

_WITHIN = 30.0


def main() -> None:
    """Arguments: the data directory, the page's port, and the command that starts the service."""
    folder, port, *argv = sys.argv[1:]
    began = time.monotonic()
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    pages: list[float] = []
    reader = threading.Thread(target=lambda: pages.append(_page(int(port), began)))
    reader.start()
    try:
        recorded = _first_watch(Path(folder) / "ledger.sqlite", began)
        reader.join()
    finally:
        account.end(process)
    print(json.dumps({"round": recorded, "page": pages[0]}))


def _first_watch(place: Path, began: float) -> float:
    while time.monotonic() - began < _WITHIN:
        try:
            with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as connection:
                if connection.execute("SELECT 1 FROM watch").fetchone():
                    return time.monotonic() - began
        except sqlite3.OperationalError:
            pass  # not made yet
        time.sleep(0.05)
    raise account.RunError(f"no round was recorded within {_WITHIN:g} s")


def _page(port: int, began: float) -> float:
    while time.monotonic() - began < _WITHIN:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_WITHIN)
        try:
            connection.request("GET", "/")
            if connection.getresponse().status == 200:
                return time.monotonic() - began
        except OSError:
            time.sleep(0.02)
        finally:
            connection.close()
    return float("inf")


if __name__ == "__main__":
    main()
