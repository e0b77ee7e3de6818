"""Which keys may stand where, asked of the models themselves; for suggestions and for the columns of tables."""

import difflib
import types
import typing
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.dataclasses import is_pydantic_dataclass
from pydantic.fields import FieldInfo

from config.asked import ANY_KEYS, BUILT_IN, EVERY_ROUND, KEYS_OF, TAG, AskedBy, Rounds
from config.model import Network
from config.rhythm import RhythmAsWritten
from config.tree import Loc
from probes.rhythm import Rhythm

# A model, or a dataclass of pydantic's: both know their fields.
AnyModel = type[Any]
Kind = typing.Literal["text", "list", "changes"]

# What is read by keys that its own type does not tell.
_AS_WRITTEN: dict[object, AnyModel] = {Rhythm: RhythmAsWritten, AskedBy: ANY_KEYS, Rounds: EVERY_ROUND}


def fields(model: AnyModel) -> dict[str, FieldInfo]:
    """The fields of a model by the key that is written."""
    known: dict[str, FieldInfo] = model.__pydantic_fields__
    return {info.alias or name: info for name, info in known.items()}


def model_at(loc: Loc, root: AnyModel = Network) -> AnyModel | None:
    """The model of the mapping at a place of the configuration; None if no mapping belongs there."""
    model: AnyModel | None = root
    for step in loc:
        if isinstance(step, str) and step.startswith(TAG):
            model = KEYS_OF[step.removeprefix(TAG)]
        elif isinstance(step, str):
            info = fields(model).get(step) if model else None
            model = model_of(info.annotation) if info else None
    return model


def model_of(annotation: object) -> AnyModel | None:
    """The model in an annotation such as `Check`, `Check | None` or `tuple[Circuit, ...]`."""
    if isinstance(annotation, type) and annotation in _AS_WRITTEN:
        return _AS_WRITTEN[annotation]
    if isinstance(annotation, type) and (
        issubclass(annotation, BaseModel) or is_pydantic_dataclass(annotation)
    ):
        return annotation
    return next((found for inner in typing.get_args(annotation) if (found := model_of(inner))), None)


def _is_list(annotation: object) -> bool:
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        return any(_is_list(inner) for inner in typing.get_args(annotation))
    return typing.get_origin(annotation) is tuple


def columns(model: AnyModel, prefix: str = "") -> Iterator[tuple[str, Kind]]:
    """The columns a table of such entries may have; the keys of a nested mapping are dotted: `check.address`."""
    for key, info in fields(model).items():
        nested = model_of(info.annotation)
        if nested is None:
            yield prefix + key, "list" if _is_list(info.annotation) else "text"
        elif _is_list(info.annotation):
            yield prefix + key, "changes"
        else:
            yield from columns(nested, f"{prefix}{key}.")


def required(model: AnyModel) -> list[str]:
    """The columns without which no row can be right; of a check those of the kind that need not be named."""
    found = []
    model = KEYS_OF[BUILT_IN] if model is ANY_KEYS else model
    for key, info in fields(model).items():
        if info.is_required():
            nested = model_of(info.annotation)
            found += [f"{key}.{inner}" for inner in required(nested)] if nested else [key]
    return found


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like a mistaken one; empty if none is like it."""
    alike = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.65)
    return alike[0] if alike else ""
