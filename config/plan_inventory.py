"""Rules that hold a plan against the network it names: count-inventory, and references to indicators and groups."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from config.keys import nearest
from config.model import Config
from config.plan import Count, Inventory, Measure, Row
from config.plan_case import Case, added, number
from config.plan_case import unit_of as unit_of_row
from config.quantities import plain
from config.tree import SUBJECTS, Loc, Remark
from indicators.catalogue import CATALOGUE

_UNITS = {
    "ratio": ("%",),
    "days": ("天", "日"),
    "circuits": ("条",),
    "seconds": ("秒", "分钟", "小时", "min", "h", "s"),
    "faults per 100 line-months": ("次",),
    "bit/s": ("bit/s",),
}
_MOST_HINTS = 3


def on_counts(case: Case) -> Iterator[Remark]:
    """Numbers of rows and of the text against their parts, the names listed with them, and the inventory."""
    for at, row in enumerate(case.plan.rows):
        yield from _row(("rows", at), row, case)
    for at, count in enumerate(case.plan.counts):
        yield from _count(("counts", at), count, case)


def _row(loc: Loc, row: Row, case: Case) -> Iterator[Remark]:
    found = row.quantity(row.actual) or row.quantity(row.target)
    if row.inventory and found and case.network:
        yield from _against(loc, row.level3, found.number, row.inventory, case.network)


def _count(loc: Loc, count: Count, case: Case) -> Iterator[Remark]:
    values: dict[str, object] = {"what": count.what, "printed": f"{number(count.printed)}{count.unit}"}
    if count.parts and sum(count.parts) != count.printed:
        text = "{what}: the parts add up to {arithmetic}; the text says {printed}"
        yield Remark((*loc, "parts"), "count-inventory", text, values | {"arithmetic": added(count.parts)})
    sites = Decimal(len(count.named)) if count.named else count.sites
    if count.each and sites is not None and sites * count.each != count.printed:
        text = "{what}: {sites} × {each} = {product}; the text says {printed}"
        product = {"sites": number(sites), "each": count.each, "product": number(sites * count.each)}
        yield Remark(loc, "count-inventory", text, values | product)
    for one, other in combinations(count.named, 2):
        if _same_place(one, other):
            text = "{what}: {one} and {other_name} seem to be the same place"
            yield Remark((*loc, "named"), "count-inventory", text, values | {"one": one, "other_name": other})
    if count.inventory and case.network:
        yield from _against(loc, count.what, count.printed, count.inventory, case.network)


def _same_place(one: str, other: str) -> bool:
    """Whether one name is the other with something before it, such as the owner."""
    longer, shorter = sorted((plain(one), plain(other)), key=len, reverse=True)
    return longer.endswith(shorter)


def _against(loc: Loc, what: str, printed: Decimal, of: Inventory, network: Config) -> Iterator[Remark]:
    held = counted(network, of)
    if printed == held:
        return
    values: dict[str, object] = {
        "what": what,
        "printed": number(printed),
        "held": held,
        "where": f"{of.of}/{of.group}" if of.group else of.of,
        "hint": "; ".join(_fitting(network, int(printed))) or "-",
    }
    # A question, not an error: the inventory may be the one that is wrong, or the words may mean another number.
    text = "{what}: {printed} stands beside {held} in the inventory ({where}); what would fit: {hint}"
    yield Remark(loc, "count-inventory", text, values, "warning")


def counted(network: Config, of: Inventory) -> int:
    """How many of a kind are in the inventory, or in a group of it."""
    listed = getattr(network, of.of)
    return sum(1 for one in listed if not of.group or getattr(one, "group", "") == of.group)


def _fitting(network: Config, printed: int) -> list[str]:
    """Which counts of groups, alone or two together, make a number."""
    counts = []
    for kind in ("circuits", "services"):
        groups = {str(one.group) for one in getattr(network, kind)} - {""}
        counts += [
            (counted(network, Inventory(of=kind, group=group)), f"{kind}/{group}") for group in sorted(groups)
        ]
    alone = [f"{name} {count}" for count, name in counts if count == printed]
    pairs = [
        f"{name} {one} + {second} {other} = {printed}"
        for (one, name), (other, second) in combinations(counts, 2)
        if one + other == printed
    ]
    return [*alone, *pairs][:_MOST_HINTS]


def on_measures(case: Case) -> Iterator[Remark]:
    """What a row is measured by exists, in this network and in this view, and has the row's unit."""
    for at, row in enumerate(case.plan.rows):
        if row.measure:
            yield from _measure(("rows", at, "measure"), row, row.measure, case)


def _measure(loc: Loc, row: Row, measure: Measure, case: Case) -> Iterator[Remark]:
    known = CATALOGUE.get(measure.indicator)
    if known is None:
        yield _no_indicator((*loc, "indicator"), measure.indicator)
        return
    if measure.view and measure.view not in known.views:
        text = "{indicator} has no view {found}; expected {known}"
        values: dict[str, object] = {
            "indicator": known.id,
            "found": measure.view,
            "known": ", ".join(known.views),
        }
        yield Remark((*loc, "view"), "reference", text, values)
    if measure.of and measure.of not in known.of:
        text = "{indicator} is not of {found}; expected {known}"
        values = {"indicator": known.id, "found": measure.of, "known": ", ".join(known.of)}
        yield Remark((*loc, "of"), "reference", text, values)
    unit = unit_of_row(row)
    if unit and unit not in _UNITS[known.unit]:
        text = "{name}: {indicator} is in {known}, the row in {found}"
        values = {
            "name": row.level3,
            "indicator": known.id,
            "known": _UNITS[known.unit][0],
            "found": unit,
        }
        yield Remark((*loc, "indicator"), "wrong-field", text, values)
    yield from _group((*loc, "group"), measure.group, measure.of, case)


def _group(loc: Loc, group: str, of: str | None, case: Case) -> Iterator[Remark]:
    """A remark where a group is not there, or has nobody of the kind that is measured."""
    if case.network is None and case.plan.network:
        return  # that it cannot be read was said
    if case.network is None:
        text = "a measured row needs the network it is measured in; expected `network: FILE` in the plan"
        yield Remark(("network",), "reference", text)
        return
    kinds = (of,) if of else SUBJECTS
    groups = {str(one.group) for kind in kinds for one in getattr(case.network, kind)} - {""}
    if group and group not in groups:
        yield _no_group(loc, group, groups)


def _no_indicator(loc: Loc, found: str) -> Remark:
    near = nearest(found, CATALOGUE)
    text = (
        "there is no indicator {found}; did you mean {near}?"
        if near
        else "there is no indicator {found}; expected one of {known}"
    )
    values: dict[str, object] = {"found": found, "near": near, "known": ", ".join(sorted(CATALOGUE))}
    return Remark(loc, "reference", text, values)


def _no_group(loc: Loc, found: str, groups: set[str]) -> Remark:
    near = nearest(found, groups)
    text = (
        "there is no group {found} here; did you mean {near}?"
        if near
        else "there is no group {found} here; expected one of {known}"
    )
    values: dict[str, object] = {"found": found, "near": near, "known": ", ".join(sorted(groups))}
    return Remark(loc, "reference", text, values)
