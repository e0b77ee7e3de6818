"""YAML text into a tree of texts, and back from a place in the tree to its line in the file.

Only structure is YAML's here; scalars stay the text they were written as (see `tree.py`). Tags, aliases that
contain themselves and repeated keys are remarked upon. Knows nothing of what a configuration may contain.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from config.errors import WrongValueError
from config.tree import Loc, Remark, Value

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PREFIX = "tag:yaml.org,2002:"
_KINDS = ("str", "int", "float", "bool", "null", "timestamp", "value", "merge", "map", "seq")
_PLAIN_TAGS = frozenset(_PREFIX + kind for kind in _KINDS)
# libyaml's composer recurses in C and would end the process; no configuration is a tenth as deep.
_TOO_DEEP = re.compile(r"(?:[\[{]\s*|[-?:] +){100}")
_DEEPEST = 100
_MOST_VALUES = 2_000_000


class NotYamlError(WrongValueError):
    """A text that is not YAML, with the line (from 1) where that was noticed."""

    line = 1


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML text as a tree; `root` remembers the lines, `remarks` what was odd about its structure."""

    root: Node
    tree: Value
    remarks: tuple[Remark, ...]

    def line(self, loc: Loc) -> int:
        """The line, counted from 1, of a place; of the nearest place above it if it is not in the file."""
        node, line = self.root, self.root.start_mark.line
        for step in loc:
            found = _step(node, step)
            if found is None:
                break
            line, node = found
        return line + 1


def _step(node: Node, step: str | int) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        return next(((key.start_mark.line, value) for key, value in node.value if key.value == step), None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line, node.value[step]
    return None


def read_yaml(text: str) -> Document:
    """The document in a YAML text. Raises NotYamlError if it is none, or empty."""
    if _TOO_DEEP.search(text):
        raise NotYamlError("the file is nested too deep; expected a configuration", rule="yaml")
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise _not_yaml(text, error) from None
    if root is None:
        raise NotYamlError("the file is empty; expected a configuration in YAML", rule="yaml")
    reading = _Reading()
    return Document(root, reading.value(root, ()), tuple(reading.remarks))


def _not_yaml(text: str, error: yaml.YAMLError) -> NotYamlError:
    parts = [str(part) for name in ("context", "problem", "reason") if (part := getattr(error, name, None))]
    wrong = NotYamlError("this is not YAML: {why}", rule="yaml", why=", ".join(parts))
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        line = (*text.split("\n")[mark.line : mark.line + 1], "")[0]
        if not line[: mark.column + 1].strip() and "\t" in line[: mark.column + 1]:
            wrong = NotYamlError("a tab cannot indent YAML; expected spaces", rule="yaml")
        wrong.line = mark.line + 1
    return wrong


class _Reading:
    """One walk over the nodes of a document."""

    def __init__(self) -> None:
        self.remarks: list[Remark] = []
        self._open: set[int] = set()
        self._left = _MOST_VALUES

    def value(self, node: Node, loc: Loc) -> Value:
        """The node as texts, lists and mappings; null and empty scalars are empty texts."""
        self._left -= 1
        if node.tag not in _PLAIN_TAGS:
            self._say(loc, "the tag {tag} is not understood; expected the value without it", tag=node.tag)
        if not isinstance(node, CollectionNode):
            text = "" if node.tag == _PREFIX + "null" else str(node.value).strip()
            if not text and loc and isinstance(loc[-1], int):
                self._say(loc, "the list has an empty entry; expected a value, or no entry")
            return text
        if id(node) in self._open or len(self._open) > _DEEPEST or self._left < 0:
            self._say(
                loc, "this is nested too deep, or an alias that contains itself; expected it written out"
            )
            return ""
        self._open.add(id(node))
        value = self._collection(node, loc)
        self._open.remove(id(node))
        return value

    def _collection(self, node: CollectionNode, loc: Loc) -> Value:
        if isinstance(node, SequenceNode):
            return [self.value(item, (*loc, number)) for number, item in enumerate(node.value)]
        # A key without a value is a key not given, exactly like an empty cell of a table.
        return {key: value for key, value in self._pairs(node, loc) if value != ""}

    def _pairs(self, node: CollectionNode, loc: Loc) -> Iterator[tuple[str, Value]]:
        first: dict[str, int] = {}
        for key, item in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                self._say(loc, "line {line} has no plain key; expected `key: value`", line=line)
            elif key.value in first:
                self._say(
                    (*loc, key.value),
                    "the key {key} is given again on line {line}; expected it once",
                    key=key.value,
                    line=line,
                )
            else:
                first[key.value] = line
                yield key.value, self.value(item, (*loc, key.value))

    def _say(self, loc: Loc, text: str, **values: object) -> None:
        self.remarks.append(Remark(loc, "yaml", text, values))
