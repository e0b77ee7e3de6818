"""The rhythm of a round as people write it (`interval: 10s`), turned into `probes.rhythm.Rhythm`.

Apart from `model.py` because `Rhythm` belongs to the probes, which know nothing of files and models.
"""

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema, core_schema

from config.errors import WrongValueError
from config.units import Seconds
from probes.rhythm import Rhythm

# One place for the defaults: a Rhythm made in code and one read from an empty mapping are the same.
_BUILT_IN = Rhythm()


class RhythmAsWritten(BaseModel):
    """The keys of a rhythm; what is left out is as `Rhythm` has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interval: Seconds = Field(default=_BUILT_IN.interval, gt=0)
    retries: int = Field(default=_BUILT_IN.retries, ge=0, le=10)
    retry_after: Seconds = Field(default=_BUILT_IN.retry_after, gt=0)
    timeout: Seconds = Field(default=_BUILT_IN.timeout, gt=0)
    fast: Seconds = Field(default=_BUILT_IN.fast, gt=0)


def _to_rhythm(written: object, read: ValidatorFunctionWrapHandler) -> Rhythm:
    as_written = read(asdict(written) if isinstance(written, Rhythm) else written)
    rhythm = Rhythm(**dict(as_written))
    if rhythm.span <= 0:
        raise WrongValueError(
            "the interval of {interval:g} s is too short for retries and timeout; expected more than {least:g} s",
            rule="rhythm",
            interval=rhythm.interval,
            least=rhythm.interval - rhythm.span,
        )
    return rhythm


class _AsWritten:
    """Tells pydantic to read the keys of `RhythmAsWritten` and to hand over a `Rhythm`."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            _to_rhythm,
            handler.generate_schema(RhythmAsWritten),
            serialization=core_schema.plain_serializer_function_ser_schema(asdict),
        )


WrittenRhythm = Annotated[Rhythm, _AsWritten]
"""A `Rhythm` whose span is above zero."""
