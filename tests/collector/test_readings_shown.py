"""What is read of real agents, on a practice network: on /metrics, on the page, in the status, and in Prometheus."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from collector.telling import HINT
from lab import control
from tests.exporters.scraping import prometheus, waited
from tests.exporters.served import dom
from tests.lab.visiting import ANSWERING
from tests.practice import Practice, linewalker, practice
from tests.programs import needed

ROUNDS = """
rounds:
  icmp: {interval: 4s, retries: 1, retry_after: 0.5s, timeout: 1s, fast: 1s}
  snmp: {interval: 5s, retries: 1, retry_after: 0.5s, timeout: 2s}
  interface: {interval: 5s, retries: 1, retry_after: 0.5s, timeout: 2s}
"""
BOUND = "address: 10.21.0.1, path: unproven, interface: core-router/alias:alpha-cm}"
PATIENCE = 60.0  # seconds; it comes about much sooner where nobody is in the way
TEMPERATURE = (
    'linewalker_device_room_temperature_celsius{device="room",group="core",site="",index="1",'
    'sensor="temperature",unit="celsius"}'
)
DOOR = 'linewalker_device_room_contact_ok{device="room",group="core",site="",index="3",sensor="door",unit="truth"}'
WATER = DOOR.replace('"3"', '"4"').replace("door", "water")
BATTERY = 'linewalker_device_ups_on_battery_seconds{device="ups",group="core",site=""}'
LINE_UP = 'linewalker_interface_up{circuit="alpha-cm",group="branch",carrier="cm",site="alpha"}'
SAMPLE = re.compile(r"^(linewalker_\w+\{.*\}) (\S+)$", re.MULTILINE)
READ = re.compile(
    r"linewalker_(interface_|device_(?!(up|watched|info|rtt_seconds|loss_ratio|outages_total|outage_seconds_total)\{))"
)


class Watched:
    """A practice network, its page, and Prometheus looking on."""

    def __init__(self, network: Practice, address: str, client: httpx.Client) -> None:
        self.network, self.address, self.client = network, address, client

    def samples(self) -> dict[str, float]:
        """Every sample that was read of a device."""
        text = httpx.get(self.address + "/metrics").text
        return {name: float(value) for name, value in SAMPLE.findall(text) if READ.match(name)}

    def until(self, good: Callable[[dict[str, float]], bool]) -> dict[str, float]:
        found = waited(self.samples, good, PATIENCE)
        assert good(found), found
        return found

    def status(self) -> dict[str, Any]:
        done = linewalker(
            "status", "--json", "-c", self.network.folder.parent / "network.yaml",
            "--data", self.network.folder,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def device(self, name: str) -> dict[str, Any]:
        (found,) = [one for one in self.status()["devices"] if one["id"] == name]
        return dict(found)

    def stored(self, selector: str, over: str = "") -> list[dict[str, Any]]:
        """What Prometheus has: the newest sample of each series, or all of so long."""
        answer = self.client.get("/query", params={"query": selector + over})
        found: list[dict[str, Any]] = answer.json()["data"]["result"] if answer.status_code == 200 else []
        return found


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    needed("snmpd", "/usr/sbin:/usr/local/sbin")
    path = tmp_path / "network.yaml"
    changed = ANSWERING.replace("profiles: [sensors]", "profiles: [machine-room]")
    path.write_text(changed.replace("address: 10.21.0.1, path: unproven}", BOUND) + ROUNDS, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with (
            practice(path, tmp_path / "data", listener=listener) as network,
            prometheus(tmp_path, address) as client,
        ):
            network.await_watch(90)
            yield Watched(network, address, client)


@pytest.mark.timeout(480)
def test_what_is_read_of_devices_is_seen_everywhere_while_it_is_known(watched: Watched) -> None:
    folder = watched.network.folder
    calm = watched.until(lambda now: {TEMPERATURE, BATTERY, LINE_UP} <= now.keys())
    assert (calm[TEMPERATURE], calm[DOOR], calm[WATER], calm[BATTERY], calm[LINE_UP]) == (23, 1, 1, 0, 1)
    _assert_prometheus_stored_what_was_read(watched)

    for host, fault in (("room", "hot"), ("room", "door"), ("room", "water"), ("ups", "battery")):
        control.break_(folder, host, fault)
    watched.until(lambda now: now[TEMPERATURE] == 41 and not now[DOOR] + now[WATER] and now[BATTERY] > 0)
    _assert_breaking_is_marked(watched)
    control.restore(folder, "room")
    watched.until(lambda now: now[TEMPERATURE] == 23 and now[DOOR] == 1)

    control.cut(folder, "alpha-cm")
    watched.until(lambda now: now.get(LINE_UP) == 0)
    dark = [one for one in watched.device("core-router")["readings"] if one["limit"] == "low"]
    assert [(one["name"], one["value"], one["unit"]) for one in dark] == [
        ("interface_optical_in_dbm", -40.0, "dbm")
    ]
    control.restore(folder, "alpha-cm")
    watched.until(lambda now: now.get(LINE_UP) == 1)

    _assert_a_silent_agent_leaves_no_figure(watched)
    control.cut(folder, "uplink", silent=True)
    watched.until(lambda now: not now)
    waited(lambda: watched.stored(TEMPERATURE), lambda found: not found, PATIENCE)
    assert watched.stored(TEMPERATURE) == []
    assert not any(one.get("readings") for one in watched.status()["devices"])
    control.restore(folder, "uplink")
    watched.until(lambda now: now.get(TEMPERATURE) == 23)


def _assert_prometheus_stored_what_was_read(watched: Watched) -> None:
    """Every figure of the status is a sample with the same labels, and its value one that was scraped."""
    read = {one["id"]: one["readings"] for one in watched.status()["devices"] if one.get("readings")}
    assert {"core-router", "alpha-router", "ups", "room"} <= read.keys()
    expected = {
        (f"linewalker_{one['name']}", device, *sorted(one["labels"].items())): one["value"]
        for device, readings in read.items()
        for one in readings
    }
    assert len(expected) == sum(map(len, read.values())) > 50

    def scraped() -> dict[tuple[Any, ...], set[float]]:
        found: dict[tuple[Any, ...], set[float]] = {}
        for one in watched.stored('{__name__=~"linewalker_(device|interface)_.+",device!=""}', "[2m]"):
            labels = dict(one["metric"])
            name, device = labels.pop("__name__"), labels.pop("device")
            for common in ("group", "site", "job", "instance"):
                labels.pop(common, None)
            found[name, device, *sorted(labels.items())] = {float(value) for _, value in one["values"]}
        return found

    def agrees(found: dict[tuple[Any, ...], set[float]]) -> bool:
        return all(value in found.get(series, ()) for series, value in expected.items())

    found = waited(scraped, agrees, PATIENCE)
    assert agrees(found), [
        (one, value, found.get(one)) for one, value in expected.items() if value not in found.get(one, ())
    ]


def _assert_breaking_is_marked(watched: Watched) -> None:
    """In the status by its limit, on the page by a class for the colour and by a word."""
    limits = {
        (one["name"], one["labels"].get("sensor")): one["limit"]
        for host in ("room", "ups")
        for one in watched.device(host)["readings"]
    }
    assert limits["device_room_temperature_celsius", "temperature"] == "high"
    assert limits["device_room_contact_ok", "door"] == limits["device_room_contact_ok", "water"] == "low"
    assert limits["device_room_humidity_ratio", "humidity"] is None
    assert limits["device_ups_on_battery_seconds", None] == "high"
    page = dom(f"{watched.address}/?lang=zh")
    beyond = [
        re.sub(r"<[^>]+>|\s+", " ", one) for one in re.findall(r'class="gauge beyond".*?</span></span>', page)
    ]
    said = " | ".join(" ".join(one.split()) for one in beyond)
    for words in ("41 °C 过高", "door 异常", "water 异常", "电池供电"):
        assert words in said
    assert "湿度 humidity" not in said
    assert "45.0 %" in page


def _assert_a_silent_agent_leaves_no_figure(watched: Watched) -> None:
    """It has none that is old, and what its silence may come from is said: its device answers pings."""
    folder = watched.network.folder
    control.break_(folder, "ups", "silent")
    watched.until(lambda now: not any('device="ups"' in name for name in now))
    said = waited(lambda: watched.device("ups"), lambda one: one["reason"] == HINT, PATIENCE)
    assert (said["reason"], said["readings"]) == (HINT, [])
    page = waited(
        lambda: httpx.get(f"{watched.address}/?lang=zh").text, lambda text: "能 ping 通" in text, PATIENCE
    )
    assert "能 ping 通" in page
    runs = linewalker("runs", "--json", "-c", folder.parent / "network.yaml", "--data", folder).stdout
    assert HINT not in runs
    control.restore(folder, "ups")
    watched.until(lambda now: BATTERY in now)
    assert watched.device("ups")["reason"] == ""
