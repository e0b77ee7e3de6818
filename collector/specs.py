"""Very many checks in columns: a tenth of what they take as objects. What a check is, is said in `checks.py`."""

from collections.abc import Iterator, Sequence
from itertools import count
from operator import attrgetter
from typing import Any, overload

from collector.checks import CheckSpec, echo_settings
from collector.packed import packed

_TEXTS = ("kind", "subject", "probe", "address", "source")


class Specs(Sequence[CheckSpec]):
    """A sequence of checks; each is made anew whenever it is asked for."""

    def __init__(self, specs: Sequence[CheckSpec]) -> None:
        self._columns = [packed([*map(attrgetter(name), specs)]) for name in _TEXTS]
        # An echo says nothing beyond its address and source.
        self._settings: dict[int, Any] = {
            row: one.settings
            for row, one in enumerate(specs)
            if one.settings != echo_settings(one.address, one.source)
        }

    def __len__(self) -> int:
        return len(self._columns[0])

    @overload
    def __getitem__(self, at: int) -> CheckSpec: ...
    @overload
    def __getitem__(self, at: slice) -> list[CheckSpec]: ...
    def __getitem__(self, at: int | slice) -> CheckSpec | list[CheckSpec]:
        if isinstance(at, slice):
            return [self[row] for row in range(*at.indices(len(self)))]
        row = range(len(self))[at]
        return self._made(row, *(column[row] for column in self._columns))

    def __iter__(self) -> Iterator[CheckSpec]:
        return map(self._made, count(), *self._columns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment] # like a list

    def _made(self, row: int, kind: str, subject: str, probe: str, address: str, source: str) -> CheckSpec:
        settings = self._settings.get(row) or echo_settings(address, source)
        return CheckSpec(kind, subject, probe, address, source, settings)
