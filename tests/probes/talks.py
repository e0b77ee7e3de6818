"""Asking by conversations in tests: settings in, one row a question out."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from probes.columns import Sight, Targets
from probes.eyes import Eyes
from probes.kind import Probe
from probes.rhythm import Rhythm
from tests.probes.asking import Row, rows
from tests.probes.looking import eyes

# 3.85 s a round: a silence is known after 1.2 s and the next pulse of the sentinels.
BRIEF = Rhythm(interval=4.0, retries=1, retry_after=0.6, timeout=0.6, fast=0.5, verdict=1.0)


class Told(NamedTuple):
    """What a round said."""

    rows: list[Row]
    values: list[dict[str, float]]
    sights: list[Sight]

    @property
    def row(self) -> Row:
        """Where one was asked once."""
        (row,) = self.rows
        return row

    @property
    def how(self) -> tuple[int, str]:
        """Outcome and reason, where one was asked once."""
        return self.row.outcome, self.row.reason


def asked_of(settings: Sequence[Any], address: Sequence[str] = ()) -> Targets:
    """Targets with these settings, spread over the round."""
    count = len(settings)
    return Targets(
        address=tuple(address) or tuple(map(str, range(count))),
        source=(None,) * count,
        phase=np.arange(count) / count,
        sentinel=np.zeros(count, np.bool_),
        settings=tuple(settings),
    )


def hear(
    kind: Probe,
    settings: Sequence[Any],
    *,
    rhythm: Rhythm = BRIEF,
    down: Sequence[int] = (),
    opening: bool = True,
    through: Eyes | None = None,
) -> Told:
    """One round of a prober of this kind, to its end; the sentinels answer unless there are other eyes."""
    if through is None:
        with eyes() as seeing:
            return hear(kind, settings, rhythm=rhythm, down=down, opening=opening, through=seeing)
    targets = asked_of(settings)
    prober = kind.open(targets, rhythm, through)
    told = Told([], [], [])
    try:
        for answers in prober.probe(np.isin(np.arange(len(settings)), down), opening=opening):
            told.rows.extend(rows(answers, targets))
            told.sights.extend(answers.sight)
            for row in range(len(answers)):
                columns = {name: float(column[row]) for name, column in answers.values.items()}
                told.values.append({name: value for name, value in columns.items() if not np.isnan(value)})
    finally:
        prober.close()
    return told
