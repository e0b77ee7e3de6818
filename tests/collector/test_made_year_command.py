"""`lab year`: what it writes, that it keeps to an empty directory, and that the ledger it makes is sound."""

import json
from datetime import datetime
from pathlib import Path

from collector.app import is_practice
from tests.practice import EXAMPLES, linewalker

COMMERCE = EXAMPLES / "hainan-commerce-dept-2020" / "network.yaml"


def test_a_made_up_year_can_be_judged_and_its_ledger_is_sound(tmp_path: Path) -> None:
    data = tmp_path / "year"
    made = linewalker("lab", "year", "--network", COMMERCE, "--year", "2025", "--data", data)
    assert made.returncode == 0, made.stderr
    assert is_practice(data)
    judged = linewalker(
        "indicators", "-c", COMMERCE, "--data", data, "--from", "2025-01-01", "--to", "2026-01-01", "--json"
    )
    measures = json.loads(judged.stdout)["measures"]
    assert any(one["indicator"] == "downtime_rate" and one["value"] > 0 for one in measures)
    checked = linewalker("ledger", "check", "-c", COMMERCE, "--data", data)
    assert checked.returncode == 0, checked.stdout


def test_the_truth_has_the_shape_of_the_practice_networks_truth(tmp_path: Path) -> None:
    data = tmp_path / "year"
    assert linewalker("lab", "year", "--network", COMMERCE, "--year", "2025", "--data", data).returncode == 0
    deeds = json.loads((data / "truth.json").read_text())
    assert {one["what"] for one in deeds} == {"cut", "loss"}
    for one in deeds:
        assert ("line" in one) != ("host" in one)
        begin, end = datetime.fromisoformat(one["from"]), datetime.fromisoformat(one["to"])
        assert begin < end
        assert end.year in (2024, 2025)
    whole = json.loads((data / "truth-year.json").read_text())
    assert {one["kind"] for one in whole["subjects"]} == {"circuit", "device", "system"}
    core = next(one for one in whole["subjects"] if one["subject"] == "core-router")
    line = next(one for one in whole["subjects"] if one["subject"] == "internet-ct")
    assert core["away"] == core["broken"]
    assert len(line["away"]) > len(line["broken"])
    [traffic] = whole["traffic"]  # of the one line whose port is read
    assert traffic["circuit"] == "egov-cu"
    assert 0.95 < traffic["bandwidth_assurance"] < 1
    assert traffic["uncongested"] == 1
    assert 0 < traffic["traffic_p95"] < 50e6
    assert traffic["five_minutes"]["short"] > 0


def test_a_made_up_year_goes_into_an_empty_directory_only(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    refused = linewalker("lab", "year", "--network", COMMERCE, "--data", tmp_path)
    assert refused.returncode == 2
    assert "is not empty" in refused.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["notes.txt"]


def test_a_year_that_has_not_begun_is_refused(tmp_path: Path) -> None:
    refused = linewalker("lab", "year", "--network", COMMERCE, "--year", "2100", "--data", tmp_path / "year")
    assert refused.returncode == 2
    assert "fewer than two days are over" in refused.stderr
    assert not (tmp_path / "year").exists()
