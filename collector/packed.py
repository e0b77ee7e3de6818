"""Very many texts, held as little more than their letters: a text that is there often is kept once. Pure."""

from array import array
from collections.abc import Iterator, Sequence
from typing import overload

from probes.texts import Texts


class Repeated(Sequence[str]):
    """A sequence of texts of which many are the same; each is kept once, and for every place which it is."""

    def __init__(self, different: Sequence[str], which: "array[int]") -> None:
        self._different, self._which = different, which

    def __len__(self) -> int:
        return len(self._which)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self._different[which] for which in self._which[at]]
        return self._different[self._which[at]]

    def __iter__(self) -> Iterator[str]:
        return map(list(self._different).__getitem__, self._which)


def packed(texts: Sequence[str]) -> Sequence[str]:
    """The same texts, held so that they take the least room."""
    places: dict[str, int] = {}
    which = array("I", (places.setdefault(text, len(places)) for text in texts))
    return Repeated(Texts(places), which) if 2 * len(places) <= len(which) else Texts(texts)
