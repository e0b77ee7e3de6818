"""Commands as users type them; no tests here."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from collector.cli import main

# What takes the place of its process, goes to another network or goes on until it is stopped needs one of its own.
_APART = frozenset({"run", "demo", "lab", "ping", "trace", "discover", "backup", "restore"})


def typed(folder: Path, *words: str | Path, lang: str = "en") -> subprocess.CompletedProcess[str]:
    """One command to its end, as typed in a folder.

    Most run in this process: to start Python takes longer than most commands, and there are hundreds of them.
    """
    given = [str(word) for word in words]
    if not given or given[0] in _APART:
        return _apart(folder, given, lang)
    with contextlib.chdir(folder):
        done = CliRunner().invoke(main, given, prog_name="linewalker", env={"LINEWALKER_LANG": lang})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(given, done.exit_code, done.stdout, done.stderr)


def _apart(folder: Path, words: list[str], lang: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "collector.cli", *words],
        check=False,
        cwd=folder,
        env={**os.environ, "LINEWALKER_LANG": lang, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        timeout=300,
    )
