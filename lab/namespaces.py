"""Linux namespaces by system call: making them and stepping into them. No networks, no processes.

Python 3.11 has no `os.unshare`; `unshare(1)` would do, but ignores SIGTERM while it waits.
"""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 2, 4, 8
_MNT_DETACH = 2
_PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, call: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


def become_root_of_new_namespaces() -> None:
    """Leave the user, mount, PID and network namespaces; this user is root in the new ones.

    Needs a process of one thread. The *next child* is process 1 of the new PID namespace.
    """
    user, group = os.getuid(), os.getgid()
    flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET
    _checked(_libc.unshare(flags), "unshare")
    # The kernel takes a group map from an ordinary user only once groups can no longer be dropped.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")


def mount_own_proc() -> None:
    """Show only this PID namespace's processes under /proc, to this namespace alone."""
    # Private first: systemd shares the root mount, and the host's /proc would be covered, too.
    _checked(_libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), "mount")
    _checked(
        _libc.mount(b"proc", b"/proc", b"proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, None), "mount /proc"
    )


def mount_scratch(place: Path) -> None:
    """Make a folder whose files are in memory and seen in these namespaces only."""
    place.mkdir(mode=0o700, exist_ok=True)
    _checked(
        _libc.mount(b"none", os.fsencode(place), b"tmpfs", _MS_NOSUID | _MS_NODEV, b"mode=0700"),
        "mount tmpfs",
    )


def unmount(place: Path) -> None:
    """Take such a folder away, whoever still works in it."""
    _checked(_libc.umount2(os.fsencode(place), _MNT_DETACH), "umount")
    place.rmdir()


def die_with_parent(signal_number: int) -> None:
    """Get this signal when the parent ends, however it ends."""
    _checked(_libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0), "prctl")


def new_network() -> int:
    """Make a network namespace, step into it, and return its file descriptor."""
    _checked(_libc.unshare(CLONE_NEWNET), "unshare")
    return this_network()


def this_network() -> int:
    """A file descriptor of the network namespace this thread is in."""
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def enter_network(network: int) -> None:
    """Step into a network namespace (this thread only)."""
    _checked(_libc.setns(network, CLONE_NEWNET), "setns")


@contextmanager
def inside(network: int) -> Iterator[None]:
    """Stay in a network namespace for a while."""
    before = this_network()
    try:
        enter_network(network)
        yield
    finally:
        enter_network(before)
        os.close(before)
