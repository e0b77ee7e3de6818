"""What it means when the kernel does not take a packet: whose fault it is, and how it is said."""

import errno
import os
import socket

from probes.packets import sockaddr

# EINVAL is what a blackhole route says.
_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EINVAL}
_NOT_PERMITTED = {errno.EPERM, errno.EACCES}
_NO_BUFFER = {errno.ENOBUFS, errno.ENOMEM, errno.EAGAIN}
_NO_INTERFACE = {errno.ENODEV, errno.ENXIO}


def explain(code: int, source: str) -> tuple[str, bool]:
    """The reason for this errno, and whether it is ours (then nothing is known about the network)."""
    # Kernels differ in what they say of a source address that is not ours; some say there is no route.
    if code in _NO_ROUTE | {errno.EADDRNOTAVAIL} and sockaddr(source) is not None:
        try:
            if not _is_own(source):
                return f"source {source} is not an address of this machine", True
        except OSError as error:  # no socket is to be had to find out
            return os.strerror(error.errno or 0).lower(), True
    if code in _NO_ROUTE:
        return "no route", False
    if code in _NOT_PERMITTED:
        return "not permitted", True
    if code in _NO_BUFFER:
        return "no buffer", True
    if code in _NO_INTERFACE:
        return f"interface {source} is not there", True
    return os.strerror(code).lower(), True


def _is_own(source: str) -> bool:
    """Whether this machine has the address; raises OSError where that cannot be tried."""
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as trial:
        try:
            trial.bind((source, 0))
        except OSError:
            return False
        return True
