"""Our profiles against real agents that serve tables of recorded shape: what a device says becomes these figures."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from config.profiles import built_in
from probes.columns import Reading
from probes.snmp import WatchedAgent, open_devices
from probes.snmp_readings import number_of, text_of
from tests.probes.agents import COMMUNITY, Snmpd, snmpd
from tests.probes.looking import eyes
from tests.probes.test_snmp import QUICK, Heard, settings, targets

NAMES = "1.3.6.1.2.1.47.1.1.1.1.7"
HUAWEI, HUAWEI_OPTICS = "1.3.6.1.4.1.2011.5.25.31.1.1.1.1", "1.3.6.1.4.1.2011.5.25.31.1.1.3.1"
H3C, H3C_OPTICS = "1.3.6.1.4.1.25506.2.6.1.1.1.1", "1.3.6.1.4.1.25506.2.70.1.1.1"
SENSORS, UPS = "1.3.6.1.2.1.99.1.1.1", "1.3.6.1.2.1.33.1"
ROOTS = (NAMES, "1.3.6.1.4.1.2011", "1.3.6.1.4.1.25506", SENSORS, UPS)

OBJECTS = {
    f"{NAMES}.67108867": ("string", "MPU Board 0"),
    f"{NAMES}.67108869": ("octet", " ".join(f"{octet:02x}" for octet in "接口板".encode("gbk"))),
    f"{HUAWEI}.5.67108867": ("integer", "12"),
    f"{HUAWEI}.5.67108869": ("integer", "0"),
    f"{HUAWEI}.7.67108867": ("integer", "95"),
    f"{HUAWEI}.11.67108867": ("integer", "41"),
    f"{HUAWEI}.11.67108869": ("integer", "2147483647"),
    f"{HUAWEI_OPTICS}.8.67108867": ("integer", "-2650"),
    f"{HUAWEI_OPTICS}.8.67108869": ("integer", "100"),
    f"{HUAWEI_OPTICS}.9.67108867": ("integer", "-1"),
    f"{H3C}.6.2": ("integer", "7"),
    f"{H3C}.8.2": ("integer", "34"),
    f"{H3C}.12.2": ("integer", "65535"),
    f"{H3C_OPTICS}.9.1": ("integer", "-210"),
    f"{H3C_OPTICS}.12.1": ("integer", "2147483647"),
    f"{SENSORS}.1.9": ("integer", "8"),
    f"{SENSORS}.2.9": ("integer", "8"),
    f"{SENSORS}.3.9": ("integer", "1"),
    f"{SENSORS}.4.9": ("integer", "253146"),
    f"{SENSORS}.5.9": ("integer", "1"),
    f"{NAMES}.1": ("string", "rack"),
    f"{NAMES}.2": ("string", "air"),
    f"{NAMES}.3": ("string", "door"),
    f"{NAMES}.4": ("string", "water"),
    **{
        f"{SENSORS}.{column}.{row}": ("integer", value)
        for row, values in enumerate(
            (("8", "9", "1", "315"), ("9", "9", "0", "80"), ("12", "9", "0", "2"), ("12", "9", "0", "1")),
            start=1,
        )
        for column, value in enumerate((*values, "1"), start=1)
    },
    f"{UPS}.2.1.0": ("integer", "3"),
    f"{UPS}.2.2.0": ("integer", "75"),
    f"{UPS}.2.3.0": ("integer", "18"),
    f"{UPS}.2.4.0": ("gauge", "40"),
    f"{UPS}.4.4.1.5.1": ("integer", "55"),
}


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    with snmpd(tmp_path_factory.mktemp("snmpd"), OBJECTS, roots=ROOTS) as running:
        yield running


def read(agent: Snmpd, profile: str) -> dict[tuple[str, str], Reading]:
    """The figures of one profile, by their names and the first of their other labels."""
    asked = targets([WatchedAgent(replace(settings(agent.port), profiles=(profile,)), built_in())])
    with eyes() as opened:
        prober = open_devices(asked, QUICK, opened)
        heard = Heard([*prober.probe(np.zeros(1, np.bool_), opening=True)])
        prober.close()
    return {
        (one.metric, next((text for name, text in one.labels if name != "index"), "")): one
        for one in heard.readings[0]
    }


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNMP_COMMUNITY", COMMUNITY)


def test_huawei(agent: Snmpd) -> None:
    found = read(agent, "huawei")
    main, card = "MPU Board 0", "接口板"
    assert found["device_processor_load_ratio", main].value == 0.12
    assert ("device_processor_load_ratio", card) not in found
    assert (
        found["device_memory_used_ratio", main].value,
        found["device_memory_used_ratio", main].beyond,
    ) == (
        0.95,
        "high",
    )
    assert found["device_temperature_celsius", main].value == 41
    assert ("device_temperature_celsius", card) not in found
    # hundredths of dBm from one card, microwatts from the other
    assert (
        found["interface_optical_in_dbm", main].value,
        found["interface_optical_in_dbm", main].beyond,
    ) == (
        -26.5,
        "low",
    )
    assert found["interface_optical_in_dbm", card].value == pytest.approx(-10)
    assert ("interface_optical_out_dbm", main) not in found


def test_h3c(agent: Snmpd) -> None:
    found = {metric: one.value for (metric, _), one in read(agent, "h3c").items()}
    assert found["device_processor_load_ratio"] == pytest.approx(0.07)
    assert found["device_memory_used_ratio"] == pytest.approx(0.34)
    assert "device_temperature_celsius" not in found
    assert found["interface_optical_out_dbm"] == pytest.approx(-2.1)
    assert "interface_optical_in_dbm" not in found


def test_sensors_have_their_point_where_the_device_says(agent: Snmpd) -> None:
    found = read(agent, "sensors")
    assert found["device_sensor_value", "celsius"].value == pytest.approx(25.3146)  # milli, one place
    assert found["device_sensor_ok", "celsius"].value == 1


def test_ups(agent: Snmpd) -> None:
    found = {metric: one for (metric, _), one in read(agent, "ups").items()}
    assert (found["device_ups_battery_ok"].value, found["device_ups_battery_ok"].beyond) == (0, "low")
    assert (found["device_ups_on_battery_seconds"].value, found["device_ups_on_battery_seconds"].beyond) == (
        75,
        "high",
    )
    assert found["device_ups_remaining_seconds"].value == 18 * 60
    assert found["device_ups_charge_ratio"].beyond == "low"
    assert found["device_ups_load_ratio"].value == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"Gi0/1", "Gi0/1"),
        ("电路".encode(), "电路"),
        ("电路".encode("gbk"), "电路"),
        (b"one\r\ntwo\0", "one two"),
        (b"\x00\x1b\xff", "001bff"),
        (b"", ""),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_names_are_shown_as_people_read_them(value: bytes | str, text: str) -> None:
    assert text_of(value) == text


def test_values_that_are_no_number_are_none() -> None:
    assert number_of(b"\x9f\x78\x04\x3f\x80\x00\x00", "opaque-float") == 1.0
    assert number_of(b" 1.5\n", "text-number") == 1.5
    assert np.isnan(number_of(b"five", "text-number"))
    assert np.isnan(number_of(b"\x9f\x78\x04\x3f", "opaque-float"))
    assert np.isnan(number_of("1.3.6", "integer"))


def test_a_machine_room_is_read_by_the_kind_of_each_sensor_with_limits_of_its_own(agent: Snmpd) -> None:
    found = {key: (one.value, one.beyond) for key, one in read(agent, "machine-room").items()}
    assert found == {
        ("device_room_temperature_celsius", "rack"): (31.5, "high"),
        ("device_room_humidity_ratio", "air"): (0.8, "high"),
        ("device_room_contact_ok", "door"): (0.0, "low"),
        ("device_room_contact_ok", "water"): (1.0, ""),
        # without a name it is called by its type
        ("device_room_temperature_celsius", "celsius"): (pytest.approx(25.3146), ""),
        ("device_broken_walks", ""): (0.0, ""),
    }
