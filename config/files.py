"""Texts by name: from a folder on disk or from an archive of what was once loaded; encodings are settled here.

A table may be a sheet of a workbook, `lines.xlsx` or `lines.xlsx#专线`; it too is a text from here on.

An archive is one JSON text that holds the configuration file and every table it names, so that a ledger
alone can load any past configuration again. What the texts say is for others to read.
"""

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from config.errors import WrongValueError
from config.tables import Written

_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
_SHEET = re.compile(r"(?P<file>.+?\.xlsx)(#(?P<title>.+))?#?", re.IGNORECASE)
_PART = _LONG = 1 << 20
_PACKED, _QUICK = "zlib", 3
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Texts(Protocol):
    """Where the texts of a configuration come from. `read` raises WrongValueError if there is none to be had."""

    @property
    def main(self) -> str:
        """The name of the configuration file."""
        ...

    def read(self, name: str) -> str:
        """The text of the configuration file (`main`)."""
        ...

    def table(self, name: str) -> Written:
        """The text of a table the configuration names."""
        ...

    def names(self, folder: str, ending: str) -> tuple[str, ...]:
        """The files in a folder the configuration names, those with this ending, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Folder:
    """A configuration file on disk, and the tables beside it; `instead` are bytes read in the place of a file's."""

    path: Path
    instead: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def main(self) -> str:
        """The name of the configuration file."""
        return self.path.name

    def read(self, name: str) -> str:
        """The text of a file beside the configuration file."""
        return decode(self.instead[name]) if name in self.instead else read_text(self.path.parent / name)

    def names(self, folder: str, ending: str) -> tuple[str, ...]:
        """The files in a folder beside the configuration file."""
        place = self.path.parent / folder
        if not place.is_dir():
            raise WrongValueError("there is no such folder", rule="file")
        return tuple(sorted(f"{folder}/{one.name}" for one in place.iterdir() if one.name.endswith(ending)))

    def table(self, name: str) -> Written:
        """The text of a table beside the configuration file."""
        file, title = sheet_of(name)
        if title is None:
            return Written(name, self.read(name))
        raw = self.instead[file] if file in self.instead else read_workbook(self.path.parent / file)
        return _sheet_as_text(raw, file, title)


def sheet_of(name: str) -> tuple[str, str | None]:
    """The file of a table and the title of its sheet: empty for the only one, None where it is no workbook."""
    match = _SHEET.fullmatch(name)
    return (name, None) if match is None else (match["file"], match["title"] or "")


def read_workbook(path: Path) -> bytes:
    """The bytes of a workbook. Raises WrongValueError if there are none to be had, or too many."""
    from config.workbooks import read_bytes  # noqa: PLC0415 - slow to import, and most have CSV

    with _told_as_wrong_value():
        return read_bytes(path)


def _sheet_as_text(raw: bytes, name: str, title: str) -> Written:
    from config.workbooks import read_sheet  # noqa: PLC0415 - slow to import, and most have CSV

    sheet = read_sheet(raw, title)
    refused = tuple((cell.row, cell.column, cell.wrong) for cell in sheet.refused)
    return Written(f"{name}[{sheet.title}]", sheet.text(), ",", refused)


@dataclass(slots=True)
class Archive:
    """Texts once read, by name."""

    main: str
    files: dict[str, str] = field(default_factory=dict)

    def read(self, name: str) -> str:
        """The text kept under a name."""
        if name not in self.files:
            raise WrongValueError("the archive does not hold this file", rule="file")
        return self.files[name]

    def names(self, folder: str, ending: str) -> tuple[str, ...]:
        """The files kept of a folder."""
        return tuple(
            sorted(name for name in self.files if name.startswith(f"{folder}/") and name.endswith(ending))
        )

    def table(self, name: str) -> Written:
        """The text kept of a table; of a workbook its sheet as CSV."""
        match = _SHEET.fullmatch(name)
        if match is None:
            return Written(name, self.read(name))
        shown = f"{match['file']}[{match['title']}]" if match["title"] else match["file"]
        return Written(shown, self.read(name), ",")

    def closed(self) -> tuple[str, str]:
        """The archive as one text, and SHA-256 of that in hex; it holds nothing any more."""
        text, digest = "".join(self._taken()), hashlib.sha256()
        for part in parts(text):
            digest.update(part.encode())
        return text, digest.hexdigest()

    def _taken(self) -> Iterator[str]:
        """JSON as `json.dumps` writes it, piece by piece; a file that was written is let go."""
        # Sorted, so that the digest does not depend on the order in which tables were read.
        comma = ""
        yield '{"files": {'
        for name in sorted(self.files):
            yield f'{comma}{_json(name)}: "'
            yield from (_json(part)[1:-1] for part in parts(self.files.pop(name)))
            comma = '", '
        yield ('"' if comma else "") + f'}}, "main": {_json(self.main)}}}'


def parts(text: str) -> Iterator[str]:
    """A text in pieces, so that what is made of it is never there as a whole."""
    return (text[begin : begin + _PART] for begin in range(0, len(text), _PART))


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def shortened(text: str) -> str:
    """The text of an archive as it is kept: a long one packed, of very many lines a tenth of the letters."""
    if len(text) < _LONG:
        return text
    packer = zlib.compressobj(_QUICK)
    packed = b"".join([*(packer.compress(part.encode()) for part in parts(text)), packer.flush()])
    return json.dumps({_PACKED: base64.b64encode(packed).decode()})


def open_archive(text: str) -> Archive:
    """The archive of which `text` is the text, shortened or not. Raises WrongValueError if it is none."""
    try:
        kept = json.loads(text)
        if _PACKED in kept:
            kept = json.loads(zlib.decompress(base64.b64decode(kept[_PACKED])))
        return Archive(str(kept["main"]), {str(name): str(held) for name, held in kept["files"].items()})
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error):
        raise WrongValueError("this is not the archive of a configuration", rule="file") from None


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, UTF-16 (with its mark) or GB18030, which contains GBK.

    Raises WrongValueError if there is no such file, it cannot be read, or it is not text in one of these.
    """
    with _told_as_wrong_value():
        raw = path.read_bytes()
    return decode(raw)


@contextmanager
def _told_as_wrong_value() -> Iterator[None]:
    """What the operating system refuses, in words of ours."""
    try:
        yield
    except FileNotFoundError:
        raise WrongValueError("there is no such file", rule="file") from None
    except IsADirectoryError:
        raise WrongValueError("this is a directory; expected a file", rule="file") from None
    except OSError as error:
        raise WrongValueError("the file cannot be read: {why}", rule="file", why=error.strerror) from None


def decode(raw: bytes) -> str:
    """The text of these bytes. Raises WrongValueError if they are not text in an encoding named in `read_text`."""
    # Said apart from other binary files, because it is what happens: a workbook under a name of another kind.
    if raw.startswith(_WORKBOOKS):
        raise WrongValueError(
            "this is an Excel workbook; expected it saved as CSV or as .xlsx", rule="encoding"
        )
    text = _decode_16_bit(raw) if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else _decode_8_bit(raw)
    if _NOT_TEXT.search(text):
        raise WrongValueError("this is a binary file; expected text in UTF-8 or GBK", rule="encoding")
    return text


def _decode_16_bit(raw: bytes) -> str:
    return raw.decode("utf-16", "replace").replace("\ufffd", "\x00")  # damage shows as a binary file


def _decode_8_bit(raw: bytes) -> str:
    if b"\x00" in raw:
        raise WrongValueError("this is a binary file; expected text in UTF-8 or GBK", rule="encoding")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _decode_gb18030(raw, raw.count(b"\n", 0, error.start) + 1)


def _decode_gb18030(raw: bytes, line: int) -> str:
    # GB18030 decodes nearly anything; what lands in its private use area was never written by a person.
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        text = "\ue000"
    if _PRIVATE_USE.search(text) or _nearly_utf_8(raw):
        raise WrongValueError(
            "line {line} is neither UTF-8 nor GBK; expected the file saved as UTF-8",
            rule="encoding",
            line=line,
        )
    return text


def _nearly_utf_8(raw: bytes) -> bool:
    """Whether most of what is not ASCII is right UTF-8: then a broken byte is damage, not another encoding."""
    read = re.sub("[\x00-\x7f]", "", raw.decode("utf-8", "replace"))
    return read.count("\ufffd") * 4 < len(read)
