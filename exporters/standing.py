"""The indicators as they stand: values, and the files in which the judging process leaves them beside the data."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILES = {"day": "indicators-day.json", "year": "indicators-year.json"}
"""Where each is written: today's every minute, those of month and year less often."""

Rows = tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What was judged last, as `linewalker indicators --json` prints it; each measure with its `period`."""

    at: float | None = None  # when today's were judged, seconds since 1970 UTC; None: not yet
    measures: Rows = ()
    outlooks: Rows = ()  # margin and forecast of this year's normal days

    def of(self, period: str) -> Rows:
        """The measures of one period."""
        return tuple(one for one in self.measures if one["period"] == period)


@dataclass(slots=True)
class StandingFiles:
    """Reads them again only when a file has changed; for one thread at a time."""

    data_dir: Path
    _seen: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    _of: tuple[dict[str, Any], dict[str, Any]] = field(default_factory=lambda: ({}, {}))
    _last: Standing = field(default_factory=Standing)

    def read(self) -> Standing:
        """What was judged last; one and the same object until it is judged anew."""
        day, year = self._file("day"), self._file("year")
        if (day, year) != self._of:
            measures = (*day.get("measures", ()), *year.get("measures", ()))
            self._last = Standing(day.get("at"), measures, tuple(year.get("outlooks", ())))
            self._of = day, year
        return self._last

    def _file(self, name: str) -> dict[str, Any]:
        place = self.data_dir / FILES[name]
        try:
            changed = place.stat().st_mtime_ns
            if name not in self._seen or self._seen[name][0] != changed:
                self._seen[name] = changed, json.loads(place.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # not judged yet, or just being replaced
            return {}
        return self._seen[name][1]
