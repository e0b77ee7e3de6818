"""Parts that several tests need: a ledger of each kind, on real servers."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from collector.ledger.store import sqlite_url
from tests.programs import needed

# The same examples every time where nobody looks at a chance failure; nothing is kept between runs.
settings.register_profile("linewalker", database=None, deadline=None, derandomize="CI" in os.environ)
settings.load_profile("linewalker")

# Files that last longest, the longest first: begun last, one of them would keep all processors but one waiting.
_LONGEST = (
    "test_killing",
    "test_end_to_end",
    "test_evaluated_years",
    "test_pay_of_a_made_year",
    "test_service",
    "test_trap_service",
    "test_clock_set",
    "test_device_path",
    "test_discover",
    "test_throughput",
    "test_commands",
    "test_traps",
    "test_seal",
    "test_restoring",
    "test_descriptors",
    "test_closed",
    "test_bandwidth_commands",
    "test_readings_shown",
    "test_scraped",
    "test_examples",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that last longest first."""
    rank = {name: place for place, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


_POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


def _as_postgres() -> list[str]:
    """PostgreSQL refuses to run as root; then it runs as nobody."""
    return ["setpriv", "--reuid=nobody", "--clear-groups"] if os.geteuid() == 0 else []


def _bin(name: str) -> str:
    return needed(name, str(_POSTGRES) if _POSTGRES else None)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own, on a Unix socket; its URL without a database name."""
    home = tmp_path_factory.mktemp("pg")
    folder = Path("/tmp") / f"lwpg-{os.getpid()}"  # a socket's path must be short
    folder.mkdir(mode=0o777)
    for one in (home, *home.parents):
        if (
            one.owner() == os.environ.get("USER", "root")
            and one != Path("/tmp")
            and one.is_relative_to("/tmp")
        ):
            one.chmod(0o755)
    home.chmod(0o777)
    folder.chmod(0o777)
    place = home / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(
        [*_as_postgres(), _bin("initdb"), "-D", place, "-U", "linewalker", "-A", "trust", "-E", "UTF8", "-N"],
        check=True,
        **quiet,  # type: ignore[call-overload]
    )
    server = subprocess.Popen(
        [*_as_postgres(), _bin("postgres"), "-D", place, "-k", folder, "-c", "listen_addresses="],
        **quiet,  # type: ignore[call-overload]
    )
    url = f"postgresql://linewalker@/{{}}?host={folder}"
    try:
        _await(folder)
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # "fast": whoever is still connected is sent away
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _await(folder: Path) -> None:
    ready = [_bin("pg_isready"), "-h", str(folder), "-U", "linewalker", "-d", "postgres"]
    for _ in range(200):
        if subprocess.run(ready, check=False, stdout=subprocess.DEVNULL).returncode == 0:
            return
        time.sleep(0.1)
    raise AssertionError("PostgreSQL did not start")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    template: str = request.getfixturevalue("postgres")
    name = f"test_{abs(hash(request.node.nodeid))}"
    base = template.format("postgres").removeprefix("postgresql://linewalker@/postgres?host=")
    subprocess.run([_bin("createdb"), "-h", base, "-U", "linewalker", name], check=True)
    return template.format(name)
