"""How to start a practice network, and whether this machine allows it. Imports nothing heavy.

The network is entered by a fresh program start, since a process with threads cannot leave its user namespace.
"""

import os
import subprocess
import sys
from pathlib import Path

from lab.allowed import Refusal

STORY = Path("story")  # in place of a scenario file: the story that belongs to the configuration
_HOME = Path(__file__).resolve().parents[1]
# The very package this is, whatever folder of that name the user stands in.
_RUN = "import runpy, sys; sys.path[0] = sys.argv.pop(1); runpy.run_module({module!r}, run_name='__main__')"
_ANSWER_WITHIN = 10  # seconds


def command(
    config_path: Path,
    data_directory: Path,
    inner: list[str],
    scenario: Path | None = None,
    seconds: float | None = None,
    keep_fds: tuple[int, ...] | list[int] = (),
    *,
    everything: bool = False,
) -> list[str]:
    """What to exec so that `inner` runs as the collector of the practice network of a configuration.

    `scenario` is a file, STORY, or None for quiet lines. The descriptors `keep_fds` stay open under their
    numbers in `inner`: they are made inheritable here. With `everything` there are agents and servers even where
    the configuration asks none.
    """
    for number in keep_fds:
        os.set_inheritable(number, True)
    options = ["--config", str(config_path), "--data", str(data_directory)]
    if scenario is not None:
        options += ["--scenario", str(scenario)]
    if seconds is not None:
        options += ["--for", str(seconds)]
    if everything:
        options.append("--everything")
    return [*_python("lab"), *options, "--", *inner]


def why_not() -> str | None:
    """Why no practice network can run here and what would help, as one sentence; None if one can.

    Tries it, in a process of its own.
    """
    try:
        trial = subprocess.run(
            _python("lab.allowed"), capture_output=True, text=True, timeout=_ANSWER_WITHIN, check=False
        )
    except subprocess.TimeoutExpired:
        return Refusal.TOO_SLOW.value
    if trial.returncode == 0:
        return None
    said = trial.stdout.strip()
    return Refusal[said].value if said in Refusal.__members__ else Refusal.UNKNOWN.value


def _python(module: str) -> list[str]:
    return [sys.executable, "-c", _RUN.format(module=module), str(_HOME)]
