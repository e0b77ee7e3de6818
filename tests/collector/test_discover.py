"""`linewalker discover`: real agents on a small network are found, held against the inventory, and proposed."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from collector.discovering import Manners, addresses_in
from config.errors import LinewalkerError
from config.load import load
from tests.collector.routers import network
from tests.config.written import COLUMNS, HEAD, ROW
from tests.namespace import in_namespace
from tests.practice import EXAMPLES, practice
from tests.probes.agents import COMMUNITY, OTHER_PASSWORD, PASSWORD
from tests.programs import needed

SECRETS = {"TEST_COMMUNITY": COMMUNITY, "TEST_AUTH": PASSWORD, "TEST_PRIVACY": OTHER_PASSWORD}
V2C = ("--snmp-community", "env:TEST_COMMUNITY")
V3 = (
    *("--snmp-user", "reader", "--snmp-auth", "SHA-256", "--snmp-auth-password", "env:TEST_AUTH"),
    *("--snmp-privacy", "AES-128", "--snmp-privacy-password", "env:TEST_PRIVACY"),
)
WITH_TABLES = HEAD + "circuits: lines.csv\ndevices: devices.csv\n"
WENCHANG = HEAD.replace("{id: haikou, name: 海口}", "{id: haikou, name: 海口}, {id: wenchang, name: 文昌}")


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "collector.cli", "discover", *words]


def discover(folder: Path, *words: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **SECRETS, "LINEWALKER_LANG": lang, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        command(*words), check=False, cwd=folder, env=environment, capture_output=True, text=True, timeout=90
    )


def json_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def tables(folder: Path, circuits: str, devices: str, head: str = WITH_TABLES) -> None:
    (folder / "linewalker.yaml").write_text(head, "utf-8")
    (folder / "lines.csv").write_text(circuits, "utf-8")
    (folder / "devices.csv").write_text(devices, "utf-8")


def row(found: dict[str, Any], table: str, **settings: str) -> dict[str, Any]:
    """The one proposal of a table that has these settings."""
    (one,) = [
        one for one in found["proposed"] if one["table"] == table and settings.items() <= one["row"].items()
    ]
    return dict(one)


@in_namespace
def test_devices_and_lines_are_found_and_written_only_when_that_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "linewalker.yaml").write_text(
        WENCHANG + "circuits: lines.csv\ndevices: devices.csv\n", "utf-8"
    )
    with network(tmp_path / "net"):
        done = discover(tmp_path, "10.0.0.0/29", *V2C, "--json")
        found = json_of(done)
        assert done.returncode == 0, done.stderr
        assert COMMUNITY not in done.stdout + done.stderr
        assert sorted(path.name for path in tmp_path.iterdir()) == ["linewalker.yaml", "net"]
        assert sorted(one["address"] for one in found["found"]) == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
        assert sorted(found["unanswered"]) == ["10.0.0.4", "10.0.0.5", "10.0.0.6"]
        _holds_what_the_agents_said(found)
        written = discover(tmp_path, "10.0.0.0/29", *V2C, "--write")
        assert written.returncode == 0, written.stderr
        again = json_of(discover(tmp_path, "10.0.0.0/29", "--json"))
    loaded = load(tmp_path / "linewalker.yaml")
    assert [(one.id, one.kind, one.check.probe, one.check.host) for one in loaded.devices] == [
        ("core-1", "路由器", "snmp", "10.0.0.1"),
        ("haikou", "路由器", "snmp", "10.0.0.3"),
    ]
    assert {one.check.settings.community for one in loaded.devices} == {"env:TEST_COMMUNITY"}
    # Asked again with the credentials it has written itself, it finds nothing new that is whole.
    assert [one for one in again["proposed"] if not one["lacking"]] == []
    assert again["differs"] == []


def _holds_what_the_agents_said(found: dict[str, Any]) -> None:
    core = next(one for one in found["found"] if one["address"] == "10.0.0.1")
    assert (core["name"], core["vendor"], core["kind"]) == ("core-1", "Huawei", "路由器")
    gigabit = next(one for one in core["interfaces"] if one["index"] == 2)
    assert (gigabit["alias"], gigabit["neighbours"]) == ("海口 电信 20M CT0898202000009", ["10.64.0.2"])
    assert (gigabit["speed"], gigabit["up"]) == (10**9, True)
    pinged = next(one for one in found["found"] if one["address"] == "10.0.0.2")
    assert (pinged["name"], pinged["device"]) == (None, None)
    assert pinged["rtt"] < 1
    assert row(found, "devices", id="haikou")["row"]["check.community"] == "env:TEST_COMMUNITY"
    line = row(found, "circuits", address="10.64.0.2")  # seen from both its ends, proposed once
    assert line["row"]["carrier"] == "ct"
    assert line["row"]["commit_rate"] == "20M"
    assert line["row"]["cid"] == "CT0898202000009"
    assert line["row"]["interface"] == "core-1/GigabitEthernet0/0/1"
    assert line["row"]["termination_z"] == "haikou"
    assert line["lacking"] == ["group", "termination_a"]
    gbk = row(found, "circuits", address="10.64.0.6")
    assert (gbk["row"]["name"], gbk["row"]["termination_z"]) == ("文昌移动专线 50M", "wenchang")
    assert row(found, "circuits", address="10.64.0.9")["lacking"] == [
        "group", "carrier", "termination_a", "termination_z",
    ]  # fmt: skip
    assert row(found, "circuits", address="10.64.0.18")["row"]["commit_rate"] == "2M"
    assert not [one for one in found["proposed"] if one["row"].get("address") == "10.64.0.14"]  # switched off


@in_namespace
def test_what_is_known_is_filled_and_what_differs_is_left_to_people(tmp_path: Path) -> None:
    line = ROW.replace("10.64.0.2", "10.64.0.2,10M")
    core = "core,核心,10.0.0.1,centre"
    tables(tmp_path, f"{COLUMNS},commit_rate\n{line}\n", f"id,name,check.address,site\n{core}\n")
    with network(tmp_path / "net"):
        shown = json_of(discover(tmp_path, "10.0.0.1", *V3, "--json"))
        filled = discover(tmp_path, "10.0.0.1", *V3, "--write")
        after_filling = load(tmp_path / "linewalker.yaml")
        discover(tmp_path, "10.0.0.1", *V3, "--write", "--replace")
        after_replacing = load(tmp_path / "linewalker.yaml")
    differs = {(one["id"], one["field"]): (one["old"], one["new"]) for one in shown["differs"]}
    assert differs["haikou-ct", "commit_rate"] == ("10M", "20M")
    assert differs["haikou-ct", "cid"] == (None, "CT0898202000009")
    assert differs["core", "check.probe"] == ("icmp", "snmp")
    assert differs["core", "check.auth_password"] == (None, "env:TEST_AUTH")
    assert "settings that say otherwise stay as they are" in filled.stderr
    known = next(one for one in after_filling.circuits if one.id == "haikou-ct")
    assert (known.commit_rate, known.cid) == (10_000_000, "CT0898202000009")
    assert after_filling.devices[0].check.probe == "icmp"
    known = next(one for one in after_replacing.circuits if one.id == "haikou-ct")
    assert (known.commit_rate, known.interface) == (20_000_000, "core/GigabitEthernet0/0/1")
    assert after_replacing.devices[0].check.settings.user == "reader"
    assert (tmp_path / "lines.csv.bak").exists()
    # What hangs on the same router ends where the others do, so these rows lack nothing.
    serial = next(one for one in after_filling.circuits if one.address == "10.64.0.18")
    assert (serial.termination_a, serial.group, serial.commit_rate) == ("centre", "branch", 2_000_000)


@in_namespace
def test_tables_are_for_people_and_csv_for_programs(tmp_path: Path) -> None:
    (tmp_path / "linewalker.yaml").write_text(HEAD, "utf-8")
    with network(tmp_path / "net"):
        shown = discover(tmp_path, "10.0.0.1", *V2C)
        chinese = discover(tmp_path, "10.0.0.1", *V2C, lang="zh")
        listed = discover(tmp_path, "10.0.0.0/30", *V2C, "--csv")
        wrong = discover(tmp_path, "10.0.0.1", "--snmp-community", "env:HOME", "--json")
    assert "1 addresses, 20 at once and 20 a second at most, 2 pings to each that is silent" in shown.stderr
    assert "new devices:" in shown.stdout
    assert "1 of 1 addresses answered, 1 devices by SNMP" in shown.stdout
    assert "新设备" in chinese.stdout
    rows = list(csv.DictReader(io.StringIO(listed.stdout)))
    assert {one["what"] for one in rows} == {"found", "devices", "circuits", "info"}
    assert json_of(wrong)["found"][0]["name"] is None  # its silence is all that a wrong community is told


@in_namespace
def test_ctrl_c_shows_what_was_found_so_far(tmp_path: Path) -> None:
    (tmp_path / "linewalker.yaml").write_text(HEAD, "utf-8")
    environment = {**os.environ, **SECRETS, "LINEWALKER_LANG": "en"}
    with network(tmp_path / "net"):
        # A test run in the background of a shell has Ctrl-C switched off, and would pass that on.
        words = [
            "env",
            "--default-signal=INT",
            *command("10.0.0.1", "10.0.0.64/26", *V2C, "--write", "--json"),
        ]
        # Nobody answers there, and nothing says so: each address takes its two seconds.
        subprocess.run(["ip", "route", "add", "10.0.0.64/26", "via", "10.0.0.2"], check=True)
        with subprocess.Popen(
            words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running:
            assert running.stderr is not None
            assert running.stderr.readline().startswith("63 addresses")
            with pytest.raises(subprocess.TimeoutExpired):
                running.wait(2.5)
            running.send_signal(signal.SIGINT)
            out, _ = running.communicate(timeout=30)
    found = json.loads(out)
    assert running.returncode == 1
    assert [one["name"] for one in found["found"]] == ["core-1"]
    assert [one["rule"] for one in found["findings"] if one["severity"] == "error"] == ["interrupted"]
    assert len(found["unanswered"]) < 62
    assert found["written"] == []
    assert not (tmp_path / "devices.csv").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["10.0.0.0/21"], "2048 addresses are more than 1024; expected a smaller network, or --large"),
        (["10.0.0.0/15", "--large"], "131072 addresses are too many to be asked one by one"),
        (["10.0.0.1/24"], "10.0.0.1/24 is an address inside a network; expected the network 10.0.0.0/24"),
        (["router.example"], "'router.example' is neither an address nor a network"),
        (["224.0.0.0/28"], "224.0.0.0/28 holds no addresses of single hosts"),
        (["10.0.0.1", "--snmp-community", "public"], "a secret must not stand in the file"),
        (["10.0.0.1", "--snmp-community", "env:NOT_SET_HERE"], "the secret env:NOT_SET_HERE is not set"),
        (["10.0.0.1", "--snmp-auth", "MD5"], "expected --snmp-user"),
        (["10.0.0.1", "--snmp-user", "me", "--snmp-auth", "MD5"], "auth needs a password"),
    ],
)
def test_wrong_usage_asks_nobody(tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "linewalker.yaml").write_text(HEAD, "utf-8")
    done = discover(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_the_practice_network_is_looked_over_only_while_it_runs(tmp_path: Path) -> None:
    (tmp_path / "linewalker.yaml").write_text(HEAD, "utf-8")
    (tmp_path / "practice").mkdir()
    (tmp_path / "practice" / "practice-network").touch()
    done = discover(tmp_path, "10.0.0.1", "--data", "practice")
    assert done.returncode == 2
    assert "the practice network of practice is not running" in done.stderr


def test_the_practice_network_is_looked_over_from_inside(tmp_path: Path) -> None:
    for program in ("nsenter", "snmpd"):
        needed(program, "/usr/sbin:/usr/bin")
    network_file = EXAMPLES / "hainan-commerce-dept-2020" / "network.yaml"
    (tmp_path / "practice-network").touch()  # whatever happens, nothing is asked from outside
    with practice(network_file, tmp_path) as running:
        running.await_watch()
        # Its own words let one in: they were made up for this practice network, and nobody outside has them.
        done = discover(tmp_path, "10.0.2.1", "-c", str(network_file), "--data", str(tmp_path), "--json")
    found = json_of(done)
    assert [one["device"] for one in found["found"]] == ["core-router"]
    assert {(one["id"], one["field"]) for one in found["differs"]} >= {("internet-ct", "interface")}


def test_networks_are_asked_address_by_address_and_each_once() -> None:
    assert addresses_in(["10.0.0.8/30", "10.0.0.9", "2001:db8::2"], large=False) == [
        "10.0.0.9", "10.0.0.10", "2001:db8::2",
    ]  # fmt: skip
    assert len(addresses_in(["10.0.0.0/19"], large=True)) == 8190
    with pytest.raises(LinewalkerError, match="more than 1024"):
        addresses_in(["2001:db8::/64"], large=False)


def test_a_silent_network_of_254_takes_what_its_pings_take() -> None:
    assert Manners().seconds(254) == pytest.approx(25.4)  # two pings of a second each, twenty at once
    assert Manners().seconds(1) == 2
