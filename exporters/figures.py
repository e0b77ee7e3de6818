"""How instants, durations and shares are written, for people and for programs. No words of any language."""

import math
from collections.abc import Callable
from datetime import datetime, tzinfo

NONE = "—"  # where there is no value


def number(value: float) -> float | None:
    """The value for JSON, which has no NaN."""
    return None if math.isnan(value) else float(value)


def rfc3339(at: float, zone: tzinfo, timespec: str = "milliseconds") -> str | None:
    """An instant with its offset, to the millisecond or as `timespec` says; None for NaN."""
    return None if math.isnan(at) else datetime.fromtimestamp(at, zone).isoformat(timespec=timespec)


def instant(at: float, now: float, zone: tzinfo) -> str:
    """An instant as short as it can be seen from `now`: the time today, else with the date."""
    if math.isnan(at):
        return NONE
    then, today = datetime.fromtimestamp(at, zone), datetime.fromtimestamp(now, zone)
    if then.date() == today.date():
        return f"{then:%H:%M:%S}"
    return f"{then:%m-%d %H:%M:%S}" if then.year == today.year else f"{then:%Y-%m-%d %H:%M}"


def duration(seconds: float, say: Callable[[str], str]) -> str:
    """Whole seconds as h:mm:ss, days before it from one day on. `say` translates "{days} d {time}"."""
    if math.isnan(seconds):
        return NONE
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    time = f"{hour}:{minute:02}:{second:02}"
    return say("{days} d {time}").format(days=days, time=time) if days else time


def milliseconds(seconds: float) -> str:
    """A round trip in milliseconds, three significant figures."""
    if math.isnan(seconds):
        return NONE
    value = seconds * 1000
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 10 else f"{value:.2f} ms"


def signed(seconds: float) -> str:
    """An offset with its sign, in milliseconds, from ten seconds on in seconds."""
    size = abs(seconds)
    return f"{'-' if seconds < 0 else '+'}{milliseconds(size) if size < 10 else f'{size:.0f} s'}"


def percent(share: float) -> str:
    """A share; 0 % and 100 % are written only where they are exact."""
    if math.isnan(share):
        return NONE
    if share in (0.0, 1.0):
        return f"{share * 100:.0f} %"
    # Rounding must not turn some loss into none, nor a line that answered once into a dead one.
    return f"{min(max(share * 100, 0.1), 99.9):.1f} %"
