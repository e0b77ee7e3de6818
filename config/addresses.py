"""Field types: ids, IP addresses, networks, sources, listen addresses, directories, zones; each says what it expects.

Names are never looked up: a check that depends on DNS would tell of the name server, not of the line.
"""

import ipaddress
import re
import zoneinfo
from typing import Annotated

from pydantic import AfterValidator

from config.errors import WrongValueError

_ID = re.compile(r"\w[\w.-]{0,63}")
_NAME_OF_A_HOST = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_.-]+")
# As nearly all are written, in their one spelling; not those of many hosts or of none.
_PLAIN = re.compile(
    r"(?!0\.0\.0\.0$)(?:2[01][0-9]|22[0-3]|24[0-9]|25[0-5]|1[0-9][0-9]|[1-9]?[0-9])"
    r"(?:\.(?:2[0-4][0-9]|25[0-5]|1[0-9][0-9]|[1-9]?[0-9])){3}"
)
_MEANT_AS_ADDRESS = re.compile(r"[0-9.]+|(?=.*:.*:)[0-9A-Fa-f:.]+")
_INTERFACE = re.compile(r"[^\s/]{1,15}")


def read_id(written: str) -> str:
    """An id: letters (of any script), digits, `_`, `-` and `.`; it stands in lists, labels and commands."""
    if _ID.fullmatch(written) is None:
        raise WrongValueError(
            "{found} cannot be an id; expected at most 64 letters, digits, - _ or . without spaces",
            rule="id",
            found=repr(written),
        )
    return written


def read_address(written: str) -> str:
    """An IPv4 or IPv6 address that one host can have, in its shortest spelling."""
    if _PLAIN.fullmatch(written):
        return written
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        raise _not_an_address(written) from None
    # Many or none would answer; a reply counts only from the address that was asked.
    if address.is_multicast or address.is_unspecified:
        raise WrongValueError(
            "{found} is not the address of one host; expected an IPv4 or IPv6 address that can answer",
            rule="address",
            found=written,
        )
    return str(address)


def _not_an_address(written: str) -> WrongValueError:
    if _NAME_OF_A_HOST.fullmatch(written) and ":" not in written:
        return WrongValueError(
            "{found} is a host name; expected an IPv4 or IPv6 address, because a check must not depend on DNS",
            rule="address",
            found=written,
        )
    return WrongValueError(
        "{found} is not an IPv4 or IPv6 address, such as 10.64.0.2 or 2001:db8::2",
        rule="address",
        found=repr(written),
    )


def read_source(written: str) -> str:
    """A source address, or the name of an interface."""
    if _MEANT_AS_ADDRESS.fullmatch(written):
        return read_address(written)
    if _INTERFACE.fullmatch(written) is None:
        raise WrongValueError(
            "{found} is no source; expected an own address, such as 10.0.0.3, or an interface, such as eth1",
            rule="address",
            found=repr(written),
        )
    return written


def read_listen(written: str) -> str:
    """`address:port`; IPv6 in brackets; `localhost` is the one name allowed; port 0 lets the machine choose."""
    host, _, port = written.rpartition(":")
    port_fits = port.isascii() and port.isdigit() and int(port) <= 65535
    version = 6 if host.startswith("[") and host.endswith("]") else 4
    if port_fits and (host == "localhost" or _version(host.strip("[]")) == version):
        return written
    raise WrongValueError(
        "{found} is not a listen address; expected address:port, such as 127.0.0.1:8470 or [::1]:8470",
        rule="listen",
        found=written,
    )


def read_network(written: str) -> str:
    """An address, or a network as address/length, in its shortest spelling."""
    try:
        network = ipaddress.ip_network(written)
    except ValueError:
        raise _not_a_network(written) from None
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def _not_a_network(written: str) -> WrongValueError:
    try:
        meant = ipaddress.ip_network(written, strict=False)
    except ValueError:
        return WrongValueError(
            "{found} is neither an address nor a network; expected such as 10.64.0.2 or 10.64.0.0/24",
            rule="address",
            found=repr(written),
        )
    return WrongValueError(
        "{found} is an address inside a network; expected the network {network} or the address alone",
        rule="address",
        found=written,
        network=meant,
    )


def _version(address: str) -> int:
    try:
        return ipaddress.ip_address(address).version
    except ValueError:
        return 0


def read_zone(written: str) -> str:
    """The name of a time zone."""
    try:
        zoneinfo.ZoneInfo(written)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongValueError(
            "{found} is not a known time zone; expected a name such as Asia/Shanghai",
            rule="zone",
            found=written,
        ) from None
    return written


def read_directory(written: str) -> str:
    """A directory by its full path: commands are run from anywhere."""
    if written and not written.startswith("/"):
        raise WrongValueError(
            "a directory must be given by its full path, such as /var/backups/linewalker", rule="directory"
        )
    return written


Id = Annotated[str, AfterValidator(read_id)]
Address = Annotated[str, AfterValidator(read_address)]
Source = Annotated[str, AfterValidator(read_source)]
Listen = Annotated[str, AfterValidator(read_listen)]
Network = Annotated[str, AfterValidator(read_network)]
Zone = Annotated[str, AfterValidator(read_zone)]
Directory = Annotated[str, AfterValidator(read_directory)]
