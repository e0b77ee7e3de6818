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
    """A cell, or several joined; `note` is printed small below its text, `fill` is RRGGBB."""

    text: str = ""
    columns: int = 1
    rows: int = 1
    name: str = ""  # of the value it holds
    note: str = ""
    side: Side = "centre"
    head: bool = False  # a label rather than a value


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: widths in centimetres, its lines, and how many of them are repeated on every page."""

    widths: tuple[float, ...]
    lines: tuple[tuple[Box, ...], ...]
    repeated: range = range(0)
    title: str = ""  # printed above it


@dataclass(frozen=True, slots=True)
class Form:
    """A whole form: what stands above its grids, the grids, the lines that are signed, the footer."""

    title: str
    grids: tuple[Grid, ...]
    under: str = ""  # below the title: the year, the unit of money
    signatures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # below the grids
    footer: str = ""
    lying: bool = False  # landscape
    draft: str = ""  # the word that marks what is not ready to be signed
    sheet: str = ""  # what its sheet is called in a workbook
    marks: Mapping[str, str] = field(default_factory=dict)  # properties of the file: revision and check code


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box begins: its grid, row and column, all counted from 0."""

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
            if column + box.columns > width or any(
                reach[one] > row for one in range(column, column + box.columns)
            ):
                raise ValueError(f"line {row} has no room for {box.text!r}")
            yield row, column, box
            reach[column : column + box.columns] = [row + box.rows] * box.columns
            column += box.columns
        if any(one <= row for one in reach):
            raise ValueError(f"line {row} is not filled: {[box.text for box in line]}")


def anchors(form: Form) -> dict[str, Place]:
    """Where each named value stands."""
    return {
        box.name: Place(number, row, column)
        for number, grid in enumerate(form.grids)
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
