"""Forms of a filled plan, Word and Excel, and a year of facts to fill them from; no tests here."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from docx import Document
from openpyxl import Workbook

from collector import made_year
from collector.commands.proof import basis_of_plan
from collector.ledger.store import Ledger, micros, open_ledger, sqlite_url
from collector.proof.content import Basis
from collector.proof.recomputing import recompute
from collector.version import VERSION
from config.load import load
from exporters.forms.filled import FilledPlan, printed
from exporters.forms.made import RENDERERS, form
from indicators.calendar import year_window
from tests.collector.keeping.counted import SHANGHAI
from tests.practice import EXAMPLES

YEAR = 2025
HEADINGS = ("一级指标", "三级指标", "年度指标值", "实际完成值", "评价等次", "分值", "得分")


@dataclass(frozen=True, slots=True)
class Year:
    """An office's folder: a plan of a year that is over, its network, and a data directory with that year's facts."""

    folder: Path

    @property
    def plan(self) -> Path:
        return self.folder / "plan-next.yaml"

    @property
    def network(self) -> Path:
        return self.folder / "network.yaml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def basis(self) -> Basis:
        return basis_of_plan(self.plan, load(self.network), YEAR)

    @contextmanager
    def opened(self) -> Iterator[Ledger]:
        ledger = open_ledger(sqlite_url(self.data), create=False)
        try:
            yield ledger
        finally:
            ledger.close()

    def filled(self) -> FilledPlan:
        """The plan as the facts fill it now."""
        with self.opened() as ledger, ledger.reading() as connection:
            return recompute(self.basis, connection, micros(time.time()))


def made(folder: Path, example: str = "hainan-commerce-dept-2020") -> Year:
    """An example's folder with its plan moved to a year that is over, and a year drawn for its network."""
    shutil.copytree(EXAMPLES / example, folder, dirs_exist_ok=True)
    year = Year(folder)
    text = year.plan.read_text("utf-8")
    assert "year: 2026" in text
    year.plan.write_text(text.replace("year: 2026", f"year: {YEAR}"), "utf-8")
    config = load(year.network)
    drawn = made_year.drawn(config, *year_window(YEAR, SHANGHAI), 1)
    year.data.mkdir()
    ledger = open_ledger(sqlite_url(year.data), create=True)
    try:
        made_year.write(ledger, config, drawn, VERSION)
    finally:
        ledger.close()
    return year


def built_in(of: FilledPlan, place: Path) -> Path:
    """The form as `evaluate` makes it."""
    place.write_bytes(RENDERERS[place.suffix](form(of, of.plan.form, "zh", annotated=True)))
    return place


def lines(of: FilledPlan) -> Iterator[tuple[str, ...]]:
    """The lines of a form's table."""
    yield HEADINGS
    for one in of.rows:
        row = one.row
        yield (
            row.level1,
            row.level3,
            row.target,
            one.actual,
            one.grade or "",
            printed(row.weight),
            printed(one.points),
        )


def word(of: FilledPlan, place: Path) -> Path:
    """A Word form of an office's own: a head, a table with cells merged over two lines, a line for signatures."""
    document = Document()
    document.add_heading("项目支出绩效自评表", 0)
    document.add_paragraph(of.plan.project.name)
    table = document.add_table(0, len(HEADINGS))
    for line in lines(of):
        for cell, text in zip(table.add_row().cells, line, strict=True):
            cell.text = text
    table.cell(2, 0).merge(table.cell(3, 0)).text = of.rows[1].row.level1
    document.add_paragraph("填报人：        审核人：")
    document.save(str(place))
    return place


def workbook(of: FilledPlan, place: Path) -> Path:
    """The same as a workbook."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([of.plan.project.name])
    for line in lines(of):
        sheet.append(list(line))
    book.save(place)
    book.close()
    return place
