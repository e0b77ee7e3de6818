"""A real HTTP server on a free port of loopback, and a real headless browser to look at it."""

import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from exporters.prometheus import Metrics
from exporters.reading import Reader
from exporters.web import build
from exporters.words import words
from tests.programs import needed

ZONE = ZoneInfo("Asia/Shanghai")
HEADLESS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip


@contextmanager
def listening(app: ASGIApp) -> Iterator[str]:
    """Serve an application; the value is its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@contextmanager
def served(reader: Reader) -> Iterator[str]:
    """Serve the application for a reader."""
    with listening(build(reader, Metrics(reader), words, ZONE)) as address:
        yield address


MEASURE = """<!doctype html><body><iframe id="f" src="/" width="%d" height="%d" style="border:0"></iframe>
<script>f.onload = () => { const page = f.contentDocument, bottoms = [...page.querySelectorAll(".tile")]
  .map((tile) => tile.getBoundingClientRect().bottom);
  document.body.dataset.lowest = Math.max(...bottoms);
  document.body.dataset.across = page.documentElement.scrollWidth; }</script>"""


def measure(reader: Reader, width: int, height: int) -> tuple[float, float]:
    """How far down the lowest tile reaches on a screen of that size, and how wide the page grows; in pixels."""
    page = HTMLResponse(MEASURE % (width, height))
    inside = build(reader, Metrics(reader), words, ZONE)
    with listening(Starlette(routes=[Route("/measure", page), Mount("/", inside)])) as address:
        found = re.search(r'data-lowest="([\d.]+)" data-across="([\d.]+)"', dom(f"{address}/measure", 1500))
    assert found is not None
    return float(found[1]), float(found[2])


def browse(url: str, *options: str) -> str:
    """What headless Chromium prints for a page, asked with `options`."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        done = subprocess.run(
            [needed("chromium"), *HEADLESS, f"--user-data-dir={profile}", *options, url],
            capture_output=True,
            check=True,
            timeout=60,
        )
    return done.stdout.decode()


def dom(url: str, milliseconds: int = 4000) -> str:
    """The document after its scripts ran for so long."""
    return browse(url, f"--virtual-time-budget={milliseconds}", "--dump-dom")
