"""What people call the figures that are read of devices, and the ways in which one is beyond its limit."""

NAMES = {
    "device_processor_load_ratio": "processor",
    "device_processor_idle_ratio": "processor idle",
    "device_memory_used_ratio": "memory",
    "device_temperature_celsius": "temperature",
    "device_disk_used_ratio": "disk",
    "device_load": "load average",
    "device_ups_battery_ok": "battery",
    "device_ups_on_battery_seconds": "on battery for",
    "device_ups_charge_ratio": "charge",
    "device_ups_remaining_seconds": "lasts for",
    "device_ups_load_ratio": "UPS load",
    "device_ups_battery_celsius": "battery temperature",
    "device_ups_alarms": "UPS alarms",
    "device_room_temperature_celsius": "temperature",
    "device_room_humidity_ratio": "humidity",
    "device_room_contact_ok": "",
    "device_sensor_value": "",
    "interface_optical_in_dbm": "light received",
    "interface_optical_celsius": "optics",
    "interface_in_octets_per_second": "inbound",
    "interface_out_octets_per_second": "outbound",
}
"""By the name of the metric; empty where the part it was read of says enough."""

ALARMS = {"high": "too high", "low": "too low", "off": "not in order", "battery": "on battery"}


def name_of(metric: str) -> str:
    """What a figure is called: one without words of ours by its metric."""
    return NAMES.get(metric, metric.partition("_")[2].replace("_", " "))
