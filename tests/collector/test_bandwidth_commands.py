"""`indicators` and `explain` of bandwidth, as a person and as a program read them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.collector.judging.busy import BINS, FULL, RATE, busy, counts, cut, measured, port
from tests.collector.judging.weeks import FIRST, HOUR
from tests.practice import linewalker

_DAY = ("--from", "2026-03-02", "--to", "2026-03-03")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A ledger of one day: line c was tested twice and is read, was down for an hour, and was filled for one.

    In half of that its port discarded something.
    """
    of = busy(tmp_path)
    network = tmp_path / "network.yaml"
    text = network.read_text(encoding="utf-8")
    network.write_text(text.replace("path: direct", "path: direct, commit_rate: 10M"), encoding="utf-8")
    measured(of, "c", FIRST - HOUR, 9_600_000)
    measured(of, "c", FIRST + 20 * HOUR, 6_000_000, cap_bps=None)
    cut(of, "c", FIRST + 6 * HOUR, FIRST + 7 * HOUR)
    rows = [
        {"octets_in": FULL * (120 <= number < 132), "octets_out": 0, "discards_in": 0, "discards_out": 0}
        for number in range(BINS)
    ]
    discarding = [{**one, "discards_out": 3} for one in rows[120:126]]
    counts(of, port(of, "c"), FIRST, [*rows[:120], *discarding, *rows[126:]])
    of.ledger.close()
    return tmp_path


def _asked(place: Path, *arguments: str, lang: str = "en") -> str:
    done = linewalker(*arguments, "-c", place / "network.yaml", "--data", place, *_DAY, lang=lang)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _json(place: Path, *arguments: str) -> Any:
    return json.loads(_asked(place, *arguments, "--json"))


def test_indicators_tell_of_bandwidth_whom_they_are_asked_for(place: Path) -> None:
    measures = _json(place, "indicators", "--circuit", "c")["measures"]
    found = {one["indicator"]: one for one in measures}
    assert found["bandwidth_assurance"]["value"] == (BINS - 12 - 48) / BINS
    assert found["availability"]["value"] == 23 / 24
    assert found["traffic_p95"]["value"] == 0.0  # twelve full bins of 288 are among the top 5 %
    only = _json(place, "indicators", "--indicator", "uncongested")["measures"]
    assert {one["indicator"] for one in only} == {"uncongested"}
    assert {one["subject"] for one in only} == {"branch", "depot", "all"}


def test_explain_tells_the_reasons_the_tests_and_the_worst_hours(place: Path) -> None:
    (told,) = _json(place, "explain", "bandwidth_assurance", "--circuit", "c")["explanations"]
    reasons = {name: count for name, count in told["measure"]["evidence"]["reasons"].items() if count}
    assert reasons == {"down": 12, "test_failed": 48, "tested": BINS - 60}
    assert [(one["carried_bps"], one["says"]) for one in told["tests"]] == [
        (9_600_000, "passed"),
        (6_000_000, "failed"),
    ]
    assert [(one["from"], one["bad"]) for one in told["worst_hours"]] == [
        (f"2026-03-02T{hour:02}:00:00.000000+08:00", 12) for hour in (6, 20, 21, 22, 23)
    ]
    assert told["worst_hours"][0]["reasons"] == {"down": 12}
    (one,) = _json(place, "explain", "traffic_p95", "--circuit", "c", "--most", "1")["explanations"]
    assert (one["worst_hours"][0]["from"][:13], one["worst_hours"][0]["peak_bps"]) == ("2026-03-02T10", RATE)


def test_explain_is_readable_in_both_languages(place: Path) -> None:
    english = _asked(place, "explain", "bandwidth_assurance", "--circuit", "c")
    assert "228 ÷ (228 + 60)" in english
    assert "assured: a test passed = 228" in english
    assert "9.6 Mbit/s  passed" in english
    chinese = _asked(place, "explain", "bandwidth_assurance", "--circuit", "c", lang="zh")
    assert "保障：测速达标 = 228" in chinese
    assert "不足：测速未达标" in chinese.partition("最差的小时")[2]


def test_an_hour_that_its_port_s_discards_made_congested_says_how_many(place: Path) -> None:
    (told,) = _json(place, "explain", "uncongested", "--circuit", "c")["explanations"]
    (hour,) = told["worst_hours"]
    assert (hour["from"][11:13], hour["bad"], hour["discards"], hour["lost"]) == ("10", 6, 18, 0)
    assert "18 packets discarded by its port" in _asked(place, "explain", "uncongested", "--circuit", "c")
    assert "端口丢弃 18 个包" in _asked(place, "explain", "uncongested", "--circuit", "c", lang="zh")


def test_explain_of_a_line_that_nothing_proves_says_so(place: Path) -> None:
    text = _asked(place, "explain", "bandwidth_assurance", "--circuit", "d")
    assert "—" in text
    (told,) = _json(place, "explain", "bandwidth_assurance", "--circuit", "d")["explanations"]
    assert (told["measure"]["value"], told["measure"]["coverage"]) == (None, 0.0)
    assert (told["tests"], told["worst_hours"]) == ([], [])
