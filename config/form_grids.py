"""The tables of a Word or Excel form as grids: each cell with its text, its place and what it spans.

A place is `table 2 row 5 column 4` of a Word file, columns counted as the grid is, or `Sheet!C7` of a workbook.
Merged cells are one cell, at their upper left corner. What the texts mean is for others to say.
"""

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.errors import LinewalkerError
from config.office_files import damaged, office_kind

MOST_CELLS = 200_000
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; `row` and `column` count from 1 in its grid, `rows` and `columns` are what it spans."""

    place: str
    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1

    @property
    def words(self) -> str:
        """The text without blanks and line breaks, which offices set as they please."""
        return plain_words(self.text)

    def covers(self, row: int, column: int) -> bool:
        """Whether this place of the grid belongs to the cell."""
        return self.row <= row < self.row + self.rows and self.column <= column < self.column + self.columns


@dataclass(frozen=True)
class Grid:
    """One table, or one sheet."""

    name: str
    cells: tuple[Cell, ...]

    @cached_property
    def lines(self) -> dict[int, list[Cell]]:
        """The cells of each row from left to right, also those that reach down into it."""
        found: dict[int, list[Cell]] = {}
        for cell in self.cells:
            for row in range(cell.row, cell.row + cell.rows):
                found.setdefault(row, []).append(cell)
        return {row: sorted(cells, key=lambda one: one.column) for row, cells in sorted(found.items())}

    def at(self, row: int, column: int) -> Cell | None:
        """The cell that covers this place."""
        return next((cell for cell in self.lines.get(row, ()) if cell.covers(row, column)), None)

    def above(self, cell: Cell) -> Iterator[Cell]:
        """The cells above one, the nearest first."""
        row = cell.row - 1
        while row >= 1:
            found = self.at(row, cell.column)
            if found is not None:
                yield found
            row = (found.row if found else row) - 1


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was read: its grids, and the texts outside of them with their places."""

    kind: str
    grids: tuple[Grid, ...]
    paragraphs: tuple[tuple[str, str], ...] = ()

    @property
    def cells(self) -> dict[str, Cell]:
        """Every cell by its place."""
        return {cell.place: cell for grid in self.grids for cell in grid.cells}


def plain_words(text: str) -> str:
    """A text without blanks and line breaks."""
    return _BLANK.sub("", text)


def read_form(path: Path) -> Form:
    """The grids of a form. Raises LinewalkerError for what is no Word or Excel file, or is damaged."""
    kind = office_kind(path)
    reader: Callable[[Path], Form] = _read_document if kind == "docx" else _read_workbook
    try:
        return reader(path)
    except LinewalkerError:
        raise
    except Exception as error:  # a damaged part ends in whatever the two libraries stumble over
        raise damaged(path) from error


def _read_document(path: Path) -> Form:
    body = Document(str(path)).element.body
    grids = tuple(document_grid(table, number) for number, table in enumerate(tables_of(body), 1))
    texts = [(f"paragraph {number}", text_of(one)) for number, one in enumerate(paragraphs_of(body), 1)]
    return Form("docx", grids, tuple(one for one in texts if one[1].strip()))


def blocks_of(parent: Any) -> Iterator[Any]:
    """The paragraphs and tables of a body in their order, also those inside content controls; none inside others."""
    for child in parent:
        if child.tag in (qn("w:p"), qn("w:tbl")):
            yield child
        else:
            yield from blocks_of(child)


def tables_of(parent: Any) -> Iterator[Any]:
    """The tables of a body in their order."""
    return (block for block in blocks_of(parent) if block.tag == qn("w:tbl"))


def paragraphs_of(parent: Any) -> Iterator[Any]:
    """The paragraphs outside of tables in their order."""
    return (block for block in blocks_of(parent) if block.tag == qn("w:p"))


def text_of(element: Any) -> str:
    """The text printed of a paragraph or a cell, one line a paragraph."""
    paragraphs = [element] if element.tag == qn("w:p") else element.iter(qn("w:p"))
    return "\n".join(_line(one) for one in paragraphs)


def _line(paragraph: Any) -> str:
    # A line break is text to whoever reads the form.
    parts = paragraph.iter(qn("w:t"), qn("w:br"))
    return "".join(part.text or "" if part.tag == qn("w:t") else "\n" for part in parts)


def document_grid(table: Any, number: int) -> Grid:
    """A table of a Word file; cells that only continue one above belong to it."""
    found: list[Cell] = []
    above: dict[int, int] = {}  # which of `found` stands in a column, by its number
    for row, line in enumerate(rows_of(table), 1):
        for element, column, columns in cells_of_line(line):
            if element.vMerge == "continue" and column in above:
                found[above[column]] = replace(found[above[column]], rows=row - found[above[column]].row + 1)
                continue
            place = f"table {number} row {row} column {column}"
            above[column] = len(found)
            found.append(Cell(place, text_of(element).strip(), row, column, 1, columns))
    return Grid(f"table {number}", tuple(found))


def rows_of(table: Any) -> list[Any]:
    """The rows of a table, not those of tables inside its cells."""
    return [row for row in table.iter(qn("w:tr")) if next(row.iterancestors(qn("w:tbl"))) is table]


def cells_of_line(line: Any) -> Iterator[tuple[Any, int, int]]:
    """The cells of a row with the column of the grid where each begins, from 1, and how many it spans."""
    for element in line.tc_lst:
        yield element, element.grid_offset + 1, element.grid_span


def _read_workbook(path: Path) -> Form:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of drawings and extensions, which `template check` names by itself
        book = load_workbook(path)
    try:
        return Form("xlsx", tuple(sheet_grid(sheet) for sheet in book.worksheets))
    finally:
        book.close()


def sheet_grid(sheet: Worksheet) -> Grid:
    """A sheet, its cells as far as they are written. Raises LinewalkerError for one that is far too large."""
    if sheet.max_row * sheet.max_column > MOST_CELLS:
        text = "the sheet {sheet} is used down to row {row}; expected a form of at most {most} cells"
        raise LinewalkerError(text, sheet=sheet.title, row=sheet.max_row, most=MOST_CELLS)
    merged = {(one.min_row, one.min_col): one for one in sheet.merged_cells.ranges}
    hidden = {
        (row, column)
        for one in merged.values()
        for row in range(one.min_row, one.max_row + 1)
        for column in range(one.min_col, one.max_col + 1)
    } - merged.keys()
    found = []
    for line in sheet.iter_rows():
        for cell in line:
            at = (int(cell.row or 0), int(cell.column or 0))
            if at in hidden:
                continue
            span = merged.get(at)
            rows, columns = (span.size["rows"], span.size["columns"]) if span else (1, 1)
            place = f"{sheet.title}!{cell.coordinate}"
            found.append(Cell(place, shown(cell).strip(), *at, rows, columns))
    return Grid(sheet.title, tuple(found))


def shown(cell: Any) -> str:
    """What a cell of a workbook shows, as far as a percent format can change what people read."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    share = str(cell.number_format).endswith("%")
    number = f"{value * 100 if share else value:.15g}"
    return f"{number}%" if share else number
