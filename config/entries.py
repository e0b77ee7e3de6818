"""One entry as people write it, cell by cell, into the values of a row: for the options of a command and for lists.

Every mistake is told with the field it stands in. Whether an entry counts is not judged here, only whether it can be
understood: a window that is recorded too late is a window all the same.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from config.entry_headings import (
    AMENDMENT,
    ATTESTATION,
    CARRIER_FAULTS,
    CHOICES,
    FAULT,
    OUTAGES,
    Sort,
    choice,
)
from config.errors import WrongValueError
from config.headings import plain
from config.instants import read_instant, read_period
from config.keys import nearest
from config.model import Config
from config.record_forms import Form
from config.spellings import is_nothing, narrow, tidy
from config.tables import SEPARATORS

LATER = 60_000_000
"""Microseconds by which something may seem to come from the future: clocks differ."""

_MOST_SUGGESTIONS = 50

Pair = tuple[str, str]
Values = dict[str, Any]
Problem = tuple[str, WrongValueError]


@dataclass(frozen=True, slots=True)
class Known:
    """What entries are read against: `subjects` by every name they have, None where it is that of several.

    `now` is in microseconds since 1970 UTC. `missed` are names that were looked for and are not there.
    """

    zone: str
    now: int
    subjects: Mapping[str, Pair | None]
    carriers: Mapping[str, str]
    missed: set[str] = dataclasses.field(default_factory=set)

    def nearest(self, name: str) -> str:
        """The id most like a name that is not there; empty if none is, or after very many of them."""
        self.missed.add(name)
        # Looking is slow among ten thousand; whoever has fifty typos has another problem than typing.
        return nearest(name, self.ids) if len(self.missed) <= _MOST_SUGGESTIONS else ""

    @property
    def ids(self) -> set[str]:
        """Of everything that may be meant."""
        return {pair[1] for pair in self.subjects.values() if pair}


def known_of(config: Config, now: int) -> Known:
    """Circuits, services, devices and systems by id, name and, of circuits, 电路代号; carriers by id and name."""
    subjects: dict[str, Pair | None] = {}
    found = [
        *(("circuit", one.id, (one.name, one.cid)) for one in config.circuits),
        *(("service", one.id, (one.name,)) for one in config.services),
        *(("device", one.id, (one.name,)) for one in config.devices),
        *(("system", one.id, (one.name,)) for one in config.systems),
    ]
    for kind, id_, names in found:
        for name in filter(None, map(plain, names)):
            other = subjects.get(name, (kind, id_))
            subjects[name] = other if other == (kind, id_) else None
    subjects |= {plain(id_): (kind, id_) for kind, id_, _ in found}  # an id always means its own
    carriers = {plain(name): one.id for one in config.carriers for name in (one.name, one.id)}
    return Known(config.calendar.zone, now, subjects, carriers)


def read_entry(sort: Sort, texts: Mapping[str, str], known: Known) -> tuple[Values, list[Problem]]:
    """The values of an entry by column, and everything that is wrong with it by field."""
    values, problems = _read(sort.required, texts, lambda field, text: _value(sort, field, text, known))
    _settle_value(sort, values, problems, known)
    problems += out_of_order(sort, values, known)
    return values, problems


def read_sheet(form: Form, texts: Mapping[str, str], known: Known) -> tuple[Values, list[Problem]]:
    """The values of a filled-in sheet, and everything that is wrong with it by field."""
    own = {field.field for field in form.fields} - {"at"}

    def read(field: str, text: str) -> Values:
        if field in own:
            return {field: _count(text) if field in form.numbers else tidy(text)}
        return {"at": _past(text, known)} if field == "at" else _READERS.get(field, _text)(field, text, known)

    values, problems = _read(form.required, texts, read)
    fields = tuple(
        (one.field, values.pop(one.field)) for one in form.fields if one.field in own & values.keys()
    )
    return {"form": form.id, "subjects": (), **values, "fields": fields}, problems


def _read(
    required: tuple[str, ...], texts: Mapping[str, str], read: Callable[[str, str], Values]
) -> tuple[Values, list[Problem]]:
    values: Values = {}
    problems: list[Problem] = []
    for field, text in texts.items():
        if not is_nothing(text):
            try:
                values |= read(field, text)
            except WrongValueError as wrong:
                problems.append((field, wrong))
    problems += [
        (field, WrongValueError("{field} is missing; it is required", rule="missing", field=field))
        for field in required
        if is_nothing(texts.get(field, ""))
    ]
    return values, problems


def _value(sort: Sort, field: str, text: str, known: Known) -> Values:
    if sort is AMENDMENT and field == "value":
        return {"value": tidy(text)}  # what it means depends on another cell
    return _READERS.get(field, _text)(field, text, known)


def _settle_value(sort: Sort, values: Values, problems: list[Problem], known: Known) -> None:
    if sort is AMENDMENT and "value" in values and "what" in values:
        try:
            read = _choice if values["what"] == "resolve" else _party
            values["value"] = read("state" if read is _choice else "value", values["value"], known).popitem()[
                1
            ]
        except WrongValueError as wrong:
            problems.append(("value", wrong))


def out_of_order(sort: Sort, values: Values, known: Known) -> Iterator[Problem]:
    """What ends before it begins, and what is told of the future as if it had been."""
    first = "reported_at" if sort is FAULT else "started_at"
    begin = values.get(first)
    for field in ("ended_at", "accepted_at", "arrived_at", "restored_at"):
        at = values.get(field)
        if at is not None and begin is not None and (at < begin or (at == begin and field == "ended_at")):
            yield (
                field,
                WrongValueError("this lies before the beginning; expected a later time", rule="order"),
            )
    if sort in (FAULT, ATTESTATION, OUTAGES, AMENDMENT, CARRIER_FAULTS):
        for field in (first, "ended_at", "accepted_at", "arrived_at", "restored_at"):
            if (values.get(field) or 0) > known.now + LATER:
                yield field, _to_come()


def _to_come() -> WrongValueError:
    return WrongValueError("this is still to come; expected what has been", rule="order")


def _past(text: str, known: Known) -> int:
    at = read_instant(text, known.zone)
    if at > known.now + LATER:
        raise _to_come()
    return at


def subject_of(written: str, known: Known) -> Pair:
    """Kind and id of what is meant by an id, a name or a 电路代号. Raises WrongValueError."""
    name = plain(written)
    if name not in known.subjects:
        raise _no_subject(written, known.nearest(narrow(written)))
    found = known.subjects[name]
    if found is None:
        raise WrongValueError(
            "{found} is the name of several; expected the id of one of them", rule="subject", found=written
        )
    return found


def _no_subject(written: str, near: str) -> WrongValueError:
    if near:
        text = "there is no circuit, service, device or system {found}; did you mean {near}?"
        return WrongValueError(text, rule="subject", found=written, near=near)
    text = "there is no circuit, service, device or system {found}; expected the id of one"
    return WrongValueError(text, rule="subject", found=written)


def _subjects(_field: str, text: str, known: Known) -> Values:
    # A name may hold what separates others, so the whole is looked up first.
    whole = [text] if plain(text) in known.subjects else [one for one in SEPARATORS.split(text) if one]
    return {"subjects": tuple(dict.fromkeys(subject_of(one, known) for one in whole))}


def _subject(_field: str, text: str, known: Known) -> Values:
    kind, id_ = subject_of(text, known)
    return {"kind": kind, "subject": id_}


def _instant(field: str, text: str, known: Known) -> Values:
    return {field: read_instant(text, known.zone)}


def _end(field: str, text: str, known: Known) -> Values:
    return {field: read_instant(text, known.zone, timed=True)}


def _period(_field: str, text: str, known: Known) -> Values:
    begin, end = read_period(text, known.zone)
    return {"started_at": begin, "ended_at": end}


def _choice(field: str, text: str, _known: Known) -> Values:
    found = choice(field, text)
    if found is None:
        codes = ", ".join(f"{code} ({words.split()[0]})" for code, words in CHOICES[field].items())
        raise WrongValueError(
            "{found} is not known here; expected {known}", rule="choice", found=text, known=codes
        )
    return {field: found}


def _party(field: str, text: str, known: Known) -> Values:
    """A carrier by its id, where it is one; whoever else may be responsible as written."""
    return {field: known.carriers.get(plain(text), tidy(text))}


def _count(text: str) -> str:
    """A number as written, without blanks and full-width digits."""
    found = narrow(text).replace(",", "")
    try:
        if Decimal(found).is_finite():
            return found
    except InvalidOperation:
        pass
    raise WrongValueError("{found} is not a number; expected one, such as 6", rule="number", found=text)


def _text(field: str, text: str, _known: Known) -> Values:
    return {field: tidy(text)}


_READERS: dict[str, Callable[[str, str, Known], Values]] = {
    "subjects": _subjects,
    "subject": _subject,
    "started_at": _instant,
    "ended_at": _end,
    "reported_at": _instant,
    "accepted_at": _instant,
    "arrived_at": _instant,
    "restored_at": _instant,
    "period": _period,
    "state": _choice,
    "origin": _choice,
    "what": _choice,
    "party": _party,
}
