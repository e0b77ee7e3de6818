"""The processes of a practice network: one outside that passes signals on, process 1 inside, and its children.

Signals are blocked and waited for, so that none is lost and none interrupts anything half done.
"""

import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import NoReturn

from config.errors import LinewalkerError
from lab.namespaces import become_root_of_new_namespaces, die_with_parent, mount_own_proc

GRACE = 1.8  # seconds from the first signal until what has not ended is killed
_STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_WATCHED = (*_STOPPING, signal.SIGCHLD)
_FOR_EVER = 1e6
INTERNAL_ERROR = 70


def isolate(run: Callable[[], int]) -> int:
    """Run something as process 1 of new namespaces; everything in there dies with it, and with this process."""
    become_root_of_new_namespaces()
    signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
    inside = in_child(lambda: _as_process_one(run))
    return wait_for(inside, grace=GRACE + 0.1)


def _as_process_one(run: Callable[[], int]) -> int:
    die_with_parent(signal.SIGKILL)
    # A session of its own: Ctrl-C in the terminal arrives once, passed on from outside.
    os.setsid()
    mount_own_proc()
    return run()


def in_child(run: Callable[[], int]) -> int:
    """Start a child that does one thing and ends with its status."""
    # What waits in a buffer would be written by parent and child both.
    sys.stdout.flush()
    sys.stderr.flush()
    return os.fork() or _end_with(run)


def _end_with(run: Callable[[], int]) -> NoReturn:
    status = INTERNAL_ERROR
    try:
        status = run()
    except LinewalkerError as wrong:
        sys.stderr.write(f"{wrong}\n")
        status = wrong.exit_status
    except BaseException:  # noqa: BLE001 - a forked child must never return into its parent's code
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def find(program: str) -> str | None:
    """Where a program is, also in those places an ordinary user's PATH lacks; None if it is not installed."""
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin:/usr/local/sbin")


def start(command: list[str]) -> int:
    """Start a program in the namespaces this thread is in; inheritable descriptors go with it."""
    try:
        # Python ignores SIGPIPE, which a program started from it would inherit.
        return os.posix_spawnp(command[0], command, os.environ, setsigmask=(), setsigdef=(signal.SIGPIPE,))
    except OSError as wrong:
        raise LinewalkerError(
            "{program} cannot be started: {reason}", program=command[0], reason=wrong.strerror
        ) from None


def wait_for(child: int, *, grace: float, seconds: float | None = None, vital: int | None = None) -> int:
    """Wait until a child ends and return its exit status, 128 + n if signal n ended it.

    Signals are passed on. After `seconds` the child is asked to end, which then is no failure; `grace` seconds
    after it was first asked it is killed. If the process `vital` ends before it, so does everything.
    """
    ends = time.monotonic() + (_FOR_EVER if seconds is None else seconds)
    asked = time_is_up = False
    while True:
        got = signal.sigtimedwait(_WATCHED, max(0.0, ends - time.monotonic()))
        if got is None and asked:
            os.kill(child, signal.SIGKILL)
            ends += _FOR_EVER
        elif got is None:
            asked = time_is_up = True
            os.kill(child, signal.SIGTERM)
            ends = time.monotonic() + grace
        elif got.si_signo != signal.SIGCHLD:
            asked = True
            os.kill(child, got.si_signo)
            # Whoever presses Ctrl-C again must not thereby wait longer.
            ends = min(ends, time.monotonic() + grace)
        for ended, code in _reap():
            if ended == vital:
                return INTERNAL_ERROR
            if ended == child:
                return 0 if time_is_up and code == -signal.SIGTERM else _status(code)


def _status(code: int) -> int:
    return code if code >= 0 else 128 - code


def _reap() -> Iterator[tuple[int, int]]:
    while True:
        try:
            ended, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not ended:
            return
        yield ended, os.waitstatus_to_exitcode(status)
