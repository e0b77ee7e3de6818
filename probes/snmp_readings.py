"""From what an agent said to figures with a name, by the profiles. Pure; what is not there makes no figure."""

import math
import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, cast

from probes.columns import Reading, Readings
from probes.snmp_agent import Value
from probes.snmp_profile import Convert, Figure, Label, Limit, Profile, ProfileTable

Labels = tuple[tuple[str, str], ...]

# RFC 2856 behind Opaque: a context-specific tag of two octets, a length, an IEEE 754 number.
_WRAPPED = {b"\x9f\x78\x04": (">f", 4), b"\x9f\x79\x08": (">d", 8)}
_ENCODINGS = ("utf-8", "gb18030")
_ONLY_INTEGERS = frozenset({int})
_UNITS, _STEP = 9, 3  # EntitySensorDataScale: units(9), and a step of a thousand each, RFC 3433


class Row(NamedTuple):
    """One row of a table: the index behind it, and what stands in each of its columns, by their identifiers."""

    key: str
    values: Mapping[str, Value]


def scalars(profile: Profile, said: Mapping[str, Value]) -> Readings:
    """The figures of a profile's scalars, the plain ones first; `said` is by identifier."""
    plain = profile.plain
    values = [said.get(oid) for oid in plain.oids]
    if _ONLY_INTEGERS.issuperset(map(type, values)):  # most often, and a device has many
        found = Readings(plain.metrics, plain.labels, cast("list[int]", values), plain.beyond)
    else:
        found = _made([one for one in profile.scalars if one.plain], said)
    return found + _made(profile.others, said) if profile.others else found


def _made(figures: Iterable[Figure], said: Mapping[str, Value]) -> Readings:
    return Readings.of(one for figure in figures if (one := _reading(figure, said, ())) is not None)


def rows(table: ProfileTable, columns: Mapping[str, Mapping[str, Value]]) -> Iterator[Reading]:
    """The figures of a table; `columns` has what was walked below each column, by the index behind it."""
    for row in by_row(columns):
        labels = labels_of(table, row)
        for figure in table.columns:
            if figure.plain and isinstance(value := row.values.get(figure.oid), int):
                yield Reading(figure.metric, labels, float(value))
            elif (reading := _reading(figure, row.values, labels)) is not None:
                yield reading


def by_row(columns: Mapping[str, Mapping[str, Value]]) -> list[Row]:
    """Columns turned into rows; a row may lack columns that were not walked to their end."""
    found: dict[str, dict[str, Value]] = {}
    for oid, column in columns.items():
        for index, value in column.items():
            found.setdefault(index, {})[oid] = value
    return [Row(index, values) for index, values in found.items()]


def labels_of(table: ProfileTable, row: Row) -> Labels:
    """What a row is called; by its index where it has no name."""
    said = [(label.label, _word(label, row.values)) for label in table.labels]
    named = tuple((label, word) for label, word in said if word)
    if table.index or not named:
        named = ((table.index or "index", row.key), *named)
    return named


def text_of(value: Value) -> str:
    """A name as people read it. Devices here write UTF-8 or GBK; what is neither is shown in hexadecimal."""
    if not isinstance(value, bytes):
        return str(value)
    for encoding in _ENCODINGS:
        try:
            text = " ".join(value.rstrip(b"\0").decode(encoding).split())
        except UnicodeDecodeError:
            continue
        if text.isprintable():
            return text
    return value.hex()


def number_of(value: Value, convert: Convert) -> float:
    """A value as a number, NaN where it is none."""
    if convert == "dbm-or-microwatts" and isinstance(value, int):
        return value / 100 if value <= 0 else 10 * math.log10(value / 1000)
    if convert == "opaque-float" and isinstance(value, bytes):
        return _unwrap(value)
    if convert == "text-number" and isinstance(value, bytes):
        return _parse(text_of(value))
    return float(value) if isinstance(value, int) else math.nan


def _word(label: Label, said: Mapping[str, Value]) -> str:
    value = said.get(label.oid, b"")
    if isinstance(value, int) and label.words:
        return dict(label.words).get(value, str(value))
    return text_of(value)


def _reading(figure: Figure, said: Mapping[str, Value], labels: Labels) -> Reading | None:
    value = said.get(figure.oid)
    if value is None or value in figure.skip or not all(one in labels for one in figure.where):
        return None
    number = (
        _worded(figure, value) if figure.words else scaled(number_of(value, figure.convert), figure.scale)
    )
    for oid in figure.times:
        number *= number_of(said.get(oid, b""), "integer")
    number *= _point(figure, said)
    return (
        Reading(figure.metric, labels, number, beyond(figure.limit, number))
        if math.isfinite(number)
        else None
    )


def scaled(number: float, scale: float) -> float:
    """The number times the scale; hundredths are divided by 100, because 95 × 0.01 is not 0.95."""
    parts = round(1 / scale) if 0 < scale < 1 else 0
    return number / parts if parts and math.isclose(parts * scale, 1) else number * scale


def beyond(limit: Limit, number: float) -> str:
    """Which limit a number is beyond: "low", "high" or neither."""
    if limit.low is not None and number < limit.low:
        return "low"
    return "high" if limit.high is not None and number > limit.high else ""


def _worded(figure: Figure, value: Value) -> float:
    return dict(figure.words).get(value, math.nan) if isinstance(value, int) else math.nan


def _point(figure: Figure, said: Mapping[str, Value]) -> float:
    """By what a sensor's value is to be multiplied, RFC 3433: 10 to (scale − precision)."""
    exponent = 0.0
    if figure.sensor_scale:
        exponent += (number_of(said.get(figure.sensor_scale, b""), "integer") - _UNITS) * _STEP
    if figure.sensor_precision:
        exponent -= number_of(said.get(figure.sensor_precision, b""), "integer")
    return float(10.0**exponent)


def _unwrap(opaque: bytes) -> float:
    kind = _WRAPPED.get(opaque[:3])
    if kind is None or len(opaque) != 3 + kind[1]:
        return math.nan
    (number,) = struct.unpack(kind[0], opaque[3:])
    return float(number)


def _parse(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
