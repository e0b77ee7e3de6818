"""What every process of the service does first: log in one form, die with its parent, leave Ctrl-C to it."""

import ctypes
import getpass
import logging
import os
import signal
import sys
from collections.abc import Callable

from config.errors import LinewalkerError

_PR_SET_PDEATHSIG = 1


def prepare(name: str) -> None:
    """Set up logging for a child process and tie its life to the process that started it."""
    logging.basicConfig(
        level=os.environ.get("LINEWALKER_LOG", "INFO"),
        format=f"%(asctime)s {name} %(levelname)s %(message)s",
        stream=sys.stderr,
    )
    for noisy in ("alembic", "apscheduler"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def guarded(main: Callable[[], None]) -> None:
    """Run a process; a user's mistake ends it with a message and its exit status, not with a traceback."""
    try:
        main()
    except LinewalkerError as error:
        logging.getLogger(__name__).error("%s", error)  # noqa: TRY400
        sys.exit(error.exit_status)


def user() -> str:
    """Who runs this, for the record; a number where the machine has no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
