"""A Word file as PDF, by LibreOffice."""

import tempfile
from pathlib import Path

from config.errors import LinewalkerError, MachineError
from exporters.forms import libreoffice


def pdf(document: bytes, seconds: float = libreoffice.SECONDS) -> bytes:
    """The pages of a .docx. Raises MachineError without LibreOffice, LinewalkerError where it fails or hangs."""
    office = libreoffice.program()
    if office is None:
        raise MachineError(
            "a PDF is made by LibreOffice, which is not installed: apt install libreoffice-writer, or choose .docx"
        )
    with tempfile.TemporaryDirectory(prefix="linewalker-pdf-") as folder:
        source = Path(folder, "form.docx")
        source.write_bytes(document)
        try:
            made, said = libreoffice.run(office, source, "pdf", seconds)
        except TimeoutError:
            raise LinewalkerError(
                "LibreOffice did not make the PDF within {seconds:g} s; try again, or choose .docx",
                seconds=seconds,
            ) from None
        if not made.exists():
            raise LinewalkerError("LibreOffice made no PDF: {why}", why=said or "it does not say why")
        return made.read_bytes()
