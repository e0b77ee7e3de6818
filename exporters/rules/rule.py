"""What a rule of Prometheus is, and how a file of them is written. Of what rules tell nothing is known here."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import indent
from typing import Any, Literal

import yaml

Severity = Literal["critical", "warning", "info"]
INSTANCE = "job, instance"
"""By these labels of Prometheus' own the series of one collector belong together."""


@dataclass(frozen=True, slots=True)
class Record:
    """A recording rule; `says` is what it means, for the reader of the file."""

    says: str
    name: str
    expr: str


@dataclass(frozen=True, slots=True)
class Alert:
    """An alerting rule: the expression has to hold for `lasting` seconds, and goes on for `keeping` when it ends."""

    says: str
    name: str
    expr: str
    severity: Severity
    summary: str
    description: str
    lasting: float = 0.0
    keeping: float = 0.0


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are evaluated one after the other, every `interval` seconds; None: as often as Prometheus does."""

    name: str
    says: str
    rules: tuple[Record | Alert, ...]
    interval: float | None = None


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def duration(seconds: float) -> str:
    """A duration as Prometheus reads it: `90s`, `1500ms`."""
    milliseconds = round(seconds * 1000)
    return f"{milliseconds}ms" if milliseconds % 1000 else f"{milliseconds // 1000}s"


def written(begins: Sequence[str], groups: Iterable[Group]) -> str:
    """The rule file: comments, then every group that has a rule."""
    head = "".join(_comment(line) for line in begins)
    body = "".join(indent(_group(group), "  ") for group in groups if group.rules)
    return f"{head}groups:\n{body}" if body else f"{head}groups: []\n"


def _group(of: Group) -> str:
    about = {"name": of.name} | ({} if of.interval is None else {"interval": duration(of.interval)})
    rules = "\n".join(_rule(rule) for rule in of.rules)
    return f"{_comment(of.says)}{_item(about)}  rules:\n{indent(rules, '    ')}\n"


def _rule(of: Record | Alert) -> str:
    return _comment(of.says) + _item(dict(_keys(of)))


def _keys(of: Record | Alert) -> Iterator[tuple[str, Any]]:
    if isinstance(of, Record):
        yield from (("record", of.name), ("expr", of.expr))
        return
    yield from (("alert", of.name), ("expr", of.expr))
    if of.lasting:
        yield "for", duration(of.lasting)
    if of.keeping:
        yield "keep_firing_for", duration(of.keeping)
    yield "labels", {"severity": of.severity}
    yield "annotations", {"summary": of.summary, "description": of.description}


def _item(of: dict[str, Any]) -> str:
    # An endless width: a folded expression would be hard to copy.
    return yaml.dump([of], Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=float("inf"))


def _comment(text: str) -> str:
    line = " ".join(text.split())  # what an organisation is called may not end the comment
    return f"# {line}\n" if line else "#\n"


def label(name: str, otherwise: str = "") -> str:
    """The value of a label, for texts that Prometheus fills in; another text where it is empty."""
    return f'{{{{ or $labels.{name} "{otherwise}" }}}}' if otherwise else f"{{{{ $labels.{name} }}}}"


def worded(name: str, words: dict[str, str]) -> str:
    """What people call the value of a label, for texts that Prometheus fills in; the value itself if they do not."""
    cases = [f'if eq $labels.{name} "{value}" }}}}{_plain(word)}' for value, word in words.items()]
    if not cases:
        return label(name)
    return "{{ " + "{{ else ".join(cases) + "{{ else }}" + label(name) + "{{ end }}"


def _plain(text: str) -> str:
    """A text of the user's, in which nothing is filled in."""
    return text.replace("{{", '{{ "{{" }}')


def one_of(values: Iterable[str]) -> str:
    """The regular expression of exactly these values; ids hold letters, digits, `_`, `-` and `.`."""
    return "|".join(value.replace(".", "[.]") for value in sorted(values))
