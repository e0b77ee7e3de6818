"""Which keys may stand where, asked of the models themselves; for suggestions and for the columns of tables."""

import difflib
import types
import typing
from collections.abc import Iterable, Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.model import Network
from config.rhythm import RhythmAsWritten
from config.tree import Loc
from probes.rhythm import Rhythm

Kind = typing.Literal["text", "list", "changes"]


def fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model by the key that is written."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def model_at(loc: Loc) -> type[BaseModel] | None:
    """The model of the mapping at a place of the configuration; None if no mapping belongs there."""
    model: type[BaseModel] | None = Network
    for step in loc:
        if isinstance(step, str):
            info = fields(model).get(step) if model else None
            model = model_of(info.annotation) if info else None
    return model


def model_of(annotation: object) -> type[BaseModel] | None:
    """The model in an annotation such as `Check`, `Check | None` or `tuple[Circuit, ...]`."""
    if annotation is Rhythm:
        return RhythmAsWritten
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in typing.get_args(annotation) if (found := model_of(inner))), None)


def _is_list(annotation: object) -> bool:
    if isinstance(annotation, types.UnionType):
        return any(_is_list(inner) for inner in typing.get_args(annotation))
    return typing.get_origin(annotation) is tuple


def columns(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Kind]]:
    """The columns a table of such entries may have; the keys of a nested mapping are dotted: `check.address`."""
    for key, info in fields(model).items():
        nested = model_of(info.annotation)
        if nested is None:
            yield prefix + key, "list" if _is_list(info.annotation) else "text"
        elif _is_list(info.annotation):
            yield prefix + key, "changes"
        else:
            yield from columns(nested, f"{prefix}{key}.")


def required(model: type[BaseModel]) -> list[str]:
    """The columns without which no row can be right."""
    found = []
    for key, info in fields(model).items():
        if info.is_required():
            nested = model_of(info.annotation)
            found += [f"{key}.{inner}" for inner in required(nested)] if nested else [key]
    return found


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like a mistaken one; empty if none is like it."""
    alike = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.65)
    return alike[0] if alike else ""
