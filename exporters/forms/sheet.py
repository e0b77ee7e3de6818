"""A form as plain data: grids of boxes, as they lie in Word and in Excel alike. One description, two renderers.

A line of a grid names the boxes that begin on it, from left to right; what a box of an earlier line reaches down into
is left out, as in a table of HTML. A box that holds a value has its permanent name (see `filled.cells`), so that a
value can be found again in the file.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Side = Literal["left", "centre", "right"]


@dataclass(frozen=True, slots=True)
class Box:
    """A cell, or several joined."""

    text: str = ""
    columns: int = 1
    rows: int = 1
    name: str = ""  # of the value it holds
    side: Side = "centre"
    head: bool = False  # a label rather than a value
    small: bool = False  # what is said about a value


Line = tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: widths in centimetres, its lines, and how many of the first are repeated on every page."""

    widths: tuple[float, ...]
    lines: tuple[Line, ...]
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """What begins on a page of its own, in a workbook on a sheet: its title, what stands around its grids, the grids.

    The grids of one page have the same widths and follow one another without a gap; only their repeated lines differ.
    """

    sheet: str  # what its sheet is called in a workbook
    title: str
    grids: tuple[Grid, ...]
    under: str = ""  # below the title: the year, the unit of money
    notes: tuple[str, ...] = ()  # below the grids
    signatures: tuple[str, ...] = ()
    lying: bool = False  # landscape

    @property
    def widths(self) -> tuple[float, ...]:
        """The widths of its columns in centimetres."""
        return self.grids[0].widths


@dataclass(frozen=True, slots=True)
class Form:
    """A whole form; `draft` is the word that marks what is not ready to be signed."""

    pages: tuple[Page, ...]
    footer: str = ""
    draft: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)  # properties of the file: title, identifier


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box begins: its page, grid, row and column, all counted from 0."""

    page: int
    grid: int
    row: int
    column: int


def placed(grid: Grid) -> Iterator[tuple[int, int, Box]]:
    """Row and column of every box. Raises ValueError where boxes do not fill the lines of their grid."""
    width = len(grid.widths)
    reach = [0] * width  # down to which line each column is taken
    for row, line in enumerate(grid.lines):
        column = 0
        for box in line:
            while column < width and reach[column] > row:
                column += 1
            taken = range(column, column + box.columns)
            if taken.stop > width or any(reach[one] > row for one in taken):
                raise ValueError(f"line {row} has no room for {box.text!r}")
            yield row, column, box
            reach[column : taken.stop] = [row + box.rows] * box.columns
            column = taken.stop
        if any(one <= row for one in reach):
            raise ValueError(f"line {row} is not filled: {[box.text for box in line]}")


def anchors(form: Form) -> dict[str, Place]:
    """Where each named value stands."""
    return {
        box.name: Place(at, number, row, column)
        for at, page in enumerate(form.pages)
        for number, grid in enumerate(page.grids)
        for row, column, box in placed(grid)
        if box.name
    }


def runs(values: Sequence[str]) -> list[int]:
    """Of each value how many equal ones stand from it on; 0 where it goes on from the one before."""
    found = [0] * len(values)
    first = 0
    for at, value in enumerate(values):
        if value != values[first]:
            first = at
        found[first] += 1
    return found


def head(text: str, columns: int = 1, rows: int = 1) -> Box:
    """A label."""
    return Box(text, columns, rows, head=True)
