"""The lines of `/metrics` for figures with labels. Those of one name stand together, whatever kind they were read of.

Labels are put together once, for as long as the same names come back; only values are written anew.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exporters.lines import THINGS, head, labels, lines, subject_labels
from exporters.reading import Kind, Names, Subject

HELP = "Read of devices, as profiles say; no sample while it is not known."


Heads = dict[tuple[int, Names], list[str]]  # by the subject's row: the labels of each of its figures


@dataclass(frozen=True, slots=True)
class _Layout:
    """Of a kind, by metric: the labels of each sample and where its value stands."""

    subjects: tuple[Subject, ...]
    parts: tuple[tuple[int, Names], ...]
    written: Heads
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
        if last is not None and last.subjects is kind.subjects and last.parts is parts:
            return last
        # Of ten thousand devices one is renamed: the labels of the others are those of before.
        before = last.written if last is not None and last.subjects is kind.subjects else {}
        written = {
            part: before.get(part) or _written(THINGS[name], kind.subjects[part[0]], part[1])
            for part in parts
        }
        self._layouts[name] = _laid_out(kind, written)
        return self._layouts[name]


def _written(thing: str, subject: Subject, names: Names) -> list[str]:
    """The labels of each figure of a subject; figures of one row, which share them, share the text as well."""
    begin = subject_labels(thing, subject).removesuffix("} ")
    found, last, text = list[str](), None, ""
    for row in names.labels:
        if row is not last:
            rest = labels(row).removeprefix("{") if row else "} "
            last, text = row, f"{begin},{rest}" if row else begin + rest
        found.append(text)
    return found


def _laid_out(kind: Kind, written: Heads) -> _Layout:
    heads, places = dict[str, list[str]](), dict[str, list[int]]()
    at, here, seen = 0, -1, set[tuple[str, str]]()
    for row, names in kind.readings.parts:
        if row != here:
            here, seen = row, set()
        for metric, text in zip(names.metrics, written[row, names], strict=True):
            # Two profiles may read one and the same; a second sample would be refused by who scrapes it.
            if (metric, text) not in seen:
                seen.add((metric, text))
                heads.setdefault(metric, []).append(text)
                places.setdefault(metric, []).append(at)
            at += 1
    arrays = {metric: np.array(rows, np.int64) for metric, rows in places.items()}
    return _Layout(kind.subjects, kind.readings.parts, written, heads, arrays)
