"""Which value goes into which cell of a form that holds no placeholders: a file that a person reviews, and its check.

Each cell is named by its place and by the words beside and above it, so that a template that was changed is noticed
before anything is written into the wrong cell. What to propose is in `form_proposals.py`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from pydantic import Field

from config.errors import ConfigError, Finding, WrongValueError
from config.files import read_text
from config.form_grids import Cell, Form, Grid, plain_words
from config.tree import Remark
from config.yaml_models import Written, read_model


class MappedCell(Written):
    """One value and its place; `beside` and `below` are the words of its row and of the heading above it."""

    value: str
    at: str
    beside: str = ""
    below: str = ""


class FormMapping(Written):
    """All cells of a form that are filled by their place."""

    cells: tuple[MappedCell, ...] = Field(min_length=1)


def load_mapping(path: Path, form: Form) -> FormMapping:
    """The mapping in a file. Raises ConfigError with file and line where it does not fit the form."""
    try:
        text = read_text(path)
    except WrongValueError as wrong:
        raise ConfigError((finding_of(path, wrong),)) from None
    read = read_model(
        text, str(path), FormMapping, lambda written: written, lambda written: misfits(written, form)
    )
    if read.made is None:
        raise ConfigError(read.findings)
    return read.made


def mapping_text(mapping: FormMapping) -> str:
    """A mapping as it is written for a person: one cell a line."""
    lines = [yaml.safe_dump(one.model_dump(exclude_defaults=True), allow_unicode=True, default_flow_style=True,
                            sort_keys=False, width=10_000).strip() for one in mapping.cells]  # fmt: skip
    return "cells:\n" + "".join(f"  - {line}\n" for line in lines)


def misfits(mapping: FormMapping, form: Form) -> Iterator[Remark]:
    """Every cell that is not where the mapping says, with what stands there and where it would be right."""
    by_place = {cell.place: (grid, cell) for grid in form.grids for cell in grid.cells}
    seen: dict[str, str] = {}
    for number, one in enumerate(mapping.cells):
        loc = ("cells", number, "at")
        if one.at in seen:
            text = "{at} is given to {value} and to {other}; expected one value a cell"
            yield Remark(loc, "mapping", text, {"at": one.at, "value": one.value, "other": seen[one.at]})
        seen[one.at] = one.value
        if one.at in by_place and _fits(one, *by_place[one.at]):
            continue
        values: dict[str, object] = {
            "at": one.at,
            "value": one.value,
            "words": " / ".join(filter(None, (one.beside, one.below))),
        }
        if right := place_of(one.beside, one.below, form):
            text = "{at} is not the cell of {value}, {words}; in this template that is {right}"
            yield Remark(loc, "mapping", text, {**values, "right": right})
        else:
            text = (
                "{at} is not the cell of {value}; the template has no cell of {words} any more: map it again"
            )
            yield Remark(loc, "mapping", text, values)


def place_of(beside: str, below: str, form: Form) -> str:
    """The place of the cell with these words in its row and above it; empty where there is none, or several."""
    wanted = MappedCell(value="", at="", beside=beside, below=below)
    if not below:
        found = [right.place for grid in form.grids for cell in grid.cells if cell.words == plain_words(beside)
                 and (right := right_of(cell, grid))]  # fmt: skip
    elif not beside:
        found = [lower.place for grid in form.grids for cell in grid.cells if cell.words == plain_words(below)
                 and (lower := grid.at(cell.row + cell.rows, cell.column))]  # fmt: skip
    else:
        found = [cell.place for grid in form.grids for cell in grid.cells if _fits(wanted, grid, cell)]
    return found[0] if len(found) == 1 else ""


def right_of(cell: Cell, grid: Grid) -> Cell | None:
    """The cell behind one in its row."""
    return grid.at(cell.row, cell.column + cell.columns)


def _fits(one: MappedCell, grid: Grid, cell: Cell) -> bool:
    beside, below = plain_words(one.beside), plain_words(one.below)
    in_row = not beside or any(other.words == beside for other in grid.lines[cell.row] if other is not cell)
    # The nearest heading counts: a form has several tables below each other in one sheet.
    if in_row and below and beside:
        return nearest_heading(cell, grid, below)
    return in_row and (not below or any(other.words == below for other in grid.above(cell)))


def nearest_heading(cell: Cell, grid: Grid, words: str) -> bool:
    """Whether the heading of these words is that of the cell: no other row of headings lies between."""
    for other in grid.above(cell):
        if other.words == words:
            return True
        if sum(is_heading(one.words) for one in grid.lines[other.row]) > 1:
            return False
    return False


def is_heading(words: str) -> bool:
    """Whether these words head a column of one of the forms."""
    return heading_of(words) != ""


# By the last part of a value's name; the longest word that fits counts.
HEADINGS: dict[str, tuple[str, ...]] = {
    "level1": ("一级指标", "指标类型"),
    "level2": ("二级指标",),
    "level3": ("三级指标", "指标名称", "绩效指标"),
    "target": ("年度指标值", "指标值", "绩效目标", "目标值"),
    "actual": ("实际完成值", "全年完成值", "完成值"),
    "weight": ("分值", "权重"),
    "score": ("得分", "评分"),
    "grade": ("评价等次", "等次"),
    "reason": ("偏差原因分析及改进措施", "偏差原因", "未完成原因"),
    "planned": ("年初预算数", "计划投资额"),
    "budget": ("全年预算数",),
    "arrived": ("实际到位资金", "实际到位"),
    "spent": ("全年执行数", "实际使用情况", "实际使用", "执行数"),
    "rate": ("执行率", "到位率"),
    "优": ("优",),
    "良": ("良",),
    "中": ("中",),
    "差": ("差",),
}
_LONGEST = 20


def heading_of(words: str, known: Mapping[str, tuple[str, ...]] = HEADINGS) -> str:
    """Which value a heading stands above, by the last part of its name; empty for what is no heading."""
    if len(words) > _LONGEST:
        return ""
    fitting = [(len(word), last) for last, some in known.items() for word in some
               if (words == word if len(word) == 1 else word in words)]  # fmt: skip
    return max(fitting, default=(0, ""))[1]


def finding_of(path: Path, wrong: WrongValueError) -> Finding:
    """What is said of a file that cannot be read as text."""
    return Finding(wrong.rule, "error", str(path), wrong.text, wrong.values)
