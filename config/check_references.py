"""Cross-checks of ids: each names one thing, each reference names something, and no upstream goes in a circle.

They look at the tree as written, so that they can speak even where single values are wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from config.keys import nearest
from config.tree import SUBJECTS, Entry, Loc, Remark

_OWN_IDS = (("service_hours",), ("groups",), ("carriers",), ("sites",), SUBJECTS)
_UPSTREAMS = ("devices", "circuits")
_IN_ENTRIES = (
    ("circuits", "carrier", ("carriers",)),
    ("circuits", "termination_a", ("sites",)),
    ("circuits", "termination_z", ("sites",)),
    ("circuits", "upstream", _UPSTREAMS),
    ("services", "site", ("sites",)),
    ("devices", "site", ("sites",)),
    ("devices", "upstream", _UPSTREAMS),
    ("systems", "site", ("sites",)),
    ("systems", "upstream", _UPSTREAMS),
)
_IN_CHANGES = (("carrier", ("carriers",)), ("upstream", _UPSTREAMS))
_MOST_SUGGESTIONS = 50


def repeated_ids(root: Entry) -> Iterator[Remark]:
    """An id used twice. Circuits, services, devices and systems share one set of ids: figures name only those."""
    for sections in _OWN_IDS:
        if _all_different(name for section in sections for _, name in root.column(section, "id")):
            continue
        first: dict[str, Loc] = {}
        for section in sections:
            for entry in root.entries(section):
                name = entry.text("id")
                if name in first:
                    text = "the id {id} is used twice; first in {other}"
                    yield Remark((*entry.loc, "id"), "repeated-id", text, {"id": name}, other=first[name])
                elif name:
                    first[name] = entry.loc


def _all_different(names: Iterator[str]) -> bool:
    # Where nothing is twice, as nearly always, nobody needs to know where each of a million stands.
    count, seen = 0, set()
    for name in names:
        count += 1
        seen.add(name)
    return len(seen) == count


@dataclass(slots=True)
class References:
    """What may be referred to; sections that could not be read in full are in `unsure` and never dangle."""

    root: Entry
    unsure: frozenset[str]
    suggestions: int = 0
    ids: dict[tuple[str, ...], frozenset[str] | None] = field(default_factory=dict)

    def known(self, sections: tuple[str, ...]) -> frozenset[str] | None:
        """The ids of these sections, or None if they are not all known."""
        if sections not in self.ids:
            found = frozenset(name for section in sections for _, name in self.root.column(section, "id"))
            self.ids[sections] = None if self.unsure.intersection(sections) else found
        return self.ids[sections]

    def dangling(self, loc: Loc, name: str, sections: tuple[str, ...]) -> Iterator[Remark]:
        """A remark if `name` names nothing in these sections; an empty one is no reference."""
        known = self.known(sections)
        if name and known is not None and name not in known:
            yield self._remark(loc, name, known, " or ".join(sections))

    def dangling_column(self, section: str, key: str, sections: tuple[str, ...]) -> Iterator[Remark]:
        """The same of what stands under `key` in every entry of a section."""
        known = self.known(sections)
        if known is None:
            return
        for number, name in self.root.column(section, key):
            if name not in known:
                yield self._remark((section, number, key), name, known, " or ".join(sections))

    def _remark(self, loc: Loc, name: str, known: frozenset[str], among: str) -> Remark:
        # Looking for the nearest name is quadratic; whoever has fifty typos has another problem than typing.
        self.suggestions += 1
        near = nearest(name, known) if self.suggestions <= _MOST_SUGGESTIONS else ""
        values: dict[str, object] = {"name": name, "among": among, "near": near}
        if near:
            return Remark(loc, "dangling", "{name} is not among {among}; did you mean {near}?", values)
        return Remark(
            loc, "dangling", "{name} is not among {among}; expected the id of one listed there", values
        )


def dangling_references(root: Entry, unsure: frozenset[str]) -> Iterator[Remark]:
    """Every reference to a carrier, site, circuit, device or group that is not there."""
    references = References(root, unsure)
    for section, key, sections in _IN_ENTRIES:
        yield from references.dangling_column(section, key, sections)
    for circuit in _changing(root, "circuits"):
        for change in circuit.entries("changes"):
            for key, sections in _IN_CHANGES:
                yield from references.dangling((*change.loc, key), change.text(key), sections)
    yield from _dangling_members(references)
    yield from _dangling_groups(references)


def _changing(root: Entry, section: str) -> Iterator[Entry]:
    """The entries of a section, if any of them has changes."""
    return root.entries(section) if root.gives(section, "changes") else iter(())


def _dangling_members(references: References) -> Iterator[Remark]:
    for service in references.root.entries("services"):
        for entry in (service, *service.entries("changes")):
            for loc, name in (*entry.texts("circuits"), *entry.within("needs").texts("of")):
                yield from references.dangling(loc, name, ("circuits",))


def _dangling_groups(references: References) -> Iterator[Remark]:
    """Groups must be among those listed; where none are listed, a target's group must be used somewhere."""
    root = references.root
    listed = "groups" in root.values
    for section in SUBJECTS if listed else ():
        if not root.gives(section, "changes"):
            yield from references.dangling_column(section, "group", ("groups",))
            continue
        for entry in root.entries(section):
            for used in (entry, *entry.entries("changes")):
                yield from references.dangling((*used.loc, "group"), used.text("group"), ("groups",))
    used_groups = frozenset(name for section in SUBJECTS for _, name in root.column(section, "group"))
    for target in root.entries("targets"):
        name, loc = target.text("group"), (*target.loc, "group")
        if listed:
            yield from references.dangling(loc, name, ("groups",))
        elif name and name not in used_groups and not references.unsure.intersection(SUBJECTS):
            text = "nothing is of the group {name}; expected one of {known}"
            yield Remark(
                loc, "dangling", text, {"name": name, "known": ", ".join(sorted(used_groups - {""}))}
            )


def upstream_circles(root: Entry) -> Iterator[Remark]:
    """Upstreams that lead back to where they began; one remark a circle, at its first entry in the file."""
    sections = [one for one in ("circuits", "devices", "systems") if root.gives(one, "upstream")]
    entries = [entry for section in sections for entry in root.entries(section)]
    upstream = {entry.text("id"): entry.text("upstream") for entry in entries if entry.text("upstream")}
    # Each name is walked once in all, so a chain of ten thousand is not walked ten thousand times.
    settled: set[str] = set()
    for entry in entries:
        walk: list[str] = []
        name = entry.text("id")
        while name in upstream and name not in settled:
            settled.add(name)
            walk.append(name)
            name = upstream[name]
        if name in walk:
            circle = " → ".join((*walk[walk.index(name) :], name))
            at = next(other for other in entries if other.text("id") in walk[walk.index(name) :])
            text = "upstream leads in a circle: {circle}; expected it to end at the core"
            yield Remark((*at.loc, "upstream"), "circle", text, {"circle": circle})
