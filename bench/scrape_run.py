"""Scrape a service that is also looked at by many, and print as JSON how long answers took and how late rounds were.

Everybody is a process of its own, in one namespace: the service, those who have the page open (this one, with the
page's own rhythm and as browsers do it, packed), and nothing else.
"""

import argparse
import http.client
import json
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.province import PORT, Province
from bench.sends import Sniffer, lateness
from bench.service import running

_PAGE_SECONDS = 2.0  # as live.js has it
_SCRAPE_SECONDS = 5.0
_WITHIN = 30.0
_HEADERS = {"Accept-Encoding": "gzip"}


def main() -> None:
    """Arguments: how many circuits, how many have the page open, and how often it is scraped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--pages", type=int, required=True)
    parser.add_argument("--scrapes", type=int, required=True)
    given = parser.parse_args()
    province = Province(given.count)
    with tempfile.TemporaryDirectory() as folder:
        network = province.write(Path(folder))
        with running(network, Path(folder) / "kept") as service:
            until = service.next_round(None, within=60)
            service.next_round(until, within=60)
            with Sniffer() as quiet:
                time.sleep(2 * province.interval)
            spent, since = service.cpu(), time.monotonic()
            with Sniffer() as busy:
                scrapes, pages = _visited(given.pages, given.scrapes)
            now, lasted = service.cpu(), time.monotonic() - since
            found = {
                "scrapes": [took for took, _ in scrapes],
                "bytes": scrapes[-1][1],
                "pages": pages,
                "cpu": {name: (now[name] - spent.get(name, 0.0)) / lasted for name in now},
                "quiet": _spread(lateness(service, quiet.seen)),
                "late": _spread(lateness(service, busy.seen)),
                "missed": quiet.missed + busy.missed,
                "held": service.memory().proportional,
            }
            print(json.dumps(found))


def _visited(pages: int, scrapes: int) -> tuple[list[tuple[float, int]], list[float]]:
    """Scrape so often while so many have the page open; seconds and bytes of scrapes, seconds of pages."""
    over = threading.Event()
    took: list[float] = []
    readers = [threading.Thread(target=_read, args=(at / pages, over, took)) for at in range(pages)]
    for reader in readers:
        reader.start()
    found = []
    for _ in range(scrapes):
        time.sleep(_SCRAPE_SECONDS)
        found.append(_fetched("/metrics"))
    over.set()
    for reader in readers:
        reader.join()
    return found, took


def _read(share: float, over: threading.Event, took: list[float]) -> None:
    """One page that is open: people opened theirs at different moments."""
    over.wait(share * _PAGE_SECONDS)
    while not over.is_set():
        took.append(_fetched("/live?lang=zh&q=")[0])
        over.wait(_PAGE_SECONDS)


def _fetched(path: str) -> tuple[float, int]:
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=_WITHIN)
    try:
        connection.request("GET", path, headers=_HEADERS)
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path} was answered with {answer.status}")
    return time.monotonic() - began, len(body)


def _spread(late: NDArray[np.float64]) -> list[float]:
    return [*np.percentile(late, [50, 99, 99.9, 100]).tolist(), float(np.mean(late > 0.05))]


if __name__ == "__main__":
    main()
