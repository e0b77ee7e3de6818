"""How people write quantities, and the field types that read them: rates, durations, days, times of day.

Pure text in, plain numbers out; no files, no models. Numbers given from Python pass through.
"""

import re
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from config.errors import WrongValueError

RATE_UNITS = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
SECOND_UNITS = {"ms": Decimal("0.001"), "": Decimal(1), "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600)}

_RATE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[kKMGT]?)(?:bps|bit/s)?", re.ASCII)
_SECONDS = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|m|h|)", re.ASCII)
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_DAY = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)


def read_rate(written: object) -> int:
    """Bit per second from `10M`, `1G`, `512k`; k, M, G and T are powers of 1000.

    A bare number is bit/s and must be at least 1000: a bare 10 nearly always means 10M.
    """
    if isinstance(written, int) and not isinstance(written, bool):
        return _positive_rate(Decimal(written), written)
    match = _RATE.fullmatch(written.strip()) if isinstance(written, str) else None
    if match is None:
        raise WrongValueError(
            "{found} is not a rate; expected a number with k, M or G, such as 10M", rule="rate", found=written
        )
    unit = match["unit"]
    # Decimal, because 0.001M as a float is not exactly 1000 bit/s, and a rate must read back as it was written.
    rate = Decimal(match["number"]) * RATE_UNITS.get(unit, 1)
    if not unit and 0 < rate < 1000:
        raise WrongValueError(
            "{found} has no unit; expected k, M or G behind the number, such as {found}M",
            rule="rate",
            found=written,
        )
    return _positive_rate(rate, written)


def _positive_rate(rate: Decimal, written: object) -> int:
    if rate <= 0 or rate != int(rate):
        raise WrongValueError(
            "{found} is not a rate; expected a whole number of bit/s above zero, such as 10M",
            rule="rate",
            found=written,
        )
    return int(rate)


def write_rate(rate: int) -> str:
    """A rate in bit/s as people write it; `read_rate` reads it back exactly."""
    # 2048k rather than 2.048M: contracts name whole numbers, and up to four digits they are read at a glance.
    for unit in "TGMk":
        number, rest = divmod(rate, RATE_UNITS[unit])
        if not rest and number < 10_000:
            return f"{number}{unit}"
    unit = next((unit for unit in "TGM" if rate >= RATE_UNITS[unit] and not rate % 1000), "k")
    return f"{(Decimal(rate) / RATE_UNITS[unit]).normalize():f}{unit}"


def read_seconds(written: object) -> float:
    """Seconds from `500ms`, `10s`, `5m`, `1h` or a bare number."""
    match = _SECONDS.fullmatch(str(written).strip())
    if match is None or isinstance(written, bool):
        raise WrongValueError(
            "{found} is not a duration; expected a number with ms, s, m or h, such as 10s",
            rule="duration",
            found=written,
        )
    return float(Decimal(match["number"]) * SECOND_UNITS[match["unit"]])


_day = lru_cache(1024)(date)  # ten thousand circuits begin on the same few days, and keep one of each


def read_day(written: object) -> date:
    """A day from `2026-03-01`, or as Excel writes it, `2026/3/1`."""
    if type(written) is date:
        return written
    match = _DAY.fullmatch(written.strip()) if isinstance(written, str) else None
    try:
        if match is not None:
            return _day(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        raise WrongValueError("{found} is not in the calendar", rule="day", found=written) from None
    raise WrongValueError(
        "{found} is not a day; expected year-month-day, such as 2026-03-01", rule="day", found=written
    )


def read_time(written: object) -> time:
    """A time of day from `01:00`. What was written is not repeated: this stands beside secrets."""
    if isinstance(written, time):
        return written
    match = _TIME.fullmatch(written.strip()) if isinstance(written, str) else None
    if match is None:
        raise WrongValueError(
            "this is not a time of day; expected hours and minutes, such as 01:00", rule="time"
        )
    return time(int(match[1]), int(match[2]))


def read_list(written: object) -> object:
    """A list; a single text counts as a list of one."""
    return (written,) if isinstance(written, str) else written


Rate = Annotated[int, BeforeValidator(read_rate)]
"""Bit per second, written like `10M`."""

Seconds = Annotated[float, BeforeValidator(read_seconds)]
"""Seconds, written like `10s`."""

Day = Annotated[date, BeforeValidator(read_day)]
"""A day of the reporting calendar, written like `2026-03-01`."""

TimeOfDay = Annotated[
    time,
    BeforeValidator(read_time),
    PlainSerializer(lambda value: f"{value:%H:%M}", when_used="json-unless-none"),
]
"""A time of day in the calendar's zone, written like `01:00`."""
