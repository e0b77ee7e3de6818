"""The year of a group as a table of 12 × 31 coloured cells: readable in black and white, too. No picture library."""

from docx.document import Document as Word

from exporters.forms.annex import Part
from exporters.forms.annex_words import day_counts
from exporters.forms.paper import Cell, note, table
from exporters.forms.voice import Voice

LOOKS = {
    "normal": ("C6E0B4", ""),
    "not normal": ("E06666", "×"),
    "undecided": ("FFD966", "?"),
    "excused": ("D9D9D9", "–"),
}
"""Colour and sign of each verdict; what is not over yet, and dates there are not, stay white."""
_NO_DATE = "FFFFFF"
_WIDTHS = (1.3, *[0.77] * 31)


def heat_map(document: Word, of: Part, voice: Voice) -> None:
    """One line a month, a cell a day, and the legend below."""
    days = {day.date: day.verdict for day in of.days}
    years = sorted({date[:4] for date in days})
    for year in years:
        rows = [
            [Cell(_month(year, month, years), centre=True), *_cells(days, year, month)]
            for month in range(1, 13)
        ]
        table(document, ["", *(str(day) for day in range(1, 32))], rows, _WIDTHS, size="small", whole=True)
    counts = day_counts(of)
    note(
        document,
        voice.say(
            "green: normal {normal}; red ×: not normal {bad}; yellow ?: undecided {open}; grey –: excused {excused}"
        ).format(
            normal=counts["normal"],
            bad=counts["not normal"],
            open=counts["undecided"],
            excused=counts["excused"],
        ),
    )


def _month(year: str, month: int, years: list[str]) -> str:
    return f"{month:02}" if len(years) == 1 else f"{year[2:]}-{month:02}"


def _cells(days: dict[str, str], year: str, month: int) -> list[Cell]:
    looks = [LOOKS.get(days.get(f"{year}-{month:02}-{day:02}", ""), (_NO_DATE, "")) for day in range(1, 32)]
    return [Cell(sign, fill, centre=True) for fill, sign in looks]
