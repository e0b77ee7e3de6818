"""A list of a configuration written anew: its table in the form it has, or a table where there was none.

Bytes in, bytes out; the file of a person's YAML is never changed. Only `put` touches the disk: at once or not at
all, the old file kept beside the new one.
"""

import copy
import csv
import io
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from config.errors import ConfigError, Finding, LinewalkerError, WrongValueError
from config.files import Folder, decode, sheet_of
from config.inventory import Texts
from config.load import load
from config.model import Config
from config.sections import CIRCUITS, Section
from config.tables import Written, delimiter_of, read_table, rows_of
from config.workbooks import read_sheet
from config.yaml_places import NotYamlError, read_yaml

DAYS = ("in_service_from", "in_service_until")
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a list is kept, the circuits: the table that the configuration names, or one to be named in it.

    `line` is where the YAML holds the entries itself (0: nowhere) and `name` is still to be written there.
    """

    main: Path
    name: str
    named: bool
    line: int = 0
    section: Section = CIRCUITS

    @property
    def is_empty(self) -> bool:
        """Whether there are no entries yet: neither a table that exists nor any in the YAML."""
        return not self.path.exists() if self.named else not self.line

    @property
    def path(self) -> Path:
        """The file of the table."""
        return self.main.parent / sheet_of(self.name)[0]

    @property
    def sheet(self) -> str | None:
        """The sheet that is named, empty for the only one; None for a CSV file."""
        return sheet_of(self.name)[1]


def target_of(main: Path, section: Section = CIRCUITS) -> Target:
    """Where the configuration in the file `main` keeps a list. Raises ConfigError if it cannot be read."""
    try:
        document = read_yaml(Folder(main).read(main.name))
    except WrongValueError as wrong:
        place = f"{main}:{wrong.line}" if isinstance(wrong, NotYamlError) else str(main)
        raise ConfigError((Finding(wrong.rule, "error", place, wrong.text, wrong.values),)) from None
    listed = document.tree.get(section.name) if isinstance(document.tree, dict) else None
    if isinstance(listed, str):
        return Target(main, listed, named=True, section=section)
    line = document.line((section.name,)) if listed else 0
    return Target(main, f"{section.name}.csv", named=False, line=line, section=section)


def present(*targets: Target) -> Config:
    """The configuration as it is; a table that it names and that does not exist yet counts as one without a row.

    Raises ConfigError.
    """
    # Services and devices may speak of circuits that the list is about to bring.
    empty = {sheet_of(one.name)[0]: _fresh(one, ()) for one in targets if one.named and one.is_empty}
    return load(targets[0].main, empty, frozenset(one.section.name for one in targets if one.is_empty))


def rewritten(target: Target, config: Config, edits: Mapping[str, Texts], added: Sequence[Texts]) -> bytes:
    """The table with these texts of known entries, by id, and these entries more.

    Raises LinewalkerError for a workbook whose formulas would lose their values.
    """
    here = target.section.rows(config)
    if not target.named or not target.path.exists():
        all_texts = [texts | edits.get(name, {}) for name, texts in here.items()]
        return _fresh(target, (*all_texts, *added))
    raw = target.path.read_bytes()
    if target.sheet is None:
        return _rewritten_csv(raw, target.section, tuple(here), edits, added)
    return _rewritten_sheet(raw, target, tuple(here), edits, added)


def instead(target: Target, raw: bytes, before: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """What `config.load` must read in the place of files to try the new table, and those that are tried `before`."""
    tables = {**(before or {}), sheet_of(target.name)[0]: raw}
    if target.named:
        return tables
    text = Folder(target.main, before or {}).read(target.main.name)
    return {**tables, target.main.name: _naming(text, target.section.name, target.name).encode()}


def _naming(text: str, section: str, name: str) -> str:
    """The YAML with the name of the table in the place of the entries it holds; lines keep their numbers."""
    root = read_yaml(text).root
    for key, value in root.value:
        if key.value == section:
            start, end = key.start_mark.index, value.end_mark.index
            lines = "\n" * text.count("\n", start, end)
            return f"{text[:start]}{section}: {name}{lines}{text[end:]}"
    return f"{text}\n{section}: {name}\n"


def _fresh(target: Target, rows: Sequence[Texts]) -> bytes:
    columns = target.section.used_fields(rows)
    lines = [columns, *([texts.get(key, "") for key in columns] for texts in rows)]
    if target.sheet is None:
        return csv_bytes(lines)
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = target.sheet or sheet.title
    for number, line in enumerate(lines, 1):
        for column, (key, text) in enumerate(zip(columns, line, strict=True), 1):
            fill(sheet.cell(number, column), key if number > 1 else "", text)
    return saved(book)


def csv_bytes(
    lines: Iterable[Sequence[str]], delimiter: str = ",", ending: str = "\r\n", encoding: str = "utf-8-sig"
) -> bytes:
    """Lines of cells as a CSV file that Excel opens rightly."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator=ending).writerows(lines)
    return written.getvalue().encode(encoding)


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def fill(cell: Cell | MergedCell, key: str, text: str) -> None:
    """Write a setting into a cell: a day as a date, all else as text, which neither loses zeros nor calculates."""
    if not isinstance(cell, Cell) or not text:
        if isinstance(cell, Cell):
            cell.value = None
        return
    if key in DAYS:
        cell.value = date.fromisoformat(text)
        cell.number_format = "yyyy-mm-dd"
        return
    cell.value = text
    cell.data_type = "s"  # openpyxl takes what begins with = for a formula
    cell.number_format = "@"
    cell.quotePrefix = True


def _encoding(raw: bytes) -> str:
    marked = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), "")
    if marked:
        return marked
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _rewritten_csv(
    raw: bytes, section: Section, ids: Sequence[str], edits: Mapping[str, Texts], added: Sequence[Texts]
) -> bytes:
    written = Written("", decode(raw))
    table = read_table(written, section.name)
    lines = [cells for _, cells in rows_of(written)]
    header = lines[table.head - 1]
    header.extend(_new_columns(section, header, edits, added))
    place = {key.strip(): number for number, key in enumerate(header) if key.strip()}
    for name, row in zip(ids, table.rows, strict=True):
        cells = lines[row - 1]
        cells += [""] * (len(header) - len(cells))
        for key, text in edits.get(name, {}).items():
            cells[place[key]] = text
    while not any(cell.strip() for cell in lines[-1]):
        lines.pop()
    keys = [key.strip() for key in header]
    lines += [[texts.get(key, "") for key in keys] for texts in added]
    ending = "\r\n" if "\r\n" in written.text else "\n"
    return csv_bytes(lines, delimiter_of(written.text), ending, _encoding(raw))


def _new_columns(
    section: Section, header: Iterable[str], edits: Mapping[str, Texts], added: Iterable[Texts]
) -> list[str]:
    """The settings that the table has no column for yet."""
    there = {key.strip() for key in header}
    needed = {key for texts in (*edits.values(), *added) for key, text in texts.items() if text}
    return [key for key in section.fields if key in needed - there]


def _rewritten_sheet(
    raw: bytes,
    target: Target,
    ids: Sequence[str],
    edits: Mapping[str, Texts],
    added: Sequence[Texts],
) -> bytes:
    found = read_sheet(raw, target.sheet or "")
    table = read_table(Written("", found.text(), ","), target.section.name)
    book = load_workbook(io.BytesIO(raw))
    sheet = book[found.title]
    _refuse_formulas(sheet, target)
    header = found.rows[table.head - 1]
    for key in _new_columns(target.section, header, edits, added):
        header.append(key)
        fill(sheet.cell(table.head, len(header)), "", key)
    place = {key.strip(): number for number, key in enumerate(header, 1) if key.strip()}
    for name, row in zip(ids, table.rows, strict=True):
        for key, text in edits.get(name, {}).items():
            fill(sheet.cell(row, place[key]), key, text)
    last = max((table.head, *table.rows))
    for row, texts in enumerate(added, last + 1):
        _add_row(sheet, row, last, [(place[key], key, text) for key, text in texts.items() if text])
    return saved(book)


def _add_row(sheet: Worksheet, row: int, like: int, cells: Iterable[tuple[int, str, str]]) -> None:
    for column, key, text in cells:
        above: Any = sheet.cell(like, column)
        cell: Any = sheet.cell(row, column)
        if above.has_style and like > 1:
            cell._style = copy.copy(above._style)
        fill(cell, key, text)


def _refuse_formulas(sheet: Worksheet, target: Target) -> None:
    """Saved without Excel, a workbook forgets what its formulas came to, and no table could be read from it."""
    for cells in sheet.iter_rows():
        for cell in cells:
            if cell.data_type == "f":
                raise LinewalkerError(
                    "{file} holds a formula in {cell}, whose value would be lost; "
                    "expected values, or the circuits in a table of their own",
                    file=target.path,
                    cell=f"{sheet.title}!{cell.coordinate}",
                )


def put(path: Path, raw: bytes) -> Path | None:
    """Write a file at once or not at all; the file that stood there is kept beside it, and named.

    Raises LinewalkerError if it cannot be written.
    """
    path = path.resolve()  # the file itself, not a link to it, is exchanged
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    kept = path.with_name(f"{path.name}.bak") if path.exists() else None
    try:
        _write_through(part, raw)
        if kept:
            shutil.copystat(path, part)
            _keep_owner(path, part)
            shutil.copy2(path, kept)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise LinewalkerError("{file} cannot be written: {why}", file=path, why=error.strerror) from None
    return kept


def _write_through(path: Path, raw: bytes) -> None:
    with path.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def _keep_owner(path: Path, part: Path) -> None:
    owner = path.stat()
    if os.geteuid() == 0:
        os.chown(part, owner.st_uid, owner.st_gid)


def refuse_stranger(target: Target) -> None:
    """Refuse to write over a table that the configuration does not name. Raises LinewalkerError."""
    if not target.named and target.path.exists():
        raise LinewalkerError(
            "there is a {file} already that the configuration does not name; "
            "expected it named under `{section}`, or moved away",
            file=target.path,
            section=target.section.name,
        )
