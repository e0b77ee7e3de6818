"""What people enter about throughput: attested, dated, signed, put right by another entry and never overwritten."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collector import processes
from collector.ledger.store import Batch, Life, open_ledger, sqlite_url
from collector.throughput import NOT_FINISHED
from tests.collector.facts import measurement
from tests.practice import linewalker

NETWORK = """
organisation: 测试单位
vantage: {name: 中心机房, sentinels: {near: [10.0.0.1]}}
carriers: [{id: ct, name: 中国电信}]
sites: [{id: centre, name: 中心}, {id: sanya, name: 三亚}]
circuits:
  - {id: sanya-ct, name: 三亚主用, group: branch, carrier: ct, termination_a: centre, termination_z: sanya,
     address: 10.64.0.2, commit_rate: 10M}
  - {id: sanya-cm, name: 三亚备用, group: branch, carrier: ct, termination_a: centre, termination_z: sanya,
     address: 10.64.0.6}
throughput: {validity_days: 90}
"""

Run = Callable[..., "subprocess.CompletedProcess[str]"]

ADD = (
    "add",
    "--circuit",
    "sanya-ct",
    "--rate",
    "9.8M",
    "--at",
    "2026-03-01T08:00",
    "--reference",
    "电信测速单 17",
)


@pytest.fixture
def records(tmp_path: Path) -> Run:
    network = tmp_path / "network.yaml"
    network.write_text(NETWORK, encoding="utf-8")
    ledger = open_ledger(sqlite_url(tmp_path), create=True)
    ledger.begin(Life(collector="main", vantage="centre", version="1", now=0.0))
    batch = Batch()
    batch.add("throughput", [measurement("m1", 1_772_000_000, circuit="sanya-cm", reason=NOT_FINISHED)])
    ledger.write(batch)
    ledger.close()

    def run(*words: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
        return linewalker("records", "throughput", *words, "-c", network, "--data", tmp_path, lang=lang)

    return run


def listed(records: Run, *words: str) -> list[dict[str, Any]]:
    done = records(*words, "--json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["throughput"]
    return found


def attested(records: Run) -> list[dict[str, Any]]:
    return [row for row in listed(records) if row["origin"] == "attested"]


def entered(records: Run, *more: str) -> str:
    """The id of a report that is entered."""
    done = records(*ADD, *more)
    assert done.returncode == 0, done.stderr
    assert "sanya-ct carried 9800kbit/s" in done.stdout
    return done.stdout.removeprefix("entered as ").partition(":")[0]


def refusal(records: Run, *words: str) -> str:
    done = records(*words)
    assert done.returncode == 2, done.stdout
    assert len(attested(records)) == 0
    return done.stderr.strip()


def test_a_report_is_entered_as_attested_by_who_entered_it(records: Run) -> None:
    entered(records)
    (row,) = attested(records)
    assert (row["circuit"], row["rate_bps"], row["direction"]) == ("sanya-ct", 9_800_000, "both")
    assert (row["method"], row["reference"], row["recorded_by"]) == (
        "report",
        "电信测速单 17",
        processes.user(),
    )
    assert row["started"] == "2026-03-01T08:00:00.000000+08:00"
    assert row["valid_until"] == "2026-05-30T08:00:00.000000+08:00"


def test_a_report_names_who_vouches_for_it_and_how_long_it_stands(records: Run) -> None:
    entered(records, "--by", "值班长", "--valid-days", "7", "--direction", "send")
    (row,) = attested(records)
    assert (row["recorded_by"], row["direction"]) == ("值班长", "send")
    assert row["valid_until"].startswith("2026-03-08T08:00")


def test_a_report_in_a_file_is_known_by_its_digest(records: Run, tmp_path: Path) -> None:
    report = tmp_path / "测速.pdf"
    report.write_bytes(b"a report")
    done = records(*ADD[:-1], str(report))
    assert done.returncode == 0, done.stderr
    assert attested(records)[0]["reference"] == f"测速.pdf sha256:{hashlib.sha256(b'a report').hexdigest()}"


def test_a_correction_takes_the_place_of_a_report_and_leaves_it_there(records: Run) -> None:
    first = entered(records)
    second = entered(records, "--corrects", first)
    by_id = {row["id"]: row for row in attested(records)}
    assert (by_id[first]["superseded_by"], by_id[second]["supersedes"]) == (second, first)
    assert by_id[second]["superseded_by"] is None
    again = records(*ADD, "--corrects", first)
    assert (again.returncode, again.stderr.strip()) == (
        2, f"{first} was corrected by {second} already; correct that one",
    )  # fmt: skip
    assert len(attested(records)) == 2


def test_what_was_measured_is_never_corrected(records: Run) -> None:
    said = refusal(records, *("sanya-cm" if word == "sanya-ct" else word for word in ADD), "--corrects", "m1")
    assert said == "m1 was measured: what was measured is never corrected"


def test_what_cannot_be_a_report_is_refused(records: Run) -> None:
    def with_(option: str, value: str) -> list[str]:
        words = list(ADD)
        words[words.index(option) + 1] = value
        return words

    assert refusal(records, *with_("--circuit", "x")) == "there is no circuit x in the configuration"
    assert refusal(records, *with_("--rate", "fast")) == "fast is not a rate; expected bit/s, such as 9.6M"
    assert "still to come" in refusal(records, *with_("--at", "2999-01-01"))
    assert "is not a time" in refusal(records, *with_("--at", "yesterday"))
    assert refusal(records, *ADD, "--corrects", "m1").startswith("there is no report m1 of sanya-ct")


def test_the_list_is_narrowed_by_circuit_and_time(records: Run) -> None:
    entered(records)
    assert [row["circuit"] for row in listed(records)] == ["sanya-cm", "sanya-ct"]
    assert [row["circuit"] for row in listed(records, "--circuit", "sanya-ct")] == ["sanya-ct"]
    assert [row["circuit"] for row in listed(records, "--from", "2026-03-01")] == ["sanya-ct"]
    assert [row["circuit"] for row in listed(records, "--to", "2026-03-01")] == ["sanya-cm"]
    assert records("--circuit", "x").returncode == 2


def test_the_list_is_shown_in_the_readers_words(records: Run) -> None:
    entered(records)
    said = records(lang="zh").stdout
    assert "佐证" in said
    assert "实测" in said
    assert "未完成" in said
    assert "9.800M" in said
    header = records("--csv").stdout.splitlines()[0]
    assert header.startswith("id,circuit,direction,origin,method,planned,started,ended,valid_until,rate_bps")
