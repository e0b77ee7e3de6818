"""Looking up the address of a name so that a name server that hangs costs nobody but who asked for that name.

The resolver of the C library would hold a thread for each; here the name servers of /etc/resolv.conf are asked, and
/etc/hosts is read first. Nothing is remembered: what a name means now is part of what is checked.
"""

import ipaddress
from pathlib import Path

HOSTS = Path("/etc/hosts")
_TYPES = ("A", "AAAA")


class NoAddressError(Exception):
    """A name without an address. `definite` where a name server said so, not where none could say."""

    def __init__(self, text: str, *, definite: bool) -> None:
        super().__init__(text)
        self.definite = definite


async def address_of(host: str) -> str:
    """The address of a host; one that is an address already stays as it is. Raises NoAddressError."""
    if is_address(host):
        return host
    known = _in_hosts(host)
    if known:
        return known
    import dns.asyncresolver  # noqa: PLC0415 - slow to import, and most give addresses

    try:
        resolver = dns.asyncresolver.Resolver()
        for kind in _TYPES:
            answer = await resolver.resolve(host, kind, raise_on_no_answer=False, search=True, lifetime=3600)
            if answer.rrset:
                return str(answer.rrset[0])
    except dns.resolver.NXDOMAIN:
        raise NoAddressError(f"there is no name {host}", definite=True) from None
    except (dns.exception.DNSException, OSError):
        raise NoAddressError(f"no name server says what {host} is", definite=False) from None
    raise NoAddressError(f"the name {host} has no address", definite=True)


def is_address(host: str) -> bool:
    """Whether a host is given by its address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _in_hosts(host: str) -> str:
    try:
        lines = HOSTS.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        address, *names = line.partition("#")[0].split() or [""]
        if host.lower() in (name.lower() for name in names):
            return address
    return ""
