"""What every process of the service does first: log in one form, die with its parent, leave Ctrl-C to it."""

import ctypes
import gc
import getpass
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable

from config.errors import LinewalkerError

PARENT = "LINEWALKER_PARENT"  # the pid of the process that started this one
_PR_SET_PDEATHSIG = 1
_MOST_DESCRIPTORS = 32_768
# glibc gives every thread a heap of its own, and what was freed in one is of no use to another.
_M_ARENA_MAX, _HEAPS = -8, 2
# A column that lies in a heap leaves a hole there; from this size on each has pages of its own, and gives them back.
_M_MMAP_THRESHOLD, _LARGE_BYTES = -3, 1 << 18
# New objects before Python looks for garbage among them; its own 700 are a tenth of what an SNMP round costs.
_SELDOM = 20_000, 20, 50

STOP_SECONDS = 2.0
_LONGEST_STOP_SECONDS = 80.0  # a service manager waits 90 s before it kills
_WRITTEN_A_SECOND = 10_000  # rows at least, on a small machine: at the end every check has its counts written


def stop_seconds(checks: int) -> float:
    """How long a process that asks so many checks may take to end after SIGTERM."""
    return min(_LONGEST_STOP_SECONDS, STOP_SECONDS + checks / _WRITTEN_A_SECOND)


def prepare(name: str) -> None:
    """Set up logging for a child process and tie its life to the process that started it."""
    logging.basicConfig(
        level=os.environ.get("LINEWALKER_LOG", "INFO"),
        format=f"%(asctime)s {name} %(levelname)s %(message)s",
        stream=sys.stderr,
    )
    for noisy in ("alembic", "apscheduler", "httpcore", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    _few_heaps()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    die_with_parent()
    if os.environ.get(PARENT) not in {None, str(os.getppid())}:  # it died before that was said
        sys.exit(1)


def die_with_parent() -> None:
    """Have this process told to end when the one that started it does."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _few_heaps() -> None:
    choose = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc has it
    if choose is not None:
        choose(_M_ARENA_MAX, _HEAPS)
        choose(_M_MMAP_THRESHOLD, _LARGE_BYTES)


def settle() -> None:
    """What was made so far stays: give back what was freed, and look for garbage among what comes from now on only.

    Looking over a hundred thousand circuits would hold up everything for as long as a packet is on its way. From now
    on it is looked for more seldom, too, here and in every process that this one becomes by forking.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SELDOM)
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it
    if trim is not None:
        trim(0)


def allow_descriptors() -> None:
    """Let this process open as many files as it may allow itself: conversations need one each."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MOST_DESCRIPTORS)
    if most > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


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
