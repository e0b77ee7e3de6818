"""A Word file as PDF, by LibreOffice: a process of its own with a profile of its own and a time limit."""

import os
import shutil
import signal
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
        said = _run([*command, str(place / "form.docx")], seconds)
        made = place / "form.pdf"
        if not made.exists():
            raise LinewalkerError("LibreOffice made no PDF: {why}", why=said or "it does not say why")
        return made.read_bytes()


def _run(command: list[str], seconds: float) -> str:
    """Run a program to its end, and end it and its children after so long; the last thing it said."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as running:
        try:
            said, _ = running.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)  # what is started is a script; LibreOffice is its child
            raise LinewalkerError(
                "LibreOffice did not make the PDF within {seconds:g} s; try again, or choose .docx",
                seconds=seconds,
            ) from None
    return said.strip().rpartition("\n")[2]
