"""Tables as dataclasses of arrays, one array a column, perhaps nested; what is done to all columns alike. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

Table = TypeVar("Table")


def combined(how: Callable[[Sequence[Any]], Any], parts: Sequence[Table]) -> Table:
    """Several tables of one shape of columns as one: `how` makes one column of theirs, such as `np.concatenate`."""
    kind: Any = type(parts[0])
    if not is_dataclass(parts[0]):
        return how(parts)  # type: ignore[no-any-return]
    by_name = ([getattr(one, column.name) for one in parts] for column in fields(parts[0]))
    return kind(*(combined(how, column) for column in by_name))  # type: ignore[no-any-return]


def each(how: Callable[[Any], Any], of: Table) -> Table:
    """A table of which `how` changed every column, such as by choosing rows."""
    return combined(lambda parts: how(parts[0]), [of])


def columns(name: str, of: object) -> Iterator[tuple[str, NDArray[Any]]]:
    """Every column of a table with its name, dotted where tables are nested: `name` stands before all of them."""
    if isinstance(of, np.ndarray):
        yield name, of
        return
    for one in fields(of):  # type: ignore[arg-type]
        yield from columns(f"{name}.{one.name}", getattr(of, one.name))


def from_columns(kind: type[Table], name: str, of: Mapping[str, NDArray[Any]]) -> Table:
    """The table of which these are the columns, named as `columns` names them; KeyError: one is missing."""
    hints = get_type_hints(kind)
    return kind(
        *(
            from_columns(hints[one.name], f"{name}.{one.name}", of)
            if is_dataclass(hints[one.name])
            else of[f"{name}.{one.name}"]
            for one in fields(kind)  # type: ignore[arg-type]
        )
    )
