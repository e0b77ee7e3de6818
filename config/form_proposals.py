"""What a mapping of a form would be, found by its words: the names of rows at the left, the headings above.

It is a proposal; a person looks it over. A cell that already says something is proposed only where a new year's value
takes the place of an old one.
"""

from collections.abc import Iterator

from config.form_grids import Cell, Form, Grid, plain_words
from config.form_mapping import FormMapping, MappedCell, heading_of, right_of
from config.plan import Money, Plan, Row

PROJECT = {
    "项目名称": "name",
    "主管部门": "department",
    "实施单位": "unit",
    "项目实施单位": "unit",
    "项目单位": "unit",
    "项目编号": "number",
    "项目负责人": "leader",
    "联系电话": "phone",
    "地址": "address",
    "邮编": "postcode",
}
"""The words before what is said of a project, by the field of the plan."""
OF_ROW = ("actual", "score", "grade", "reason")
OF_MONEY = ("planned", "budget", "arrived", "spent", "rate", "score", "reason")
_ONLY_EMPTY = ("target", "weight")
_GOAL = {"预期目标": "goal.expected", "实际完成情况": "goal.actual"}
_TOTAL = {"总分": ("total.score", "score"), "合计": ("total.score", "score")}
_GRADE = ("评价等次", "评价等级", "等次")


def propose(plan: Plan, form: Form) -> FormMapping | None:
    """A mapping of all that was found; None where nothing was."""
    found: dict[str, MappedCell] = {}
    for one in (*_of_lines(plan, form), *_of_total(form), *_of_project(form)):
        found.setdefault(one.at, one)
    return FormMapping(cells=tuple(found.values())) if found else None


def _of_lines(plan: Plan, form: Form) -> Iterator[MappedCell]:
    titles: list[tuple[str, str, tuple[str, ...]]] = [
        (f"rows.{row.id}", row.level3, (*OF_ROW, *_given(row))) for row in plan.rows
    ]
    titles += [(f"money.{one.id}", one.name, (*OF_MONEY, *_given(one))) for one in plan.money]
    taken: set[str] = set()
    for name, title, lasts in titles:
        for grid, cell in _named(title, form):
            line = [*_of_line(name, cell, grid, lasts)]
            if cell.place not in taken and line:
                taken.add(cell.place)
                yield from line
                break


def _given(entry: Row | Money) -> list[str]:
    """What the plan says of an entry that a form may have left to be filled in."""
    return [last for last in _ONLY_EMPTY if getattr(entry, last, None)]


def _named(title: str, form: Form) -> Iterator[tuple[Grid, Cell]]:
    """The cells that say a title, those that say nothing else first."""
    words = plain_words(title)
    cells = [(grid, cell) for grid in form.grids for cell in grid.cells if words and words in cell.words]
    return iter(sorted(cells, key=lambda one: len(one[1].words)))


def _of_line(name: str, title: Cell, grid: Grid, lasts: tuple[str, ...]) -> Iterator[MappedCell]:
    for cell in grid.lines[title.row]:
        heading = next((one for one in grid.above(cell) if heading_of(one.words)), None)
        last = heading_of(heading.words) if heading else ""
        if heading is None or cell.column <= title.column or cell.rows > title.rows:
            continue
        if last in lasts and not (last in _ONLY_EMPTY and cell.text):
            yield MappedCell(
                value=f"{name}.{last}",
                at=cell.place,
                beside=_line_of(title.text),
                below=_line_of(heading.text),
            )


def _of_total(form: Form) -> Iterator[MappedCell]:
    for grid in form.grids:
        for cell in grid.cells:
            if cell.words in _TOTAL:
                name, wanted = _TOTAL[cell.words]
                yield from (
                    MappedCell(value=name, at=one.at, beside=one.beside, below=one.below)
                    for one in _of_line("total", cell, grid, (wanted,))
                    if one.value == f"total.{wanted}"
                )
            elif cell.words in _GRADE and (right := right_of(cell, grid)):
                yield MappedCell(value="total.grade", at=right.place, beside=_line_of(cell.text))


def _of_project(form: Form) -> Iterator[MappedCell]:
    for grid in form.grids:
        for cell in grid.cells:
            right, lower = right_of(cell, grid), grid.at(cell.row + cell.rows, cell.column)
            if cell.words in PROJECT and right and not right.text:
                yield MappedCell(
                    value=f"project.{PROJECT[cell.words]}", at=right.place, beside=_line_of(cell.text)
                )
            elif cell.words in _GOAL and lower and not lower.text:
                yield MappedCell(value=_GOAL[cell.words], at=lower.place, below=_line_of(cell.text))


def _line_of(text: str) -> str:
    return plain_words(text)
