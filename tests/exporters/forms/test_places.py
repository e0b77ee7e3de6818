"""The places of a Word form, as they are frozen and as they are filled: the same names, and each text once."""

from pathlib import Path

from docx import Document
from docx.oxml import OxmlElement

from exporters.forms import template_word
from exporters.forms.places import read


def made(place: Path) -> Path:
    """A form with a table in a cell of a table, a line break in a cell, and a paragraph in a content control."""
    document = Document()
    document.add_paragraph("before")
    outer = document.add_table(2, 2)
    outer.cell(0, 0).text = "name\nof two lines"
    outer.cell(0, 1).add_table(2, 1).cell(1, 0).text = "inside"
    outer.cell(1, 0).merge(outer.cell(1, 1)).text = "below"
    control, inside = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    inside.append(document.add_paragraph("controlled")._p)
    control.append(inside)
    document.element.body.insert_element_before(control, "w:sectPr")
    document.save(str(place))
    return place


def test_a_table_in_a_cell_is_text_of_that_cell_and_counts_no_rows(tmp_path: Path) -> None:
    assert read(made(tmp_path / "form.docx")).texts == {
        "paragraph 1": "before",
        "table 1 row 1 column 1": "name\nof two lines",
        "table 1 row 1 column 2": "inside",
        "table 1 row 2 column 1": "below",
        "paragraph 2": "controlled",
    }


def test_what_is_filled_and_what_is_frozen_have_the_same_places(tmp_path: Path) -> None:
    form = made(tmp_path / "form.docx")
    filled = {place: text.strip() for place, text in template_word.texts(form.read_bytes()).items()}
    assert read(form).texts == {place: text for place, text in filled.items() if text}
