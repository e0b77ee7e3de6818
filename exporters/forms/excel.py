"""A form as a workbook: a page a sheet, cells joined as in Word, ready to be printed on A4. No facts here."""

import datetime as dt
import io
import math
import re
import unicodedata

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from exporters.forms.a4 import BODY, HEAD, clean
from exporters.forms.sheet import Box, Form, Page, placed
from exporters.forms.word import SIGNED

_CHARACTERS = 4.6  # of a column's width in a centimetre, for 宋体 at 10.5 points
_A4 = 9
_LINE = 12.5  # points of a line of text in a cell
_EDGE = Side(style="thin", color="000000")
_AROUND = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_SIDES = {"left": "left", "centre": "center", "right": "right"}
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,6})?")
_MADE = dt.datetime(2000, 1, 1)


def excel(form: Form) -> bytes:
    """The form as the bytes of a .xlsx file."""
    book = Workbook()
    for old in book.worksheets:
        book.remove(old)
    for page in form.pages:
        _sheet(book.create_sheet(page.sheet), page, form)
    book.properties.creator = None
    book.properties.created = book.properties.modified = _MADE
    book.properties.title = form.marks.get("title")
    book.properties.identifier = form.marks.get("identifier")
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _sheet(sheet: Worksheet, page: Page, form: Form) -> None:
    for number, width in enumerate(page.widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width * _CHARACTERS
    row = _across(sheet, 1, page, page.title, Font(name=HEAD, size=16), "center", 28)
    if page.under:
        row = _across(sheet, row, page, page.under, Font(name=BODY, size=10.5), "center", 18)
    repeated = ""
    for grid in page.grids:
        if grid.repeated:
            repeated = f"{row}:{row + grid.repeated - 1}"
        heights = [1.0] * len(grid.lines)
        for at, column, box in placed(grid):
            _box(sheet, row + at, column + 1, box)
            if box.rows == 1:
                width = sum(page.widths[column : column + box.columns])
                heights[at] = max(heights[at], _wrapped(box.text, width, small=box.small))
        for at, lines in enumerate(heights):
            sheet.row_dimensions[row + at].height = max(20, lines * _LINE + 6)
        row += len(grid.lines)
    for note in page.notes:
        lines = _wrapped(note, sum(page.widths))
        row = _across(sheet, row, page, note, Font(name=BODY, size=9), "left", lines * _LINE + 4)
    for signature in page.signatures:
        row = _across(sheet, row, page, signature, Font(name=SIGNED, size=12), "left", 32)
    _print(sheet, page, form, repeated)


def _across(sheet: Worksheet, row: int, page: Page, text: str, font: Font, side: str, height: float) -> int:
    """A line of text over the whole width; the number of the row after it."""
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(page.widths))
    cell = sheet.cell(row, 1)
    _write(cell, text)
    cell.font, cell.alignment = font, Alignment(horizontal=side, vertical="center", wrap_text=True)
    sheet.row_dimensions[row].height = height
    return row + 1


def _box(sheet: Worksheet, row: int, column: int, box: Box) -> None:
    last_row, last_column = row + box.rows - 1, column + box.columns - 1
    for line in sheet.iter_rows(row, last_row, column, last_column):
        for cell in line:
            cell.border = _AROUND
    cell = sheet.cell(row, column)
    _write(cell, box.text)
    cell.font = Font(name=BODY, size=7.5 if box.small else 9, bold=box.head)
    cell.alignment = Alignment(horizontal=_SIDES[box.side], vertical="center", wrap_text=True)
    if (last_row, last_column) != (row, column):
        sheet.merge_cells(start_row=row, start_column=column, end_row=last_row, end_column=last_column)


def _write(cell: Cell | MergedCell, text: str) -> None:
    """A plain number as a number, all else as text: nothing that was typed becomes a formula."""
    shown = clean(text)
    if _NUMBER.fullmatch(shown):
        places = len(shown.partition(".")[2])
        cell.value = float(shown) if places else int(shown)
        cell.number_format = f"0.{'0' * places}" if places else "0"
    elif shown:
        cell.value = shown
        cell.data_type = "s"


def _wrapped(text: str, width: float, *, small: bool = False) -> int:
    """How many lines a text takes in a cell of so many centimetres."""
    room = max(1.0, (width - 0.2) / (0.135 if small else 0.16))
    sizes = (
        sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in line)
        for line in text.split("\n")
    )
    return sum(max(1, math.ceil(size / room)) for size in sizes)


def _print(sheet: Worksheet, page: Page, form: Form, repeated: str) -> None:
    setup = sheet.page_setup
    setup.paperSize = _A4
    setup.orientation = "landscape" if page.lying else "portrait"
    setup.fitToWidth, setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = sheet.page_margins
    margins.left = margins.right = 0.6
    margins.top = margins.bottom = 0.7
    sheet.print_options.horizontalCentered = True
    if repeated:
        sheet.print_title_rows = repeated
    assert sheet.oddFooter is not None  # noqa: S101 - a new sheet has both
    assert sheet.oddHeader is not None  # noqa: S101
    sheet.oddFooter.center.text = f"{form.footer.replace('&', '&&')}    &P".strip()
    if form.draft:
        sheet.oddHeader.right.text = form.draft
