"""When the ledger is to be kept: once a day, at a time of the calendar's zone. Pure, and light for the parent."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Daily:
    """A time of every day of a zone. Moments are seconds since 1970 UTC."""

    at: dt.time
    zone: ZoneInfo

    def last(self, now: float) -> float:
        """When it was due last, at `now` or before."""
        today = dt.datetime.fromtimestamp(now, self.zone).date()
        due = self._on(today)
        return due if due <= now else self._on(today - dt.timedelta(1))

    def missed(self, succeeded_at: float | None, now: float) -> bool:
        """Whether it was not done since it was due last; `succeeded_at` is when what last succeeded was begun.

        A success that lies in the future says that the clock was set back, and nothing about today.
        """
        return succeeded_at is None or not self.last(now) <= succeeded_at <= now

    def _on(self, date: dt.date) -> float:
        return dt.datetime.combine(date, self.at, self.zone).timestamp()
