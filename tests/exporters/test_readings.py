"""Figures with labels on the page, in the status and among the metrics."""

import json
import re
from dataclasses import replace

import httpx
import numpy as np
import pytest

from exporters.gauges import MOST, gauges, scaled
from exporters.prometheus import Metrics
from exporters.reading import HIGH, LOW, WITHIN, Figure, Kind, Labels, Names, Overview, Readings, Subject
from exporters.readings import unit_of
from tests.exporters.network import AT, COLLECTOR, NAN, Told, circuit, columns
from tests.exporters.served import served

MPU: Labels = (("index", "1"), ("part", "MPU"))
DEVICE = (
    Figure("device_temperature_celsius", MPU, 71.5, HIGH),
    Figure("device_temperature_celsius", (("index", "2"), ("part", "风扇")), 30.0, WITHIN),
    Figure("device_processor_load_ratio", MPU, 0.125, WITHIN),
    Figure("device_ups_on_battery_seconds", (), 75.0, HIGH),
    Figure("device_room_contact_ok", (("index", "3"), ("sensor", "door")), 0.0, LOW),
    Figure("device_room_contact_ok", (("index", "4"), ("sensor", "water")), 1.0, WITHIN),
    Figure("interface_in_octets_total", (("index", "9"), ("interface", "ge-9")), 12.0, WITHIN),
    Figure("device_uptime_seconds", (), NAN, WITHIN),
)
LINE = (
    Figure("interface_in_octets_per_second", (), 1_250_000.0, WITHIN),
    Figure("interface_in_octets_total", (), 5.0, WITHIN),
)


def readings(*all_: tuple[int, tuple[Figure, ...]]) -> Readings:
    """These figures of the subjects in these rows."""
    parts = tuple(
        (row, Names(tuple(one.metric for one in figures), tuple(one.labels for one in figures)))
        for row, figures in all_
    )
    every = [one for _, figures in all_ for one in figures]
    return Readings(
        parts, np.array([one.value for one in every]), np.array([one.beyond for one in every], np.int8)
    )


def told() -> Told:
    devices = (Subject("core", "核心", "g", site="centre"), Subject("idle", "备用", "g"))
    lines = (circuit("main", "主用", "支局", site="haikou"),)
    kinds = {
        "circuits": Kind(lines, columns(1), readings((0, LINE))),
        "devices": Kind(devices, columns(2), readings((0, DEVICE))),
    }
    return Told(Overview(AT, kinds, COLLECTOR))


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    """What is answered at four places."""
    places = ("/?lang=zh", "/?lang=en", "/metrics", "/api/v1/status")
    with served(told()) as address:
        return {path: httpx.get(address + path).text for path in places}


def test_samples_of_one_name_stand_together_with_the_labels_of_their_subject(shown: dict[str, str]) -> None:
    lines = [line for line in shown["/metrics"].splitlines() if "interface_in_octets_total" in line]
    assert lines[1:] == [
        "# TYPE linewalker_interface_in_octets_total counter",
        'linewalker_interface_in_octets_total{circuit="main",group="支局",carrier="ct",site="haikou"} 5.0',
        'linewalker_interface_in_octets_total{device="core",group="g",site="centre",index="9",interface="ge-9"} 12.0',
    ]
    assert "# TYPE linewalker_device_temperature_celsius gauge" in shown["/metrics"]


def test_a_figure_that_is_not_known_has_no_sample_and_no_entry(shown: dict[str, str]) -> None:
    assert "device_uptime_seconds" not in shown["/metrics"]
    assert "device_uptime_seconds" not in shown["/api/v1/status"]


def test_a_figure_that_two_profiles_read_has_one_sample() -> None:
    twice = replace(told().now.kinds["devices"], readings=readings((0, (*DEVICE[:1], *DEVICE[:1]))))
    text = Metrics(Told(Overview(AT, {"devices": twice}, COLLECTOR))).render().decode()
    assert len(re.findall(r"^linewalker_device_temperature_celsius", text, re.MULTILINE)) == 1


def test_new_values_are_written_by_the_same_labels_and_new_names_by_new_ones() -> None:
    reader = told()
    metrics = Metrics(reader)
    before = metrics.render().decode()
    kind = reader.now.kinds["devices"]
    cooler = replace(kind.readings, value=np.where(kind.readings.value == 71.5, 20.25, kind.readings.value))
    reader.now = replace(reader.now, kinds={**reader.now.kinds, "devices": replace(kind, readings=cooler)})
    assert metrics.render().decode().split("process_")[0] == before.split("process_")[0].replace(
        "71.5", "20.25"
    )
    renamed = replace(kind, readings=readings((1, DEVICE[2:3])))
    reader.now = replace(reader.now, kinds={"devices": renamed})
    (sample,) = re.findall(
        r"^linewalker_device_processor_load_ratio\{.*", metrics.render().decode(), re.MULTILINE
    )
    assert (
        sample
        == 'linewalker_device_processor_load_ratio{device="idle",group="g",site="",index="1",part="MPU"} 0.125'
    )


def test_the_status_tells_each_with_unit_and_limit(shown: dict[str, str]) -> None:
    status = json.loads(shown["/api/v1/status"])
    core, idle = status["devices"]
    assert core["readings"][0] == {
        "name": "device_temperature_celsius",
        "labels": {"index": "1", "part": "MPU"},
        "value": 71.5,
        "unit": "celsius",
        "limit": "high",
    }
    assert core["readings"][4]["limit"] == "low"
    assert "unit" not in core["readings"][4]
    assert idle["readings"] == []
    assert status["circuits"][0]["readings"][0]["unit"] == "octets_per_second"


def gauges_of(page: str) -> list[str]:
    """The text of each gauge, with a mark before those that have a colour."""
    found = re.findall(
        r'<span class="gauge( beyond)?" [^>]*>(.*?)</span>(?=\s*(?:<span class="gauge|</div>))',
        page,
        re.DOTALL,
    )
    return [("! " if mark else "") + " ".join(re.sub(r"<[^>]+>", " ", text).split()) for mark, text in found]


def test_the_page_marks_what_is_beyond_by_colour_and_word_and_shows_it_first(shown: dict[str, str]) -> None:
    assert gauges_of(shown["/?lang=zh"]) == [
        "! 电池供电已 0:01:15 电池供电",
        "! door 异常",
        "! 温度 MPU 71.5 °C 过高",
        "water 正常",
        "CPU MPU 12.5 %",
        "入 10 Mbit/s",
    ]
    assert "! temperature MPU 71.5 °C too high" in gauges_of(shown["/?lang=en"])
    assert "3 项读数越限" in shown["/?lang=zh"]


def test_of_many_rows_the_worst_stands_for_all_and_alarms_are_never_left_out_unsaid() -> None:
    parts = [(("part", str(at)),) for at in range(40)]
    calm = [Figure("device_temperature_celsius", part, 20.0 + at, WITHIN) for at, part in enumerate(parts)]
    assert [(one.part, one.value) for one in gauges(calm).shown] == [("39", "59 °C")]
    light = [Figure("interface_optical_in_dbm", part, -float(at), WITHIN) for at, part in enumerate(parts)]
    assert [one.value for one in gauges(light).shown] == ["-39 dBm"]
    hot = [one._replace(beyond=HIGH) for one in calm]
    many = gauges(hot)
    assert (len(many.shown), many.more) == (MOST, 40 - MOST)
    assert {one.alarm for one in many.shown} == {"high"}
    assert gauges([Figure("device_own_thing_volts", (), 12.5, LOW)]).shown[0].value == "12.5 V"


@pytest.mark.parametrize(
    ("metric", "unit"),
    [
        ("device_temperature_celsius", "celsius"),
        ("interface_in_octets_total", "octets"),
        ("interface_in_octets_per_second", "octets_per_second"),
        ("interface_up", ""),
        ("device_processor_load_ratio", "ratio"),
    ],
)
def test_the_unit_is_the_end_of_the_name(metric: str, unit: str) -> None:
    assert unit_of(metric) == unit


def test_quantities_are_written_with_the_prefix_that_suits_them() -> None:
    assert [scaled(value, "bit/s") for value in (0, 999, 1000, 1.25e6, -2e9)] == [
        "0 bit/s",
        "999 bit/s",
        "1 kbit/s",
        "1.25 Mbit/s",
        "-2 Gbit/s",
    ]
