"""The indicators as they stand, from the files that the judging process writes beside the data."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILES = {"day": "indicators-day.json", "year": "indicators-year.json"}
"""Where each is written: today's every minute, those of month and year less often."""

Rows = list[dict[str, Any]]


@dataclass(slots=True)
class Standing:
    """What was judged last. Read again only when a file has changed; for one thread at a time."""

    data_dir: Path
    _seen: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)

    def measures(self) -> Rows:
        """The measures of today, this month and this year; each with its `period`."""
        return [one for name in FILES for one in self._read(name).get("measures", [])]

    def outlooks(self) -> Rows:
        """Margin and forecast of this year's normal days."""
        outlooks: Rows = self._read("year").get("outlooks", [])
        return outlooks

    def at(self) -> float | None:
        """When today's were judged, seconds since 1970 UTC; None: not yet."""
        at: float | None = self._read("day").get("at")
        return at

    def _read(self, name: str) -> dict[str, Any]:
        place = self.data_dir / FILES[name]
        try:
            changed = place.stat().st_mtime_ns
            if name not in self._seen or self._seen[name][0] != changed:
                self._seen[name] = changed, json.loads(place.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return self._seen[name][1]
