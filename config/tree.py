"""What stands in a configuration before it is judged: a tree of texts, lists and mappings, and remarks on it.

YAML and tables both end up here. Every scalar stays the text it was written as; what it means is for the field to
say. So an id `010`, a name `yes` and a contract number `2026-03-01` are what they look like, in both formats.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from config.errors import Severity, WrongValueError


class Row(Mapping[str, str]):
    """A row of a table in which nothing is nested: its texts by column; an empty cell is not there."""

    __slots__ = ("_cells", "_places")

    def __init__(self, places: Mapping[str, int], cells: tuple[str, ...]) -> None:
        self._places, self._cells = places, cells

    def __getitem__(self, key: str) -> str:
        if not (cell := self._cells[self._places[key]]):
            raise KeyError(key)
        return cell

    def __iter__(self) -> Iterator[str]:
        return (key for key, place in self._places.items() if self._cells[place])

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Rows(Sequence["Row | dict[str, Value]"]):
    """The entries of a table. A row is kept as its cells, of a million a third of what as many mappings take."""

    def __init__(self, places: Mapping[str, int]) -> None:
        """`places` says in which cell each key stands."""
        self._places = places
        self._kept: list[tuple[str, ...] | dict[str, Value]] = []

    def append(self, entry: "tuple[str, ...] | dict[str, Value]") -> None:
        """Add a row by its cells, or one with anything nested as the mapping it is."""
        self._kept.append(entry)

    def __len__(self) -> int:
        return len(self._kept)

    @overload
    def __getitem__(self, at: int) -> "Row | dict[str, Value]": ...
    @overload
    def __getitem__(self, at: slice) -> "list[Row | dict[str, Value]]": ...
    def __getitem__(self, at: int | slice) -> "Row | dict[str, Value] | list[Row | dict[str, Value]]":
        if isinstance(at, slice):
            return [self._shown(one) for one in self._kept[at]]
        return self._shown(self._kept[at])

    def __iter__(self) -> "Iterator[Row | dict[str, Value]]":
        return map(self._shown, self._kept)

    def mappings(self) -> "Iterator[dict[str, Value]]":
        """Every row as a mapping, made when it is asked for."""
        places = tuple(self._places.items())
        return (
            one if isinstance(one, dict) else {key: one[place] for key, place in places if one[place]}
            for one in self._kept
        )

    def column(self, key: str) -> "Iterator[Value]":
        """What stands under a key in each row, an empty text where nothing does."""
        place = self._places.get(key)
        for one in self._kept:
            if isinstance(one, dict):
                yield one.get(key, "")
            else:
                yield "" if place is None else one[place]

    def _shown(self, one: "tuple[str, ...] | dict[str, Value]") -> "Row | dict[str, Value]":
        return one if isinstance(one, dict) else Row(self._places, one)


Value = str | list["Value"] | dict[str, "Value"] | Rows
Tree = dict[str, Value]
Loc = tuple[str | int, ...]

LISTS = (
    "service_hours",
    "groups",
    "carriers",
    "sites",
    "circuits",
    "services",
    "devices",
    "systems",
    "targets",
)
SUBJECTS = ("circuits", "services", "devices", "systems")


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to say about a place in the tree; `load.py` turns it into a finding with file and line.

    Where a second place matters (the first use of an id), `other` is it, and the text names it as {other}.
    """

    loc: Loc
    rule: str
    text: str
    values: dict[str, object] = field(default_factory=dict)
    severity: Severity = "error"
    other: Loc | None = None


def remark(loc: Loc, wrong: WrongValueError) -> Remark:
    """What a reader of one value refused, said at its place."""
    return Remark(loc, wrong.rule, wrong.text, wrong.values)


def value_at(tree: Value | Row, loc: Loc) -> Value | Row | None:
    """The value at a place, or None if nothing stands there."""
    for step in loc:
        found: Value | Row | None = None
        if isinstance(tree, dict | Row) and isinstance(step, str):
            found = tree.get(step)
        elif isinstance(tree, list | Rows) and isinstance(step, int) and step < len(tree):
            found = tree[step]
        if found is None:
            return None
        tree = found
    return tree


def path_text(tree: Value, loc: Loc) -> str:
    """A place in words people use: `circuits[haikou-ct].commit_rate`; without an id, `circuits[#3].id`."""
    text = ""
    # The id, not the number: a duty officer knows haikou-ct, nobody knows circuits[37].
    for depth, step in enumerate(loc):
        if isinstance(step, int):
            text += f"[{_name_of(tree, loc[: depth + 1], step)}]"
        else:
            text += f".{step}" if text else step
    return text


def _name_of(tree: Value, loc: Loc, number: int) -> str:
    name = value_at(tree, (*loc, "id"))
    return name if isinstance(name, str) else f"#{number + 1}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One mapping of the tree with its place; asking for what is missing or misshapen gives an empty answer."""

    loc: Loc
    values: Mapping[str, Value]

    def text(self, key: str) -> str:
        """The text under `key`, or an empty one."""
        value = self.values.get(key, "")
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> list[tuple[Loc, str]]:
        """The texts of the list under `key`, each with its place."""
        value = self.values.get(key, [])
        numbered = enumerate(value if isinstance(value, list) else [])
        return [((*self.loc, key, number), text) for number, text in numbered if isinstance(text, str)]

    def within(self, key: str) -> "Entry":
        """The mapping under `key`."""
        value = self.values.get(key, {})
        return Entry((*self.loc, key), value if isinstance(value, dict) else {})

    def entries(self, key: str) -> Iterator["Entry"]:
        """The mappings of the list under `key`."""
        for number, item in enumerate(self._listed(key)):
            if isinstance(item, dict | Row):
                yield Entry((*self.loc, key, number), item)

    def column(self, key: str, inner: str) -> Iterator[tuple[int, str]]:
        """The texts under `inner` of the mappings of the list under `key`, with their numbers; no empty ones."""
        listed = self._listed(key)
        if isinstance(listed, Rows):
            found = listed.column(inner)
        else:
            found = (one.get(inner, "") if isinstance(one, dict) else "" for one in listed)
        return ((number, text) for number, text in enumerate(found) if text and isinstance(text, str))

    def gives(self, key: str, inner: str) -> bool:
        """Whether any mapping of the list under `key` has anything under `inner`."""
        listed = self._listed(key)
        if isinstance(listed, Rows):
            return any(listed.column(inner))
        return any(isinstance(one, dict) and inner in one for one in listed)

    def _listed(self, key: str) -> "list[Value] | Rows":
        value = self.values.get(key, [])
        return value if isinstance(value, list | Rows) else []
