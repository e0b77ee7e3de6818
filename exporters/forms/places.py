"""Every text of a written form by the place where it stands: what is frozen of a file, and what is held against it.

A place of a Word file is a paragraph or a cell of a table, of a workbook a cell. Merged cells are one place. The line
with the check code is no text of a form: it is put there when the form is frozen. Nothing is written here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from config.errors import LinewalkerError
from config.form_grids import blocks_of, document_grid, text_of
from exporters.forms.filled import printed
from exporters.words import words

KINDS = (".docx", ".xlsx")
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}")
MARK = re.compile(rf"(?:校验码|check code) *({CODE.pattern})", re.IGNORECASE)
NAMED = "linewalker:"
_MARKED = re.compile(rf"[^\n]*{MARK.pattern}", re.IGNORECASE)
_PAGE = re.compile(r"[\d\s/]+")
_UNFROZEN = tuple(words(lang)("not frozen: no revision, no check code") for lang in ("en", "zh"))
_MOST_BYTES = 50 << 20
_MOST_UNPACKED = 500 << 20


@dataclass(frozen=True, slots=True)
class Place:
    """A place with its text. Cells of one row of a table share a `line`; `column` orders them, from 1."""

    name: str
    text: str
    line: str = ""
    column: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """A form as it was read: its places in their order, and the check code it bears, if any."""

    places: tuple[Place, ...]
    code: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """The texts that are not empty, by the names of their places."""
        return {one.name: one.text for one in self.places if one.text}


def read(path: Path) -> Written:
    """Read a form. Raises LinewalkerError for what is no Word document or workbook."""
    ending = path.suffix.lower()
    if ending not in KINDS:
        raise LinewalkerError(
            "{file} cannot be read cell by cell; expected the .docx or .xlsx it was made from", file=path
        )
    _require_sound(path)
    reader: Callable[[Path], Written] = _document if ending == ".docx" else _workbook
    try:
        return reader(path)
    # Foreign files: what the two libraries raise for broken ones is not told anywhere.
    except (
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        BadZipFile,
        OSError,
        SyntaxError,
    ) as error:
        raise _unreadable(path, error) from error


def without_code(text: str) -> str:
    """A text without its check code and what is said of it, and without page numbers, which Word writes into it."""
    lines = (line.strip() for line in cleared(text).split("\n"))
    return "\n".join(line for line in lines if line and not _PAGE.fullmatch(line))


def cleared(text: str) -> str:
    """A text without its check code, or the words that there is none."""
    for one in _UNFROZEN:
        text = text.replace(one, "")
    return _MARKED.sub("", text)


def _require_sound(path: Path) -> None:
    """Refuse what is not there, what is no package of parts, and what would unpack into too much."""
    try:
        size = path.stat().st_size
        with ZipFile(path) as parts:
            unpacked = sum(one.file_size for one in parts.infolist())
    except FileNotFoundError as error:
        raise LinewalkerError("there is no file {file}", file=path) from error
    except (BadZipFile, OSError) as error:
        raise _unreadable(path, error) from error
    if size > _MOST_BYTES or unpacked > _MOST_UNPACKED:
        raise LinewalkerError("{file} is too large for a form; expected at most 50 MB", file=path)


def _unreadable(path: Path, error: Exception) -> LinewalkerError:
    return LinewalkerError(
        "{file} cannot be read as a {kind} file: {error}",
        file=path,
        kind=path.suffix.lower()[1:],
        error=error,
    )


def _document(path: Path) -> Written:
    document = Document(str(path))
    texts = [part._element for section in document.sections for part in _around(section)]
    edges = {f"{edge.tag.rpartition('}')[2]} {number}": text_of(edge) for number, edge in enumerate(texts, 1)}
    marks = [document.core_properties.identifier, *edges.values()]
    places = [*_body(document.element.body)]
    places += [Place(name, without_code(text)) for name, text in edges.items()]
    return Written(tuple(places), _code(marks))


def _around(section: Any) -> Iterator[Any]:
    """The headers and footers that a section has of its own."""
    for part in (section.header, section.footer):
        if not part.is_linked_to_previous:
            yield part


def _body(body: Any) -> Iterator[Place]:
    """The paragraphs and the cells of tables, each counted."""
    paragraphs, tables = count(1), count(1)
    for block in blocks_of(body):
        if block.tag == qn("w:p"):
            yield Place(f"paragraph {next(paragraphs)}", text_of(block).strip())
        else:
            grid = document_grid(block, next(tables))
            for cell in grid.cells:
                yield Place(cell.place, cell.text, f"{grid.name} row {cell.row}", cell.column)


def _workbook(path: Path) -> Written:
    book = load_workbook(path)
    try:
        places, marks = [], [book.properties.identifier]
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                places += [_cell(sheet.title, cell) for cell in row if cell.value is not None]
            for name, edge in edges_of(sheet):
                marks.append(edge.text)
                text = without_code(edge.text or "")
                places += [Place(f"{sheet.title} {name}", text)] if text else []
        return Written(tuple(places), _code(marks))
    finally:
        book.close()


def edges_of(sheet: Any) -> Iterator[tuple[str, Any]]:
    """The parts of a sheet's header and footer with their names."""
    for edge in ("oddHeader", "oddFooter"):
        for side in ("left", "center", "right"):
            yield f"{edge} {side}", getattr(getattr(sheet, edge), side)


def _cell(sheet: str, cell: Any) -> Place:
    return Place(f"{sheet}!{cell.coordinate}", _shown(cell).strip(), f"{sheet} {cell.row}", cell.column)


def _shown(cell: Any) -> str:
    """What a cell of a workbook shows, as far as its format can change what people read."""
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, int | float | date):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    number = Decimal(repr(value))
    return f"{printed(number * 100)}%" if str(cell.number_format).endswith("%") else printed(number)


def _code(marks: list[str | None]) -> str:
    """The check code in the property of a file, else in a footer; empty where there is none."""
    for mark in marks:
        named = (mark or "").removeprefix(NAMED)
        if mark and named != mark and CODE.fullmatch(named):
            return named
    found = (MARK.search(mark or "") for mark in marks)
    return next((one[1].upper() for one in found if one), "")
