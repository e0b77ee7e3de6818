"""Names an office writes for what a configuration lists by id: carriers, sites, groups, upstream devices; and back.

A name leads to an id only where it is the name of one thing. Carriers are known by many names besides.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from config.errors import WrongValueError
from config.headings import PATHS, family
from config.hours import ALWAYS_ID
from config.keys import nearest
from config.model import Carrier, Circuit, Network
from config.spellings import narrow

_MOST_SUGGESTIONS = 50
_SECTIONS = {
    "carrier": ("carriers",),
    "termination_a": ("sites",),
    "termination_z": ("sites",),
    "group": ("groups",),
    "upstream": ("devices", "circuits"),
    "service_hours": ("service_hours",),
}


def _key(written: str) -> str:
    return narrow(written).replace(" ", "").casefold()


@dataclass(slots=True)
class _Names:
    """Things of one kind: ids by what they may be called; an empty id is what several are called."""

    among: str
    ids: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    suggestions: int = 0

    def add(self, identity: str, name: str) -> None:
        """Take in one thing."""
        self.ids.setdefault(_key(identity), identity)
        key = _key(name)
        self.names[key] = identity if self.names.get(key, identity) == identity else ""

    def id_of(self, written: str) -> str:
        """The id that is meant. Raises WrongValueError if it is none, or not clear."""
        key = _key(written)
        if key in self.ids:
            return self.ids[key]
        if key not in self.names:
            raise self._unknown(written)
        if not self.names[key]:
            text = "several of {among} are named {name}; expected the id of the one meant"
            raise WrongValueError(text, rule="dangling", name=written, among=self.among)
        return self.names[key]

    def _unknown(self, written: str) -> WrongValueError:
        # Looking for the nearest name is quadratic; whoever has fifty typos has another problem than typing.
        self.suggestions += 1
        known = {**self.names, **self.ids} if self.suggestions <= _MOST_SUGGESTIONS else {}
        near = nearest(_key(written), known)
        if near:
            text = "{name} is not among {among}; did you mean {near}?"
            return WrongValueError(text, rule="dangling", name=written, among=self.among, near=near)
        text = "{name} is not among {among}; expected the id or the name of one listed there"
        return WrongValueError(text, rule="dangling", name=written, among=self.among)

    def name_of(self, identity: str, name: str) -> str:
        """The name of a thing if it leads back to it, else its id."""
        key = _key(name)
        leads_back = self.names.get(key) == identity and self.ids.get(key, identity) == identity
        return name if leads_back else identity


class Naming:
    """What the names in a list mean under one configuration."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._names = {
            sections: self._gather(sections) for sections in set(_SECTIONS.values()) if self._lists(sections)
        }
        self._named = {
            sections: {
                one.id: one.name or one.id for section in sections for one in getattr(network, section)
            }
            for sections in self._names
        }
        self._families = _families(network.carriers)

    def _lists(self, sections: tuple[str, ...]) -> bool:
        # Where no groups are listed, any text is a group.
        return sections != ("groups",) or bool(self._network.groups)

    def _gather(self, sections: tuple[str, ...]) -> _Names:
        names = _Names(" or ".join(sections))
        for section in sections:
            for one in getattr(self._network, section):
                names.add(one.id, one.name or one.id)
        if sections == ("service_hours",):
            names.add(ALWAYS_ID, ALWAYS_ID)
        return names

    def id_of(self, setting: str, written: str) -> str:
        """What a cell of this setting means: the id of a thing, or the text itself where it names none.

        Raises WrongValueError if nothing of that name is listed, or several are.
        """
        names = self._names.get(_SECTIONS.get(setting, ()))
        if names is None:
            return written
        try:
            return names.id_of(written)
        except WrongValueError:
            if setting == "carrier" and (found := self._families.get(family(written))):
                return found
            raise

    def name_of(self, setting: str, identity: str, language: str) -> str:
        """How a value of this setting is written for people; `id_of` reads it back."""
        if setting == "path":
            return PATHS[identity] if language == "zh" else identity
        names = self._names.get(_SECTIONS.get(setting, ()))
        if names is None or not identity:
            return identity
        return names.name_of(identity, self._named[_SECTIONS[setting]].get(identity, identity))


def _families(carriers: Iterable[Carrier]) -> dict[str, str]:
    """The one carrier listed of each that is known by many names."""
    found: dict[str, set[str]] = {}
    for carrier in carriers:
        name = family(carrier.name) or family(carrier.id)
        found.setdefault(name, set()).add(carrier.id)
    return {name: ids.pop() for name, ids in found.items() if name and len(ids) == 1}


def derived_id(name: str, carrier: str) -> str:
    """The id of a line that has none: its name and its carrier's id, the same for the same line every time."""
    letters = "".join(letter if letter.isalnum() or letter in "_.-" else "-" for letter in narrow(name))
    return f"{letters.strip('-.')[: 63 - len(carrier)]}-{carrier}"


def only_one(circuits: Iterable[Circuit], setting: str) -> str:
    """The value that all circuits have of a setting; empty if they differ."""
    found = {str(getattr(circuit, setting)) for circuit in circuits}
    return found.pop() if len(found) == 1 else ""
