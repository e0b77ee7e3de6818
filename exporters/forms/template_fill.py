"""Filling an office's own template: written beside the target, read again, compared, and only then renamed.

A difference is an error and leaves nothing behind. What was there before stays until the new file is whole.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

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
    template: Path, filled: FilledPlan, mapping: FormMapping | None, target: Path
) -> Mapping[str, Anchor]:
    """Fill a template of the user's into `target`, and say where each value went: of several places the first.

    `mapping` fills places that hold no placeholder. Raises LinewalkerError for a template that cannot be filled
    whole, one the mapping does not fit, a target that cannot be written or is open, and a value that did not arrive.
    """
    kind = office_kind(template)
    _require_target(template, target, kind)
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
    anchors = _anchors(target, where, values, _texts(written, kind))
    _put(target, written)
    return anchors


def _require_sound(template: Path, found: Iterable[Finding], mapping: FormMapping | None) -> None:
    errors = [one for one in found if one.severity == "error"]
    if mapping is not None:
        errors += [
            Finding(one.rule, "error", str(template), one.text, one.values)
            for one in misfits(mapping, read_form(template))
        ]
    if errors:
        raise ConfigError(tuple(errors))


def _require_target(template: Path, target: Path, kind: Kind) -> None:
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
    target: Path, where: Mapping[str, list[str]], values: Mapping[str, str], texts: Mapping[str, str]
) -> dict[str, Anchor]:
    """Where each value stands, after every place was read again. Raises LinewalkerError where one says otherwise."""
    found = {}
    for name, places in where.items():
        for place in places:
            shown = texts.get(place, "")
            if _plain(values.get(name, "")) not in _plain(shown):
                text = "{place} of {file} says {found} instead of {value} for {name}; nothing was written"
                raise LinewalkerError(
                    text, place=place, file=target, found=shown, value=values.get(name, ""), name=name
                )
        if values.get(name):
            found[name] = Anchor(places[0], texts[places[0]].strip())
    return found


def _plain(text: str) -> str:
    return "".join(text.split())


def _put(target: Path, written: bytes) -> None:
    """Write beside the target and rename, so that it is whole or not there. Raises LinewalkerError."""
    try:
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as beside:
            place = Path(beside.name)
            try:
                beside.write(written)
                beside.flush()
                os.fsync(beside.fileno())
                umask = os.umask(0)
                os.umask(umask)
                place.chmod(0o666 & ~umask)
                place.replace(target)
            except BaseException:
                place.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise LinewalkerError("{file} cannot be written: {why}", file=target, why=error.strerror) from None
