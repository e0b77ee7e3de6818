"""What a subject reports, and how it is written down. Plain values and Markdown; nothing is measured here."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_GOALS = "What must be reached"


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that must be reached, and whether it was."""

    what: str
    wanted: str
    measured: str
    met: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One subject: a table, what limits each contestant, which peers were missing, the goals it decides."""

    title: str
    how: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    limits: str = ""
    skipped: Sequence[str] = ()
    goals: Sequence[Goal] = ()


def page(machine: str, sections: Sequence[Section]) -> str:
    """The whole of RESULTS.md."""
    goals = [goal for section in sections for goal in section.goals]
    parts = ["# Measurements beside the peers", machine]
    if goals:
        rows = [(goal.what, goal.wanted, goal.measured, "yes" if goal.met else "**no**") for goal in goals]
        parts += [f"## {_GOALS}", table(("Goal", "Wanted", "Measured", "Reached"), rows)]
    for section in sections:
        parts += [f"## {section.title}", section.how, table(section.head, section.rows)]
        parts += [f"Skipped: {text}" for text in section.skipped]
        parts += [section.limits] if section.limits else []
    return "\n\n".join(parts) + "\n"


def merged(before: str, after: str) -> str:
    """The page `before` with the sections of `after` in place of its own of that title, its goals too."""
    kept, new = _parts(before), _parts(after)
    goals = [*_rows(kept.get(_GOALS, "")), *_rows(new.get(_GOALS, ""))]
    rows = {row.split("|")[1]: row for row in goals}
    kept.update(new)
    if rows:
        head = table(("Goal", "Wanted", "Measured", "Reached"), ())
        kept[_GOALS] = "\n".join([f"## {_GOALS}\n", head, *rows.values()]) + "\n\n"
    return "".join(kept.values()).rstrip() + "\n"


def _parts(text: str) -> dict[str, str]:
    """The sections of a page by title, in order; what stands before the first has none."""
    parts = re.split(r"^(?=## )", text.rstrip() + "\n\n", flags=re.MULTILINE)
    return {part.partition("\n")[0].removeprefix("## ") if at else "": part for at, part in enumerate(parts)}


def _rows(part: str) -> list[str]:
    return [line for line in part.splitlines() if line.startswith("| ")][2:]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; every column but the first is right-aligned."""
    titles = list(head)
    lines = [titles, ["---", *["---:"] * (len(titles) - 1)], *map(list, rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
