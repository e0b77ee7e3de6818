"""An office's list of circuits against the inventory: what is new, what is different, what is not in the list.

Pure: the list, the configuration and the day come in, a proposal comes out. Nothing is written here, and nothing
is ever removed. An empty cell says nothing: what stands stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pydantic import TypeAdapter, ValidationError

from config.errors import Finding, WrongValueError
from config.headings import HEADINGS, TITLES, examples
from config.keys import required
from config.listing import Listing
from config.messages import remarks_of
from config.model import Circuit, Network
from config.naming import Naming, derived_id, only_one
from config.spellings import (
    CHANGING,
    harmed,
    is_nothing,
    pairs_of,
    read_cell,
    refuse_formula,
    same,
    text_of,
    tidy,
    write_change,
    write_changes,
)
from config.tables import read_change

Texts = dict[str, str]
"""The settings of one circuit as our tables write them; what is not given is missing or empty."""

FIELDS = tuple(heading.field for heading in HEADINGS)
_CIRCUIT = TypeAdapter(Circuit)
_REQUIRED = tuple(required(Circuit))
_ASSUMED = ("termination_a", "group")  # taken from the inventory where all its circuits agree


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting of a known circuit that the list says differently; `since` where it counts from a day on."""

    id: str
    row: int
    field: str
    old: str
    new: str
    since: str = ""


@dataclass(frozen=True, slots=True)
class New:
    """A circuit that only the list has; `derived` if its id was made from its name and carrier."""

    row: int
    texts: Texts
    derived: bool


@dataclass(slots=True)
class Proposal:
    """What the list would make of the inventory; `edits` are the new texts of known circuits by id."""

    listing: Listing
    added: list[New] = field(default_factory=list)
    changed: list[Difference] = field(default_factory=list)
    gone: list[Circuit] = field(default_factory=list)
    edits: dict[str, Texts] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)  # of the list, by circuit id
    unchanged: int = 0

    @property
    def findings(self) -> list[Finding]:
        """All that is to be said about the list."""
        return self.listing.findings

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be written."""
        return not self.added and not self.edits

    @property
    def is_useless(self) -> bool:
        """Whether no row could be used."""
        return not self.rows


def texts_of(circuit: Circuit) -> Texts:
    """A circuit as the row of a table."""
    return {key: text_of(getattr(circuit, key)) for key in FIELDS}


def circuit_of(texts: Texts) -> Circuit:
    """The circuit of a row of a table. Raises ValidationError or WrongValueError where a value cannot be used."""
    return _CIRCUIT.validate_python(_tree(texts))


def standing(circuit: Circuit, today: date) -> Texts:
    """A circuit as it is on a day, its changes up to then applied."""
    texts = texts_of(circuit)
    for change in circuit.changes:
        if change.from_ <= today:
            texts |= {key: text for key in CHANGING if (text := text_of(getattr(change, key)))}
    return texts


def propose(listing: Listing, network: Network, today: date, since: date | None = None) -> Proposal:
    """What `listing` would make of the circuits of `network`; every problem becomes a finding of the list.

    With `since`, settings that may change on a day change on that one; without it they are corrected.
    """
    return _Proposing(listing, network, today, since).proposal()


class _Proposing:
    """One list being read row by row."""

    def __init__(self, listing: Listing, network: Network, today: date, since: date | None) -> None:
        self.listing, self.network, self.today, self.since = listing, network, today, since
        self.naming = Naming(network)
        self.found = Proposal(listing)
        self.seen: set[str] = set()  # known circuits that some row meant, right or wrong
        self.asked: dict[tuple[str, str], int] = {}
        self.lacking: dict[str, list[int]] = {}
        self.assumed = {key: only_one(network.circuits, key) for key in _ASSUMED if not listing.of(key)}
        self.listed = {tidy(cells.get("id", "")) for _, cells in listing.body()}
        self.known = {circuit.id: circuit for circuit in network.circuits}
        self.now = {circuit.id: standing(circuit, today) for circuit in network.circuits}
        self.of_cid = _single((texts["cid"], name) for name, texts in self.now.items())
        self.at: dict[str, list[str]] = {}
        for name, texts in self.now.items():
            self.at.setdefault(texts["address"], []).append(name)

    def proposal(self) -> Proposal:
        """Read every row."""
        for row, cells in self.listing.body():
            texts, right = self._texts(row, cells)
            try:
                name = self._recognised(texts)
            except WrongValueError as wrong:
                self._say(row, wrong, "")
                continue
            if name:
                self.seen.add(name)
            if right and self._is_first(row, texts, name):
                self._take(row, texts, name)
        self._say_merged()
        self._say_lacking()
        if not self.found.rows and not any(one.severity == "error" for one in self.listing.findings):
            text = "no circuit is listed below the headings; expected a row for each"
            self.listing.say("list", self.listing.head, "", text)
        self.found.gone = [
            one for one in self.network.circuits if one.id not in self.seen and self._in_use(one)
        ]
        return self.found

    def _in_use(self, circuit: Circuit) -> bool:
        return circuit.in_service_until is None or circuit.in_service_until > self.today

    def _say(self, row: int, wrong: WrongValueError, column: str) -> None:
        self.listing.say(wrong.rule, row, column, wrong.text, **wrong.values)

    def _texts(self, row: int, cells: Mapping[str, str]) -> tuple[Texts, bool]:
        """The cells as our tables write them, and whether all of them could be read."""
        texts: Texts = {}
        right = True
        for key, written in cells.items():
            column = self.listing.of(key)
            assert column is not None  # noqa: S101 - cells come from columns
            refused = self.listing.refused.get((row, column.number))
            try:
                if refused is not None:
                    raise refused
                if not is_nothing(written):
                    texts[key] = self._read(key, written, column.unit)
            except WrongValueError as wrong:
                self._say(row, wrong, key)
                right = False
        return texts, right

    def _read(self, key: str, written: str, unit: str) -> str:
        text = read_cell(key, harmed(tidy(written)) if key != "changes" else written, unit)
        return self.naming.id_of(key, text)

    def _recognised(self, texts: Texts) -> str:
        """The id of the known circuit a row means; empty for a new one.

        Raises WrongValueError if it is not clear which one is meant.
        """
        by_address = self._asked_at(texts.get("address", ""), texts.get("source", ""))
        if "id" in texts:
            return self._of_id(texts["id"], by_address)
        by_cid = self.of_cid.get(texts.get("cid", ""), "")
        if by_cid and len(by_address) == 1 and by_cid not in by_address:
            raise WrongValueError(
                "the circuit id is that of {one}, the address that of {other}; "
                "expected both of one line, or a column of ids",
                rule="list",
                one=by_cid,
                other=by_address[0],
            )
        if by_cid or len(by_address) < 2:
            return by_cid or "".join(by_address)
        raise WrongValueError(
            "several circuits are asked by {address}: {known}; expected a column of ids",
            rule="list",
            address=texts["address"],
            known=", ".join(by_address),
        )

    def _of_id(self, name: str, by_address: list[str]) -> str:
        if name not in self.known and len(by_address) == 1 and by_address[0] not in self.listed:
            raise WrongValueError(
                "{id} is not known, and its address is that of {other}; ids are permanent: expected {other}, "
                "or --column HEADING=- for the column of ids",
                rule="list",
                id=name,
                other=by_address[0],
            )
        return name if name in self.known else ""

    def _asked_at(self, address: str, source: str) -> list[str]:
        there = self.at.get(address, [])
        return [name for name in there if self.now[name]["source"] == source] or there

    def _is_first(self, row: int, texts: Texts, name: str) -> bool:
        """Whether neither the circuit nor its question stood in a row before; else that is a finding."""
        name = name or texts.get("id", "")
        if name in self.found.rows:
            text = "{id} stands in row {other} already; expected each line once"
            self.listing.say("repeated-id", row, "id", text, id=name, other=self.found.rows[name])
            return False
        question = (texts.get("address", ""), texts.get("source") or self.now.get(name, {}).get("source", ""))
        if question[0] and question in self.asked:
            text = "{address} stands in row {other} already; expected an address of its own for each line"
            values: dict[str, object] = {"address": question[0], "other": self.asked[question]}
            self.listing.say("repeated-address", row, "address", text, **values)
            return False
        self.asked[question] = row
        return True

    def _take(self, row: int, texts: Texts, name: str) -> None:
        if name:
            self._compare(row, texts, self.known[name])
        else:
            self._add(row, texts)

    def _compare(self, row: int, texts: Texts, circuit: Circuit) -> None:
        """Find what the list says differently of a known circuit."""
        base = texts_of(circuit)
        # A list that has its dated changes tells of the circuit before them, else of the circuit as it is now.
        old = base if self.listing.of("changes") else self.now[circuit.id]
        new = {key: text for key, text in texts.items() if not same(text, old[key])}
        edits = self._edits(circuit, new)
        if self._has_formula(row, new) or not self._is_right(row, base | edits):
            return
        self.found.rows[circuit.id] = row
        self.found.unchanged += not new
        if edits:
            self.found.edits[circuit.id] = edits
        for key, text in new.items():
            since = self.since.isoformat() if self.since and self._is_dated(key) else ""
            self.found.changed.append(Difference(circuit.id, row, key, old[key], text, since))

    def _is_dated(self, key: str) -> bool:
        return self.since is not None and key in CHANGING

    def _edits(self, circuit: Circuit, new: Texts) -> Texts:
        """The texts of a table row that say what the list says."""
        if self.listing.of("changes"):
            return new
        edits = {key: text for key, text in new.items() if not self._is_dated(key)}
        dated = {key: text for key, text in new.items() if self._is_dated(key)}
        changes = [pairs_of(change) for change in circuit.changes]
        for change in reversed(changes):
            if change["from"] <= self.today.isoformat():
                # What holds now was said by this change, so that is where it is corrected.
                change |= {key: edits.pop(key) for key in tuple(edits) if key in change}
        if dated and self.since:
            _change_on(self.since.isoformat(), dated, changes)
        written = "; ".join(write_change(change) for change in changes)
        return edits if written == write_changes(circuit.changes) else {**edits, "changes": written}

    def _add(self, row: int, texts: Texts) -> None:
        texts = {**{key: text for key, text in self.assumed.items() if text}, **texts}
        derived = "id" not in texts
        lacking = [key for key in _REQUIRED if key != "id" and not texts.get(key)]
        if lacking:
            self._lack(row, lacking)
            return
        if derived:
            texts["id"] = derived_id(texts["name"], texts["carrier"])
        name = texts["id"]
        if derived and (name in self.known or name in self.found.rows):
            text = (
                "a line of this name and carrier is there already as {id}; "
                "expected another name, or a column of ids"
            )
            self.listing.say("repeated-id", row, "name", text, id=name)
        elif not self._has_formula(row, texts) and self._is_right(row, texts):
            self.found.rows[name] = row
            self.found.added.append(New(row, texts, derived))

    def _lack(self, row: int, keys: Iterable[str]) -> None:
        for key in keys:
            if self.listing.of(key):
                text = "{field} is missing; a new circuit needs it"
                self.listing.say("missing", row, key, text, field=key)
            else:
                self.lacking.setdefault(key, []).append(row)

    def _is_right(self, row: int, texts: Texts) -> bool:
        """Whether this would be a circuit; else every reason is a finding."""
        try:
            circuit_of(texts)
        except ValidationError as error:
            for said in remarks_of(error):
                column = str(said.loc[0]) if said.loc else ""
                self.listing.say(said.rule, row, column, said.text, **said.values)
            return False
        except WrongValueError as wrong:
            self._say(row, wrong, "changes")
            return False
        return True

    def _has_formula(self, row: int, texts: Texts) -> bool:
        """Whether one of these texts would be calculated by whoever opens the table; each is a finding."""
        before = len(self.listing.findings)
        for key, text in texts.items():
            try:
                refuse_formula(text)
            except WrongValueError as wrong:
                self._say(row, wrong, key)
        return len(self.listing.findings) > before

    def _say_lacking(self) -> None:
        """A column that new circuits lack is told of once, not in each of their rows."""
        for key, rows in self.lacking.items():
            text = (
                "{count} new circuits have no {field}; "
                "expected a heading such as {known}, or --column HEADING={field}"
            )
            values: dict[str, object] = {"count": len(rows), "field": key, "known": examples(key)}
            self.listing.say("missing", self.listing.head, "", text, **values)
        for key, value in self.assumed.items():
            if value and self.found.added:
                text = "no column for {field}; new circuits get {value}, as all have that are there"
                self.listing.note(self.listing.head, "", text, field=key, value=value)

    def _say_merged(self) -> None:
        for row, number, cells in self.listing.merged:
            column = next((one for one in self.listing.columns if one.number == number and one.field), None)
            if row > self.listing.head and column:
                text = "the cells {cells} are merged; their value counts in each of these rows"
                self.listing.note(row, column.heading, text, cells=cells)


def _single(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names by a number that only one of them has."""
    found: dict[str, list[str]] = {}
    for number, name in pairs:
        found.setdefault(number, []).append(name)
    return {number: names[0] for number, names in found.items() if number and len(names) == 1}


def _change_on(day: str, dated: Texts, changes: list[Texts]) -> None:
    """Put what changes on a day among the changes, in order."""
    there = next((change for change in changes if change["from"] == day), None)
    if there is None:
        there = {"from": day}
        changes.append(there)
        changes.sort(key=lambda change: change["from"])
    there |= dated


def _tree(texts: Texts) -> dict[str, object]:
    """The texts of a row as the tree that a table would give."""
    changes = [read_change(part.split()) for part in texts.get("changes", "").split(";") if part.strip()]
    tree: dict[str, object] = {key: text for key, text in texts.items() if text and key != "changes"}
    return {**tree, "changes": changes} if changes else tree


def title_of(setting: str, language: str) -> str:
    """What a setting is called for people."""
    heading = TITLES[setting]
    return heading.zh if language == "zh" else heading.en
