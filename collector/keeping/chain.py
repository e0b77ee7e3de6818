"""The chain of seals: how each is linked to the one before, and which rows were in the ledger when it was made.

    link(n) = SHA-256(JSON line of [link(n - 1), every other column of seal n]), where link(0) is ""

`through` of a seal names every life that is new to the chain or has written since the seal before, with the newest
number of its rows (0: it has written none yet). Rows of one life come in the order of their numbers; so from all
`through` together follows, for any row by its stamp (incarnation, seq), the first place of the chain at which it was
there. Facts are digested in `digest.py`, days sealed in `seal.py`; here is only what binds the seals together.
"""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.keeping.days import Day
from collector.ledger import schema

# The place of what is in no seal yet: behind all that will ever be.
NOT_YET = 1 << 62
START = ""
_AT_ONCE = 100
_LINKED = tuple(column.name for column in schema.seal.c if column.name != "chain")


def link(before: str, seal: Mapping[str, Any]) -> str:
    """The chain value of a seal that follows the one with the chain value `before`."""
    line = json.dumps([before, *(seal[name] for name in _LINKED)], separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()


@dataclass(slots=True)
class Stamps:
    """When rows were first sealed: by incarnation, the newest numbers that some seals knew, and their places."""

    _known: dict[int, tuple[list[int], list[int]]] = field(default_factory=dict)

    def add(self, place: int, through: Mapping[str, int]) -> None:
        """Take up the `through` of the next seal of the chain."""
        for incarnation, seq in through.items():
            seqs, places = self._known.setdefault(int(incarnation), ([], []))
            seqs.append(seq)
            places.append(place)

    def place(self, incarnation: int, seq: int) -> int:
        """The first place of the chain at which a row of this stamp was there; NOT_YET if at none."""
        seqs, places = self._known.get(incarnation, ((), ()))
        at = bisect_left(seqs, seq)
        return places[at] if at < len(places) else NOT_YET

    def newest(self, incarnation: int) -> int | None:
        """The newest number of a life that any seal knew; None for a life that none knew."""
        known = self._known.get(incarnation)
        return known[0][-1] if known else None

    def first(self, incarnation: int) -> int:
        """The place of the first seal that knew a life; NOT_YET if none did."""
        known = self._known.get(incarnation)
        return known[1][0] if known else NOT_YET


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal without its digests, which `digests` fetches for the days that are looked at."""

    day: Day
    revision: int
    place: int
    sealed_at: int
    chain: str


@dataclass(frozen=True, slots=True)
class Chain:
    """All seals in their order, and what they tell of the rows. `newest` holds each day's last one, by day."""

    seals: list[Seal]
    newest: list[Seal]
    stamps: Stamps
    broken: list[Seal]

    @property
    def head(self) -> str:
        """The chain value of the newest seal; who writes it down elsewhere can prove the whole chain later."""
        return self.seals[-1].chain if self.seals else START


def read(connection: Connection) -> Chain:
    """The chain as it stands in the ledger; `broken` are the seals that do not follow from those before them."""
    seals: list[Seal] = []
    broken: list[Seal] = []
    newest: dict[int, Seal] = {}
    stamps, before = Stamps(), START
    for row in _rows(connection):
        seal = Seal(Day(row.started_at, row.ended_at), row.revision, row.place, row.sealed_at, row.chain)
        through = _numbers(row.through)
        known = newest.get(row.started_at)
        follows = row.place == len(seals) + 1 and row.revision == (known.revision if known else 0) + 1
        if not follows or through is None or row.chain != link(before, row._mapping):
            broken.append(seal)
        stamps.add(row.place, through or {})
        seals.append(seal)
        newest[row.started_at] = seal
        before = row.chain
    return Chain(seals, sorted(newest.values(), key=lambda one: one.day), stamps, broken)


def digests(connection: Connection, seal: Seal) -> dict[str, Any]:
    """What a seal says about its day, by part; {} where nobody can read it any more."""
    text = connection.scalar(sa.select(schema.seal.c.digests).where(schema.seal.c.place == seal.place))
    return _mapping(text or "") or {}


def _rows(connection: Connection) -> Iterator[Any]:
    ordered = sa.select(schema.seal).order_by(schema.seal.c.place)
    yield from connection.execute(ordered, execution_options={"yield_per": _AT_ONCE})


def _numbers(text: str) -> dict[str, int] | None:
    found = _mapping(text)
    if found is None or not all(key.isdigit() and type(seq) is int for key, seq in found.items()):
        return None
    return found


def _mapping(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
