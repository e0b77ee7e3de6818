"""From rows of `statement` to the columns that `indicators` judge, line by line. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from indicators.witnessed import NOT_SAID, Micros, Statements


def statements_of(rows: Iterable[Any]) -> Statements:
    """Statements of one line, of all its checks, in the order they were made."""
    ordered = sorted(rows, key=lambda row: (row.said_at, row.check))
    return Statements(
        said_at=np.array([row.said_at for row in ordered], np.int64),
        outcome=np.array([row.outcome for row in ordered], np.int8),
        since=_known([row.since for row in ordered]),
        uptime=_known([row.uptime for row in ordered]),
        changes=_known([row.changes for row in ordered]),
        origin=tuple(row.origin for row in ordered),
    )


def _known(values: Sequence[int | None]) -> Micros:
    return np.array([NOT_SAID if value is None else value for value in values], np.int64)
