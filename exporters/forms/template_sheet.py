"""An Excel template: its placeholders and filling it. A cell that holds none stays as it is."""

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock

from config.form_grids import shown
from exporters.forms.filled import printed
from exporters.forms.places import edges_of
from exporters.forms.template_names import PLACEHOLDER, TAG

_NUMBERS = ("planned", "budget", "arrived", "spent", "rate", "weight", "score", "target", "actual")
"""The last parts of names whose values are numbers; a telephone number or a postcode is a text."""
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(\D*)")
_MARKS = ("{{", "}}", "{%", "%}", "｛｛", "｝｝")
_MOST_DIGITS = 15  # Excel makes zeros of the others


def load(raw: bytes) -> Workbook:
    """The workbook with the formats inside its cells. What openpyxl drops, `template check` names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_workbook(io.BytesIO(raw), rich_text=True)


def fill(
    raw: bytes, values: Mapping[str, str], mapped: Mapping[str, str]
) -> tuple[bytes, dict[str, list[str]]]:
    """The filled workbook, and in which cells each value stands. `mapped` names the value of a cell.

    Raises KeyError with a name that has no value, or with a place there is not.
    """
    book = load(raw)
    found: dict[str, list[str]] = {}
    for place, cell in cells_of(book):
        if place not in mapped and "{{" not in str(cell.value or ""):
            continue
        names = [mapped[place]] if place in mapped else PLACEHOLDER.findall(str(cell.value))
        for name in names:
            found.setdefault(name, []).append(place)
        if place in mapped or _is_one(cell.value):
            _put(cell, names[0], values[names[0]])
        else:
            _replace(cell, values)
    if missing := mapped.keys() - {place for places in found.values() for place in places}:
        raise KeyError(min(missing))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue(), found


def cells_of(book: Workbook) -> Iterator[tuple[str, Any]]:
    """Every cell with its place; of merged cells the first."""
    for sheet in book.worksheets:
        for line in sheet.iter_rows():
            for cell in line:
                if type(cell).__name__ != "MergedCell":
                    yield f"{sheet.title}!{cell.coordinate}", cell


def texts(raw: bytes) -> dict[str, str]:
    """What every cell that holds anything shows, by its place."""
    return {place: shown(cell) for place, cell in cells_of(load(raw)) if cell.value is not None}


def tags(raw: bytes) -> Iterator[tuple[str, str]]:
    """Every tag with its place."""
    for place, text in texts(raw).items():
        for tag in TAG.findall(text):
            yield place, tag


def number_for(name: str, text: str, number_format: str) -> Decimal | None:
    """The number that a cell of this format would show as this text; None where it has to stay a text.

    A percentage becomes a number where the format is one of percent. What has a unit stays a text.
    """
    match = _NUMBER.fullmatch(text)
    if match is None or name.rpartition(".")[2] not in _NUMBERS or number_format == "@":
        return None
    number, unit = Decimal(match[1]), match[2].strip()
    if printed(number) != match[1] or len(number.as_tuple().digits) > _MOST_DIGITS:
        return None
    if number_format.endswith("%"):
        return number / 100 if unit == "%" else None
    return None if unit else number


def _is_one(value: object) -> bool:
    return bool(PLACEHOLDER.fullmatch(str(value).strip()))


def _put(cell: Any, name: str, text: str) -> None:
    number = number_for(name, text, str(cell.number_format))
    if number is not None:
        cell.value = number
        return
    blocks = cell.value if isinstance(cell.value, CellRichText) else ()
    letters = next((block.font for block in blocks if isinstance(block, TextBlock)), None)
    _write(cell, CellRichText(TextBlock(letters, text)) if letters and text else text or None)


def _replace(cell: Any, values: Mapping[str, str]) -> None:
    """Fill the placeholders of a text; each part of it keeps its letters."""
    if not isinstance(cell.value, CellRichText):
        _write(cell, _filled(str(cell.value), values))
        return
    parts = [
        TextBlock(part.font, _filled(part.text, values))
        if isinstance(part, TextBlock)
        else _filled(part, values)
        for part in cell.value
    ]
    _write(cell, CellRichText(*parts))


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda match: values[match[1]], text)


def _write(cell: Any, value: object) -> None:
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # else a text that begins with = would become a formula


def broken_tags(raw: bytes) -> list[tuple[str, str]]:
    """Texts in which a placeholder is not whole or its letters change inside it, and such where none is filled."""
    book = load(raw)
    found = []
    for place, cell in cells_of(book):
        parts = cell.value if isinstance(cell.value, CellRichText) else [cell.value]
        texts_ = [str(part.text if isinstance(part, TextBlock) else part or "") for part in parts]
        whole = _is_one(cell.value)
        looked = [str(cell.value)] if whole else texts_
        if any(mark in TAG.sub("", text) for text in looked for mark in _MARKS):
            found.append((place, str(cell.value)))
    for sheet in book.worksheets:
        edges = ((f"{sheet.title}: {name}", edge.text or "") for name, edge in edges_of(sheet))
        found += [(place, text) for place, text in edges if "{{" in text]
    return found
