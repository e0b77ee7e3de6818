"""A PostgreSQL server of our own on a Unix socket, for as long as it is measured."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import account

PACKAGE = "postgresql"
_START_SECONDS = 20.0


def programs() -> Path | None:
    """Where the newest installed server has its programs; None if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: float(place.parent.name))
    if found:
        return found[-1]
    known = shutil.which("postgres")
    return Path(known).parent if known else None


@contextmanager
def server(place: Path) -> Iterator[str]:
    """Start a server and give the URL of its empty database `postgres`."""
    # Its own superuser refuses root, so root starts it as nobody.
    user = ["setpriv", "--reuid=nobody", "--clear-groups"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="lw", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o777)
        kept = Path(folder) / "kept"
        initdb = [str(place / "initdb"), "-D", str(kept), "-U", "linewalker", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*user, *initdb], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        argv = [*user, str(place / "postgres"), "-D", str(kept), "-k", folder, "-c", "listen_addresses="]
        process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _await(place, folder)
            yield f"postgresql://linewalker@/postgres?host={folder}"
        finally:
            account.end(process, within=20)


def _await(place: Path, folder: str) -> None:
    ready = [str(place / "pg_isready"), "-q", "-h", folder, "-U", "linewalker", "-d", "postgres"]
    deadline = time.monotonic() + _START_SECONDS
    while subprocess.run(ready, check=False).returncode:
        if time.monotonic() > deadline:
            raise account.RunError(f"PostgreSQL did not start within {_START_SECONDS:g} s")
        time.sleep(0.1)
