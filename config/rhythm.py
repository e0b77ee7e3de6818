"""The rhythm of a round as people write it (`interval: 10s`), turned into `probes.rhythm.Rhythm`.

Apart from `model.py` because `Rhythm` belongs to the probes, which know nothing of files and models.
"""

from dataclasses import asdict, replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema, core_schema

from config.errors import WrongValueError
from config.units import Seconds
from probes.rhythm import Rhythm

_BUILT_IN = Rhythm()


class RhythmAsWritten(BaseModel):
    """The keys of a rhythm, with the values of ICMP; what is left out is as the kind of probe has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interval: Seconds = Field(default=_BUILT_IN.interval, gt=0)
    retries: int = Field(default=_BUILT_IN.retries, ge=0, le=10)
    retry_after: Seconds = Field(default=_BUILT_IN.retry_after, gt=0)
    timeout: Seconds = Field(default=_BUILT_IN.timeout, gt=0)
    fast: Seconds = Field(default=_BUILT_IN.fast, gt=0)


class _AsWritten:
    """Tells pydantic to read the keys of `RhythmAsWritten` and to hand over a `Rhythm`."""

    def __init__(self, default: Rhythm) -> None:
        self._default = default

    def _to_rhythm(self, written: object, read: ValidatorFunctionWrapHandler) -> Rhythm:
        if isinstance(written, Rhythm):
            return written
        as_written = read(written)
        rhythm = replace(
            self._default, **{key: getattr(as_written, key) for key in as_written.model_fields_set}
        )
        if rhythm.span <= 0:
            raise WrongValueError(
                "the interval of {interval:g} s is too short for retries and timeout; expected more than {least:g} s",
                rule="rhythm",
                interval=rhythm.interval,
                least=rhythm.interval - rhythm.span,
            )
        return rhythm

    def __get_pydantic_core_schema__(self, _source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            self._to_rhythm,
            handler.generate_schema(RhythmAsWritten),
            serialization=core_schema.plain_serializer_function_ser_schema(asdict),
        )


def written_rhythm(default: Rhythm) -> Any:
    """The type of a `Rhythm` whose span is above zero; what is not written is as `default` has it."""
    return Annotated[Rhythm, _AsWritten(default)]
