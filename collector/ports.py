"""How fast the ports that carry lines say they are, on its way into the ledger. Pure; no clock.

A row is written when it is the first of its check that this process heard, and when the speed is another one: so a
port that stands still has one row a start of the collector. In which five minutes anybody read the port, its octets
tell; without them a speed says nothing of that time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any

from collector.ledger.store import micros
from probes.columns import Answers

Row = dict[str, Any]


@dataclass(slots=True)
class Ports:
    """The speed that was written last of every target of a round, bit/s; None where its device did not say."""

    _told: dict[int, int | None] = field(default_factory=dict)

    def take(self, checks: Sequence[int], answers: Answers) -> list[Row]:
        """The rows these answers add; `checks` are the ids by target."""
        rows = []
        for row, octets in answers.octets.items():
            target = int(answers.target[row])
            speed = None if isnan(octets.speed) else round(octets.speed)
            if target not in self._told or self._told[target] != speed:
                self._told[target] = speed
                said_at = micros(float(answers.received_at[row]))
                rows.append({"check": int(checks[target]), "said_at": said_at, "speed_bps": speed})
        return rows

    def forget(self) -> None:
        """The wall clock was set: what was said before may bear a later time."""
        self._told.clear()
