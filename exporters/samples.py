"""The lines of `/metrics` for figures with labels. Those of one name stand together, whatever kind they were read of.

Labels are put together once, for as long as the same names come back; only values are written anew.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import add

import numpy as np
from numpy.typing import NDArray

from exporters.lines import THINGS, head, labels, lines, subject_labels
from exporters.reading import Kind, Names, Subject

HELP = "Read of devices, as profiles say; no sample while it is not known."


@dataclass(frozen=True, slots=True)
class _Layout:
    """Of a kind, by metric: the labels of each sample and where its value stands."""

    subjects: tuple[Subject, ...]
    parts: tuple[tuple[int, Names], ...]
    heads: dict[str, list[str]]
    places: dict[str, NDArray[np.int64]]


class Samples:
    """Writes the readings of all kinds."""

    def __init__(self) -> None:
        self._layouts: dict[str, _Layout] = {}

    def render(self, kinds: Mapping[str, Kind]) -> Iterator[str]:
        """A block of text a metric."""
        laid_out = [(self._layout(name, kind), kind.readings.value) for name, kind in kinds.items()]
        for metric in sorted({metric for layout, _ in laid_out for metric in layout.heads}):
            name = f"linewalker_{metric}"
            known = "".join(
                lines(name, layout.heads[metric], values[layout.places[metric]])
                for layout, values in laid_out
                if metric in layout.heads
            )
            if known:
                yield head(name, "counter" if metric.endswith("_total") else "gauge", HELP) + known

    def _layout(self, name: str, kind: Kind) -> _Layout:
        last, parts = self._layouts.get(name), kind.readings.parts
        if last is None or last.subjects is not kind.subjects or last.parts is not parts:
            last = self._layouts[name] = _laid_out(THINGS[name], kind)
        return last


def _laid_out(thing: str, kind: Kind) -> _Layout:
    heads, places = dict[str, list[str]](), dict[str, list[int]]()
    rendered = dict[Names, list[str]]()
    at, seen = 0, set[tuple[int, str, str]]()
    for row, names in kind.readings.parts:
        if names not in rendered:
            rendered[names] = ["".join(f",{one}" for one in _written(pairs)) + "} " for pairs in names.labels]
        begin = subject_labels(thing, kind.subjects[row]).removesuffix("} ")
        for metric, rest in zip(names.metrics, rendered[names], strict=True):
            # Two profiles may read one and the same; a second sample would be refused by who scrapes it.
            if (row, metric, rest) not in seen:
                seen.add((row, metric, rest))
                heads.setdefault(metric, []).append(add(begin, rest))
                places.setdefault(metric, []).append(at)
            at += 1
    arrays = {metric: np.array(rows, np.int64) for metric, rows in places.items()}
    return _Layout(kind.subjects, kind.readings.parts, heads, arrays)


def _written(pairs: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for pair in pairs:
        yield labels([pair]).removeprefix("{").removesuffix("} ")
