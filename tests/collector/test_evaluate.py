"""`evaluate` as it is typed: a made-up year becomes a signed form's values, and what cannot be filled is said."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.errors import LinewalkerError
from exporters.forms.written import put
from exporters.measures import figure, measure_of
from exporters.words import words
from indicators.catalogue import CATALOGUE
from indicators.percentages import towards
from tests.exporters.forms.reading import Table, in_word, lines
from tests.practice import EXAMPLES, linewalker

COMMERCE = EXAMPLES / "hainan-commerce-dept-2020"
MEASURED = """
  - id: availability
    level1: 产出指标
    level2: 质量指标
    level3: 专线可用率
    target: ≥{target}%
    direction: positive
    weight: 90
    measure: {{indicator: availability, view: line}}
"""


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a made-up 2025."""
    data = tmp_path_factory.mktemp("made") / "year"
    done = linewalker("lab", "year", "--network", COMMERCE / "network.yaml", "--year", "2025", "--data", data)
    assert done.returncode == 0, done.stderr
    return data


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """The plan of the example, for 2025 and from another folder."""
    text = (COMMERCE / "plan-next.yaml").read_text()
    text = text.replace("year: 2026", "year: 2025").replace("network.yaml", str(COMMERCE / "network.yaml"))
    place = tmp_path / "plan.yaml"
    place.write_text(text)
    return place


def own_plan(folder: Path, target: str, more: str = "") -> Path:
    """A plan of one measured row."""
    place = folder / "own.yaml"
    place.write_text(
        "project: {name: 专线, unit: 单位, department: 主管, year: 2025}\nprofile: mof-2020\n"
        f"network: {COMMERCE / 'network.yaml'}\n"
        "money:\n  - {id: total, name: 年度资金总额, budget: 100, spent: 100, weight: 10}\n"
        "weights:\n  - {level1: 产出指标, weight: 90}\n"
        f"rows:{MEASURED.format(target=target)}{more}signatures: [负责人（签字）]\n"
    )
    return place


def evaluated(plan: Path, data: Path, output: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return linewalker("evaluate", plan, "--data", data, "-o", output, *more)


def measures(data: Path) -> Iterator[dict[str, Any]]:
    told = linewalker(
        "indicators", "-c", COMMERCE / "network.yaml", "--data", data,
        "--from", "2025-01-01", "--to", "2026-01-01", "--json",
    )  # fmt: skip
    yield from json.loads(told.stdout)["measures"]


def row(tables: list[Table], name: str) -> list[str]:
    return next(line for table in tables for line in lines(table) if name in line)


def test_a_measured_row_holds_what_the_indicators_command_prints(
    year: Path, plan: Path, tmp_path: Path
) -> None:
    done = evaluated(plan, year, tmp_path / "form.docx", "--year", "2025", "--json")
    assert done.returncode == 0, done.stderr
    [told] = [
        one
        for one in measures(year)
        if (one["indicator"], one["subject"], one["view"]) == ("downtime_rate", "system", "business")
    ]
    wanted = measure_of(told)
    shown = figure(wanted, wanted.bracket.value, towards(CATALOGUE["downtime_rate"].bad), words("en"))
    [evaluation] = json.loads(done.stdout)["evaluations"]
    assert next(one["measure"] for one in evaluation["rows"] if one["id"] == "outages") == told
    printed = row(in_word((tmp_path / "form.docx").read_bytes()), "故障宕机率")
    assert printed[-2:] == [shown.replace(" ", ""), "优"]
    # What people have yet to give stays empty, and is said.
    assert row(in_word((tmp_path / "form.docx").read_bytes()), "信息采集数量")[-2:] == ["", ""]


def test_a_total_is_made_of_measured_points_and_money(year: Path, tmp_path: Path) -> None:
    done = evaluated(own_plan(tmp_path, "50"), year, tmp_path / "form.docx")
    assert done.returncode == 0, done.stderr
    assert "100 points, 优" in done.stdout
    _, table = in_word((tmp_path / "form.docx").read_bytes())
    assert lines(table)[-1] == ["total points", "100", "100", "优"]
    assert re.fullmatch(r"9\d(\.\d+)?%", row([table], "专线可用率")[5])


def test_an_open_row_stops_the_plan_and_a_draft_leaves_it_empty(year: Path, tmp_path: Path) -> None:
    plan, output = own_plan(tmp_path, "99"), tmp_path / "form.docx"
    stopped = evaluated(plan, year, output)
    assert stopped.returncode == 1
    assert not output.exists()
    assert re.search(
        r"专线可用率: .* … .*: possible are .* to .* points; to be settled by: unknown seconds",
        stopped.stderr,
    )
    assert evaluated(plan, year, output, "--draft").returncode == 0
    _, table = in_word(output.read_bytes())
    assert row([table], "专线可用率")[5] == ""
    assert lines(table)[-1] == ["total points", "100", "", ""]


def test_a_policy_adopted_too_late_is_printed_beside_the_built_in_one(year: Path, tmp_path: Path) -> None:
    (tmp_path / "late.yaml").write_text(
        "name: 新口径\nconfirm_down: 1h\nadoption: {document: 3号, approver: 局长, date: 2025-06-01}\n"
    )
    plan = own_plan(tmp_path, "50")
    plan.write_text(plan.read_text().replace("view: line}", "view: line, policy: late.yaml}"))
    output = tmp_path / "form.docx"
    assert evaluated(plan, year, output, "--annotated").returncode == 0
    [noted] = [seen.text for seen in in_word(output.read_bytes())[1].values() if "policy 新口径" in seen.text]
    found = re.search(
        r"3号 局长 2025-06-01; .*as measured ([\d.]+) %; under the built-in policy ([\d.]+) %", noted
    )
    assert found, noted
    assert float(found[1]) > float(found[2])


def test_the_half_year_is_printed_undecided(year: Path, tmp_path: Path) -> None:
    days = """
  - id: days
    level1: 产出指标
    level3: 系统正常运行天数
    target: ≥360天
    direction: positive
    weight: 0
    measure: {indicator: normal_days, of: systems, group: system, view: business}
"""
    plan, output = own_plan(tmp_path, "99", days), tmp_path / "half.docx"
    done = evaluated(plan, year, output, "--half-year")
    assert done.returncode == 0, done.stderr
    _, table = in_word(output.read_bytes())
    told = row([table], "系统正常运行天数")
    at = told.index("≥360天")
    reached, expected = int(told[at + 1].removesuffix("天")), told[at + 2]
    assert 100 < reached <= 181
    assert re.fullmatch(r"\d+天（\d+–\d+天）", expected)
    assert told[-4:-1].count("√") == 1
    plan.write_text(plan.read_text().replace("rows:", "form: monitoring\nrows:"))
    assert evaluated(plan, year, output, "--force").returncode == 0
    assert in_word(output.read_bytes())[1] == table


def test_a_plan_of_another_year_is_refused(year: Path, plan: Path, tmp_path: Path) -> None:
    refused = evaluated(plan, year, tmp_path / "form.docx", "--year", "2024")
    assert refused.returncode == 2
    assert "is the plan of 2025, not of 2024" in refused.stderr
    assert not (tmp_path / "form.docx").exists()


def test_what_is_wrong_in_a_plan_is_listed_before_anything_is_filled(year: Path, tmp_path: Path) -> None:
    refused = evaluated(COMMERCE / "plan.yaml", year, tmp_path / "form.docx")
    assert refused.returncode == 1
    assert "bands-gap" not in refused.stderr  # sentences, as of every command
    assert "no band holds" in refused.stderr
    assert "rows[outages]" in refused.stderr
    assert not (tmp_path / "form.docx").exists()


def test_a_file_is_overwritten_only_when_that_is_asked_for(year: Path, plan: Path, tmp_path: Path) -> None:
    output = tmp_path / "form.xlsx"
    output.write_text("mine")
    refused = evaluated(plan, year, output)
    assert (refused.returncode, output.read_text()) == (2, "mine")
    assert "--force" in refused.stderr
    assert evaluated(plan, year, output, "--force").returncode == 0
    assert output.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("form.doc", "a form is written as .docx, .xlsx, .pdf"),
        ("nowhere/form.docx", "there is no folder"),
        (".", "a form is written as"),
        ("-", "a form is written as"),
    ],
)
def test_a_place_that_is_none_is_one_message(
    year: Path, plan: Path, tmp_path: Path, output: str, said: str
) -> None:
    refused = evaluated(plan, year, Path(output) if output == "-" else tmp_path / output)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_place_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(LinewalkerError, match="cannot be written"):
        put(Path("/proc/form.docx"), b"x", force=False)
    with pytest.raises(LinewalkerError, match="cannot be written"):
        put(tmp_path / f"{'长' * 200}.docx", b"x", force=False)
    assert list(tmp_path.iterdir()) == []


def test_a_year_that_goes_on_is_judged_to_now_and_the_form_says_so(year: Path, tmp_path: Path) -> None:
    told = subprocess.run(["date", "+%Y"], capture_output=True, text=True, check=True).stdout.strip()
    plan = own_plan(tmp_path, "50")
    plan.write_text(plan.read_text().replace("year: 2025", f"year: {told}"))
    output = tmp_path / "form.docx"
    assert evaluated(plan, year, output).returncode == 0
    assert (
        "are not final"
        in subprocess.run(
            ["unzip", "-p", output, "word/document.xml"], capture_output=True, text=True, check=True
        ).stdout
    )
    plan.write_text(plan.read_text().replace(f"year: {told}", "year: 2099"))
    refused = evaluated(plan, year, tmp_path / "later.docx")
    assert refused.returncode == 2
    assert "2099 has not begun" in refused.stderr
