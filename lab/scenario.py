"""Scenario files: what is to happen to which line, and when. Reading them, and turning them into orders.

    - {at: 200s, line: sanya-ct, do: cut, for: 150s}
    - {at: 330s, line: port-fibre-2, do: flap, for: 2m, every: 40s}
    - {at: 360s, line: depot-cm, do: degrade, loss: 30%, delay: 80ms, for: 4m}

Hours count from when the network is ready. An event with `for` ends by mending the line entirely.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from config.errors import ConfigError, Finding, LinewalkerError, WrongValueError
from config.files import Folder
from config.messages import remarks_of
from config.model import Model
from config.tree import Remark, Value
from config.units import Seconds
from config.yaml_places import Document, NotYamlError, read_yaml
from lab.orders import Order, require_line
from lab.ways import Direction


def read_ratio(written: object) -> float:
    """A ratio from `30%` or `0.3`."""
    text = str(written).strip()
    try:
        ratio = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        ratio = -1.0
    if not 0 <= ratio <= 1:
        raise WrongValueError(
            "{found} is not a share; expected 0% to 100%, or a ratio such as 0.3", rule="ratio", found=written
        )
    return ratio


class Event(Model):
    """One entry of a scenario."""

    at: Seconds
    line: str
    do: Literal["cut", "restore", "degrade", "flap"]
    for_: Seconds | None = Field(default=None, alias="for")
    every: Seconds | None = Field(default=None, gt=0)  # of a flap: a cut and a mend, half the time each
    silent: bool = False
    direction: Direction | None = None
    loss: Annotated[float, BeforeValidator(read_ratio)] | None = None  # of round trips
    delay: Seconds | None = Field(default=None, le=60)  # added to each round trip

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.do == "flap" and not (self.for_ and self.every):
            raise WrongValueError(
                "a flap needs `for` and `every`, such as for: 2m, every: 40s", rule="missing"
            )
        if self.do == "degrade" and self.loss is None and self.delay is None:
            raise WrongValueError("a degrade needs `loss` or `delay`, such as loss: 30%", rule="missing")
        return self


@dataclass(frozen=True, slots=True)
class Step:
    """An order and its hour, in seconds after the network was ready."""

    at: float
    order: Order


def steps_of(events: Sequence[Event]) -> list[Step]:
    """The orders of a scenario in the order of their hours."""
    return sorted((step for event in events for step in _steps(event)), key=lambda step: step.at)


def _steps(event: Event) -> Iterator[Step]:
    mend = Order("restore", event.line)
    if event.do == "restore":
        yield Step(event.at, mend)
        return
    cut = Order("cut", event.line, silent=event.silent, direction=event.direction)
    if event.do == "flap" and event.for_ and event.every:
        for number in range(int(event.for_ / event.every + 0.5)):
            began = event.at + number * event.every
            yield Step(began, cut)
            yield Step(began + event.every / 2, mend)
        return
    worse = Order("degrade", event.line, direction=event.direction, loss=event.loss, delay=event.delay)
    yield Step(event.at, cut if event.do == "cut" else worse)
    if event.for_ is not None:
        yield Step(event.at + event.for_, mend)


def read_events(path: Path, lines: Sequence[str]) -> list[Event]:
    """The events of a scenario file; `lines` are those there are. Raises ConfigError with every finding."""
    try:
        document = read_yaml(Folder(path).read(path.name))
    except NotYamlError as wrong:
        raise ConfigError((_finding(f"{path}:{wrong.line}", wrong),)) from None
    except WrongValueError as wrong:
        raise ConfigError((_finding(str(path), wrong),)) from None
    if not isinstance(document.tree, list):
        wrong_shape = WrongValueError("expected a list of events, such as `- {{at: 200s, …}}`", rule="shape")
        raise ConfigError((_finding(f"{path}:1", wrong_shape),))
    events, remarks = [], list(document.remarks)
    for number, written in enumerate(document.tree):
        try:
            events.append(_event(written, lines))
        except ValidationError as error:
            remarks += [_under(number, said) for said in remarks_of(error)]
        except LinewalkerError as error:
            remarks.append(Remark((number, "line"), "reference", error.text, error.values))
    if remarks:
        raise ConfigError(tuple(_said(path, document, remark) for remark in remarks))
    return events


def _event(written: Value, lines: Sequence[str]) -> Event:
    event = Event.model_validate(written)
    require_line(event.line, lines)
    return event


def _under(number: int, remark: Remark) -> Remark:
    if remark.rule == "unknown-key":
        known = ", ".join(field.alias or name for name, field in Event.model_fields.items())
        values: dict[str, object] = {"key": remark.loc[-1], "known": known}
        return Remark(
            (number, *remark.loc), remark.rule, "unknown key {key}; expected one of {known}", values
        )
    return Remark((number, *remark.loc), remark.rule, remark.text, remark.values)


def _said(path: Path, document: Document, remark: Remark) -> Finding:
    place = f"{path}:{document.line(remark.loc)}: event {int(remark.loc[0]) + 1}" if remark.loc else str(path)
    return Finding(remark.rule, remark.severity, place, remark.text, remark.values)


def _finding(place: str, wrong: WrongValueError) -> Finding:
    return Finding(wrong.rule, "error", place, wrong.text, wrong.values)
