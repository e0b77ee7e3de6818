"""What it means when the kernel does not take a packet: whose fault it is, and how it is said."""

import errno
import os
import socket

from probes.packets import sockaddr

_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}
_NOT_PERMITTED = {errno.EPERM, errno.EACCES}
_NO_BUFFER = {errno.ENOBUFS, errno.ENOMEM, errno.EAGAIN}
_NO_INTERFACE = {errno.ENODEV, errno.ENXIO}
_NO_SOURCE = {errno.EADDRNOTAVAIL, errno.EINVAL}


def explain(code: int, source: str) -> tuple[str, bool]:
    """The reason for this errno, and whether it is ours (then nothing is known about the network)."""
    if code in _NO_ROUTE:
        return "no route", False
    if code in _NOT_PERMITTED:
        return "not permitted", True
    if code in _NO_BUFFER:
        return "no buffer", True
    if code in _NO_INTERFACE:
        return f"interface {source} is not there", True
    # EINVAL is what a blackhole route says, and also what a source address says that is not ours.
    if code in _NO_SOURCE and sockaddr(source) is not None and not _is_own(source):
        return f"source {source} is not an address of this machine", True
    if code == errno.EINVAL:
        return "no route", False
    return os.strerror(code).lower(), True


def _is_own(source: str) -> bool:
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as trial:
        try:
            trial.bind((source, 0))
        except OSError:
            return False
        return True
