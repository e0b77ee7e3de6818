"""Very many short texts, held as one: a tenth of what they take as objects. They are fixed once they are there."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import overload


class Texts(Sequence[str]):
    """A sequence of texts; each is made anew whenever it is asked for."""

    def __init__(self, texts: Iterable[str]) -> None:
        whole, ends = bytearray(), array("Q", [0])
        for text in texts:
            whole += text.encode()
            ends.append(len(whole))
        self._whole, self._ends = bytes(whole), ends

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        place = range(len(self))[at]
        return self._whole[self._ends[place] : self._ends[place + 1]].decode()

    def __iter__(self) -> Iterator[str]:
        return (self._whole[begin:end].decode() for begin, end in pairwise(self._ends))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Texts) and (self._whole, self._ends) == (other._whole, other._ends)

    def __hash__(self) -> int:
        return hash(self._whole)
