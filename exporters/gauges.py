"""Which of the figures read of a subject the page shows, in what order, and how their values are written.

What is beyond a limit comes first, then what people look for first. Of a table with many rows (forty thermometers)
the worst stands for all. Words belong to the templates: `name` and `alarm` are codes there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from exporters.figures import percent
from exporters.reading import HIGH, LOW, WITHIN, Figure
from exporters.readings import unit_of

MOST = 8

# The worst is the greatest (+1) or the least (-1); of what has 0 every row is shown.
IMPORTANT = {
    "device_ups_battery_ok": 0,
    "device_ups_on_battery_seconds": 0,
    "device_ups_charge_ratio": 0,
    "device_ups_remaining_seconds": 0,
    "device_ups_load_ratio": 1,
    "device_room_temperature_celsius": 0,
    "device_room_humidity_ratio": 0,
    "device_room_contact_ok": 0,
    "device_processor_load_ratio": 1,
    "device_processor_idle_ratio": -1,
    "device_memory_used_ratio": 1,
    "device_temperature_celsius": 1,
    "device_disk_used_ratio": 1,
    "interface_optical_in_dbm": -1,
    "device_sensor_value": 0,
    "interface_in_octets_per_second": 0,
    "interface_out_octets_per_second": 0,
}
_RANK = {metric: rank for rank, metric in enumerate(IMPORTANT)}
_UNITS = {
    "celsius": "°C",
    "dbm": "dBm",
    "volts": "V",
    "amperes": "A",
    "watts": "W",
    "hertz": "Hz",
    "rpm": "rpm",
}
_SENSOR_UNITS = {"percentRH": "%", "voltsAC": "V", "voltsDC": "V", "truth": "", "other": "", "unknown": ""}
_PLACES = ("sensor", "part", "interface", "storage", "line")
_PREFIXES = ("", "k", "M", "G", "T", "P")


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure as it is shown: what it is (a code), of which part, how much, and which alarm word, if any.

    `alarm` is "high", "low", "off" (what should be in order is not) or "battery".
    """

    name: str
    part: str
    value: str
    seconds: float | None = None  # a duration, which is written in words
    alarm: str = ""


@dataclass(frozen=True, slots=True)
class Gauges:
    """Those that are shown of a subject, and how many more there are that are beyond a limit."""

    shown: tuple[Gauge, ...] = ()
    more: int = 0


def gauges(figures: Iterable[Figure], most: int = MOST) -> Gauges:
    """The most important of these figures."""
    alarms, usual = list[Figure](), dict[object, Figure]()
    for one in figures:
        if one.beyond != WITHIN:
            alarms.append(one)
        elif one.metric in IMPORTANT:
            worst = IMPORTANT[one.metric]
            key = (one.metric, one.labels) if not worst else one.metric
            held = usual.get(key)
            if held is None or worst * (one.value - held.value) > 0:
                usual[key] = one
    alarms.sort(key=lambda one: _RANK.get(one.metric, len(_RANK)))
    # The worst of a table is among the alarms already, where any of it is beyond.
    told = {one.metric for one in alarms}
    calm = [one for one in usual.values() if not IMPORTANT[one.metric] or one.metric not in told]
    calm.sort(key=lambda one: _RANK[one.metric])
    shown = [*alarms[:most], *calm[: max(0, most - len(alarms))]]
    return Gauges(tuple(_drawn(shown)), max(0, len(alarms) - most))


def _drawn(figures: Iterable[Figure]) -> Iterator[Gauge]:
    for one in figures:
        labels = dict(one.labels)
        part = next((labels[label] for label in _PLACES if labels.get(label)), "")
        unit = unit_of(one.metric)
        seconds = one.value if unit == "seconds" else None
        yield Gauge(one.metric, part, _written(one, unit, labels), seconds, _alarm(one))


def _alarm(one: Figure) -> str:
    if one.beyond == WITHIN:
        return ""
    if one.metric.endswith("_ok"):
        return "off"
    if one.metric == "device_ups_on_battery_seconds":
        return "battery"
    return {LOW: "low", HIGH: "high"}[one.beyond]


def _written(one: Figure, unit: str, labels: dict[str, str]) -> str:
    """The value with its unit; of what is in order or not, nothing, because that is a word."""
    if one.metric.endswith("_ok"):
        return ""
    if unit == "ratio":
        return percent(one.value) if 0 <= one.value <= 1 else f"{one.value * 100:.1f} %"
    if unit == "octets_per_second":
        return scaled(one.value * 8, "bit/s")
    if unit in ("bytes", "octets"):
        return scaled(one.value, "B")
    if unit == "bits":
        return scaled(one.value, "bit/s")
    said = labels.get("unit", "")
    shown = _UNITS.get(unit) or _UNITS.get(said) or _SENSOR_UNITS.get(said, "")
    return f"{one.value:.4g} {shown}".rstrip()


def scaled(value: float, unit: str) -> str:
    """A quantity with the prefix that leaves one to three digits before the point."""
    size, step = abs(value), 0
    while size >= 1000 and step < len(_PREFIXES) - 1:
        size, step = size / 1000, step + 1
    return f"{value / 1000**step:.3g} {_PREFIXES[step]}{unit}"
