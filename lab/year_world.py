"""What a made-up year is about: everything that can break, what it hangs on, and who is cut off by what. Pure.

An *element* has a state of its own: a line, a device, the host that answers for a site or a system. It is *away* as
long as it is broken itself or what it hangs on is away; the address behind a site's lines is away when all of them
are. Times are whole microseconds since 1970 UTC; spans are sorted lists of half-open (begin, end).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.model import Config

Span = tuple[int, int]
Spans = list[Span]


@dataclass(frozen=True, slots=True)
class Element:
    """Something with a state of its own. `kind` is as in the table of checks."""

    id: str
    kind: str
    upstream: str = ""
    site: str = ""
    carrier: str = ""
    lines: tuple[str, ...] = ()  # of a service: the circuits it is reached by, or made of
    needs: int = 1  # so many of them
    own_check: bool = True


def elements(config: Config) -> dict[str, Element]:
    """Every element of a configuration by kind and id (`key`), as it stands without its dated changes of upstream."""
    found = [
        *(
            Element(one.id, "circuit", one.upstream or "", one.termination_z, one.carrier)
            for one in config.circuits
        ),
        *(Element(one.id, "device", one.upstream or "", one.site or "") for one in config.devices),
        *(Element(one.id, "system", one.upstream or "", one.site or "") for one in config.systems),
        *(
            Element(
                one.id,
                "service",
                site=one.site or "",
                lines=one.needs.of if one.needs and one.needs.of else one.circuits,
                needs=one.needs.k if one.needs else 1,
                own_check=one.check is not None,
            )
            for one in config.services
        ),
    ]
    return {key(one.kind, one.id): one for one in found}


def key(kind: str, name: str) -> str:
    """By what an element is known here: a service may be called as one of its sites is."""
    return f"{kind}:{name}"


def parent(of: Element, world: Mapping[str, Element]) -> str:
    """The key of what an element hangs on; empty for nothing."""
    return next(
        (key(kind, of.upstream) for kind in ("device", "circuit") if key(kind, of.upstream) in world), ""
    )


def away(world: Mapping[str, Element], broken: Mapping[str, Spans]) -> dict[str, Spans]:
    """When each element is cut off from where we look, from when each is broken itself."""
    found: dict[str, Spans] = {}

    def of(name: str) -> Spans:
        if name not in found:
            one = world[name]
            above = parent(one, world)
            found[name] = union([*broken.get(name, ()), *(of(above) if above else ())])
            if one.kind == "service" and one.lines:
                lost = short_of(one.needs, [of(key("circuit", line)) for line in one.lines])
                found[name] = union([*found[name], *lost])
        return found[name]

    return {name: of(name) for name in world}


def short_of(needed: int, down: Sequence[Spans]) -> Spans:
    """When fewer than so many of several are there, from when each of them is not."""
    steps = sorted(step for spans in down for begin, end in spans for step in ((begin, 1), (end, -1)))
    allowed, lost, since, found = len(down) - needed, 0, 0, []
    for at, change in steps:
        before, lost = lost, lost + change
        if before <= allowed < lost:
            since = at
        elif lost <= allowed < before:
            found.append((since, at))
    return union(found)


def union(spans: Iterable[Span]) -> Spans:
    """Sorted, those that overlap or touch as one."""
    found: Spans = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif begin < end:
            found.append((begin, end))
    return found


def concerned(world: Mapping[str, Element], names: Iterable[str]) -> set[str]:
    """These elements and all that may be cut off with them."""
    found = set(names)
    below: dict[str, list[str]] = {}
    for name, one in world.items():
        for above in (parent(one, world), *(key("circuit", line) for line in one.lines)):
            below.setdefault(above, []).append(name)
    waiting = list(found)
    while waiting:
        new = set(below.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found
