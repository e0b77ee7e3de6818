"""Cross-checks of alerts: every receiver has an id of its own, and the groups it is told of exist."""

from collections.abc import Iterator

from config.tree import Entry, Loc, Remark

_GROUPED = ("circuits", "services", "devices", "systems")


def unreachable_receivers(root: Entry, unsure: frozenset[str]) -> Iterator[Remark]:
    """Receivers with one id, and groups that nobody belongs to."""
    if "alerts" not in root.values:
        return
    known = {group for kind in _GROUPED for _, group in root.column(kind, "group")}
    known |= {name for _, name in root.column("groups", "id")}
    first: dict[str, Loc] = {}
    for one in root.within("alerts").entries("receivers"):
        name, loc = one.text("id"), (*one.loc, "id")
        if name in first:
            text = "the id {id} is used twice; first in {other}"
            yield Remark(loc, "repeated-id", text, {"id": name}, other=first[name])
        first.setdefault(name, loc)
        single = [((*one.loc, "groups"), one.text("groups"))] if one.text("groups") else []
        for place, group in (*one.texts("groups"), *single):
            if group not in known and unsure.isdisjoint(_GROUPED):
                text = "there is no group {name} in the configuration"
                yield Remark(place, "dangling", text, {"name": group})
