"""A check as people write it: the kind of its probe, and what a check of that kind may say. And each kind's rhythm.

All of it follows from `probes.PROBERS`: for every kind a model of its settings' fields is made here, so that what
is wrong in a check is said with its place, as everywhere. The settings themselves are plain dataclasses of the
probes, which know nothing of files and models.
"""

import dataclasses
import types
import typing
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidatorFunctionWrapHandler,
    create_model,
)
from pydantic_core import CoreSchema, core_schema

from config.addresses import Address
from config.addresses import Source as SourceField
from config.errors import WrongValueError
from config.rhythm import written_rhythm
from config.secret import SecretRef
from config.units import Seconds as SecondsField
from probes import PROBERS
from probes.kind import IpAddress, Reference, Seconds, Source, WrongSettingError
from probes.rhythm import Rhythm

BUILT_IN = "icmp"
TAG = "probe:"  # in places of pydantic's, before the kind of a check

_READ_AS: dict[object, object] = {
    IpAddress: Address,
    Source: SourceField,
    Reference: SecretRef,
    Seconds: SecondsField,
}


class _Written(BaseModel):
    """The keys of a check."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


@dataclasses.dataclass(frozen=True, slots=True)
class AskedBy:
    """How a subject is asked: a kind of probe, and settings of that kind's own dataclass."""

    probe: str
    settings: Any

    @property
    def address(self) -> str:
        """By what the check is known for ever; for ICMP the address that is asked."""
        return PROBERS[self.probe].address_of(self.settings)

    @property
    def host(self) -> str:
        """Whom packets go to, an address or a name; empty where nobody can tell."""
        return PROBERS[self.probe].host_of(self.settings)

    @property
    def source(self) -> str | None:
        """From where is asked, an own address or an interface."""
        source: str | None = getattr(self.settings, "source", None)
        return source


def _field_type(hint: Any) -> Any:
    """The type of a setting with the types of `probes.kind` replaced by those that read them."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return typing.Union[tuple(map(_field_type, arguments))]  # noqa: UP007 - of as many as there are
    if origin is tuple:
        return tuple[tuple(map(_field_type, arguments))]  # type: ignore[misc]
    return _READ_AS.get(hint, hint)


def _fields(settings: type[Any]) -> dict[str, Any]:
    """The settings' fields as pydantic wants them: type, and default or `...`."""
    hints = typing.get_type_hints(settings)
    found: dict[str, Any] = {}
    for one in dataclasses.fields(settings):
        default: Any = ... if one.default is dataclasses.MISSING else one.default
        if one.default_factory is not dataclasses.MISSING:
            default = Field(default_factory=one.default_factory)
        found[one.name] = (_field_type(hints[one.name]), default)
    return found


def _model(kind: str) -> type[_Written]:
    probe: dict[str, Any] = {"probe": (Literal[kind], kind)}
    return create_model(kind, __base__=_Written, **probe, **_fields(PROBERS[kind].settings))


KEYS_OF: dict[str, type[BaseModel]] = {kind: _model(kind) for kind in PROBERS}
"""The keys of a check of each kind."""


def _any_kind() -> type[BaseModel]:
    """The keys of all kinds in one model: what a column of a table may be called."""
    every: dict[str, Any] = {"probe": (Literal[tuple(PROBERS)], BUILT_IN)}
    for model in KEYS_OF.values():
        for name, info in model.model_fields.items():
            every.setdefault(name, (info.rebuild_annotation(), None if info.is_required() else info.default))
    return create_model("check", __base__=_Written, **every)


ANY_KEYS = _any_kind()


def _to_check(kind: str, written: object, read: ValidatorFunctionWrapHandler) -> AskedBy:
    if isinstance(written, AskedBy):
        return written
    as_written = dict(read(written))
    del as_written["probe"]
    try:
        return AskedBy(kind, PROBERS[kind].settings(**as_written))
    except WrongSettingError as wrong:
        raise WrongValueError(wrong.text, rule="check", **wrong.values) from None


def _tag_of(written: object) -> str:
    if isinstance(written, AskedBy):
        return TAG + written.probe
    kind = written.get("probe", BUILT_IN) if isinstance(written, dict) else BUILT_IN
    return TAG + str(kind)


class _AnyKind:
    """Tells pydantic to read the keys of the kind that is named, and to hand over an `AskedBy`."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        choices: dict[Any, CoreSchema] = {
            TAG + kind: core_schema.no_info_wrap_validator_function(
                partial(_to_check, kind), handler.generate_schema(model)
            )
            for kind, model in KEYS_OF.items()
        }
        return core_schema.tagged_union_schema(
            choices, _tag_of, serialization=core_schema.plain_serializer_function_ser_schema(written)
        )


def written(check: AskedBy) -> dict[str, Any]:
    """A check as plain values."""
    return {"probe": check.probe, **dataclasses.asdict(check.settings)}


Check = Annotated[AskedBy, _AnyKind]
"""An own check of a service, a device, a system or a circuit."""


class Rounds(BaseModel):
    """The rhythm of each kind of probe: a field a kind, with that kind's own rhythm as its default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def of(self, kind: str) -> Rhythm:
        """The rhythm of a kind."""
        rhythm: Rhythm = getattr(self, kind)
        return rhythm


def _every_round() -> type[Rounds]:
    rhythms: dict[str, Any] = {
        kind: (written_rhythm(probe.rhythm), probe.rhythm) for kind, probe in PROBERS.items()
    }
    # Named as it stands below: what goes from one process to another is looked up by its name.
    return create_model("EVERY_ROUND", __base__=Rounds, **rhythms)


EVERY_ROUND = _every_round()


class _EveryKind:
    """Tells pydantic to read a rhythm for every kind."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(EVERY_ROUND)


WrittenRounds = Annotated[Rounds, _EveryKind]
"""The rhythms of all kinds."""
