"""Figures with labels on their way from a prober to the board: names told once, values in columns. Pure.

What a device's figures are called seldom changes, and many devices of one make have the same. So names are kept
apart from values, and a frame has them only of those whose names are new to the listeners.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from sys import intern
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.frames import Columns
from exporters.reading import HIGH, LOW, WITHIN, Labels, Names
from probes.columns import Answers, Readings

TELLS = "readings:"  # how their columns are named in a frame
NAMES = "names"  # the header key of the names in it
_AS_BEFORE = -1
_MOST_KNOWN = 20_000
_CODES = {"": WITHIN, "low": LOW, "high": HIGH}


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """The figures of one target; `renamed` while they are not called as those of its answer before."""

    names: Names
    value: NDArray[np.float64]
    beyond: NDArray[np.int8]
    renamed: bool = True


NEVER: dict[int, Told] = {}  # of a round that nothing was read in yet


@dataclass(slots=True)
class Interned:
    """Names that are the same, as one and the same object; forgotten when there are too many that nobody may use."""

    _known: dict[tuple[tuple[str, ...], tuple[Labels, ...]], Names] = field(default_factory=dict)

    def names(self, metrics: tuple[str, ...], labels: tuple[Labels, ...]) -> Names:
        """These names."""
        found = self._known.get((metrics, labels))
        if found is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[metrics, labels] = Names(metrics, labels)
        return found


def newest(before: dict[int, Told], answers: Answers, interned: Interned) -> dict[int, Told]:
    """The figures of all targets after these answers: each as the last answer told them, none where it told none."""
    if before is NEVER and not answers.readings:
        return before
    found = dict(before)
    for row, target in enumerate(answers.target.tolist()):
        old = found.pop(target, None)
        if readings := answers.readings.get(row):
            found[target] = _told(readings, old, interned)
    return found


def _told(readings: Readings, before: Told | None, interned: Interned) -> Told:
    metrics, labels = readings.metrics, readings.labels
    same = before is not None and before.names.metrics == metrics and before.names.labels == labels
    return Told(
        before.names if before is not None and same else interned.names(metrics, labels),
        np.array(readings.values, np.float64),
        _beyond(readings.beyond),
        renamed=not same,
    )


def _beyond(said: tuple[str, ...]) -> NDArray[np.int8]:
    if not any(said):  # as it should be
        return np.full(len(said), WITHIN, np.int8)
    return np.array([_CODES[one] for one in said], np.int8)


def news(told: Mapping[int, Told], checks: Sequence[int], rows: Iterable[int]) -> tuple[list[Any], Columns]:
    """Header and columns that tell the figures of these targets; of one without any, that it has none."""
    nothing = Told(Names((), ()), np.empty(0), np.empty(0, np.int8), renamed=False)
    return packed([(checks[row], told.get(row, nothing)) for row in rows], everything=False)


def packed(all_: Sequence[tuple[int, Told]], *, everything: bool) -> tuple[list[Any], Columns]:
    """Header and columns for these checks; with `everything` all names are told, not only new ones."""
    distinct: dict[Names, int] = {}
    which = [
        distinct.setdefault(one.names, len(distinct)) if one.renamed or everything else _AS_BEFORE
        for _, one in all_
    ]
    columns: Columns = {
        "check": np.array([check for check, _ in all_], np.int64),
        "names": np.array(which, np.int32),
        "count": np.array([len(one.value) for _, one in all_], np.int32),
        "value": np.concatenate([np.empty(0), *(one.value for _, one in all_)]),
        "beyond": np.concatenate([np.empty(0, np.int8), *(one.beyond for _, one in all_)]),
    }
    return [_written(names) for names in distinct], {TELLS + key: one for key, one in columns.items()}


def unpacked(
    header: Sequence[Any], columns: Columns, known: Mapping[int, Told], interned: Interned
) -> dict[int, Told | None]:
    """What a frame tells, by check; None for a check that has no figures any more."""
    if TELLS + "check" not in columns:
        return {}
    names = [_read(one, interned) for one in header]
    counts = columns[TELLS + "count"]
    ends = np.cumsum(counts).tolist()
    found: dict[int, Told | None] = {}
    for check, which, count, end in zip(
        columns[TELLS + "check"].tolist(),
        columns[TELLS + "names"].tolist(),
        counts.tolist(),
        ends,
        strict=True,
    ):
        before = known.get(check)
        called = names[which] if which != _AS_BEFORE else before.names if before else None
        if not count or called is None or len(called.metrics) != count:
            found[check] = None
            continue
        here = slice(end - count, end)
        found[check] = Told(
            called,
            columns[TELLS + "value"][here].copy(),  # not the whole frame is to be kept for it
            columns[TELLS + "beyond"][here].copy(),
            renamed=before is None or before.names is not called,
        )
    return found


def _written(names: Names) -> list[Any]:
    """Names as plain values: labels, and all metrics that follow each other with these labels."""
    pairs = zip(names.labels, names.metrics, strict=True)
    return [[labels, [metric for _, metric in same]] for labels, same in groupby(pairs, itemgetter(0))]


def _read(written: Sequence[Any], interned: Interned) -> Names:
    metrics: list[str] = []
    labels: list[Labels] = []
    for said, called in written:
        row = tuple((intern(label), text) for label, text in said)
        metrics += map(intern, called)
        labels += [row] * len(called)
    return interned.names(tuple(metrics), tuple(labels))
