"""LibreOffice as a converter of files: a process of its own with a profile of its own and a time limit.

What is said where it is missing, fails or hangs is for those who know what it was wanted for.
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path

SECONDS = 120.0
_PROGRAMS = ("soffice", "libreoffice")


def program() -> str | None:
    """LibreOffice, if it is installed."""
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)


def run(office: str, source: Path, filter_: str, seconds: float) -> tuple[Path, str]:
    """Where the converted file of `source` stands if there is one, and the last thing that was said.

    `filter_` is the ending, or `ending:name of the filter`. The folder of the source is used for all. Raises
    TimeoutError, after the process and its children were ended.
    """
    folder = source.parent
    made = folder / "made" / f"{source.stem}.{filter_.partition(':')[0]}"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [
        office,
        profile,
        "--headless",
        "--norestore",
        "--convert-to",
        filter_,
        "--outdir",
        str(made.parent),
    ]
    with subprocess.Popen(
        [*command, str(source)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            said, _ = running.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)  # what is started is a script; LibreOffice is its child
            raise TimeoutError from None
    return made, said.strip().rpartition("\n")[2]
