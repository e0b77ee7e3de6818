"""A Word file as PDF, by LibreOffice: a process of its own with a profile of its own and a time limit."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from config.errors import LinewalkerError, MachineError

SECONDS = 120.0
_PROGRAMS = ("soffice", "libreoffice")


def pdf(document: bytes, seconds: float = SECONDS) -> bytes:
    """The pages of a .docx. Raises MachineError without LibreOffice, LinewalkerError where it fails or hangs."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise MachineError(
            "a PDF is made by LibreOffice, which is not installed: apt install libreoffice-writer, or choose .docx"
        )
    with tempfile.TemporaryDirectory(prefix="linewalker-pdf-") as folder:
        place = Path(folder)
        (place / "form.docx").write_bytes(document)
        profile = f"-env:UserInstallation={(place / 'profile').as_uri()}"
        command = [program, profile, "--headless", "--norestore", "--convert-to", "pdf", "--outdir", folder]
        try:
            done = subprocess.run(
                [*command, str(place / "form.docx")],
                capture_output=True, text=True, timeout=seconds, check=False, cwd=folder,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise LinewalkerError(
                "LibreOffice did not make the PDF within {seconds:g} s; try again, or choose .docx",
                seconds=seconds,
            ) from None
        made = place / "form.pdf"
        if not made.exists():
            said = (done.stderr or done.stdout).strip().splitlines()
            raise LinewalkerError(
                "LibreOffice made no PDF: {why}", why=said[-1] if said else f"status {done.returncode}"
            )
        return made.read_bytes()
