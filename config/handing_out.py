"""The inventory as an office keeps it: headings in its language, names for ids, in CSV or Excel.

What is handed out can be handed in again: `listing.py` and `inventory.py` read it without finding a difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from config.errors import LinewalkerError
from config.inventory import Texts, texts_of, title_of
from config.model import Config
from config.naming import Naming
from config.rewriting import csv_bytes, fill, saved
from config.sections import CIRCUITS
from config.spellings import harmless, is_writable

_SHEETS = {"zh": "线路", "en": "Circuits"}
_WIDEST = 40


@dataclass(frozen=True, slots=True)
class _Handout:
    """Headings, and rows of cells below them, by setting."""

    fields: list[str]
    headings: list[str]
    rows: list[Texts]
    language: str


def hand_out(config: Config, path: Path, language: str) -> bytes:
    """The circuits of a configuration as the file that `path` names by its ending; `language` is zh or en.

    Raises LinewalkerError for another ending, and for changes that no cell can hold.
    """
    kind = path.suffix.casefold()
    if kind not in _WRITERS:
        raise LinewalkerError(
            "{file} is neither .csv nor .xlsx; expected a name that ends in one of them", file=path
        )
    for circuit in config.circuits:
        if not is_writable(circuit.changes):
            raise LinewalkerError(
                "a change of {circuit} cannot stand in a cell; expected its values without blanks and semicolons",
                circuit=circuit.id,
            )
    naming = Naming(config)
    rows = [texts_of(circuit) for circuit in config.circuits]
    fields = CIRCUITS.used_fields(rows)
    named = [{key: naming.name_of(key, texts[key], language) for key in fields} for texts in rows]
    return _WRITERS[kind](_Handout(fields, [title_of(key, language) for key in fields], named, language))


def _as_csv(handout: _Handout) -> bytes:
    lines = [[harmless(texts[key]) for key in handout.fields] for texts in handout.rows]
    return csv_bytes([handout.headings, *lines])


def _as_workbook(handout: _Handout) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = _SHEETS[handout.language]
    for column, (key, heading) in enumerate(zip(handout.fields, handout.headings, strict=True), 1):
        head = sheet.cell(1, column, heading)
        head.font = Font(bold=True)
        texts = [texts[key] for texts in handout.rows]
        for row, text in enumerate(texts, 2):
            # A text cell is never calculated; only the mark that is taken off again must not be the text's own.
            fill(sheet.cell(row, column), key, harmless(text) if text.startswith("'") else text)
        sheet.column_dimensions[get_column_letter(column)].width = _width([heading, *texts])
    sheet.freeze_panes = "A2"
    return saved(book)


def _width(texts: Sequence[str]) -> int:
    # Chinese letters take two columns; a byte count of GB18030 is just that.
    return min(_WIDEST, max(len(text.encode("gb18030")) for text in texts) + 2)


_WRITERS = {".csv": _as_csv, ".xlsx": _as_workbook}
