"""Where the board keeps what was read: figures with labels, by check, laid out as the subjects of each kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.frames import Columns
from collector.readings import Interned, Told, unpacked
from exporters.reading import WITHIN, Names, Readings


@dataclass(frozen=True, slots=True)
class Places:
    """Of the subjects of a kind: in which row each stands, the check that reads it, and that check's own row."""

    subject: NDArray[np.int64]
    check: NDArray[np.int64]
    row: NDArray[np.int64]


class Shelf:
    """The newest figures of every check."""

    def __init__(self, places: Mapping[str, Places]) -> None:
        self._places = places
        self._told: dict[int, Told] = {}
        self._interned = Interned()
        self._parts: dict[str, tuple[tuple[int, Names], ...]] = {}
        self._have: dict[str, NDArray[np.int64]] = {}  # which of the places have figures

    def take(self, names: Sequence[Any], columns: Columns) -> None:
        """What a frame tells; names of figures that are new to us stand in its header."""
        for check, told in unpacked(names, columns, self._told, self._interned).items():
            before = self._told.pop(check, None)
            if told is not None:
                self._told[check] = told
            if (told and told.names) is not (before and before.names):
                self._parts = {}

    def laid_out(self, kind: str, seen: NDArray[np.bool_]) -> Readings:
        """The figures of a kind; those of a check that is not `seen` (by its own row) are not known now."""
        places = self._places.get(kind)
        if places is None or not self._told:
            return Readings()
        if kind not in self._parts:
            checks = places.check.tolist()
            have = [at for at, check in enumerate(checks) if check in self._told]
            self._have[kind] = np.array(have, np.int64)
            self._parts[kind] = tuple((int(places.subject[at]), self._told[checks[at]].names) for at in have)
        have_ = self._have[kind]
        told = [self._told[check] for check in places.check[have_].tolist()]
        known = np.repeat(seen[places.row[have_]], [len(one.value) for one in told])
        value = np.concatenate([np.empty(0), *(one.value for one in told)])
        beyond = np.concatenate([np.empty(0, np.int8), *(one.beyond for one in told)])
        return Readings(
            self._parts[kind], np.where(known, value, np.nan), np.where(known, beyond, WITHIN).astype(np.int8)
        )
