"""A YAML file of its own (a profile, a policy, a calendar) into its model, or everything that is wrong in it.

Every finding says file, line and place. What the models allow is theirs to say.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from config.errors import Finding
from config.messages import remarks_of
from config.tree import Loc, Remark, path_text
from config.yaml_places import NotYamlError, read_yaml


class Written(BaseModel):
    """What may be written: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=Written)
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Read(Generic[Made]):
    """What a file holds, or None with everything that is wrong in it."""

    made: Made | None
    findings: tuple[Finding, ...] = field(default=())


def read_model(
    text: str,
    shown: str,
    model: type[Model],
    make: Callable[[Model], Made],
    also: Callable[[Model], Iterable[Remark]] = lambda written: (),  # noqa: ARG005
) -> Read[Made]:
    """What `make` makes of the text's values; `shown` is the file as the user knows it.

    `also` says what only several values together can get wrong.
    """
    try:
        document = read_yaml(text)
    except NotYamlError as wrong:
        return Read(None, (Finding(wrong.rule, "error", f"{shown}:{wrong.line}", wrong.text, wrong.values),))
    said: list[Remark] = list(document.remarks)
    written = None
    try:
        written = model.model_validate(document.tree)
    except ValidationError as error:
        said += remarks_of(error, model)
    else:
        said += also(written)
    found = []
    for one in said:
        line, path = document.line(one.loc), path_text(document.tree, one.loc)
        place = f"{shown}:{line}: {path}" if path else f"{shown}:{line}"
        found.append((line, Finding(one.rule, one.severity, place, one.text, one.values)))
    ordered = tuple(finding for _, finding in sorted(found, key=lambda one: one[0]))
    return Read(make(written) if written is not None and not ordered else None, ordered)


def twice(loc: Loc, names: list[str]) -> Iterable[Remark]:
    """A remark for each name of a list that stands there before."""
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Remark((*loc, number), "doubled", "{name} is given twice; expected it once", {"name": name})
