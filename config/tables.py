"""CSV tables, as Excel saves them, into the same tree a YAML list gives; each entry remembers its row.

The header row names the columns by the keys of the model, nested ones dotted (`check.address`). An empty cell
is a value not given. Row numbers are Excel's; the header is the first row that is not blank. What the values
mean is judged elsewhere, and how a workbook becomes CSV in `workbooks.py`.
"""

import csv
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from config.errors import Finding, WrongValueError
from config.keys import AnyModel, Kind, columns, model_at, nearest, required
from config.model import Network
from config.tree import Loc, Rows, Value

SEPARATORS = re.compile(r"[\s;,、；，]+")
_CHANGES = re.compile(r"[;；\n]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_MOST_SHARED = 50_000

Split = tuple[int, tuple[str, ...], Kind]


@dataclass(frozen=True, slots=True)
class Written:
    """A table as text: its name as shown, its delimiter if known, and cells (row, column) that were unreadable."""

    name: str
    text: str
    delimiter: str = ""
    refused: tuple[tuple[int, int, WrongValueError], ...] = ()


@dataclass(slots=True)
class Table:
    """The entries of a table; `rows[i]` is the row of `entries[i]`, `findings` what its shape got wrong.

    `head` is the row of the column names, `refused` the places of cells that could not be read and of the keys
    above them.
    """

    name: str
    head: int = 1
    entries: Rows = field(default_factory=lambda: Rows({}))
    rows: "array[int]" = field(default_factory=lambda: array("L"))
    missing: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    def place(self, within: Loc) -> str:
        """Where a value stands; `within` is its place below the list: entry number, then keys."""
        number = within[0] if within else None
        row = self.rows[number] if isinstance(number, int) else self.head
        column = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in within[1:])
        return place_of(self.name, row, column.removeprefix("."))

    def lacks(self, key: str) -> bool:
        """Whether a missing column already says that `key` is missing in every row."""
        return any(column == key or column.startswith(f"{key}.") for column in self.missing)

    def refuses(self, within: Loc) -> bool:
        """Whether it was already said of a cell here, or of a key below, that it cannot be read."""
        return self.place(within) in self.refused

    def say(self, rule: str, row: int, at: str, text: str, **values: object) -> None:
        """Add a finding at a row and, if it has a name, a column."""
        self.findings.append(Finding(rule, "error", place_of(self.name, row, at), text, values))


def place_of(name: str, row: int, column: str = "") -> str:
    """A place in a table as findings name it."""
    return f"{name}: row {row}, column {column}" if column else f"{name}: row {row}"


def read_table(written: Written, section: str, root: AnyModel = Network) -> Table:
    """The entries of the list `section` of `root` in a table; mistakes of shape become findings of the table."""
    table = Table(written.name)
    rows = _rows(table, written)
    header: list[str] = []
    for table.head, cells in rows:
        if any(cell.strip() for cell in cells):
            header = [cell.strip() for cell in cells]
            break
    _say_refused(table, written, header)
    if not header:
        table.head = 1
        if not table.findings:
            table.say("table", 1, "", "the table is empty; expected a row of column names")
        return table
    splits = _read_header(table, header, model_at((section,), root))
    table.entries = Rows({keys[0]: place for place, keys, kind in splits if _is_plain(keys, kind)})
    nested = [split for split in splits if not _is_plain(*split[1:])]
    # A column says the same few things ten thousand times: each is kept once.
    known: dict[str, str] = {}
    for row, cells in rows:
        shared = tuple(known.setdefault(cell, cell) for cell in map(str.strip, cells))
        if any(shared) and _has_width(table, row, shared, len(header)):
            table.rows.append(row)
            plain = not any(shared[place] for place, *_ in nested)
            table.entries.append(shared if plain else _entry(table, row, shared, splits))
        if len(known) > _MOST_SHARED:  # what is not said again soon would only take room
            known.clear()
    return table


def _is_plain(keys: tuple[str, ...], kind: Kind) -> bool:
    return len(keys) == 1 and kind == "text"


def _say_refused(table: Table, written: Written, header: list[str]) -> None:
    """What could not be read in the columns that have a name, or in the row that should give them one."""
    for row, column, wrong in written.refused:
        name = header[column - 1] if column <= len(header) else ""
        if name or row <= table.head:
            keys = name.split(".")
            table.refused |= {
                place_of(table.name, row, ".".join(keys[:depth])) for depth in range(1, len(keys) + 1)
            }
            table.say(wrong.rule, row, name or letters_of(column), wrong.text, **wrong.values)


def letters_of(column: int) -> str:
    """The letters of a column as Excel shows them."""
    before, letter = divmod(column - 1, 26)
    return (letters_of(before) if before else "") + chr(ord("A") + letter)


class UnreadableRowError(WrongValueError):
    """A row (as Excel counts) that is no CSV."""

    row = 1


def delimiter_of(text: str) -> str:
    """What separates the columns of a table, as its header tells."""
    # The header decides: names of columns hold no delimiter, while cells below may hold any of them.
    return max(",;\t", key=text.lstrip("\r\n").partition("\n")[0].count)


def rows_of(written: Written) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table with their numbers. Raises UnreadableRowError at one that cannot be read."""
    row, lines = 0, (line[0] for line in _LINE.finditer(written.text))
    delimiter = written.delimiter or delimiter_of(written.text)
    try:
        for row, cells in enumerate(csv.reader(lines, delimiter=delimiter, strict=True), 1):
            yield row, cells
    except csv.Error as error:
        wrong = UnreadableRowError("the row cannot be read as CSV: {why}", rule="table", why=error)
        wrong.row = row + 1
        raise wrong from None


def _rows(table: Table, written: Written) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from rows_of(written)
    except UnreadableRowError as wrong:
        table.say(wrong.rule, wrong.row, "", wrong.text, **wrong.values)


def _read_header(table: Table, header: list[str], model: AnyModel | None) -> list[Split]:
    """How to take each named column apart; unknown, repeated and missing ones are findings."""
    known: dict[str, Kind] = dict(columns(model)) if model else {}
    splits: list[Split] = []
    for place, column in enumerate(header):
        if column in header[:place]:
            if column:
                table.say(
                    "table",
                    table.head,
                    column,
                    "the column {column} stands twice; expected it once",
                    column=column,
                )
        elif column in known:
            splits.append((place, tuple(column.split(".")), known[column]))
        elif column:
            _say_unknown(table, column, known)
    given = {*header, "check.address"} if "check.probe" in header else set(header)  # not every kind has one
    table.missing = [name for name in required(model) if name not in given] if model else []
    for name in table.missing:
        table.say("missing", table.head, "", "the column {column} is missing; it is required", column=name)
    return splits


def _say_unknown(table: Table, column: str, known: dict[str, Kind]) -> None:
    near = nearest(column, known)
    if near:
        table.say(
            "unknown-key",
            table.head,
            column,
            "unknown column {column}; did you mean {near}?",
            column=column,
            near=near,
        )
    else:
        table.say(
            "unknown-key",
            table.head,
            column,
            "unknown column {column}; expected one of {known}",
            column=column,
            known=", ".join(known),
        )


def _has_width(table: Table, row: int, cells: Sequence[str], width: int) -> bool:
    """Whether a row has a cell for every column of the header and nothing beyond; else that is a finding."""
    if len(cells) < width or any(cells[width:]):
        table.say(
            "table",
            row,
            "",
            "the row has {found} cells; expected {expected}, as in the header",
            found=len(cells),
            expected=width,
        )
        return False
    return True


def _entry(table: Table, row: int, cells: Sequence[str], splits: list[Split]) -> dict[str, Value]:
    entry: dict[str, Value] = {}
    for place, keys, kind in splits:
        cell = cells[place]
        if cell:
            # Columns come from the models, so what is nested under a key is always a mapping.
            into = entry
            for key in keys[:-1]:
                inner = into.setdefault(key, {})
                into = inner if isinstance(inner, dict) else into
            into[keys[-1]] = cell if kind == "text" else _split(table, row, keys, cell, kind)
    return entry


def _split(table: Table, row: int, keys: tuple[str, ...], cell: str, kind: Kind) -> Value:
    if kind == "list":
        return [item for item in SEPARATORS.split(cell) if item]
    try:
        return [read_change(part.split()) for part in _CHANGES.split(cell) if part.strip()]
    except WrongValueError as wrong:
        table.say(wrong.rule, row, ".".join(keys), wrong.text, **wrong.values)
        return []


def read_change(words: list[str]) -> Value:
    """One dated change of a cell: `2026-03-01 commit_rate=20M carrier=cmcc`.

    Raises WrongValueError if a word behind the day is not `key=value`.
    """
    change: dict[str, Value] = {"from": words[0]}
    for word in words[1:]:
        key, sign, value = word.partition("=")
        if not (key and sign and value):
            raise WrongValueError(
                "{found} is not a change; expected a day and key=value, such as 2026-03-01 commit_rate=20M",
                rule="table",
                found=word,
            )
        change[key] = value
    return change
