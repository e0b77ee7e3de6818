"""Cross-checks of targets: a unit that is known, an indicator there is, and one promise each."""

from collections.abc import Collection, Iterator

from config.errors import WrongValueError
from config.keys import nearest
from config.targets import in_formula_units
from config.tree import Entry, Loc, Remark, remark


def unfit_units(root: Entry) -> Iterator[Remark]:
    """Units nobody knows how to count in."""
    for target in root.entries("targets"):
        loc, unit = (*target.loc, "unit"), target.text("unit")
        try:
            in_formula_units(0.0, unit)
        except WrongValueError as wrong:
            yield remark(loc, wrong)


def repeated_targets(root: Entry) -> Iterator[Remark]:
    """Two targets of one indicator and group: it could not be said which was promised."""
    first: dict[tuple[str, str], Loc] = {}
    for target in root.entries("targets"):
        key = target.text("indicator"), target.text("group")
        if key in first:
            text = "the target of {indicator} for this group is given twice; first in {other}"
            yield Remark(target.loc, "repeated-target", text, {"indicator": key[0]}, other=first[key])
        first.setdefault(key, target.loc)


def unknown_indicators(root: Entry, known: Collection[str]) -> Iterator[Remark]:
    """Targets of an indicator that is not among `known`, the ids of the catalogue."""
    for target in root.entries("targets"):
        name, loc = target.text("indicator"), (*target.loc, "indicator")
        if name and name not in known:
            near = nearest(name, known)
            if near:
                text = "there is no indicator {name}; did you mean {near}?"
                yield Remark(loc, "indicator", text, {"name": name, "near": near})
            else:
                text = "there is no indicator {name}; expected one of {known}"
                yield Remark(loc, "indicator", text, {"name": name, "known": ", ".join(sorted(known))})
