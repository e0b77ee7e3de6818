"""Files of old and foreign formats into .docx and .xlsx, by LibreOffice, in a profile of its own."""

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from config.errors import LinewalkerError, MachineError
from config.office_files import OLD, Kind, read_office, refuse_protected
from exporters.forms import libreoffice
from exporters.forms.written import beside

_OLE = b"\xd0\xcf\x11\xe0"
_FILTERS = {"docx": "docx:MS Word 2007 XML", "xlsx": "xlsx:Calc MS Excel 2007 XML"}


def convert(old: Path, new: Path) -> None:
    """Convert `old` into `new`, which must not be there. Raises LinewalkerError, MachineError without LibreOffice."""
    kind = _kind_of(new)
    if new.exists():
        raise LinewalkerError("{file} is there already; expected another name", file=new)
    raw = read_office(old)
    refuse_protected(old, raw)
    office = libreoffice.program()
    if office is None:
        text = "LibreOffice is not installed; install it: apt install libreoffice-writer libreoffice-calc"
        raise MachineError(text)
    with TemporaryDirectory() as folder:
        source = Path(folder, f"old{_true_ending(old, raw)}")
        source.write_bytes(raw)
        made = _converted(office, source, kind)
        if not made.exists():
            text = "LibreOffice cannot make {new} of {old}; expected a file that it, Word or WPS can open"
            raise LinewalkerError(text, new=new, old=old)
        with beside(new) as file:
            file.write(made.read_bytes())


def _kind_of(new: Path) -> Kind:
    for kind in ("docx", "xlsx"):
        if new.suffix.lower() == f".{kind}":
            return "docx" if kind == "docx" else "xlsx"
    raise LinewalkerError("{file} is no name for a template; expected it to end in .docx or .xlsx", file=new)


def _true_ending(old: Path, raw: bytes) -> str:
    """The ending by which LibreOffice knows the format: WPS writes Word's and Excel's own under names of its own."""
    if raw.startswith(_OLE):
        return ".doc" if "WordDocument".encode("utf-16-le") in raw else ".xls"
    if zipfile.is_zipfile(io.BytesIO(raw)):
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            names = parts.namelist()
        if "word/document.xml" in names or "xl/workbook.xml" in names:
            return ".docx" if "word/document.xml" in names else ".xlsx"
    if old.suffix.lower() not in OLD:
        text = "{file} is no document that can be converted; expected one of {known}"
        raise LinewalkerError(text, file=old, known=" ".join(OLD))
    return old.suffix.lower()


def _converted(office: str, source: Path, kind: Kind) -> Path:
    try:
        made, _ = libreoffice.run(office, source, _FILTERS[kind], libreoffice.SECONDS)
    except TimeoutError:
        text = "LibreOffice did not end within {seconds} s; expected a smaller file, or try again"
        raise LinewalkerError(text, seconds=round(libreoffice.SECONDS)) from None
    return made
