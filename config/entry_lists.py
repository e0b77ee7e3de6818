"""Lists of entries as an office keeps them, Excel or CSV: all of a list can be entered, or nothing of it is.

Who imported a list in part would enter the rest twice, or never.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.entries import Known, Problem, Values, read_entry, read_sheet
from config.entry_headings import Sort
from config.errors import ConfigError, Finding
from config.headings import Vocabulary
from config.listing import Listing, read_listing
from config.record_forms import Form
from config.spellings import is_nothing
from config.tables import place_of

Read = Callable[[Mapping[str, str]], tuple[Values, list[Problem]]]


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a list, and where it stands."""

    place: str
    values: Values


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of a list, and what is worth knowing of it: rows that were passed over, columns not read."""

    rows: tuple[Row, ...]
    notes: tuple[Finding, ...]
    unread: tuple[str, ...]


def read_entries(
    path: Path,
    what: Sort | Form,
    known: Known,
    sheet: str = "",
    named: Mapping[str, str] | None = None,
    common: Mapping[str, str] | None = None,
) -> Entries:
    """The entries of a list; `common` holds what stands, by field, for every row that does not say it itself.

    Raises ConfigError with everything that is wrong, by sheet, row and column.
    """
    of_all = dict(common or {})

    def read(texts: Mapping[str, str]) -> tuple[Values, list[Problem]]:
        return read_entry(what, texts, known) if isinstance(what, Sort) else read_sheet(what, texts, known)

    listing = read_listing(path, sheet, named, what.vocabulary)
    _refuse_lacking(listing, [one for one in what.required if one not in of_all], what.vocabulary)
    rows = tuple(
        Row(place_of(listing.name, row), _values(listing, row, _filled(texts, of_all), read))
        for row, texts in listing.body()
    )
    if not rows:
        listing.say("empty", listing.head, "", "nothing is listed below this row of headings")
    wrong = tuple(one for one in listing.findings if one.severity == "error")
    if wrong:
        raise ConfigError(wrong)
    unread = tuple(f"{one.heading} ({one.letters})" for one in listing.columns if not one.field)
    return Entries(rows, tuple(listing.findings), unread)


def _refuse_lacking(listing: Listing, required: Sequence[str], vocabulary: Vocabulary) -> None:
    for field in required:
        if listing.of(field) is None:
            text = (
                "no column is headed {known}, and each entry needs it; "
                "expected one, --column HEADING={field} or --set {field}=…"
            )
            listing.say("missing", listing.head, "", text, known=vocabulary.examples(field), field=field)


def _filled(texts: Mapping[str, str], common: Mapping[str, str]) -> dict[str, str]:
    return {**texts, **{field: text for field, text in common.items() if is_nothing(texts.get(field, ""))}}


def _values(listing: Listing, row: int, texts: Mapping[str, str], read: Read) -> Values:
    for column in listing.columns:
        refused = listing.refused.get((row, column.number))
        if column.field and refused:
            listing.say(refused.rule, row, column.heading, refused.text, **refused.values)
    values, problems = read(texts)
    for field, wrong in problems:
        own = listing.of(field)
        if (own and (row, own.number) not in listing.refused) or (not own and wrong.rule != "missing"):
            listing.say(wrong.rule, row, field, wrong.text, **wrong.values)
    return values
