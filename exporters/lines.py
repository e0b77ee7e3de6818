"""How lines of `/metrics` are put together: labels, heads of families, samples. Nothing of what they tell."""

from collections.abc import Iterable
from itertools import compress
from operator import add

import numpy as np
from numpy.typing import NDArray

from exporters.reading import Subject

THINGS = {
    "circuits": "circuit",
    "services": "service",
    "devices": "device",
    "systems": "system",
    "sentinels": "sentinel",
}
ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def labels(pairs: Iterable[tuple[str, str]]) -> str:
    """The label part of a line, `{name="value",…}` and a blank."""
    return "{" + ",".join(f'{name}="{value.translate(ESCAPES)}"' for name, value in pairs) + "} "


def subject_labels(thing: str, subject: Subject) -> str:
    """The labels by which a subject is selected and summed."""
    pairs = [(thing, subject.id), ("group", subject.group)]
    if thing == "circuit":
        pairs.append(("carrier", subject.carrier))
    return labels([*pairs, ("site", subject.site)])


def info_labels(thing: str, subject: Subject) -> str:
    """What people read beside the id: joined to other metrics in dashboards."""
    pairs = [(thing, subject.id), ("name", subject.name), ("site_name", subject.site_name)]
    if thing == "circuit":
        pairs += [("carrier_name", subject.carrier_name), ("cid", subject.cid), ("path", subject.path)]
    return labels(pairs)


def head(name: str, kind: str, text: str) -> str:
    """The HELP and TYPE lines of a family."""
    return f"# HELP {name} {text}\n# TYPE {name} {kind}"


def lines(name: str, heads: list[str], values: NDArray[np.float64]) -> str:
    """A sample line for each value that is not NaN, each led by a line feed."""
    known = ~np.isnan(values)
    if not known.all():
        heads, values = list(compress(heads, known.tolist())), values[known]
    # The name rides in the separator: a line costs one addition, and labels are kept once for all families.
    lead = "\n" + name
    return lead + lead.join(map(add, heads, map(repr, values.tolist()))) if heads else ""
