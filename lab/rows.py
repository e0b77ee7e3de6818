"""Rows of SNMP tables as small programs of net-snmp's pass_persist serve them. Pure, of the standard library.

A table is a sorted list of (object id, type as pass_persist spells it, value).
"""

import time
from collections.abc import Iterator, Mapping

Oid = tuple[int, ...]
Row = tuple[Oid, str, str]
Cells = Mapping[int, tuple[str, object]]
"""Of one entry: column, to type and value."""


def oid(written: str) -> Oid:
    """An object id from its dotted form."""
    return tuple(int(part) for part in written.strip(".").split("."))


def text_index(text: str) -> Oid:
    """A text of variable length as part of an index: its length, then its octets."""
    octets = text.encode()
    return (len(octets), *octets)


def date_and_time(at: float) -> str:
    """DateAndTime of a moment (seconds since 1970) as hexadecimal octets; zeros for never."""
    if not at:
        return " ".join(["00"] * 8)
    when = time.gmtime(at)
    octets = [when.tm_year >> 8, when.tm_year & 255, when.tm_mon, when.tm_mday, when.tm_hour, when.tm_min]
    return " ".join(f"{octet:02x}" for octet in (*octets, when.tm_sec, int(at * 10 % 10), ord("+"), 0, 0))


def address_octets(address: str) -> str:
    """An IPv4 address as hexadecimal octets."""
    return " ".join(f"{int(part):02x}" for part in address.split("."))


def cells(entry: Oid, index: Oid, values: Cells) -> Iterator[Row]:
    """One entry of a table."""
    for column, (kind, value) in values.items():
        yield (*entry, column, *index), kind, str(value)
