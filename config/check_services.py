"""Cross-checks of services: each can be judged, and by no more lines than it has. Members exist: see references."""

from collections.abc import Iterator

from config.tree import SUBJECTS, Entry, Remark


def unjudgeable_services(root: Entry) -> Iterator[Remark]:
    """A service with neither a check of its own nor circuits to derive it from."""
    for service in root.entries("services"):
        if "check" not in service.values and "needs" not in service.values:
            text = "the service has neither `check` nor `needs`; expected an own check, or k of its circuits"
            yield Remark(service.loc, "service", text)


def needs_beyond_members(root: Entry) -> Iterator[Remark]:
    """More lines needed than there are, and a line counted twice."""
    for service in root.entries("services"):
        for entry in (service, *service.entries("changes")):
            needs = entry.within("needs")
            k, lines = needs.text("k"), {name for _, name in needs.texts("of")}
            if k.isdecimal() and lines and int(k) > len(lines):
                text = "the service needs {k} lines but has {count}; expected k of at most {count}"
                yield Remark((*needs.loc, "k"), "service", text, {"k": int(k), "count": len(lines)})
            yield from _repeated_members(entry, "circuits")
            yield from _repeated_members(needs, "of")


def _repeated_members(entry: Entry, key: str) -> Iterator[Remark]:
    seen: set[str] = set()
    for loc, name in entry.texts(key):
        if name in seen:
            yield Remark(loc, "service", "{name} is listed twice; expected each line once", {"name": name})
        seen.add(name)


def nothing_watched(root: Entry) -> Iterator[Remark]:
    """A configuration that watches nothing."""
    if not any(section in root.values for section in SUBJECTS):
        text = "nothing is watched; expected circuits, services, devices or systems"
        yield Remark((), "empty", text, severity="warning")
