"""A made-up year that every test of its folder copies."""

import shutil
from pathlib import Path

import pytest

from tests.collector.proof import forms
from tests.collector.proof.forms import Year


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Year:
    """One year, drawn once."""
    return forms.made(tmp_path_factory.mktemp("drawn"))


@pytest.fixture
def year(drawn: Year, tmp_path: Path) -> Year:
    """A copy of it for each test, with a form of each kind."""
    copied = Year(shutil.copytree(drawn.folder, tmp_path / "office"))
    filled = copied.filled()
    for name in ("form.docx", "form.xlsx"):
        forms.built_in(filled, copied.folder / name)
    forms.word(filled, copied.folder / "own.docx")
    forms.workbook(filled, copied.folder / "own.xlsx")
    return copied
