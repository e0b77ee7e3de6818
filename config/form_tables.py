"""The tables of a filled form into the tree of a plan, text by text, each with the place where it stands.

What the texts are worth is for the models and the rules of plans.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from config.form_grids import Cell, Form, Grid, plain_words
from config.form_mapping import heading_of, right_of
from config.form_proposals import PROJECT
from config.quantities import read_quantity, read_stretch
from config.tree import Loc, Value

_WEIGHT = re.compile(r"[（(](\d+(?:\.\d+)?)分?[)）]$")
_NAMED = re.compile(r"项目名称[：:](.+?)(?:（20\d\d年度?）)?$")
_YEAR = re.compile(r"(20\d\d)年")
_TOTALS = ("总分", "合计", "总计")
_GRADES = ("评价等次", "评价等级", "等次")
_BANDS = ("优", "良", "中", "差")
_MONEY = ("planned", "budget", "arrived", "spent", "rate", "weight", "score", "reason")
_LESS_IS_BETTER = re.compile(r"故障|宕机|中断|投诉|丢包|延时|延迟|成本|支出|超时|差错")
_SIGNED = re.compile(r"签字|签章|签名|盖章")
_GOALS = {"预期目标": "expected", "实际完成情况": "actual"}


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a table: its last row, and the columns by the last part of what stands below."""

    row: int
    columns: dict[str, int]
    weights: tuple[int, ...] = ()  # every column of weights, in their order

    def spanned_by(self, cell: Cell) -> bool:
        """Whether a cell reaches over several of the columns: a note below the table, or a heading inside it."""
        return sum(cell.covers(cell.row, column) for column in self.columns.values()) > 1


@dataclass(slots=True)
class FormReading:
    """A form being read: the tree so far, and the place of every text in it."""

    form: Form
    tree: dict[str, Value] = field(default_factory=dict)
    places: dict[Loc, str] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    has_grade: bool = False

    def read(self) -> None:
        """Fill the tree."""
        self.tree = {"project": {}, "profile": "mof-2020", "rows": []}
        for grid in self.form.grids:
            for head in heads(grid):
                self._table(grid, head)
            self._labels(grid)
        self._outside()
        if self.tree.get("scores") or "优" in self.columns:
            self.tree |= {"profile": "hainan-20-25-55", "form": "hainan"}

    def place_of(self, loc: Loc) -> str:
        """Where a part of the plan stands in the form, or what is nearest above it; empty where nothing is."""
        for length in range(len(loc), 0, -1):
            for known, place in self.places.items():
                if known[:length] == loc[:length]:
                    return place
        return ""

    def _put(self, loc: Loc, cell: Cell | None, text: str | None = None) -> None:
        """Keep a text under its keys; an empty one is not there, but its place is known."""
        if cell is None:
            return
        self.places.setdefault(loc, cell.place)
        written = cell.text if text is None else text
        if not written:
            return
        at = self.tree
        for step in loc[:-1]:
            inner = at.setdefault(str(step), {})
            assert isinstance(inner, dict)  # noqa: S101 - lists are put whole
            at = inner
        at.setdefault(str(loc[-1]), written)

    def _entry(self, section: str, texts: dict[str, Cell | None], **given: Value) -> None:
        """Add one entry of a list; keys with a point are nested."""
        entries = self.tree.setdefault(section, [])
        assert isinstance(entries, list)  # noqa: S101 - sections of entries are lists
        entry: dict[str, Value] = dict(given)
        for key, cell in texts.items():
            if cell is None:
                continue
            self.places[(section, len(entries), *key.split("."))] = cell.place
            if not cell.text:
                continue
            outer, _, inner = key.partition(".")
            if inner:
                nested = entry.setdefault(outer, {})
                assert isinstance(nested, dict)  # noqa: S101 - made here
                nested[inner] = cell.text
            else:
                entry.setdefault(outer, cell.text)
        entries.append(entry)

    def _table(self, grid: Grid, head: Head) -> None:
        lasts = head.columns.keys()
        if "level3" in lasts and len(head.weights) > 1:
            self._scores(grid, head)
        elif "level3" in lasts and lasts & {"target", "actual", "优"}:
            self._rows(grid, head)
        elif lasts & {"planned", "budget"} and lasts & {"spent", "rate"}:
            self._money(grid, head)

    def _rows(self, grid: Grid, head: Head) -> None:
        self.columns |= head.columns.keys()
        levels: dict[str, str] = {}
        for row in _below(grid, head):
            cells = {last: grid.at(row, column) for last, column in head.columns.items()}
            if self._is_total(grid, row, cells):
                return
            title = cells["level3"]
            if title is None or not title.text or head.spanned_by(title):
                continue
            for level in ("level1", "level2"):
                if (cell := cells.get(level)) and cell.text:
                    levels[level], weight = _named(cell.text)
                    self._weight(cell, weight, levels, level)
                    if level == "level1":
                        levels.pop("level2", None)
            keys = {"target": "target", "actual": "printed.actual", "weight": "weight", "score": "printed.score",
                    "reason": "printed.reason", **{grade: f"bands.{grade}" for grade in _BANDS}}  # fmt: skip
            texts = {key: cells.get(last) for last, key in keys.items()}
            number = len(self._list("rows"))
            given: dict[str, Value] = {
                "id": f"row-{number + 1}",
                "level3": _flat(title.text),
                **_direction(cells),
            }
            self._entry("rows", texts, **{"level1": "", **levels, **given})
            self.places[("rows", number, "level3")] = title.place

    def _weight(self, cell: Cell, weight: str, levels: dict[str, str], level: str) -> None:
        given: dict[str, Value] = {"level1": levels.get("level1", "")}
        if level == "level2":
            given["level2"] = levels["level2"]
        known = self._list("weights")
        if not weight or any(isinstance(one, dict) and given.items() <= one.items() for one in known):
            return
        self.places[("weights", len(known), "weight")] = cell.place
        known.append({**given, "weight": weight})

    def _scores(self, grid: Grid, head: Head) -> None:
        """一级指标 分值 二级指标 分值 三级指标 分值 得分: each weight stands behind its level."""
        names = ["", ""]
        for row in _below(grid, head):
            cells = {last: grid.at(row, column) for last, column in head.columns.items()}
            cells["weight"] = grid.at(row, head.weights[-1])
            if self._is_total(grid, row, cells):
                return
            title = cells["level3"]
            if title is None or not title.text or head.spanned_by(title):
                continue
            for depth, level in enumerate(("level1", "level2")):
                cell = cells.get(level)
                if cell is None or not cell.text:
                    continue
                names[depth] = _flat(cell.text)
                weight = right_of(cell, grid)
                if weight is not None and weight.text and cell.row == row and depth < len(head.weights) - 1:
                    given = {
                        "level1": names[0],
                        **({"level2": names[1]} if depth else {}),
                        "weight": weight.text,
                    }
                    self.places[("weights", len(self._list("weights")), "weight")] = weight.place
                    self._list("weights").append({key: text for key, text in given.items() if text})
            texts = {last: cells.get(last) for last in ("level3", "weight", "score", "reason")}
            self._entry("scores", texts, level1=names[0], **({"level2": names[1]} if names[1] else {}))

    def _is_total(self, grid: Grid, row: int, cells: dict[str, Cell | None]) -> bool:
        """Whether this row closes the table; its weight and score are then kept."""
        if not any(cell.words in _TOTALS for cell in grid.lines[row]):
            return False
        self._put(("total", "weight"), cells.get("weight"))
        self._put(("total", "score"), cells.get("score"))
        return True

    def _money(self, grid: Grid, head: Head) -> None:
        first = min(head.columns[last] for last in _MONEY if last in head.columns)
        for row in _below(grid, head):
            name = grid.at(row, first - 1)
            cells = {last: grid.at(row, column) for last, column in head.columns.items() if last in _MONEY}
            aligned = all(
                cell is not None and cell.column == head.columns[last] for last, cell in cells.items()
            )
            if name is None or not name.text or not aligned:
                return
            if any(cell and cell.text for cell in cells.values()):
                self._add_money(name, cells)

    def _add_money(self, name: Cell, cells: dict[str, Cell | None]) -> None:
        number = len(self._list("money"))
        given: dict[str, Value] = {"id": "total" if number == 0 else f"part-{number}"}
        if number:
            given["part_of"] = "total"
        self._entry("money", {"name": name, **cells}, **given)

    def _labels(self, grid: Grid) -> None:
        for cell in grid.cells:
            right, words = right_of(cell, grid), cell.words
            if words in PROJECT:
                self._put(("project", PROJECT[words]), right, _flat(right.text) if right else None)
            elif words == "项目类型" and right is not None:
                ticked = re.search(r"(经常性项目|一次性项目)[（(][√✓☑]", plain_words(right.text))
                self._put(("project", "kind"), right, ticked[1] if ticked else "")
            elif words in _GRADES and right is not None:
                self.has_grade = True
                self._put(("total", "grade"), right)
            elif words in _GOALS:
                self._put(("goal", _GOALS[words]), grid.at(cell.row + cell.rows, cell.column))
            elif words == "平均得分":
                self._put(("total", "mean"), right)
            elif words == "姓名":
                self._evaluators(grid, cell)
            elif heading_of(words) == "planned" and right is not None and read_quantity(right.text):
                self._investment(grid, cell)

    def _investment(self, grid: Grid, first: Cell) -> None:
        """计划投资额 实际到位资金 实际使用情况, each with its amount behind it, and the parts below."""
        labels = {
            heading_of(cell.words): cell
            for cell in grid.lines[first.row]
            if heading_of(cell.words) in ("planned", "arrived", "spent")
        }
        for row in range(first.row, max(grid.lines) + 1):
            names = {last: grid.at(row, label.column) for last, label in labels.items()}
            name = names["planned"]
            if name is None or not name.text or (row > first.row and not _is_source(name.words)):
                return
            cells = {last: right_of(cell, grid) for last, cell in names.items() if cell and cell.row == row}
            if any(cell and cell.text for cell in cells.values()):
                self._add_money(name, cells)

    def _evaluators(self, grid: Grid, first: Cell) -> None:
        lasts = {"姓名": "name", "职务/职称": "post", "单位": "unit", "项目评分": "score"}
        columns = {lasts[one.words]: one.column for one in grid.lines[first.row] if one.words in lasts}
        for row in range(first.row + 1, max(grid.lines) + 1):
            cells = {last: grid.at(row, column) for last, column in columns.items()}
            name = cells.get("name")
            if len(columns) < 3 or name is None or not name.text or name.columns > first.columns:
                return
            if name.words in _TOTALS:
                return
            self._entry("evaluators", cells)

    def _outside(self) -> None:
        texts = [*self.form.paragraphs, *((c.place, c.text) for grid in self.form.grids for c in grid.cells)]
        signed = [
            (place, text) for place, text in texts if _SIGNED.search(text) and plain_words(text) != "签字"
        ]
        if signed:
            self.tree["signatures"] = [text for _, text in signed]
            self.places |= {("signatures", number): place for number, (place, _) in enumerate(signed)}
        for place, text in texts:
            if match := _NAMED.match(_flat(text)):
                self._put(("project", "name"), Cell(place, match[1], 0, 0))
        for place, text in texts:
            if match := _YEAR.search(plain_words(text)):
                self._put(("project", "year"), Cell(place, match[1], 0, 0))
                return

    def _list(self, section: str) -> list[Value]:
        found = self.tree.setdefault(section, [])
        assert isinstance(found, list)  # noqa: S101 - sections of entries are lists
        return found


def heads(grid: Grid) -> Iterator[Head]:
    """The heads of the tables that stand in a grid."""
    for row, line in grid.lines.items():
        own = [cell for cell in line if cell.row == row]
        found = [(heading_of(cell.words), cell) for cell in own if heading_of(cell.words)]
        if len(found) < 2 or {last for last, _ in found} <= set(_BANDS):
            continue
        columns: dict[str, int] = {}
        for last, cell in found:
            if last != "level3" or cell.words != "绩效指标" or "level3" not in columns:
                # 绩效指标 beside 三级指标 is the title of the whole part.
                if last == "level3" and cell.words == "绩效指标" and any(c.words == "三级指标" for c in own):
                    continue
                columns.setdefault(last, cell.column)
        below = [cell for cell in grid.lines.get(row + 1, ()) if cell.row == row + 1 and cell.words in _BANDS]
        columns |= {cell.words: cell.column for cell in below}
        weights = tuple(cell.column for last, cell in found if last == "weight")
        yield Head(row + 1 if len(below) > 1 else row, columns, weights)


def _below(grid: Grid, head: Head) -> Iterator[int]:
    """The rows below a head, up to the next one."""
    for row in grid.lines:
        if row > head.row:
            texts = [cell for cell in grid.lines[row] if cell.row == row]
            if sum(heading_of(cell.words) != "" and not read_quantity(cell.text) for cell in texts) > 2:
                bands = sum(cell.words in _BANDS for cell in texts)
                if len(texts) - bands > 2 and bands < 4:
                    return
            yield row


def _named(text: str) -> tuple[str, str]:
    """A level as named and the weight printed behind it: 产出指标（50分）."""
    words = plain_words(text)
    match = _WEIGHT.search(words)
    return (words[: match.start()], match[1]) if match else (words, "")


def _flat(text: str) -> str:
    return text.replace("\n", "").strip()


def _is_source(words: str) -> bool:
    return "财政" in words or words.endswith("其他")


def _direction(cells: dict[str, Cell | None]) -> dict[str, Value]:
    """Which way a row is better, as far as its bands, its target and its name tell."""
    texts = {last: cell.text for last, cell in cells.items() if cell is not None}
    target = texts.get("target", "")
    bands = [read_stretch(texts[grade]) for grade in ("优", "中") if texts.get(grade)]
    lows = [band[0].low for band in bands if band and band[0].low is not None]
    if len(lows) == 2 and lows[0] != lows[1]:
        return {"direction": "positive" if lows[0] > lows[1] else "reverse"}
    if not target:
        return {}
    if read_quantity(target) is None:
        return {"direction": "qualitative"}
    if re.search(r"[≤<≦﹤]|以下|以内|不超过|不高于|低于", target):
        return {"direction": "reverse"}
    by_name = _LESS_IS_BETTER.search(texts.get("level3", ""))
    return {"direction": "reverse" if by_name and not re.search(r"[≥>≧]|以上", target) else "positive"}
