"""Reading written forms back: what stands where in a Word file and in a workbook; and plans filled. No tests here."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from collector.evaluating.fill import fill
from collector.judging.window import period
from config.plan_case import Case
from config.plan_files import load_plan
from exporters.forms.filled import FilledPlan
from exporters.forms.sheet import Form, placed
from indicators.calendar import year_window

ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class Seen:
    """A cell as it was found: how far it reaches, and what it says."""

    columns: int
    rows: int
    text: str


Table = dict[tuple[int, int], Seen]


def filled(plan: Path) -> FilledPlan:
    """A plan without measured values, after its year."""
    loaded = load_plan(plan)
    begin, end = year_window(loaded.plan.project.year, ZoneInfo(ZONE))
    case = Case(loaded.plan, loaded.profile, loaded.network, {})
    return fill(case, {}, period(begin, end, ZoneInfo(ZONE), end), ZONE)


def described(form: Form) -> list[Table]:
    """The tables of a form as they were described."""
    return [
        {(row, column): Seen(box.columns, box.rows, box.text) for row, column, box in placed(grid)}
        for page in form.pages
        for grid in page.grids
    ]


def in_word(content: bytes) -> list[Table]:
    """The tables of a Word file."""
    return [_word_table(table._tbl) for table in Document(BytesIO(content)).tables]


def _word_table(table: Any) -> Table:
    found: Table = {}
    begun: dict[int, tuple[int, int]] = {}
    for row, line in enumerate(table.tr_lst):
        for cell in line.tc_lst:
            column = cell.grid_offset
            if cell.vMerge == "continue":
                above = found[begun[column]]
                found[begun[column]] = Seen(above.columns, above.rows + 1, above.text)
            else:
                begun[column] = (row, column)
                found[row, column] = Seen(cell.grid_span, 1, _text(cell))
    return found


def _text(cell: Any) -> str:
    return "\n".join(
        "".join(
            "\n" if part.tag == qn("w:br") else part.text or ""
            for part in paragraph.iter(qn("w:t"), qn("w:br"))
        )
        for paragraph in cell.iter(qn("w:p"))
    )


def in_excel(content: bytes, form: Form) -> list[Table]:
    """The tables of a workbook, cut apart where the form says that one ends."""
    book = load_workbook(BytesIO(content))
    found = []
    for page in form.pages:
        sheet = book[page.sheet]
        joined = {(one.min_row, one.min_col): one for one in sheet.merged_cells.ranges}
        first = 2 + bool(page.under)
        for grid in page.grids:
            table: Table = {}
            for row, column, _ in placed(grid):
                at = (first + row, 1 + column)
                area = joined.get(at)
                shown = _shown(sheet.cell(*at))
                columns, rows = (area.size["columns"], area.size["rows"]) if area else (1, 1)
                table[row, column] = Seen(columns, rows, shown)
            found.append(table)
            first += len(grid.lines)
    return found


def _shown(cell: Any) -> str:
    """What a cell shows, by its format."""
    if isinstance(cell.value, int | float):
        places = len(cell.number_format.partition(".")[2])
        return f"{cell.value:.{places}f}"
    return cell.value or ""


def lines(table: Table) -> list[list[str]]:
    """The texts of a table line by line, what begins on each."""
    found: dict[int, list[str]] = {}
    for (row, _), seen in sorted(table.items()):
        found.setdefault(row, []).append(seen.text)
    return list(found.values())
