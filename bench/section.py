"""What a subject reports, and how it is written down. Plain values and Markdown; nothing is measured here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


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
        parts += ["## What must be reached", table(("Goal", "Wanted", "Measured", "Reached"), rows)]
    for section in sections:
        parts += [f"## {section.title}", section.how, table(section.head, section.rows)]
        parts += [f"Skipped: {text}" for text in section.skipped]
        parts += [section.limits] if section.limits else []
    return "\n\n".join(parts) + "\n"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; every column but the first is right-aligned."""
    titles = list(head)
    lines = [titles, ["---", *["---:"] * (len(titles) - 1)], *map(list, rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
