"""What can be ordered of the practice network, by a person or by a scenario."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any, Literal, get_args

from config.errors import LinewalkerError
from lab.ways import DIRECTIONS, Direction

Deed = Literal["cut", "restore", "degrade", "lines", "break", "hosts"]


@dataclass(frozen=True, slots=True)
class Order:
    """One thing to do to one line, or host; `loss` is a ratio of round trips, `delay` seconds added to each.

    `fault` is how a host is to be broken, see `hosts.py`.
    """

    do: Deed
    line: str = ""
    silent: bool = False
    direction: Direction | None = None
    loss: float | None = None
    delay: float | None = None
    fault: str = ""

    def __post_init__(self) -> None:
        if self.do not in get_args(Deed):
            raise LinewalkerError(
                "{do} is no order; expected cut, restore, degrade, lines, break or hosts", do=self.do
            )
        if self.direction is not None and self.direction not in DIRECTIONS:
            raise LinewalkerError(
                "{direction} is no direction; expected outward (away from the core) or inward",
                direction=self.direction,
            )
        if self.loss is not None and not 0 <= self.loss <= 1:
            raise LinewalkerError("a loss of {loss} cannot be; expected a ratio from 0 to 1", loss=self.loss)
        if self.delay is not None and not 0 <= self.delay <= 60:
            raise LinewalkerError(
                "a delay of {delay} s cannot be; expected seconds from 0 to 60", delay=self.delay
            )

    def row(self) -> dict[str, Any]:
        """This order as it is sent."""
        return asdict(self)


def require_line(name: str, known: Sequence[str]) -> None:
    """Raise LinewalkerError, naming what it may have meant, unless there is a line of that name."""
    if name in known:
        return
    near = get_close_matches(name, known, n=3)
    if near:
        raise LinewalkerError(
            "the practice network has no line {line}; did you mean {near}?", line=name, near=", ".join(near)
        )
    raise LinewalkerError(
        "the practice network has no line {line}; its {count} lines are circuit ids, uplink and core-switch "
        "(linewalker lab lines lists them)",
        line=name,
        count=len(known),
    )
