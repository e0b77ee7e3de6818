"""A real Prometheus that finds the service by its own service discovery and scrapes it; no tests here."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx

from tests.awaiting import deadline_in
from tests.programs import needed

SCRAPE_SECONDS = 1.0  # a sample may be up to so much newer than its time says
DISCOVERS = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
scrape_configs:
  - job_name: linewalker
    http_sd_configs: [{{url: "{address}/sd/linewalker", refresh_interval: 1s}}]
  - job_name: lines
    http_sd_configs: [{{url: "{address}/sd/circuits", refresh_interval: 1s}}]
    relabel_configs: [{{action: keep, source_labels: [__address__], regex: none of them is scraped}}]
"""
T = TypeVar("T")
LISTENS = re.compile(r'msg="Listening on" address=(127\.0\.0\.1:\d+)')


def waited(ask: Callable[[], T], good: Callable[[T], bool], seconds: float = 9) -> T:
    """The first good answer within so many seconds, or the last one."""
    end = deadline_in(seconds)
    while not good(answer := ask()) and time.monotonic() < end:
        time.sleep(0.1)
    return answer


@contextmanager
def prometheus(folder: Path, address: str, rules: Path | None = None) -> Iterator[httpx.Client]:
    """Prometheus that discovers the service at `address`, perhaps with a file of rules; the value asks its API."""
    known = f"rule_files: [{rules}]\n" if rules else ""
    (folder / "prometheus.yml").write_text(known + DISCOVERS.format(address=address), "utf-8")
    command = [
        needed("prometheus"),
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/series",
        "--web.listen-address=127.0.0.1:0",
    ]
    log = folder / "prometheus.log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, cwd=folder, env={})
    try:
        found = waited(lambda: LISTENS.search(log.read_text("utf-8")), lambda match: match is not None, 6)
        assert found, log.read_text("utf-8")
        with httpx.Client(base_url=f"http://{found[1]}/api/v1") as client:
            yield client
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def series(client: httpx.Client, metric: str) -> dict[str, float]:
    """The values of a metric now, by circuit."""
    answer = client.get("/query", params={"query": metric})
    if answer.status_code == 503:  # not ready yet
        return {}
    found = answer.json()["data"]["result"]
    return {one["metric"]["circuit"]: float(one["value"][1]) for one in found}
