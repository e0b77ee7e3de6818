"""`linewalker snippets` as a program: what it prints for people and for programs, and what it refuses."""

import csv
import io
import json
import subprocess
from pathlib import Path

from tests.exporters.test_snippets import NETWORK
from tests.typed import typed


def snippets(folder: Path, *words: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    (folder / "linewalker.yaml").write_text(NETWORK, "utf-8")
    return typed(folder, "snippets", *words, lang=lang)


def test_people_see_commands_then_names_then_openings(tmp_path: Path) -> None:
    done = snippets(tmp_path, "--vantage", "10.0.0.9")
    assert done.returncode == 0, done.stderr
    commands = done.stdout.index("nqa test-instance linewalker haikou-ct")
    names = done.stdout.index("lines that routers know by another name:")
    openings = done.stdout.index("firewall openings to request:")
    assert commands < names < openings
    assert "were not tried on routers" in done.stderr
    assert "no router is known that could test six" in done.stderr
    assert "edge" not in done.stderr  # nothing hangs on it


def test_chinese_is_for_tables_and_never_for_routers(tmp_path: Path) -> None:
    done = snippets(tmp_path, lang="zh")
    commands, _, table = done.stdout.partition("需申请的防火墙放行：")
    assert "SNMP（只读）" in table
    assert commands.partition("路由器上另有名称的线路：")[0].isascii()


def test_json_holds_commands_names_openings_and_who_was_left_out(tmp_path: Path) -> None:
    found = json.loads(snippets(tmp_path, "--device", "edge", "--json").stdout)
    assert [(one["vendor"], one["guessed"]) for one in found["snippets"]] == [
        ("vrp", True), ("comware", True), ("rgos", True), ("ios", True),
    ]  # fmt: skip
    assert found["names"] == []
    assert found["without_router"] == ["six"]
    assert {"from", "to", "protocol", "port", "why", "subject"} == set(found["openings"][0])
    named = json.loads(snippets(tmp_path, "--device", "core", "--json").stdout)["names"]
    assert named[0] == {
        "device": "core", "circuit": "haikou-ct", "test": "haikou-ct", "tag": "haikou-ct", "session": "haikou-ct",
        "number": 1,
    }  # fmt: skip


def test_csv_is_what_a_firewall_team_is_sent(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(snippets(tmp_path, "--vantage", "10.0.0.9", "--csv").stdout)))
    assert {"from": "10.0.0.9", "to": "10.0.0.2", "protocol": "UDP", "port": "161"}.items() <= next(
        row for row in rows if row["why"] == "SNMP, read only"
    ).items()


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    done = snippets(tmp_path, "--device", "none")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no device none in the configuration" in done.stderr
    done = snippets(tmp_path, "--vantage", "here")
    assert done.returncode == 2
    assert "here is a host name" in done.stderr
