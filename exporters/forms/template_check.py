"""What is wrong with a template, before anything is filled: unknown names, tags that do not end, what would be lost.

Errors stop the filling; warnings are for the person who made the template.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import TemplateError

from config.errors import Finding, Severity
from config.form_mapping import FormMapping
from config.office_files import Kind, damaged
from exporters.forms import template_parts, template_sheet, template_word
from exporters.forms.template_names import (
    LISTS,
    PLACEHOLDER,
    ROOTS,
    environment,
    looked_up,
    names_in,
    nearest,
)

_LOOP = re.compile(r"\{%-?\s*for\s+(\w+)\s+in\s+(\w+)\s*-?%\}")
_ALLOWED = re.compile(r"\{%[-+]?\s*(?:for|endfor|if|elif|else|endif|set)\b")
_ANY_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_FIGURES = ("actual", "score", "grade", "spent", "rate")
"""The last parts of the names that a form is for; that a heading or a weight is not shown need not be said."""


@dataclass(frozen=True, slots=True)
class Said:
    """Everything a template holds: its tags with their places, and what it loops over."""

    tags: tuple[tuple[str, str], ...]

    @property
    def loops(self) -> dict[str, str]:
        """The lists that are looped over, by what the template calls one of each."""
        return {match[1]: match[2] for _, tag in self.tags if (match := _LOOP.match(tag))}

    def names(self) -> Iterator[tuple[str, str]]:
        """Every name of a value with its place."""
        for place, tag in self.tags:
            yield from ((place, name) for name in names_in(tag))

    def fields(self) -> Iterator[tuple[str, str, str]]:
        """What is asked of one entry inside a loop: place, list and field."""
        for place, tag in self.tags:
            for one, last in re.findall(r"(?<![\w.])(\w+)\.([\w-]+)", tag):
                if one in self.loops:
                    yield place, self.loops[one], last


def problems(
    file: Path, raw: bytes, kind: Kind, known: Mapping[str, str] | None, mapping: FormMapping | None = None
) -> Iterator[Finding]:
    """Every finding about a template; `known` are the values there are, None where no plan was named.

    Raises LinewalkerError for a file that cannot be opened at all.
    """
    try:
        said = Said(tuple(template_word.tags(raw) if kind == "docx" else template_sheet.tags(raw)))
        lost = template_parts.lost(raw) if kind == "xlsx" else {}
    except Exception as error:  # a damaged part ends in whatever the two libraries stumble over
        raise damaged(file) from error
    yield from _of_tags(file, raw, kind, said)
    for words, sheets in lost.items():
        place = f"{file}: {', '.join(sheets)}" if sheets else str(file)
        text = "{what} would be lost or changed; expected a template without, or a Word template"
        yield Finding("template-lost", "error", place, text, {"what": words})
    if known is not None:
        mapped = {one.value: one.at for one in mapping.cells} if mapping else {}
        yield from _of_names(file, said, known, mapped)
        yield from _unshown(file, said, known, mapped)
    yield from _twice(file, said)


def _of_tags(file: Path, raw: bytes, kind: Kind, said: Said) -> Iterator[Finding]:
    broken = template_word.broken_tags(raw) if kind == "docx" else template_sheet.broken_tags(raw)
    for place, shown in broken:
        text = "a placeholder is not whole in {found}; expected {{{{ name }}}}, typed in one go with narrow braces"
        yield _error(file, place, "template-tag", text, found=shown[:60])
    if kind == "docx":
        yield from _word_tags(file, raw, said, whole=not broken)
        return
    for place, tag in said.tags:
        if tag.startswith("{%") or not _ANY_NAME.fullmatch(tag.strip("{} \n\t")):
            text = "{tag} is for Word only; expected the name of a value in a workbook"
            yield _error(file, place, "template-tag", text, tag=tag)


def _word_tags(file: Path, raw: bytes, said: Said, *, whole: bool) -> Iterator[Finding]:
    wrong = 0
    for place, tag in said.tags:
        if tag.startswith("{%") and not _ALLOWED.match(tag):
            wrong += 1
            text = "{tag} is not for templates; expected for, if or set"
            yield _error(file, place, "template-tag", text, tag=tag)
        if match := PLACEHOLDER.fullmatch(tag):
            try:
                environment().compile_expression(looked_up(f"{{{{{match[1]}}}}}").strip("{}"))
            except TemplateError as error:
                wrong += 1
                text = "{tag} cannot be read: {why}"
                yield _error(file, place, "template-tag", text, tag=tag, why=error.message)
    if whole and not wrong and (failed := template_word.syntax_error(raw)):
        place = next((place for place, tag in said.tags if tag.startswith("{%")), "")
        text = "the loops and conditions do not hold together, the first is here: {why}"
        yield _error(file, place, "template-tag", text, why=failed.message)


def _of_names(
    file: Path, said: Said, known: Mapping[str, str], mapped: Mapping[str, str]
) -> Iterator[Finding]:
    asked = [*said.names(), *((at, name) for name, at in mapped.items())]
    # A name with an unknown beginning is no variable of a loop either.
    for place, tag in said.tags:
        bare = tag.strip("{} \n\t")
        if PLACEHOLDER.fullmatch(tag) and _ANY_NAME.fullmatch(bare):
            first = bare.split(".")[0]
            asked += [] if first in (*ROOTS, *said.loops, "loop", "values") else [(place, bare)]
        elif PLACEHOLDER.fullmatch(tag) and re.fullmatch(r"\w+", bare) and bare not in said.loops:
            asked.append((place, bare))
    for place, name in asked:
        if name not in known:
            text = "nothing fills {name}; expected a name such as {near}"
            yield _error(file, place, "template-name", text, name=name, near=nearest(name, known))
    for place, root, last in said.fields():
        lasts = (
            {name.split(".", 2)[2] for name in known if name.startswith(f"{root}.")}
            if root in LISTS
            else set()
        )
        lasts |= set("优良中差") if root == "rows" else set()
        if last not in lasts:
            text = "nothing fills {name}; expected one of {known}"
            yield _error(
                file, place, "template-name", text, name=f"{root}.….{last}", known=", ".join(sorted(lasts))
            )
    for root in said.loops.values():
        if root not in LISTS:
            text = "there is no list {name}; expected one of {known}"
            yield _error(file, "", "template-name", text, name=root, known=", ".join(LISTS))


def _unshown(
    file: Path, said: Said, known: Mapping[str, str], mapped: Mapping[str, str]
) -> Iterator[Finding]:
    shown = {name for _, name in said.names()} | mapped.keys()
    looped = {(root, last) for _, root, last in said.fields()}
    for name in known:
        root, last = name.split(".", 1)[0], name.rpartition(".")[2]
        concerns = root in ("rows", "money", "total") and last in _FIGURES
        if concerns and name not in shown and (root, last) not in looped:
            text = "no cell shows {name}; expected {{{{ {name} }}}} somewhere, if the form asks for it"
            yield _finding(file, "", "template-unshown", "warning", text, name=name)


def _twice(file: Path, said: Said) -> Iterator[Finding]:
    places: dict[str, list[str]] = {}
    for place, name in said.names():
        places.setdefault(name, []).append(place)
    for name, count in Counter(name for _, name in said.names()).items():
        if count > 1:
            text = "{name} stands here {count} times: {places}"
            yield _finding(
                file, places[name][1], "template-twice", "info", text,
                name=name, count=count, places=", ".join(dict.fromkeys(places[name])),
            )  # fmt: skip


def _error(file: Path, place: str, rule: str, text: str, **values: object) -> Finding:
    return _finding(file, place, rule, "error", text, **values)


def _finding(file: Path, place: str, rule: str, severity: Severity, text: str, **values: object) -> Finding:
    return Finding(rule, severity, f"{file}: {place}" if place else str(file), text, values)
