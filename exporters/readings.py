"""Figures with labels as others read them: by subject, and as plain values."""

from collections.abc import Container

from exporters.reading import HIGH, LOW, Figure, Kind

LIMITS = {LOW: "low", HIGH: "high"}
# The unit is the end of a figure's name; what ends otherwise has none of its own.
UNITS = (
    "seconds", "celsius", "ratio", "bytes", "octets", "bits", "octets_per_second", "dbm", "volts", "amperes", "watts",
    "hertz", "rpm", "days",
)  # fmt: skip


def unit_of(metric: str) -> str:
    """The unit of a figure, empty where its name tells none: `celsius` of `device_temperature_celsius`."""
    plain = metric.removesuffix("_total")
    return max((unit for unit in UNITS if plain.endswith("_" + unit)), key=len, default="")


def by_subject(kind: Kind, which: Container[int] | None = None) -> dict[int, list[Figure]]:
    """What is known now of each subject, by its row; of those in these rows only, if any are named."""
    found: dict[int, list[Figure]] = {}
    readings, begin = kind.readings, 0
    for row, names in readings.parts:
        here = slice(begin, begin + len(names.metrics))
        begin = here.stop
        if which is not None and row not in which:
            continue
        values, beyond = readings.value[here].tolist(), readings.beyond[here].tolist()
        figures = map(Figure, names.metrics, names.labels, values, beyond)
        found.setdefault(row, []).extend(one for one in figures if one.value == one.value)
    return found


def plain(figures: list[Figure]) -> list[dict[str, object]]:
    """Figures as plain values for JSON; `limit` is the one that is passed, null where none is."""
    return [
        {
            "name": one.metric,
            "labels": dict(one.labels),
            "value": one.value,
            **({"unit": unit} if (unit := unit_of(one.metric)) else {}),
            "limit": LIMITS.get(one.beyond),
        }
        for one in figures
    ]
