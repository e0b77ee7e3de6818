"""What kind of file an office hands over, told by its content and not by its name. Only the container is looked at.

Nothing of a form is read here; `form_grids.py` does that.
"""

import io
import zipfile
from pathlib import Path
from typing import Literal

from config.errors import LinewalkerError

Kind = Literal["docx", "xlsx"]
LARGEST_FILE = 50 * 2**20
LARGEST_UNPACKED = 500 * 2**20
OLD = (".doc", ".xls", ".wps", ".et", ".dot", ".xlt", ".wpt", ".ett", ".rtf", ".odt", ".ods")
_OLE = b"\xd0\xcf\x11\xe0"
_PROTECTED = tuple(name.encode("utf-16-le") for name in ("EncryptedPackage", "DRMEncryptedDataSpace"))
_KINDS: dict[str, Kind] = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
_MACROS = ("word/vbaProject.bin", "xl/vbaProject.bin")


def is_office(path: Path) -> bool:
    """Whether this is the file of an office rather than a text, by its name."""
    return path.suffix.lower() in (".docx", ".xlsx", ".docm", ".xlsm", *OLD)


def office_kind(path: Path) -> Kind:
    """Whether this is a Word or an Excel file that can be filled. Raises LinewalkerError with what to do instead."""
    raw = read_office(path)
    if raw.startswith(_OLE):
        raise _old(path, raw)
    names = _members(path, raw)
    kind = next((kind for member, kind in _KINDS.items() if member in names), None)
    if kind is None:
        if path.suffix.lower() in OLD:
            raise _old(path, raw)
        raise _neither(path)
    better = path.with_suffix(f".{kind}")
    if any(member in names for member in _MACROS) or path.suffix.lower() in (".docm", ".xlsm"):
        text = "{file} may hold macros, which would be lost; expected it saved as {better} without them"
        raise LinewalkerError(text, file=path, better=better.name)
    if path.suffix.lower() != f".{kind}":
        text = "{file} is not what its name says; expected it named {better}"
        raise LinewalkerError(text, file=path, better=better.name)
    return kind


def read_office(path: Path) -> bytes:
    """The bytes of an office file. Raises LinewalkerError if it cannot be read or is too large."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _too_large(path)
        return path.read_bytes()
    except FileNotFoundError:
        raise LinewalkerError("there is no file {file}", file=path) from None
    except OSError as error:
        raise LinewalkerError("{file} cannot be read: {why}", file=path, why=error.strerror) from None


def is_protected(raw: bytes) -> bool:
    """Whether the content is encrypted: by a password or by rights management."""
    return raw.startswith(_OLE) and any(mark in raw for mark in _PROTECTED)


def refuse_protected(path: Path, raw: bytes) -> None:
    """Raise LinewalkerError for what nobody but its owner can open."""
    if is_protected(raw):
        text = "{file} is protected by a password or by rights management; expected it saved without"
        raise LinewalkerError(text, file=path)


def damaged(path: Path) -> LinewalkerError:
    """What is said of a file in which something does not hold together."""
    return LinewalkerError(
        "{file} is damaged; expected it opened and saved again by Word, Excel or WPS", file=path
    )


def _members(path: Path, raw: bytes) -> set[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as container:
            members = container.infolist()
    except zipfile.BadZipFile:
        if path.suffix.lower() in OLD:
            raise _old(path, raw) from None
        raise _neither(path) from None
    if sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise _too_large(path)
    return {member.filename for member in members}


def _old(path: Path, raw: bytes) -> LinewalkerError:
    try:
        refuse_protected(path, raw)
    except LinewalkerError as error:
        return error
    sheets = path.suffix.lower() in (".xls", ".xlsx", ".et", ".xlt", ".ett", ".ods")
    better = path.with_name(f"{path.stem}-new.{'xlsx' if sheets else 'docx'}")
    text = "{file} is in an old or foreign format; expected it converted: linewalker template convert {file} {better}"
    return LinewalkerError(text, file=path, better=better)


def _neither(path: Path) -> LinewalkerError:
    return LinewalkerError(
        "{file} is no Word or Excel file, or is damaged; expected .docx or .xlsx", file=path
    )


def _too_large(path: Path) -> LinewalkerError:
    return LinewalkerError(
        "{file} is too large for a form; expected at most 50 MB, 500 MB unpacked", file=path
    )
