"""One sheet of an `.xlsx` workbook into the CSV text a person would have saved from it; row numbers stay Excel's.

Here is what a cell may hold and how it is written as text. Which columns there are, and what their texts mean,
is judged elsewhere: in `tables.py` and by the models.
"""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from config.errors import WrongValueError

LARGEST_FILE = 20 * 2**20
LARGEST_UNPACKED = 200 * 2**20
MOST_CELLS = 3_000_000
MOST_DIGITS = 10**15  # Excel keeps fifteen digits and makes zeros of the others
CONTAINER = b"\xd0\xcf\x11\xe0"  # of the old format, and of what is encrypted
_ZEROS = re.compile("0+")


@dataclass(frozen=True, slots=True)
class Refused:
    """A cell that cannot be read: its row and column as counted from 1, and why."""

    row: int
    column: int
    wrong: WrongValueError


class SeveralSheetsError(WrongValueError):
    """Which sheet is meant is not clear; `values["known"]` names them."""


@dataclass(slots=True)
class Sheet:
    """A sheet as text: `rows[0]` is row 1 of Excel. A refused cell is empty in it, `merged` names merged cells."""

    title: str
    rows: list[list[str]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    merged: list[CellRange] = field(default_factory=list)

    def text(self) -> str:
        """The sheet as CSV with commas; a blank row is a blank line, so that rows keep their numbers."""
        written = io.StringIO(newline="")
        csv.writer(written, lineterminator="\n").writerows(self.rows)
        return written.getvalue()


def read_sheet(raw: bytes, title: str = "", *, fill_merged: bool = False) -> Sheet:
    """The sheet with this title, or the only visible one, of the workbook in these bytes.

    Merged cells are refused, or, with `fill_merged`, count in each of their rows and columns.
    Raises WrongValueError if it is no such workbook, is too large, or which sheet is meant is not clear.
    """
    _refuse_outside(raw)
    book = _open(raw, cached=False)
    sheet = _sheet(book, title)
    _refuse_size(sheet)
    reading = _Reading(raw, sheet, Sheet(sheet.title), fill_merged)
    reading.read()
    return reading.found


def read_bytes(path: Path) -> bytes:
    """The bytes of a workbook. Raises WrongValueError for a file that is too large, OSError as `open` does."""
    if path.stat().st_size > LARGEST_FILE:
        raise _too_large()
    return path.read_bytes()


def _too_large() -> WrongValueError:
    return WrongValueError("the workbook is too large; expected at most 20 MB, 200 MB unpacked", rule="table")


def _damaged() -> WrongValueError:
    return WrongValueError(
        "this is not an .xlsx workbook, or it is damaged; expected it saved again as .xlsx or CSV",
        rule="table",
    )


def _refuse_outside(raw: bytes) -> None:
    """Refuse what can be told from the container, before anything is unpacked."""
    if raw.startswith(CONTAINER):
        raise WrongValueError(
            "the workbook is encrypted or in the old .xls format; expected .xlsx without a password",
            rule="table",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as container:
            # Declared sizes hold: zipfile never unpacks more of a member than it declares.
            unpacked = sum(member.file_size for member in container.infolist())
    except zipfile.BadZipFile:
        raise _damaged() from None
    if len(raw) > LARGEST_FILE or unpacked > LARGEST_UNPACKED:
        raise _too_large()


def _open(raw: bytes, *, cached: bool) -> Workbook:
    """The workbook with its formulas, or with the values they had when it was saved."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of drawings and styles, which no table needs
            return load_workbook(io.BytesIO(raw), data_only=cached)
    except Exception:  # noqa: BLE001 - a damaged part ends in whatever openpyxl stumbles over
        raise _damaged() from None


def _sheet(book: Workbook, title: str) -> Worksheet:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if title in sheets:
        return sheets[title]
    visible = [name for name, sheet in sheets.items() if sheet.sheet_state == "visible"]
    if title or not visible:
        raise WrongValueError(
            "there is no sheet {sheet}; expected one of {known}",
            rule="table",
            sheet=title,
            known=", ".join(sheets),
        )
    if len(visible) > 1:
        raise SeveralSheetsError(
            "the workbook has several sheets; expected one of {known} behind the name, such as {example}",
            rule="table",
            known=", ".join(visible),
            example=f"#{visible[0]}",
        )
    return sheets[visible[0]]


def _refuse_size(sheet: Worksheet) -> None:
    if sheet.max_row * sheet.max_column > MOST_CELLS:
        raise WrongValueError(
            "the sheet is used down to {corner}; expected at most {most} cells, without formatted empty ones",
            rule="table",
            corner=f"{get_column_letter(sheet.max_column)}{sheet.max_row}",
            most=MOST_CELLS,
        )


@dataclass(slots=True)
class _Reading:
    """One sheet being read; a second look at the workbook, for what formulas came to, is taken only if needed."""

    raw: bytes
    sheet: Worksheet
    found: Sheet
    fill_merged: bool = False
    cached: Worksheet | None = None

    def read(self) -> None:
        """Fill `found`."""
        for row, cells in enumerate(self.sheet.iter_rows(), 1):
            self.found.rows.append([self._text(row, column, cell) for column, cell in enumerate(cells, 1)])
        self.found.merged += [CellRange(cells.coord) for cells in self.sheet.merged_cells.ranges]
        if self.fill_merged:
            self._fill()
        for texts in self.found.rows:
            while texts and not texts[-1].strip():
                texts.pop()
        head = next((row for row, texts in enumerate(self.found.rows) if texts), 0)
        width = len(self.found.rows[head]) if self.found.rows else 0
        self.found.rows = [row + [""] * (width - len(row)) if row else [] for row in self.found.rows]
        self.found.refused += [] if self.fill_merged else self._merged(head + 1, width)
        self.found.refused.sort(key=lambda cell: (cell.row, cell.column))

    def _text(self, row: int, column: int, cell: Cell | MergedCell) -> str:
        try:
            return text_of(self._valued(row, column, cell))
        except WrongValueError as wrong:
            self.found.refused.append(Refused(row, column, wrong))
            return ""

    def _valued(self, row: int, column: int, cell: Cell | MergedCell) -> Cell | MergedCell:
        """The cell itself, or what its formula came to."""
        if cell.data_type != "f":
            return cell
        if self.cached is None:
            self.cached = _open(self.raw, cached=True)[self.sheet.title]
        valued = self.cached.cell(row, column)
        # A formula that came to an empty text has no value either, but is marked as text.
        if valued.value is None and valued.data_type != "str":
            raise WrongValueError(
                "the formula was never calculated; expected a value, or the workbook saved by Excel",
                rule="table",
            )
        return valued

    def _fill(self) -> None:
        for cells in self.found.merged:
            text = self.found.rows[cells.min_row - 1][cells.min_col - 1]
            for row in self.found.rows[cells.min_row - 1 : cells.max_row]:
                row[cells.min_col - 1 : cells.max_col] = [text] * (cells.max_col - cells.min_col + 1)

    def _merged(self, head: int, width: int) -> Iterator[Refused]:
        for cells in self.found.merged:
            if head <= cells.max_row and cells.min_row <= len(self.found.rows) and cells.min_col <= width:
                text = "the cells {cells} are merged; expected a value in each row and column"
                wrong = WrongValueError(text, rule="table", cells=cells.coord)
                yield Refused(cells.min_row, cells.min_col, wrong)


def text_of(cell: Cell | MergedCell) -> str:
    """A cell as a person would have typed it: whole numbers without a point, days as 2026-03-01.

    Raises WrongValueError for an error such as #N/A, a percentage, and a number Excel could not keep.
    """
    value = cell.value
    if cell.data_type == "e":
        raise WrongValueError("{found} is an error of Excel; expected a value", rule="table", found=value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return "" if value is None else str(value)


def _number(value: float, shown_as: str) -> str:
    if abs(value) >= MOST_DIGITS:
        raise WrongValueError(
            "Excel keeps only 15 digits of a number; expected it typed into a cell formatted as text",
            rule="table",
        )
    if "%" in shown_as:
        raise WrongValueError("the cell is a percentage; expected a plain number, such as 99.5", rule="table")
    if value == int(value):
        # 00000 is how contract numbers with leading zeros are kept in number cells.
        return str(int(value)).zfill(len(shown_as) if _ZEROS.fullmatch(shown_as) else 0)
    return f"{Decimal(f'{value:.15g}'):f}"
