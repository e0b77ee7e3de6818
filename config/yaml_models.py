"""A YAML file of its own (a profile, a policy, a calendar) into its model, or everything that is wrong in it.

Where whoever reads the file says so, a list of it may stand in a table. Every finding says file, line and place. What
the models allow is theirs to say.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from config.errors import Finding, WrongValueError
from config.messages import remarks_of
from config.places import place_in, said_of_table
from config.tables import Table, read_table
from config.tables import Written as WrittenTable
from config.tree import Loc, Remark, Value
from config.yaml_places import Document, NotYamlError, read_yaml


class Written(BaseModel):
    """What may be written: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=Written)
Made = TypeVar("Made")
TableOf = Callable[[str], WrittenTable]
"""The table of a name, called as the user knows it. Raises WrongValueError."""


@dataclass(frozen=True, slots=True)
class Read(Generic[Made]):
    """What a file holds, or None with everything that is wrong in it."""

    made: Made | None
    findings: tuple[Finding, ...] = field(default=())


def read_model(
    text: str,
    shown: str,
    model: type[Model],
    make: Callable[[Model], Made],
    also: Callable[[Model], Iterable[Remark]] = lambda written: (),  # noqa: ARG005
    table_of: Mapping[str, TableOf] = MappingProxyType({}),
) -> Read[Made]:
    """What `make` makes of the text's values; `shown` is the file as the user knows it.

    `also` says what only several values together can get wrong; `table_of` names the lists that may stand in tables.
    """
    try:
        document = read_yaml(text)
    except NotYamlError as wrong:
        return Read(None, (Finding(wrong.rule, "error", f"{shown}:{wrong.line}", wrong.text, wrong.values),))
    reading = _Reading(document, shown)
    for said in document.remarks:
        reading.say(said)
    tree = reading.with_tables(document.tree, table_of, model)
    written = None
    try:
        written = model.model_validate(tree)
    except ValidationError as error:
        for said in remarks_of(error, model):
            if not said_of_table(reading.tables, said):
                reading.say(said)
    else:
        for said in also(written):
            reading.say(said)
    found = reading.ordered()
    return Read(make(written) if written is not None and not found else None, found)


@dataclass(slots=True)
class _Reading:
    """A file being read: the tables it names, and what was found, with the file and line of each."""

    document: Document
    shown: str
    tables: dict[str, Table] = field(default_factory=dict)
    found: list[tuple[int, int, Finding]] = field(default_factory=list)

    def say(self, said: Remark) -> None:
        """Keep a remark as a finding at its place."""
        order, line, place = place_in(self.document, self.tables, self.shown, said.loc)
        self.found.append((order, line, Finding(said.rule, said.severity, place, said.text, said.values)))

    def with_tables(self, tree: Value, table_of: Mapping[str, TableOf], model: type[Model]) -> Value:
        """The tree with the entries of every table in the place of its name."""
        if not isinstance(tree, dict):
            return tree
        named = {section: name for section in table_of if isinstance(name := tree.get(section), str)}
        return {**tree, **{at: self._entries(at, name, table_of[at], model) for at, name in named.items()}}

    def _entries(self, section: str, name: str, table_of: TableOf, model: type[Model]) -> Value:
        try:
            table = read_table(table_of(name), section, model)
        except WrongValueError as wrong:
            order, line, place = place_in(self.document, self.tables, self.shown, (section,))
            found = Finding(wrong.rule, "error", f"{place}: {name}", wrong.text, wrong.values)
            self.found.append((order, line, found))
            return []
        self.tables[section] = table
        self.found += [(len(self.tables), 1, one) for one in table.findings]
        return list(table.entries.mappings())

    def ordered(self) -> tuple[Finding, ...]:
        """What was found, in the order of the file and then of its tables."""
        return tuple(finding for *_, finding in sorted(self.found, key=lambda one: one[:2]))


def twice(loc: Loc, names: list[str]) -> Iterable[Remark]:
    """A remark for each name of a list that stands there before."""
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Remark((*loc, number), "doubled", "{name} is given twice; expected it once", {"name": name})
