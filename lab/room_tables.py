"""What a UPS (UPS-MIB) and a room sensor (ENTITY-SENSOR-MIB) show. Pure, the standard library's alone."""

from lab.rows import Row, cells, oid

UPS = oid("1.3.6.1.2.1.33.1")  # UPS-MIB upsObjects
SENSOR = oid("1.3.6.1.2.1.99.1.1.1")  # ENTITY-SENSOR-MIB entPhySensorEntry
ENTITY = oid("1.3.6.1.2.1.47.1.1.1.1")  # ENTITY-MIB entPhysicalEntry

UPS_SUBTREES = ("1.3.6.1.2.1.33",)
ROOM_SUBTREES = ("1.3.6.1.2.1.47", "1.3.6.1.2.1.99")


def ups(on_battery_since: float | None, now: float) -> list[Row]:
    """A UPS on mains, or on its battery since a moment; both in seconds since 1970."""
    seconds = 0 if on_battery_since is None else int(now - on_battery_since)
    left = max(0, 100 - seconds // 6)
    source = 3 if on_battery_since is None else 5  # normal, battery
    voltage = 220 if on_battery_since is None else 0
    rows: list[tuple[str, str, object]] = [
        ("1.1.0", "string", "Linewalker"),
        ("1.5.0", "string", "practice UPS"),
        ("2.1.0", "integer", 2 if left > 20 else 3),
        ("2.2.0", "integer", seconds),
        ("2.3.0", "integer", max(1, left * 30 // 100)),
        ("2.4.0", "integer", left),
        ("2.5.0", "integer", 2700),  # tenths of a volt
        ("2.7.0", "integer", 25),
        ("3.2.0", "integer", 1),
        ("3.3.1.2.1", "integer", 500),  # tenths of a hertz
        ("3.3.1.3.1", "integer", voltage),
        ("4.1.0", "integer", source),
        ("4.2.0", "integer", 500),
        ("4.3.0", "integer", 1),
        ("4.4.1.2.1", "integer", 220),
        ("4.4.1.5.1", "integer", 34),
        ("6.1.0", "gauge", 0 if on_battery_since is None else 1),
    ]
    return sorted(((*UPS, *oid(suffix)), kind, str(value)) for suffix, kind, value in rows)


def room(
    temperature: int = 23, humidity: int = 45, *, door_open: bool = False, water: bool = False
) -> list[Row]:
    """A room's sensors: degrees Celsius, percent, and two contacts (1 closed or dry, 2 open or wet)."""
    celsius, percent, truth = 8, 9, 12  # EntitySensorDataType
    sensors = [
        ("temperature", celsius, temperature),
        ("humidity", percent, humidity),
        ("door", truth, 1 + door_open),
        ("water", truth, 1 + water),
    ]
    rows: list[Row] = []
    for number, (name, kind, value) in enumerate(sensors, start=1):
        rows += cells(ENTITY, (number,), {2: ("string", name), 5: ("integer", 8), 7: ("string", name)})
        values: dict[int, tuple[str, object]] = {1: ("integer", kind), 2: ("integer", 9), 3: ("integer", 0)}
        rows += cells(SENSOR, (number,), values | {4: ("integer", value), 5: ("integer", 1)})
    return sorted(rows)
