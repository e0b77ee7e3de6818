"""Whether namespaces, veth pairs and packet sockets may be made here: tried for real, step by step.

Run as a program it prints the name of what stands in the way and exits 1, or exits 0.
"""

import os
import socket
import sys
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from lab import namespaces


class Refusal(Enum):
    """What stands in the way, each with its remedy."""

    NOT_LINUX = "The practice network needs Linux: its lines are made of network namespaces."
    USERNS_CLONE = (
        "This kernel keeps user namespaces from ordinary users; allow them with: "
        "sudo sysctl -w kernel.unprivileged_userns_clone=1"
    )
    APPARMOR = (
        "AppArmor keeps user namespaces from ordinary programs; allow them with: "
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    )
    NO_USER_NAMESPACES = (
        "The number of user namespaces is limited to none; allow some with: "
        "sudo sysctl -w user.max_user_namespaces=15000"
    )
    NO_NETWORK_NAMESPACES = (
        "The number of network namespaces is limited to fewer than a practice network needs; allow more with: "
        "sudo sysctl -w user.max_net_namespaces=15000"
    )
    CONTAINER = (
        "This container may not make namespaces; start it with: "
        "--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined"
    )
    LOCKED_PROC = (
        "The settings under /proc/sys/net cannot be written in here; in a container, start it with: "
        "--security-opt systempaths=unconfined"
    )
    NO_VETH = "This kernel has no veth interfaces; load them with: sudo modprobe veth"
    NO_PACKET_SOCKETS = "This kernel has no packet sockets; load them with: sudo modprobe af_packet"
    TOO_SLOW = "Making a namespace took more than 10 seconds; try again when this machine is less busy."
    UNKNOWN = (
        "This machine does not let this user make namespaces; "
        "try: unshare --user --map-root-user --net --pid --fork --mount-proc true"
    )


def obstacle(settings: Path = Path("/proc/sys"), container: bool | None = None) -> Refusal:
    """Which known setting explains that a user namespace was refused; `settings` is the sysctl tree."""
    for name, forbidding, refusal in (
        ("user/max_user_namespaces", "0", Refusal.NO_USER_NAMESPACES),
        ("user/max_net_namespaces", "0", Refusal.NO_NETWORK_NAMESPACES),
        ("kernel/unprivileged_userns_clone", "0", Refusal.USERNS_CLONE),
        ("kernel/apparmor_restrict_unprivileged_userns", "1", Refusal.APPARMOR),
    ):
        if _read(settings / name) == forbidding:
            return refusal
    if container is None:
        container = any(Path(mark).exists() for mark in ("/.dockerenv", "/run/.containerenv"))
    return Refusal.CONTAINER if container else Refusal.UNKNOWN


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return None


def attempt() -> Refusal | None:
    """Do once, in this process, what a practice network does; None if all of it is allowed."""
    if not sys.platform.startswith("linux"):
        return Refusal.NOT_LINUX
    try:
        namespaces.become_root_of_new_namespaces()
    except OSError:
        return obstacle()
    child = os.fork()
    if not child:
        os._exit(_first_refused())
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return None if status == 0 else list(Refusal)[status - 1] if status > 0 else Refusal.UNKNOWN


def _first_refused() -> int:
    """0, or the number of what is refused, counted from 1: the exit status of the trying child."""
    for step, refusal in (
        (namespaces.mount_own_proc, Refusal.LOCKED_PROC),
        (_make_network, Refusal.NO_NETWORK_NAMESPACES),
        (_write_setting, Refusal.LOCKED_PROC),
        (_make_packet_socket, Refusal.NO_PACKET_SOCKETS),
        (_make_pair, Refusal.NO_VETH),
    ):
        if not _works(step):
            return list(Refusal).index(refusal) + 1
    return 0


def _works(step: Callable[[], object]) -> bool:
    try:
        step()
    except OSError:
        return False
    return True


def _make_network() -> None:
    os.close(namespaces.new_network())


def _write_setting() -> None:
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")


def _make_packet_socket() -> None:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()


def _make_pair() -> None:
    from lab import messages  # noqa: PLC0415 - takes a while to import, and may not be needed

    here = namespaces.this_network()
    messages.send(
        [messages.veth((("a", 10, "02:00:00:00:00:01", here), ("b", 11, "02:00:00:00:00:02", here)))]
    )


def main() -> int:
    """Print what stands in the way, if anything does."""
    refusal = attempt()
    if refusal is None:
        return 0
    sys.stdout.write(f"{refusal.name}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
