"""Filling an office's own template: written in memory, read again and compared. A difference is an error."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import TemplateError

from config.errors import ConfigError, Finding, LinewalkerError
from config.form_grids import read_form
from config.form_mapping import FormMapping, misfits
from config.office_files import Kind, office_kind, read_office
from exporters.forms import template_sheet, template_word
from exporters.forms.filled import FilledPlan, cells
from exporters.forms.template_check import problems


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a value stands: `table 2 row 5 column 4`, `paragraph 3`, `header 1` or `Sheet!C7`; and the text there."""

    place: str
    text: str


def fill_template(
    template: Path, filled: FilledPlan, mapping: FormMapping | None
) -> tuple[bytes, Mapping[str, Anchor]]:
    """The filled form as a file of the template's kind, and where each value went: of several places the first.

    `mapping` fills places that hold no placeholder. Raises LinewalkerError for a template that cannot be filled
    whole, one the mapping does not fit, and a value that did not arrive.
    """
    kind = office_kind(template)
    raw, values = read_office(template), cells(filled)
    _require_sound(template, problems(template, raw, kind, values, mapping), mapping)
    mapped = {one.at: one.value for one in mapping.cells} if mapping else {}
    try:
        if kind == "docx":
            written, where = template_word.fill(raw, filled, mapped)
        else:
            written, where = template_sheet.fill(raw, values, mapped)
    except (TemplateError, KeyError) as error:
        raise LinewalkerError("{file} cannot be filled: {why}", file=template, why=error) from error
    return written, _anchors(template, where, values, _texts(written, kind))


def _require_sound(template: Path, found: Iterable[Finding], mapping: FormMapping | None) -> None:
    errors = [one for one in found if one.severity == "error"]
    if mapping is not None:
        errors += [
            Finding(one.rule, "error", str(template), one.text, one.values)
            for one in misfits(mapping, read_form(template))
        ]
    if errors:
        raise ConfigError(tuple(errors))


def require_target(template: Path, target: Path) -> None:
    """Refuse a target of another kind, one that is open in an office's program, and the template itself."""
    kind = office_kind(template)
    if target.suffix.lower() != f".{kind}":
        text = "{file} is filled from a template of the kind .{kind}; expected a name that ends so"
        raise LinewalkerError(text, file=target, kind=kind)
    if target.exists() and target.samefile(template):
        raise LinewalkerError(
            "{file} is the template itself; expected another name for the form", file=target
        )
    for lock in (f"~${target.name}", f"~${target.name[2:]}", f".~lock.{target.name}#"):
        if target.with_name(lock).exists():
            text = "{file} is open in another program; expected it closed there ({lock} says so)"
            raise LinewalkerError(text, file=target, lock=lock)


def _texts(written: bytes, kind: Kind) -> dict[str, str]:
    return template_word.texts(written) if kind == "docx" else template_sheet.texts(written)


def _anchors(
    template: Path, where: Mapping[str, list[str]], values: Mapping[str, str], texts: Mapping[str, str]
) -> dict[str, Anchor]:
    """Where each value stands, after every place was read again. Raises LinewalkerError where one says otherwise."""
    found = {}
    for name, places in where.items():
        for place in places:
            shown = texts.get(place, "")
            if _plain(values.get(name, "")) not in _plain(shown):
                text = "{place} of {file} says {found} instead of {value} for {name}; nothing was written"
                raise LinewalkerError(
                    text, place=place, file=template, found=shown, value=values.get(name, ""), name=name
                )
        if values.get(name):
            found[name] = Anchor(places[0], texts[places[0]].strip())
    return found


def _plain(text: str) -> str:
    return "".join(text.split())
