"""Reading the row of a router's table that tells of one line: where it is, and its cells by name. Nothing is judged.

Some rows stand where their name says; others are found by walking a column, and known again by what stands there.
"""

import ipaddress
from collections.abc import Callable, Mapping, Sequence

from probes.router_said import NAN, TICKS, Said
from probes.snmp_agent import Session, Value
from probes.snmp_readings import text_of

Cells = Mapping[str, Value]
Say = Callable[[Cells], Said | None]
"""From the cells of a row to what it says; None where what matters is not there."""

_NAME, _DESCRIPTION = "1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.2.2.1.2"
_ADDRESS_OCTETS = (4, 16)
_MILLISECONDS = 1000


class FixedRow:
    """A row whose index is known beforehand; `columns` are object identifiers by name."""

    def __init__(self, origin: str, index: str, columns: Mapping[str, str], say: Say) -> None:
        self.origin, self._index, self._columns, self._say = origin, index, columns, say

    def objects(self) -> Sequence[str]:
        """Every cell."""
        return tuple(f"{oid}.{self._index}" for oid in self._columns.values())

    async def read(self, session: Session, heard: Mapping[str, Value]) -> Said | None:
        """What the row says; asked for where it was not heard already."""
        cells = self._cells(heard) or self._cells(await session.get(self.objects()))
        return self._say(cells) if cells else None

    def _cells(self, heard: Mapping[str, Value]) -> Cells:
        return cells_of(self._columns, self._index, heard)


class FoundRow:
    """A row found by walking the column `by`, and known by its cells.

    `matches` is true of a value there that may be the right one, `is_it` of the cells of the row. Where cells give
    an interface by its index, under "port", its name is looked up and put under "interface".
    """

    def __init__(
        self,
        origin: str,
        columns: Mapping[str, str],
        by: str,
        matches: Callable[[Value], bool],
        is_it: Callable[[Cells], bool],
        say: Say,
    ) -> None:
        self.origin, self._columns, self._by = origin, columns, by
        self._matches, self._is_it, self._say = matches, is_it, say
        self._index = ""
        self._ports: dict[int, str] = {}

    def objects(self) -> Sequence[str]:
        """Every cell, where the row was last seen."""
        return self._objects(self._index) if self._index else ()

    async def read(self, session: Session, heard: Mapping[str, Value]) -> Said | None:
        """What the row says; looked for where it is not at its place."""
        cells = cells_of(self._columns, self._index, heard)
        if not (cells and self._is_it(cells)):
            cells = await self._find(session)
        return self._say(await self._named(session, cells)) if cells else None

    async def _find(self, session: Session) -> Cells:
        column = self._columns[self._by]
        places = [
            place[len(column) + 1 :] async for place, value in session.walk(column) if self._matches(value)
        ]
        for index in places:
            cells = cells_of(self._columns, index, await session.get(self._objects(index)))
            if cells and self._is_it(cells):
                self._index = index
                return cells
        self._index = ""
        return {}

    def _objects(self, index: str) -> tuple[str, ...]:
        return tuple(f"{oid}.{index}" for oid in self._columns.values())

    async def _named(self, session: Session, cells: Cells) -> Cells:
        port = cells.get("port")
        if not isinstance(port, int) or not port or cells.get("interface"):
            return cells
        if port not in self._ports:
            got = await session.get((f"{_NAME}.{port}", f"{_DESCRIPTION}.{port}"))
            self._ports = {port: text_of(next(iter(got.values()), b""))}
        return {**cells, "interface": self._ports[port].encode()}


def cells_of(columns: Mapping[str, str], index: str, heard: Mapping[str, Value]) -> Cells:
    """The cells of a row among what was heard."""
    return {name: heard[place] for name, oid in columns.items() if (place := f"{oid}.{index}") in heard}


def text_index(*texts: str) -> str:
    """Texts of variable length as an index: of each its length, then its octets."""
    parts = [(len(octets), *octets) for text in texts for octets in [text.encode()]]
    return ".".join(str(number) for part in parts for number in part)


def number(cells: Cells, name: str) -> int | None:
    """A whole number; None where there is none."""
    value = cells.get(name)
    return value if isinstance(value, int) else None


def text(cells: Cells, name: str) -> str:
    """A text; empty where there is none."""
    return text_of(cells.get(name, b""))


def address(cells: Cells, name: str) -> str:
    """An address, whether it is an IpAddress or its octets; empty where there is none."""
    return address_in(cells.get(name, ""))


def address_in(value: Value) -> str:
    """The address a value is; empty where it is none."""
    if isinstance(value, bytes):
        return str(ipaddress.ip_address(value)) if len(value) in _ADDRESS_OCTETS else ""
    return str(value)


def stamp(cells: Cells, name: str) -> float:
    """A TimeStamp in seconds of sysUpTime; NaN for none and for nought, which means never."""
    return (number(cells, name) or NAN) / TICKS


def milliseconds(cells: Cells, name: str) -> float:
    """Seconds of whole milliseconds; NaN for none."""
    found = number(cells, name)
    return NAN if found is None else found / _MILLISECONDS
