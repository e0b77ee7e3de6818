"""How a template names what goes into it: `{{ rows.days.actual }}`, `{% for row in rows %}`, and no more than that.

Names are those of `cells`, as they are, ids with `-` too. The language of templates is Jinja in a sandbox: values are
texts, lists and mappings of texts, without functions, attributes or globals of Python.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from jinja2 import StrictUndefined
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment

from exporters.forms.filled import FilledPlan, cells

ROOTS = ("project", "goal", "signatures", "money", "rows", "scores", "evaluators", "total")
LISTS = {"money": "money", "rows": "row", "scores": "score", "evaluators": "evaluator"}
"""What may be looped over, and what one of it is called in the documents."""
TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_NAME = re.compile(rf"(?<![\w.'\"\[-])(?:{'|'.join(ROOTS)})(?:\.[\w-]*[\w])+")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_BEGIN, _END, _CLOSE = "\ue000", "\ue001", "\ue002"
_MARK = re.compile(rf"{_BEGIN}(\d+){_END}")
MARKS = re.compile(f"{_BEGIN}\\d+{_END}|{_CLOSE}".encode())
"""What marks a filled-in value while its place is looked for, in the bytes of a part."""


class Value(str):
    """A text of the plan that knows its name, so that the place where it went can be told."""

    __slots__ = ("name",)
    name: str

    @classmethod
    def of(cls, name: str, text: str) -> "Value":
        """A text under this name."""
        value = cls(text)
        value.name = name
        return value


@dataclass(frozen=True, slots=True)
class Marks:
    """The names of values in the order in which they were marked."""

    names: list[str]

    def mark(self, value: object) -> object:
        """What is printed of a value: with a mark around it where it has a name."""
        if not isinstance(value, Value):
            return value
        self.names.append(value.name)
        return f"{_BEGIN}{len(self.names) - 1}{_END}{value}{_CLOSE}"

    def found(self, text: str) -> list[str]:
        """The names of the values marked in a text."""
        return [self.names[int(number)] for number in _MARK.findall(text)]


def unmarked(text: str) -> str:
    """A text without marks."""
    return _MARK.sub("", text).replace(_CLOSE, "")


class _FlatNames(Extension):
    """Lets a template write the name of a value as it is."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        """Turn names into look-ups, inside of tags only."""
        return TAG.sub(lambda tag: looked_up(tag[0]), source)


def looked_up(tag: str) -> str:
    """A tag in which the names of values are look-ups; quoted texts stay."""
    parts, at = [], 0
    for quoted in _QUOTED.finditer(tag):
        parts += [_NAME.sub(_look_up, tag[at : quoted.start()]), quoted[0]]
        at = quoted.end()
    return "".join([*parts, _NAME.sub(_look_up, tag[at:])])


def _look_up(name: re.Match[str]) -> str:
    return f'values["{name[0]}"]'


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja for texts alone: what stands behind a point is looked up, and never an attribute of Python."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What a mapping holds under a name; nothing else has parts."""
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """What a mapping or a list holds."""
        if isinstance(obj, dict | list) and not isinstance(argument, slice):
            try:
                return obj[argument]
            except (KeyError, IndexError, TypeError):
                pass
        elif type(obj).__name__ == "LoopContext" and argument in ("index", "first", "last", "length"):
            return getattr(obj, argument)
        return self.undefined(obj=obj, name=argument)


def environment(finalize: Callable[[object], object] | None = None) -> _Environment:
    """The language of templates; `finalize` sees each value as it is printed."""
    made = _Environment(
        undefined=StrictUndefined, autoescape=True, extensions=[_FlatNames], finalize=finalize
    )
    made.globals.clear()
    return made


def context(of: FilledPlan) -> dict[str, Any]:
    """Everything a template can name: `values` flat, and the lists that may be looped over."""
    flat = {name: Value.of(name, text) for name, text in cells(of).items()}
    lists: dict[str, list[dict[str, Value]]] = {}
    for root in LISTS:
        entries: dict[str, dict[str, Value]] = {}
        for name, value in flat.items():
            if name.startswith(f"{root}."):
                _, id_, last = name.split(".", 2)
                entries.setdefault(id_, {})[last] = value
        lists[root] = [_whole(root, entry) for entry in entries.values()]
    return {"values": flat, **lists}


def _whole(root: str, entry: dict[str, Value]) -> dict[str, Value]:
    """An entry in which a row without bands has empty ones, so that a loop needs no case for them."""
    if root != "rows":
        return entry
    return {grade: Value.of("", "") for grade in "优良中差"} | entry


def names_in(tag: str) -> Iterator[str]:
    """The names of values that a tag looks up."""
    yield from _NAME.findall(_QUOTED.sub("", tag))


def nearest(name: str, known: Mapping[str, object]) -> str:
    """The known name that was probably meant; a name of its kind where none is near."""
    near = get_close_matches(name, list(known), 1, 0.6)
    return near[0] if near else next(iter(known), "")
