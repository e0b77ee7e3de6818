"""From a made-up year of each example to a verified form, with no manual step for what is measured."""

import csv
import json
import subprocess
from pathlib import Path

import pytest
import yaml
from docx import Document

from tests.practice import EXAMPLES, linewalker

NAMES = sorted(path.name for path in EXAMPLES.iterdir() if (path / "plan-next.yaml").exists())


def plan_of(name: str, folder: Path) -> Path:
    """The plan of an example for 2025, in a folder of its own beside the example's files."""
    for one in (EXAMPLES / name).iterdir():
        if one.is_file():
            (folder / one.name).write_bytes(one.read_bytes())
    plan = folder / "plan-next.yaml"
    plan.write_text(plan.read_text("utf-8").replace("year: 2026", "year: 2025"), "utf-8")
    return plan


def made(folder: Path) -> Path:
    """A year in which the collector was never away."""
    data = folder / "data"
    done = linewalker(
        "lab", "year", "-c", folder / "network.yaml", "--year", "2025", "--gapless", "--data", data
    )
    assert done.returncode == 0, done.stderr
    return data


def typed(*words: str | Path) -> subprocess.CompletedProcess[str]:
    done = linewalker(*words)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done


@pytest.mark.parametrize("name", NAMES)
def test_a_year_becomes_a_form_that_verifies(name: str, tmp_path: Path) -> None:
    plan, form = plan_of(name, tmp_path), tmp_path / "form.docx"
    data = made(tmp_path)
    told = json.loads(typed("evaluate", plan, "--year", "2025", "--data", data, "-o", form, "--json").stdout)
    [evaluation] = told["evaluations"]
    rows = {one["id"]: one for one in evaluation["rows"]}
    measured = [rows[one["id"]] for one in _rows(plan) if one.get("measure.indicator")]
    assert measured
    for row in measured:
        assert row["actual"], row
        assert row["open"] is None, row
        assert row["measure"]["sufficient"], row
        assert row["points"] or row["grade"], row
    frozen = typed("freeze", plan, "--form", form, "--by", "经办人", "--data", data)
    code = frozen.stdout.partition("check code ")[2].partition(";")[0]
    typed("approve", code, "--by", "复核人", "--data", data)
    typed("verify", form, "--data", data)


def _rows(plan: Path) -> list[dict[str, str]]:
    written = yaml.safe_load(plan.read_text("utf-8"))["rows"]
    if isinstance(written, str):
        with (plan.parent / written).open(encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))
    return [
        {"id": one["id"], "measure.indicator": one.get("measure", {}).get("indicator", "")} for one in written
    ]


def test_the_form_may_be_an_office_s_own_template(tmp_path: Path) -> None:
    template = Document()
    template.add_paragraph("{{ project.name }}（{{ project.year }}）")
    table = template.add_table(1, 2)
    table.rows[0].cells[0].text = "故障宕机率"
    table.rows[0].cells[1].text = "{{ rows.outages.actual }}"
    plan = plan_of("hainan-commerce-dept-2020", tmp_path)
    plan.write_text(plan.read_text("utf-8").replace("form: hainan", "form: ours.docx"), "utf-8")
    template.save(str(tmp_path / "ours.docx"))
    data, form = made(tmp_path), tmp_path / "form.docx"
    typed("evaluate", plan, "--data", data, "-o", form)
    filled = Document(str(form))
    assert filled.paragraphs[0].text == "信息系统运维项目（2025）"
    assert filled.tables[0].rows[0].cells[1].text.endswith("%")
    for words, said in (
        (("-o", tmp_path / "form.xlsx"), "give the file the ending .docx"),
        (("-o", tmp_path / "ours.docx", "--force"), "is the template itself"),
        (("-o", tmp_path / "other.docx", "--annotated"), "--annotated is for built-in forms"),
    ):
        refused = linewalker("evaluate", plan, "--data", data, *words)
        assert refused.returncode == 2
        assert said in refused.stderr
        assert "Traceback" not in refused.stderr
