"""What stands in a configuration before it is judged: a tree of texts, lists and mappings, and remarks on it.

YAML and tables both end up here. Every scalar stays the text it was written as; what it means is for the field to
say. So an id `010`, a name `yes` and a contract number `2026-03-01` are what they look like, in both formats.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from config.errors import Severity, WrongValueError

Value = str | list["Value"] | dict[str, "Value"]
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


def value_at(tree: Value, loc: Loc) -> Value | None:
    """The value at a place, or None if nothing stands there."""
    for step in loc:
        found = tree.get(step) if isinstance(tree, dict) and isinstance(step, str) else None
        if isinstance(tree, list) and isinstance(step, int) and step < len(tree):
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
        value = self.values.get(key, [])
        for number, item in enumerate(value if isinstance(value, list) else []):
            if isinstance(item, dict):
                yield Entry((*self.loc, key, number), item)
