"""Reading ahead: what comes next is made ready in a thread while what came before is being used."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from typing import TypeVar

Made = TypeVar("Made")


def ahead(of: Iterable[Made], worker: Executor) -> Iterator[Made]:
    """The same, one after the other, the next one always in the making; its error comes where it would have been."""
    each = iter(of)
    coming = worker.submit(next, each, None)
    while (one := coming.result()) is not None:
        coming = worker.submit(next, each, None)
        yield one
