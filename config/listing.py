"""A list as an office keeps it, in Excel or CSV: its rows, which row holds the headings, what they mean.

Titles above, sums and remarks below, and merged cells are understood; a file that is no such list is refused as a
whole. What the cells hold is read elsewhere, and nothing is compared here.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.errors import ConfigError, Finding, LinewalkerError, WrongValueError
from config.files import decode, read_workbook
from config.headings import CIRCUITS, REMARKS, SUMS, Vocabulary, plain
from config.keys import nearest
from config.spellings import narrow
from config.tables import UnreadableRowError, Written, letters_of, place_of, rows_of
from config.workbooks import CONTAINER, SeveralSheetsError, Sheet, read_sheet

_MOST_ABOVE = 30  # rows of titles above the headings
_FEWEST_KNOWN = 2
_NOT_READ = "-"
_ZIP = b"PK\x03\x04"

_IN_CONTAINER = {
    "EncryptedPackage": WrongValueError(
        "the workbook is encrypted; expected it saved without a password", rule="file"
    ),
    "WordDocument": WrongValueError(
        "this is a Word document; expected its table in a workbook, saved as .xlsx", rule="file"
    ),
    "": WrongValueError(
        "this is a workbook of the old .xls format; expected it saved as .xlsx or CSV", rule="file"
    ),
}
_IN_ZIP = {
    "word/document.xml": WrongValueError(
        "this is a Word document; expected its table in a workbook, saved as .xlsx", rule="file"
    ),
    "xl/workbook.bin": WrongValueError(
        "this is a workbook in the .xlsb format; expected it saved as .xlsx or CSV", rule="file"
    ),
    "content.xml": WrongValueError(
        "this is a file of OpenOffice or LibreOffice; expected it saved as .xlsx or CSV", rule="file"
    ),
}
_IN_TEXT = {
    "%pdf": WrongValueError("this is a PDF file; expected the list saved as .xlsx or CSV", rule="file"),
    "{\\rtf": WrongValueError(
        "this is a Word document; expected its table in a workbook, saved as .xlsx", rule="file"
    ),
    "<": WrongValueError(
        "this is a web page under the name of a workbook; expected it opened in Excel and saved as .xlsx",
        rule="file",
    ),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list: its number from 1, its heading as written, and the setting it is read as, if any."""

    number: int
    heading: str
    field: str = ""
    unit: str = ""
    rank: int = 0

    @property
    def letters(self) -> str:
        """Its name in Excel."""
        return letters_of(self.number)


@dataclass(slots=True)
class Listing:
    """A list as found; rows are numbered as Excel counts them, `head` is the last row of headings."""

    name: str
    rows: list[tuple[int, list[str]]]
    refused: dict[tuple[int, int], WrongValueError] = field(default_factory=dict)
    merged: list[tuple[int, int, str]] = field(default_factory=list)
    vocabulary: Vocabulary = CIRCUITS
    head: int = 0
    columns: list[Column] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def of(self, setting: str) -> Column | None:
        """The column a setting is read from."""
        return next((column for column in self.columns if setting and column.field == setting), None)

    def say(self, rule: str, row: int, column: str, text: str, **values: object) -> None:
        """Add an error at a row and the column of a heading or a setting."""
        known = self.of(column)
        place = place_of(self.name, row, known.heading if known else column)
        self.findings.append(Finding(rule, "error", place, text, values))

    def note(self, row: int, column: str, text: str, **values: object) -> None:
        """Add what the reader should know and need not mend."""
        self.findings.append(Finding("list", "info", place_of(self.name, row, column), text, values))

    def body(self) -> Iterator[tuple[int, dict[str, str]]]:
        """The rows below the headings that list something: their numbers, and their cells by setting."""
        for row, cells in self.rows:
            if row > self.head and not self._is_blank(row, cells) and not _is_aside(cells):
                found = self._used(cells)
                if not self._is_heading(found):
                    yield row, found

    def note_asides(self) -> None:
        """Say which rows below the headings list nothing: titles, sums and remarks."""
        for row, cells in self.rows:
            if row > self.head and not self._is_blank(row, cells) and _is_aside(cells):
                text = "this row is a title, a sum or a remark; it is passed over"
                self.note(row, "", text)

    def _used(self, cells: Sequence[str]) -> dict[str, str]:
        return {column.field: _cell(cells, column.number) for column in self.columns if column.field}

    def _is_blank(self, row: int, cells: Sequence[str]) -> bool:
        refused = any((row, column.number) in self.refused for column in self.columns if column.field)
        return not refused and not any(text.strip() for text in self._used(cells).values())

    def _is_heading(self, found: Mapping[str, str]) -> bool:
        """Whether the headings stand here once more, as on every printed page."""
        headings = {column.field: column.heading for column in self.columns if column.field}
        return all(plain(text) == plain(headings[key]) for key, text in found.items())


def _cell(cells: Sequence[str], number: int) -> str:
    return cells[number - 1] if number <= len(cells) else ""


def _is_aside(cells: Sequence[str]) -> bool:
    """Whether a row is a title between rows, a sum, or a remark below them."""
    texts = list(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))
    if not texts:
        return False
    first = narrow(texts[0]).replace(" ", "").casefold()
    sums = (re.sub(r"[\d条]+$", "", plain(text)) in SUMS for text in texts[:2])
    return len(texts) == 1 or first.startswith(REMARKS) or any(sums)


def read_listing(
    path: Path, sheet: str = "", named: Mapping[str, str] | None = None, vocabulary: Vocabulary = CIRCUITS
) -> Listing:
    """The list in a file, of circuits or of what `vocabulary` knows; `named` says what headings mean, `-` nothing.

    Raises ConfigError for a file that is no such list, LinewalkerError for headings that are not in it.
    """
    try:
        listing = _read(path, sheet)
    except WrongValueError as wrong:
        row = wrong.row if isinstance(wrong, UnreadableRowError) else 0
        place = place_of(str(path), row) if row else str(path)
        raise ConfigError((Finding(wrong.rule, "error", place, wrong.text, wrong.values),)) from None
    listing.vocabulary = vocabulary
    _find_headings(listing, _meanings(named or {}, vocabulary))
    return listing


def _meanings(named: Mapping[str, str], vocabulary: Vocabulary) -> dict[str, str]:
    """What was said of headings, by their plain form; a setting may be named by any of its own headings."""
    found = {}
    for heading, meant in named.items():
        setting = meant if meant in vocabulary.titles else vocabulary.field_of(meant)[0]
        if meant != _NOT_READ and not setting:
            raise LinewalkerError(
                "{field} is nothing that such a list holds; expected one of {known}",
                field=meant,
                known=", ".join(vocabulary.titles),
            )
        found[plain(heading)] = setting
    return found


def _read(path: Path, sheet: str) -> Listing:
    raw = read_workbook(path)
    if raw.startswith(CONTAINER):
        raise next(wrong for name, wrong in _IN_CONTAINER.items() if name.encode("utf-16-le") in raw)
    if raw.startswith(_ZIP):
        return _from_workbook(raw, path, sheet)
    if sheet:
        raise WrongValueError("only a workbook has sheets; expected the file without --sheet", rule="file")
    return _from_text(raw, path)


def _from_workbook(raw: bytes, path: Path, title: str) -> Listing:
    _refuse_other_zips(raw)
    try:
        found = read_sheet(raw, title, fill_merged=True)
    except SeveralSheetsError as several:
        text = "the workbook has several sheets; expected one of {known}, named with --sheet"
        raise WrongValueError(text, rule="file", known=several.values["known"]) from None
    if not any(found.rows):
        raise WrongValueError(
            "the sheet {sheet} is empty; expected a row of headings", rule="file", sheet=found.title
        )
    return Listing(
        f"{path}[{found.title}]",
        list(enumerate(found.rows, 1)),
        {(cell.row, cell.column): cell.wrong for cell in found.refused},
        _merged(found),
    )


def _merged(sheet: Sheet) -> list[tuple[int, int, str]]:
    """Where cells are merged over several rows: first row, first column, and how Excel writes it."""
    return [
        (cells.min_row, cells.min_col, cells.coord) for cells in sheet.merged if cells.max_row > cells.min_row
    ]


def _refuse_other_zips(raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as container:
            names = set(container.namelist())
    except zipfile.BadZipFile:
        return  # said by whoever reads it
    for name, wrong in _IN_ZIP.items():
        if name in names:
            raise wrong


def _from_text(raw: bytes, path: Path) -> Listing:
    for start, wrong in _IN_TEXT.items():
        if raw.lstrip(b"\xef\xbb\xbf \r\n\t")[:5].lower().startswith(start.encode()):
            raise wrong
    text = decode(raw)
    if not text.strip():
        raise WrongValueError("the file is empty; expected a row of headings", rule="file")
    # A title above holds none, so the first rows decide together.
    above = "\n".join(text.splitlines()[:_MOST_ABOVE])
    return Listing(str(path), list(rows_of(Written(str(path), text, max(",;\t", key=above.count)))))


def _find_headings(listing: Listing, named: Mapping[str, str]) -> None:
    """Choose the row, or the two rows, in which most headings are known."""
    best: list[Column] = []
    known = listing.vocabulary
    for place, (row, cells) in enumerate(listing.rows[:_MOST_ABOVE]):
        below = listing.rows[place + 1 : place + 2]
        for depth, headings in enumerate((cells, _joined(cells, below[0][1], known) if below else [])):
            columns = [_column(number, text, named, known) for number, text in enumerate(headings, 1)]
            if _known(columns) > _known(best):
                best, listing.head = columns, row + depth
    if _known(best) < _FEWEST_KNOWN:
        raise _no_headings(listing)
    listing.columns = [column for column in best if column.heading]
    _refuse_unfound(listing, named)
    _settle_twofold(listing)
    listing.note_asides()


def _known(columns: Sequence[Column]) -> int:
    return len({column.field for column in columns if column.field})


def _joined(upper: Sequence[str], lower: Sequence[str], known: Vocabulary) -> list[str]:
    """Headings of two rows as one: `A端` above `单位` and `地址` gives `A端单位` and `A端地址`."""
    found, above = [], ""
    for number in range(1, max(len(upper), len(lower)) + 1):
        over, under = _cell(upper, number).strip(), _cell(lower, number).strip()
        above = over or above
        joined = over if under in ("", over) else above + under
        found.append(joined if known.field_of(joined)[0] or not under else (under if not over else joined))
    return found


def _column(number: int, written: str, named: Mapping[str, str], known: Vocabulary) -> Column:
    heading = narrow(written)
    setting, rank, unit = known.field_of(heading)
    meant = next((name for name in (plain(heading), letters_of(number).casefold()) if name in named), None)
    if heading and meant:
        setting, rank = named[meant], -1
    return Column(number, heading, setting, unit, rank)


def _no_headings(listing: Listing) -> ConfigError:
    values: dict[str, object] = {
        "most": _MOST_ABOVE,
        "known": ", ".join(map(listing.vocabulary.examples, listing.vocabulary.needed)),
    }
    text = (
        "no row of headings is among the first {most}; looked for {known} and the like; "
        "expected at least two known headings, or --column HEADING=FIELD"
    )
    return ConfigError((Finding("headings", "error", listing.name, text, values),))


def _refuse_unfound(listing: Listing, named: Mapping[str, str]) -> None:
    there = {plain(column.heading): column.heading for column in listing.columns}
    letters = {column.letters.casefold() for column in listing.columns}
    for heading in named:
        if heading not in there and heading not in letters:
            near = nearest(heading, there)
            known = there[near] if near else ", ".join(there.values())
            raise LinewalkerError(
                "there is no heading {heading} in row {row}; expected one of {known}",
                heading=heading,
                row=listing.head,
                known=known,
            )


def _settle_twofold(listing: Listing) -> None:
    """Where several columns mean one setting, the clearest heading counts; of two alike neither does."""
    for heading in listing.vocabulary.headings:
        alike = [column for column in listing.columns if column.field == heading.field]
        best = min((column.rank for column in alike), default=0)
        clearest = [column for column in alike if column.rank == best]
        values: dict[str, object] = {"field": heading.field}
        if len(clearest) > 1:
            text = "{field} is read from {heading} and from this; neither counts: expected --column {letters}={field}"
            for other in clearest[1:]:
                said = values | {"heading": clearest[0].heading, "letters": other.letters}
                listing.say("headings", listing.head, other.heading, text, **said)
            _leave_out(listing, alike)
        for other in alike if len(clearest) == 1 else ():
            if other is not clearest[0]:
                text = "left out: {field} is read from {heading}; --column chooses another"
                listing.note(listing.head, other.heading, text, **values, heading=clearest[0].heading)
                _leave_out(listing, [other])


def _leave_out(listing: Listing, columns: Sequence[Column]) -> None:
    listing.columns = [Column(one.number, one.heading) if one in columns else one for one in listing.columns]
