"""A real HTTP server on a free port of loopback, and a real headless browser to look at it."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import uvicorn
from starlette.types import ASGIApp

from exporters.prometheus import Metrics
from exporters.reading import Reader
from exporters.web import build
from exporters.words import words

ZONE = ZoneInfo("Asia/Shanghai")
CHROMIUM = (
    "/usr/bin/chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
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


def browse(url: str, *options: str) -> str:
    """What headless Chromium prints for a page, asked with `options`."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        done = subprocess.run(
            [*CHROMIUM, f"--user-data-dir={profile}", *options, url],
            capture_output=True,
            check=True,
            timeout=60,
        )
    return done.stdout.decode()


def dom(url: str, milliseconds: int = 4000) -> str:
    """The document after its scripts ran for so long."""
    return browse(url, f"--virtual-time-budget={milliseconds}", "--dump-dom")


def picture(url: str, file: Path, width: int, height: int, *options: str) -> None:
    """A picture of the page."""
    size = f"--window-size={width},{height}"
    browse(url, "--virtual-time-budget=1500", f"--screenshot={file}", size, *options)
