"""The form of January to June is frozen, verified and approved beside that of its year."""

import json

import pytest
from docx import Document

from tests.collector.proof import forms
from tests.collector.proof.commands import changed, differing, errors, freeze, run, verified
from tests.collector.proof.forms import YEAR, Year
from tests.practice import linewalker

DAYS = """\
rows:
  - id: days
    level1: 成效指标
    level3: 系统正常运行天数
    target: ≥360天
    direction: positive
    bands: {优: ≥360天, 良: 300-359天, 中: 250-299天, 差: 不足250天}
    measure: {indicator: normal_days, of: systems, group: system, view: business}
"""


@pytest.fixture
def with_half(year: Year) -> Year:
    """The same with a row of normal days, and the half-year form of the plan beside that of the year."""
    year.plan.write_text(year.plan.read_text("utf-8").replace("rows:\n", DAYS), "utf-8")
    forms.built_in(year.filled(), year.folder / "form.docx")
    for name in ("half.docx", "half.xlsx"):
        words = ("evaluate", year.plan, "-o", year.folder / name, "--half-year", "-c", year.network)
        made = linewalker(*words, "--data", year.data, lang="zh")
        assert made.returncode == 0, made.stderr
    return year


def spoil_outage(year: Year, first: str, last: str) -> None:
    """Change the first outage that began between two days."""
    within = f"date(started_at / 1000000, 'unixepoch') BETWEEN '{YEAR}-{first}' AND '{YEAR}-{last}'"
    found = f"SELECT min(rowid) FROM run WHERE outcome = 0 AND {within}"
    changed(year, f"UPDATE run SET outcome = 1 WHERE rowid = ({found})")


@pytest.mark.parametrize("form", ["half.docx", "half.xlsx"])
def test_the_half_year_form_is_frozen_as_such_and_verifies_by_its_half_year(
    with_half: Year, form: str
) -> None:
    year = with_half
    place = year.folder / form
    refused = run(year, "freeze", year.plan, "--form", place, "-c", year.network)
    assert refused.returncode == 2
    assert "which the facts do not give now" in refused.stderr
    assert "--half-year" in refused.stderr
    freeze(year, form, "--half-year")
    status, said = verified(year, place)
    assert (status, said["same"], said["findings"]) == (0, True, [])
    shown = {one["name"]: one for one in said["cells"]}
    days = shown["rows.days.actual"]
    assert days["printed"] == days["frozen"] == days["recomputed"]
    assert 100 < int(days["printed"].removesuffix("天")) <= 181
    assert shown["rows.days.score"]["frozen"] == shown["rows.days.grade"]["frozen"] == ""
    spoil_outage(year, "07-02", "12-31")
    assert verified(year, place)[0] == 0  # nothing of the other half is looked at
    spoil_outage(year, "01-02", "06-29")
    status, said = verified(year, place)
    assert (status, [rule for rule, _ in errors(said)]) == (1, ["seal-differs"])


def test_an_edited_forecast_of_the_half_year_form_is_named(with_half: Year) -> None:
    freeze(with_half, "half.docx", "--half-year")
    place = with_half.folder / "half.docx"
    document = Document(str(place))
    [cell] = [cell for row in document.tables[1].rows for cell in row.cells if "天（" in cell.text]
    cell.text = "365天"
    document.save(str(place))
    status, said = verified(with_half, place)
    assert status == 1
    [(name, one)] = differing(said).items()
    assert (name, one["printed"], one["why"]) == (one["place"], "365天", "edited in the file")


def test_the_half_year_form_and_the_years_are_approved_each_among_its_own(with_half: Year) -> None:
    year = with_half
    whole = freeze(year)
    half = freeze(year, "half.docx", "--half-year")
    listed = json.loads(run(year, "revisions", "--json").stdout)["revisions"]
    assert [(one["number"], one["months"]) for one in listed] == [(1, None), (2, "1-6")]
    assert run(year, "approve", whole, "--by", "李四").returncode == 0
    alone = run(year, "revisions", "show", half, "--differences")
    assert (alone.returncode, "is the first" in alone.stderr) == (2, True)
    again = freeze(year, "half.docx", "--half-year")
    late = run(year, "approve", half, "--by", "李四")
    assert (late.returncode, "revision 3 was made after" in late.stderr) == (2, True)
    assert run(year, "approve", again, "--by", "李四").returncode == 0
