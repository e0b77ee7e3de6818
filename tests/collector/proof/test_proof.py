"""From a made-up year to a frozen form and back: same where nothing was touched, and named where anything was."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from collector.ledger.store import Batch, Life
from exporters.forms.places import read
from tests.collector.proof import forms
from tests.collector.proof.commands import changed, differing, errors, freeze, run, verified
from tests.collector.proof.forms import YEAR, Year
from tests.practice import linewalker


@pytest.mark.parametrize("form", ["form.docx", "form.xlsx", "own.docx", "own.xlsx"])
def test_a_form_is_frozen_approved_by_a_second_person_and_verifies_as_the_same(year: Year, form: str) -> None:
    before = read(year.folder / form).texts
    code = freeze(year, form)
    assert read(year.folder / form).texts == before
    refused = run(year, "approve", code, "--by", "张三")
    assert (refused.returncode, "second person" in refused.stderr) == (2, True)
    assert run(year, "approve", code, "--by", "李四").returncode == 0
    assert run(year, "approve", code, "--by", "王五").returncode == 2
    status, said = verified(year, year.folder / form)
    assert (status, said["same"], said["state"], said["findings"]) == (0, True, "frozen", [])
    shown = {one["name"]: one for one in said["cells"]}
    actual = shown["rows.outages.actual"]
    assert actual["printed"] == actual["frozen"] == actual["recomputed"] == "0.63%"
    assert shown["rows.outages.grade"]["printed"] == "优"
    assert shown["rows.outages.measure"]["verdict"] == "same"
    checked = run(year, "ledger", "check")
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    [listed] = json.loads(run(year, "revisions", "--json").stdout)["revisions"]
    assert (listed["number"], listed["code"], listed["state"]) == (1, code, "frozen")
    assert (listed["recorded_by"], listed["approved_by"]) == ("张三", "李四")


def test_the_code_stands_in_the_footer_and_takes_the_place_of_an_earlier_one(year: Year) -> None:
    for number in (1, 3):
        code = freeze(year)
        below = Document(str(year.folder / "form.docx")).sections[0].footer
        said = [one.text for one in below.paragraphs if one.text.strip()]
        assert said == [f"revision {number} · check code {code}"]
        assert "PAGE" in below._element.xml  # the number of the page stays
        code = freeze(year, "form.xlsx")
        book = load_workbook(year.folder / "form.xlsx")
        footer = book.worksheets[0].oddFooter
        assert footer is not None
        assert (footer.center.text, footer.right.text) == ("&P", f"revision {number + 1} · check code {code}")
        book.close()


def test_one_cell_edited_in_a_word_file_is_named(year: Year) -> None:
    freeze(year)
    place = year.folder / "form.docx"
    document = Document(str(place))
    cells = [cell for row in document.tables[0].rows for cell in row.cells if cell.text == "0.63%"]
    cells[0].text = "0.36%"
    document.paragraphs[1].text = "项目：另一个项目"
    document.save(str(place))
    status, said = verified(year, place)
    found = differing(said)
    assert status == 1
    assert found.keys() == {"rows.outages.actual", "paragraph 2"}
    one = found["rows.outages.actual"]
    assert (one["printed"], one["frozen"], one["recomputed"]) == ("0.36%", "0.63%", "0.63%")
    assert one["why"] == "edited in the file"
    assert one["place"] == "table 1 row 4 column 8"
    assert errors(said) == []


def test_one_cell_edited_in_a_workbook_is_named(year: Year) -> None:
    freeze(year, "form.xlsx")
    place = year.folder / "form.xlsx"
    book = load_workbook(place)
    sheet = book.worksheets[0]
    [cell] = [cell for row in sheet.iter_rows() for cell in row if cell.value == "0.63%"]
    cell.value, cell.number_format = 0.0036, "0.00%"
    sheet["Z1"] = "补充"
    book.save(place)
    book.close()
    status, said = verified(year, place)
    found = differing(said)
    assert (status, set(found)) == (1, {"rows.outages.actual", f"{sheet.title}!Z1"})
    assert found["rows.outages.actual"]["printed"] == "0.36%"


def test_one_changed_fact_is_named_with_its_day_and_what_it_does(year: Year) -> None:
    freeze(year)
    with closing(sqlite3.connect(year.data / "ledger.sqlite")) as connection:
        [check, at, end] = connection.execute(
            'SELECT r."check", r.started_at, r.ended_at FROM run r JOIN "check" c ON c.id = r."check"'
            " WHERE c.kind = 'system' AND outcome = 0 ORDER BY r.ended_at - r.started_at DESC LIMIT 1"
        ).fetchone()
    changed(year, 'UPDATE run SET outcome = 1 WHERE "check" = ? AND started_at = ?', check, at)
    status, said = verified(year, year.folder / "form.docx")
    found = differing(said)
    assert status == 1
    assert end - at > 3600e6
    actual = found["rows.outages.actual"]
    assert actual["printed"] == actual["frozen"] == "0.63%" != actual["recomputed"]
    [(rule, place)] = errors(said)
    assert (rule, place.split()[1]) == ("seal-differs", "run")
    assert place.split()[0] in actual["why"]
    assert found.keys() == {"rows.outages.actual", "rows.outages.measure"}


def test_a_changed_fact_that_changes_no_value_is_caught_all_the_same(year: Year) -> None:
    freeze(year)
    changed(year, "UPDATE run SET reason = 'x' WHERE rowid = (SELECT min(rowid) FROM run WHERE outcome = 0 AND"
            " started_at > (SELECT min(started_at) FROM seal))")  # fmt: skip
    status, said = verified(year, year.folder / "form.docx")
    assert (status, [rule for rule, _ in errors(said)]) == (1, ["seal-differs"])


def test_a_form_that_shows_what_the_facts_do_not_give_is_not_frozen(year: Year) -> None:
    place = year.folder / "form.docx"
    document = Document(str(place))
    next(cell for row in document.tables[0].rows for cell in row.cells if cell.text == "0.63%").text = "0.1%"
    document.save(str(place))
    before = place.read_bytes()
    done = run(year, "freeze", year.plan, "--form", place, "-c", year.network)
    assert done.returncode == 2
    assert "shows 0.1% for rows.outages.actual" in done.stderr
    assert place.read_bytes() == before
    assert json.loads(run(year, "revisions", "--json").stdout) == {"revisions": []}


POLICY = """\
name: 县局口径
confirm_down: {}
adoption: {{document: 琼商信〔2024〕1号, approver: 李四, date: 2024-12-01}}
"""


@pytest.fixture
def with_policy(year: Year) -> Year:
    """The same with a policy of the row's own."""
    (year.folder / "policy.yaml").write_text(POLICY.format("30s"), "utf-8")
    text = year.plan.read_text("utf-8")
    year.plan.write_text(text.replace("view: business}", "view: business, policy: policy.yaml}"), "utf-8")
    forms.built_in(year.filled(), year.folder / "form.docx")
    return year


def test_a_changed_policy_is_named_and_a_second_revision_tells_what_it_changes(with_policy: Year) -> None:
    year = with_policy
    first = freeze(year)
    shutil.copy(year.folder / "form.docx", year.folder / "first.docx")
    (year.folder / "policy.yaml").write_text(POLICY.format("3h"), "utf-8")
    assert verified(year, year.folder / "form.docx")[0] == 0
    status, said = verified(year, year.folder / "form.docx", "--plan", year.plan, "-c", year.network)
    assert (status, errors(said)) == (1, [("basis-differs", "policy policy.yaml")])
    forms.built_in(year.filled(), year.folder / "form.docx")
    second = freeze(year)
    assert second != first
    done = run(year, "revisions", "show", second, "--differences", "--json")
    found = {one["name"]: one for one in json.loads(done.stdout)["differences"]}
    assert {"policy policy.yaml", "rows.outages.actual", "rows.outages.measure"} <= found.keys()
    assert found["rows.outages.actual"]["before"] == "0.63%" != found["rows.outages.actual"]["after"]
    for form in ("first.docx", "form.docx"):
        assert verified(year, year.folder / form)[0] == 0
    late = run(year, "approve", first, "--by", "李四")
    assert (late.returncode, "revision 2 was made after" in late.stderr) == (2, True)


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("UPDATE revision SET content = replace(content, '0.63%', '0.13%')", "revision-code"),
        ("UPDATE revision SET texts = replace(texts, '30.0', '90.0')", "revision-text"),
        ("UPDATE revision SET recorded_by = '王五'", "revision-row"),
        ("UPDATE seal SET chain = 'x' || substr(chain, 2) WHERE place = 7", "seal-broken-chain"),
    ],
)
def test_what_is_changed_in_the_ledger_behind_a_revision_is_named(
    with_policy: Year, sql: str, rule: str
) -> None:
    year = with_policy
    freeze(year)
    changed(year, sql)
    status, said = verified(year, year.folder / "form.docx")
    assert (status, rule in [found for found, _ in errors(said)]) == (1, True)


def test_facts_that_come_late_make_a_second_revision_and_the_first_stays_as_it_was(year: Year) -> None:
    first = freeze(year)
    shutil.copy(year.folder / "form.docx", year.folder / "first.docx")
    gap = fill_a_gap(year)
    status, said = verified(year, year.folder / "first.docx")
    assert (status, said["same"]) == (0, True)
    forms.built_in(year.filled(), year.folder / "form.docx")
    second = freeze(year)
    differences = json.loads(run(year, "revisions", "show", second, "--differences", "--json").stdout)
    assert "rows.outages.measure" in [one["name"] for one in differences["differences"]]
    status, said = verified(year, year.folder / "first.docx")
    assert (status, differing(said), said["code"]) == (0, {}, first)
    told = [(one["rule"], one["place"]) for one in said["findings"]]
    assert ("later-facts", gap) in told
    assert ("later-value", "rows.outages.measure") in told


def test_what_people_sign_later_makes_a_second_revision_and_is_not_read_for_the_first(year: Year) -> None:
    freeze(year)
    shutil.copy(year.folder / "form.docx", year.folder / "first.docx")
    entered = run(
        year, "records", "attestation", "add", "--circuit", "portal", "--from", f"{YEAR}-01-01 00:00",
        "--to", f"{YEAR}-12-31 24:00", "--state", "up", "--origin", "duty-log", "--reference", "值班日志",
        "--signed-by", "赵六", "--by", "张三", "-c", year.network,
    )  # fmt: skip
    assert entered.returncode == 0, entered.stderr
    id_ = json.loads(run(year, "records", "attestation", "--json").stdout)["attestations"][0]["id"]
    approved = run(year, "records", "attestation", "approve", id_, "--by", "李四")
    assert approved.returncode == 0, approved.stderr
    status, said = verified(year, year.folder / "first.docx")
    assert (status, differing(said)) == (0, {})
    later = [one for one in said["findings"] if one["rule"] == "later-entry"]
    assert [one["severity"] for one in later] == ["info", "info"]
    assert id_ in later[0]["message"]
    assert "later-value" in [one["rule"] for one in said["findings"]]
    forms.built_in(year.filled(), year.folder / "form.docx")
    second = freeze(year)
    shown = json.loads(run(year, "revisions", "show", second, "--differences", "--json").stdout)[
        "differences"
    ]
    assert "rows.outages.measure" in [one["name"] for one in shown]
    assert verified(year, year.folder / "form.docx")[1]["findings"] == []


def fill_a_gap(year: Year) -> str:
    """Write, as a spool that comes late would, that the longest gap of watching systems was watched; its day."""
    with closing(sqlite3.connect(year.data / "ledger.sqlite")) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT * FROM watch ORDER BY round, started_at")]
    pairs = [
        (two["started_at"] - one["ended_at"], one, two)
        for one, two in pairwise(rows)
        if one["round"] == two["round"] and "http" in one["round"]
    ]
    _, one, two = max(pairs, key=lambda pair: pair[0])
    late = {**one, "started_at": one["ended_at"], "ended_at": two["started_at"], "reason": "stopped"}
    with year.opened() as ledger, ledger.reading() as connection_:
        day = connection_.exec_driver_sql(
            f"SELECT date(started_at / 1000000 + 28800, 'unixepoch') FROM seal"
            f" WHERE started_at <= {late['started_at']}"
            f" AND ended_at > {late['started_at']}"
        ).scalar_one()
        ledger.begin(Life(collector="main", vantage=one["vantage"], version="1", now=late["ended_at"] / 1e6))
        ledger.write(Batch({"watch": [{k: v for k, v in late.items() if k not in ("incarnation", "seq")}]}))
    return str(day)


def test_a_form_verifies_on_a_restored_backup_elsewhere_without_any_yaml(year: Year, tmp_path: Path) -> None:
    code = freeze(year)
    assert run(year, "approve", code, "--by", "李四").returncode == 0
    backup = tmp_path / "copy.sqlite"
    assert run(year, "backup", "-o", backup, "-c", year.network).returncode == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(year.folder / "form.docx", elsewhere)
    away = shutil.copytree(year.folder, tmp_path / "gone")
    shutil.rmtree(year.folder)
    restored = linewalker(
        "restore", backup, "--data", elsewhere / "data", "-c", away / "network.yaml", cwd=elsewhere
    )
    assert restored.returncode == 0, restored.stderr
    shutil.rmtree(away)
    done = linewalker("verify", "form.docx", "--json", "--data", "data", cwd=elsewhere)
    assert done.returncode == 0, done.stderr + done.stdout
    assert json.loads(done.stdout)["state"] == "frozen"
    assert sorted(one.name for one in elsewhere.iterdir()) == ["data", "form.docx"]


def test_a_scan_is_filed_and_kept_and_the_form_can_be_had_again(year: Year) -> None:
    code = freeze(year)
    scan = year.folder / "scan.pdf"
    scan.write_bytes(b"%PDF-1.4 stamped")
    assert run(year, "revisions", "file", "1", scan, "--note", "盖章扫描件").returncode == 0
    [listed] = json.loads(run(year, "revisions", "--json").stdout)["revisions"]
    assert listed["files"] == 1
    saved = year.folder / "again.docx"
    assert run(year, "revisions", "show", code, "--save", saved).returncode == 0
    assert saved.read_bytes() == (year.folder / "form.docx").read_bytes()
    assert len(list((year.data / "proofs").iterdir())) == 2
    assert verified(year, "--revision", "1")[0] == 0
    assert run(year, "revisions", "show", code, "--save", saved).returncode == 2


def test_the_tamper_check_fails_once_the_content_is_another(year: Year) -> None:
    key = year.folder / "office.key"
    assert linewalker("key", "new", key).returncode == 0
    assert key.stat().st_mode & 0o777 == 0o600
    assert linewalker("key", "new", key).returncode == 2
    freeze(year, "form.docx", "--key", key)
    assert verified(year, year.folder / "form.docx")[0] == 0
    changed(year, "UPDATE revision SET content = replace(content, '0.63%', '0.13%')")
    status, said = verified(year, year.folder / "form.docx")
    assert status == 1
    assert {"revision-code", "revision-signature"} <= {rule for rule, _ in errors(said)}


KILLED = """
import os, signal, sys
import collector.proof.freezing as freezing
from collector.cli import main
where, after = {target}, {after!r}
right = getattr(where, {name!r})
def deadly(*words, **more):
    if after:
        right(*words, **more)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(where, {name!r}, deadly)
main()
"""


@pytest.mark.parametrize(
    ("target", "name", "after", "made"),
    [
        ("freezing", "stamp", False, 0),
        ("freezing", "stamp", True, 0),
        ("freezing.proofs", "keep", True, 0),
        ("freezing.revisions", "add", False, 0),
        ("freezing.revisions", "add", True, 1),
    ],
)
def test_killed_while_freezing_nothing_is_half(
    year: Year, target: str, name: str, after: bool, made: int
) -> None:
    place = year.folder / "form.docx"
    before = place.read_bytes()
    program = KILLED.format(target=target, name=name, after=after)
    words: list[str | Path] = ["freeze", year.plan, "--form", place, "-c", year.network, "--data", year.data]
    done = subprocess.run([sys.executable, "-c", program, *words], env=os.environ, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert place.read_bytes() == before
    listed = json.loads(run(year, "revisions", "--json").stdout)["revisions"]
    assert len(listed) == made
    for one in listed:
        saved = year.folder / "saved.docx"
        assert run(year, "revisions", "show", one["code"], "--save", saved).returncode == 0
        assert verified(year, saved)[0] == 0
    freeze(year)
    assert verified(year, place)[0] == 0
    assert list(year.folder.glob(".*freezing*")) == []


def refusals(year: Year) -> Iterator[tuple[list[str | Path], str]]:
    broken = year.folder / "broken.docx"
    broken.write_bytes(b"PK\x03\x04 no more")
    scan = year.folder / "form.pdf"
    scan.write_bytes(b"%PDF-1.4")
    yield ["verify", broken], "cannot be read as a docx file"
    yield ["verify", scan], "expected the .docx or .xlsx it was made from"
    yield ["verify", year.folder / "missing.docx"], "there is no file"
    yield ["verify", year.folder / "form.docx"], "bears no check code"
    yield ["verify"], "nothing to verify"
    yield ["approve", "7K3P-09QX-M2TD", "--by", "李四"], "there is no revision 7K3P-09QX-M2TD"
    frozen: list[str | Path] = ["freeze", year.plan, "-c", year.network, "--form", year.folder / "form.docx"]
    yield [*frozen, "--year", "2024"], "is a plan of 2025; expected one of 2024"
    yield [*frozen, "--key", year.plan], "holds no Ed25519 key"


def test_what_cannot_be_used_is_refused_in_one_sentence(year: Year) -> None:
    for words, said in refusals(year):
        done = run(year, *words)
        assert (done.returncode, said in done.stderr, done.stderr.count("\n")) == (2, True, 1), done.stderr
