"""`evidence` and `reasons` on a made-up year: what is packed says what the judging commands say, with digests."""

import csv
import hashlib
import io
import json
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn

from tests.practice import EXAMPLES, linewalker
from tests.programs import needed

EXAMPLE = EXAMPLES / "hainan-commerce-info-centre-2018"
YEAR = ("--from", "2025-01-01", "--to", "2026-01-01")
Command = Callable[..., subprocess.CompletedProcess[str]]
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plan of 2025, its network, and the ledger of a made-up year."""
    folder = tmp_path_factory.mktemp("evidence")
    copytree(EXAMPLE, folder, dirs_exist_ok=True)
    plan = (folder / "plan-next.yaml").read_text("utf-8")
    (folder / "plan.yaml").write_text(plan.replace("year: 2026", "year: 2025"), "utf-8")
    made = linewalker("lab", "year", "-c", "network.yaml", "--year", "2025", "--data", "facts", cwd=folder)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="module")
def run(place: Path) -> Command:
    """A command in that folder."""

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        return linewalker(*words, "--data", "facts", cwd=place)

    return command


@pytest.fixture(scope="module")
def packed(place: Path, run: Command) -> zipfile.ZipFile:
    """The evidence in Chinese, as the office gets it."""
    made = linewalker("evidence", "plan.yaml", "-o", "all.zip", "--data", "facts", lang="zh", cwd=place)
    assert made.returncode == 0, made.stderr
    return zipfile.ZipFile(place / "all.zip")


def rows_of(packed: zipfile.ZipFile, name: str) -> Rows:
    return list(csv.DictReader(io.StringIO(packed.read(name).decode("utf-8-sig"))))


def of_all_lines(rows: Rows) -> Rows:
    return [one for one in rows if (one["kind"], one["group"], one["view"]) == ("circuits", "all", "line")]


def judged(run: Command, command: str, *words: str) -> list[dict[str, Any]]:
    done = run(command, *YEAR, "--json", *words)
    assert done.returncode == 0, done.stderr
    name = {"outages": "outages", "days": "days", "indicators": "measures"}[command]
    found: list[dict[str, Any]] = json.loads(done.stdout)[name]
    return found


def test_its_outages_are_those_that_the_command_lists(run: Command, packed: zipfile.ZipFile) -> None:
    circuits = {one["id"] for one in json.loads(run("circuits", "--json").stdout)["circuits"]}
    listed = [one for one in judged(run, "outages", "--view", "line") if one["subject"] in circuits]
    told = of_all_lines(rows_of(packed, "数据/outages.csv"))
    assert len(told) == len(listed) > 100
    columns = ("subject", "start", "start_after", "start_before", "end", "end_before", "reason", "fault")
    assert {tuple(one[name] for name in columns) for one in told} == {
        tuple(one[name] or "" for name in columns) for one in listed
    }
    assert sum(float(one["seconds"]) for one in told) == pytest.approx(sum(one["seconds"] for one in listed))


def test_its_days_are_those_that_the_command_lists(run: Command, packed: zipfile.ZipFile) -> None:
    listed = [
        one
        for one in judged(run, "days")
        if (one["kind"], one["subject"], one["view"]) == ("circuits", "all", "line")
    ]
    told = of_all_lines(rows_of(packed, "数据/days.csv"))
    assert len(told) == len(listed) == 365
    for one, other in zip(told, listed, strict=True):
        assert (one["day"], one["verdict"]) == (other["day"], other["verdict"])
        assert float(one["down_seconds"]) == pytest.approx(other["down_seconds"])


def test_its_measures_are_those_of_indicators(run: Command, packed: zipfile.ZipFile) -> None:
    known = {
        (one["indicator"], one["kind"], one["subject"], one["view"]): one
        for one in judged(run, "indicators")
        if one["basis"] == "measured"
    }
    told = rows_of(packed, "数据/measures.csv")
    assert {one["row"] for one in told} >= {"lines", "faults", "system-outages"}
    for one in told:
        other = known[one["indicator"], one["kind"], one["subject"], one["view"]]
        for end in ("value", "lower", "upper", "coverage"):
            assert one[end] == ("" if other[end] is None else str(other[end]))
        assert one["policy"] == other["policy"]


def test_its_faults_and_its_unknown_time_add_up_to_the_evidence_of_the_figures(
    run: Command, packed: zipfile.ZipFile
) -> None:
    known = {
        one["indicator"]: one["evidence"]
        for one in judged(run, "indicators")
        if (one["kind"], one["subject"], one["view"]) == ("circuits", "all", "line")
    }
    verdicts = Counter(one["verdict"] for one in of_all_lines(rows_of(packed, "数据/faults.csv")))
    restored = known["restored_within"]
    assert verdicts["in time"] == restored["good"] > 10
    assert verdicts["too late"] == restored["bad"] > 0
    assert verdicts["undecided"] == restored["undecided"]
    unknown = of_all_lines(rows_of(packed, "数据/unknown.csv"))
    assert sum(float(one["seconds"]) for one in unknown) == pytest.approx(
        known["availability"]["unknown_seconds"]
    )


def test_every_file_has_its_digest_and_the_whole_is_the_same_bytes_again(
    place: Path, run: Command, packed: zipfile.ZipFile
) -> None:
    lines = packed.read("SHA256SUMS").decode().splitlines()
    sums = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    assert {*sums, "SHA256SUMS"} == {*packed.namelist()}
    for name, digest in sums.items():
        assert hashlib.sha256(packed.read(name)).hexdigest() == digest
    assert {one.date_time for one in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    again = linewalker("evidence", "plan.yaml", "-o", "again.zip", "--data", "facts", lang="zh", cwd=place)
    assert again.returncode == 0, again.stderr
    assert (place / "again.zip").read_bytes() == (place / "all.zip").read_bytes()
    assert packed.read("计划与口径/plan.yaml") == (place / "plan.yaml").read_bytes()
    assert "绩效评价佐证材料" in packed.read("说明.txt").decode()


def test_the_heat_map_has_a_coloured_cell_for_every_day(place: Path, packed: zipfile.ZipFile) -> None:
    document = Document(io.BytesIO(packed.read("02-证据附件.docx")))
    maps = [one for one in document.tables if len(one.columns) == 32]
    parts = {(one["kind"], one["group"], one["view"]) for one in rows_of(packed, "数据/days.csv")}
    assert len(maps) == len(parts)
    verdicts = Counter(one["verdict"] for one in of_all_lines(rows_of(packed, "数据/days.csv")))
    fills = [Counter(one.get(qn("w:fill")) for one in map_._tbl.iter(qn("w:shd"))) for map_ in maps]
    wanted = (verdicts["normal"], verdicts["not normal"], verdicts["undecided"])
    assert wanted in [(one["C6E0B4"], one["E06666"], one["FFD966"]) for one in fills]
    assert all(one["C6E0B4"] + one["E06666"] + one["FFD966"] + one["D9D9D9"] == 365 for one in fills)


def test_the_report_has_the_chapters_of_its_form_and_marks_where_people_have_to_write(
    packed: zipfile.ZipFile,
) -> None:
    document = Document(io.BytesIO(packed.read("01-绩效自评报告.docx")))
    chapters = [one.text for one in document.paragraphs if one.style and one.style.name == "Heading 1"]
    assert [one[:2] for one in chapters] == ["一、", "二、", "三、", "四、", "五、", "六、", "七、"]
    places = [one for one in document.paragraphs if any(run.font.highlight_color for run in one.runs)]
    assert places
    assert all(one.text.startswith("【") and one.text.endswith("】") for one in places)
    given = next(one.text for one in document.paragraphs if "95198" in one.text)
    assert "实际完成" not in given
    assert any("由电子口岸监管科在 2027-01-10 前提供" in one.text for one in places)


def test_pages_are_printed_and_nothing_is_cut_off_them(place: Path, packed: zipfile.ZipFile) -> None:
    soffice, pdftotext = needed("soffice"), needed("pdftotext")
    for name in ("01-绩效自评报告", "02-证据附件"):
        (place / f"{name}.docx").write_bytes(packed.read(f"{name}.docx"))
        profile = f"-env:UserInstallation={(place / 'office').as_uri()}"
        subprocess.run(
            [soffice, profile, "--headless", "--convert-to", "pdf", f"{name}.docx"],
            cwd=place,
            check=True,
            timeout=240,
            capture_output=True,
        )
        text = subprocess.run(
            [pdftotext, "-layout", f"{name}.pdf", "-"], cwd=place, check=True, timeout=60, capture_output=True
        ).stdout.decode()
        pages = text.split("\f")
        assert 3 <= len(pages) <= 120
        assert "�" not in text
        # Lines of the ledger come out whole: an outage with both of its moments on one line.
        if name.startswith("02"):
            some = of_all_lines(rows_of(packed, "数据/faults.csv"))
            late = [one for one in some if one["verdict"] == "too late"]
            clock = max(late, key=lambda one: float(one["clock_seconds"]))
            assert clock["start"][:19].replace("T", " ") in text


def test_a_file_that_is_there_is_kept_unless_it_is_forced(place: Path, run: Command) -> None:
    (place / "mine.zip").write_text("mine")
    refused = run("evidence", "plan.yaml", "-o", "mine.zip")
    assert refused.returncode == 2
    assert refused.stderr == "mine.zip exists already; choose another name, or overwrite it with --force\n"
    assert (place / "mine.zip").read_text() == "mine"
    assert run("evidence", "plan.yaml", "-o", "mine.zip", "--force").returncode == 0
    assert zipfile.is_zipfile(place / "mine.zip")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--year", "2024", "-o", "x.zip"], "plan.yaml is the plan of 2025, not of 2024"),
        (["-o", "x.rar"], "x.rar is neither .zip nor .docx; expected the evidence or the annex alone"),
        (["-o", "none/x.zip"], "there is no folder none for x.zip"),
    ],
)
def test_what_cannot_be_packed_is_said_in_one_sentence(
    words: list[str], says: str, place: Path, run: Command
) -> None:
    refused = run("evidence", "plan.yaml", *words)
    assert refused.returncode == 2
    assert says in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not [one for one in place.iterdir() if one.name.startswith(("x.", ".")) or one.suffix == ".part"]


def test_the_annex_alone_is_a_word_file(place: Path, run: Command) -> None:
    assert run("evidence", "plan.yaml", "-o", "annex.docx").returncode == 0
    document = Document(str(place / "annex.docx"))
    assert document.paragraphs[0].text == "Evidence annex: 信息系统运行维护 2025"


def test_a_form_is_written_with_the_evidence_behind_it(place: Path, run: Command) -> None:
    made = run("evaluate", "plan.yaml", "-o", "form.docx", "--annex", "--draft")
    assert made.returncode == 0, made.stderr
    document = Document(str(place / "form.docx"))
    titles = [one.text for one in document.paragraphs if one.style and one.style.name == "Title"]
    assert titles[-1] == "Evidence annex: 信息系统运行维护 2025"
    assert [one for one in document.tables if len(one.columns) == 32]
    first, last = document.sections[0], document.sections[-1]
    assert (first.page_width or 0) < (first.page_height or 0)
    assert (last.page_width or 0) > (last.page_height or 0)
    refused = run("evaluate", "plan.yaml", "-o", "form.xlsx", "--annex", "--draft")
    assert (refused.returncode, refused.stderr) == (2, "form.xlsx: --annex is written as .docx or .pdf\n")


def test_the_evidence_behind_a_form_of_half_a_year_is_of_that_half_year(place: Path, run: Command) -> None:
    made = run("evaluate", "plan.yaml", "-o", "half.docx", "--half-year", "--annex")
    assert made.returncode == 0, made.stderr
    said = [one.text for one in Document(str(place / "half.docx")).paragraphs]
    [period] = [one for one in said if one.startswith("period: ")]
    assert period == "period: 2025-01-01 00:00 until 2025-07-01 00:00, Asia/Shanghai"


def test_the_evidence_of_a_row_with_a_policy_of_its_own_is_judged_by_that_policy(
    place: Path, run: Command
) -> None:
    (place / "own.yaml").write_text("confirm_down: 1h\n")
    text = (place / "plan.yaml").read_text("utf-8")
    asked = "{indicator: fault_rate, view: line"
    assert f"{asked}}}" in text
    (place / "by-own.yaml").write_text(text.replace(asked, f"{asked}, policy: own.yaml"), "utf-8")
    assert run("evidence", "by-own.yaml", "-o", "by-own.zip").returncode == 0
    with zipfile.ZipFile(place / "by-own.zip") as made:
        [faults] = [one for one in rows_of(made, "数据/measures.csv") if one["row"] == "faults"]
        outages = of_all_lines(rows_of(made, "数据/outages.csv"))
        assert f"计划与口径/口径-{faults['policy'][:16]}.json" in made.namelist()
    told = [(one["subject"], one["start"]) for one in outages if one["policy"] == faults["policy"]]
    circuits = {one["id"] for one in json.loads(run("circuits", "--json").stdout)["circuits"]}
    listed = judged(run, "outages", "--view", "line", "--policy", str(place / "own.yaml"))
    assert told == [(one["subject"], one["start"]) for one in listed if one["subject"] in circuits]
    assert 0 < len(told) < len(outages) - len(told)  # the others are those of the network's own policy


def test_a_reason_is_a_proposal_until_somebody_accepts_it(place: Path, run: Command) -> None:
    before = {one["row"]: one for one in json.loads(run("reasons", "plan.yaml", "--json").stdout)["reasons"]}
    proposal = before["lines"]["proposal"]
    assert proposal
    assert before["lines"]["reason"] is None
    assert "helpdesk" not in before  # nothing is proposed of what people give
    accepted = run("reasons", "plan.yaml", "--accept", "lines", "--by", "王工")
    assert accepted.returncode == 0, accepted.stderr
    after = {one["row"]: one for one in json.loads(run("reasons", "plan.yaml", "--json").stdout)["reasons"]}
    assert after["lines"]["reason"] == proposal
    assert (after["lines"]["recorded_by"], after["lines"]["proposal"]) == ("王工", None)
    again = run("reasons", "plan.yaml", "--accept", "lines", "--says", "运营商割接未及时通知", "--by", "李工")
    assert again.returncode == 0, again.stderr
    kept = json.loads(run("records", "manual-value", "--history", "--json").stdout)["manual_values"]
    told = [(one["value"], one["recorded_by"]) for one in kept if one["name"] == "rows.lines.reason"]
    assert sorted(told) == sorted([(proposal, "王工"), ("运营商割接未及时通知", "李工")])
    assert run("evaluate", "plan.yaml", "-o", "reasoned.docx", "--annotated", "--draft").returncode == 0
    refused = run("reasons", "plan.yaml", "--accept", "line")
    assert refused.returncode == 2
    assert refused.stderr.startswith("there is no row line in the plan; expected one of lines, bandwidth")


def test_a_proof_is_packed_and_one_that_was_changed_is_told_of(place: Path, run: Command) -> None:
    proof = "线路正常\n" * 150_000
    (place / "值班日志.txt").write_text(proof, "utf-8")
    circuits = json.loads(run("circuits", "--json").stdout)["circuits"]
    entered = run(
        "records", "attestation", "add", "--circuit", circuits[0]["id"], "--from", "2025-03-01T00:00", "--to",
        "2025-03-01T01:00", "--state", "up", "--origin", "duty-log", "--reference", "值班日志", "--signed-by", "甲",
        "--file", "值班日志.txt", "--by", "乙",
    )  # fmt: skip
    assert entered.returncode == 0, entered.stderr
    assert run("evidence", "plan.yaml", "-o", "proved.zip").returncode == 0
    with zipfile.ZipFile(place / "proved.zip") as packed:
        name = next(one for one in packed.namelist() if one.startswith("佐证/"))
        assert name.endswith("-值班日志.txt")
        assert packed.read(name).decode() == proof
    large = run("evidence", "plan.yaml", "-o", "large.zip", "--most", "2")
    assert large.returncode == 2
    assert "more than the 2 MB it may have; allow more with --most" in large.stderr
    assert not (place / "large.zip").exists()
    assert run("evidence", "plan.yaml", "-o", "large.zip", "--most", "2", "--without-proofs").returncode == 0
    digest = hashlib.sha256(proof.encode()).hexdigest()
    copy = place / "facts" / "proofs" / digest
    copy.chmod(0o644)
    copy.write_text("线路中断", "utf-8")
    told = run("evidence", "plan.yaml", "-o", "doubted.zip")
    assert told.returncode == 1
    assert "the copy of 值班日志.txt is changed" in told.stderr
    with zipfile.ZipFile(place / "doubted.zip") as packed:
        assert not [one for one in packed.namelist() if one.startswith("佐证/")]
        assert "the copy was changed and proves nothing" in packed.read("说明.txt").decode()


def test_a_figure_that_papers_alter_is_printed_twice(place: Path, run: Command) -> None:
    system = "duty-free-platform"
    entered = run(
        "records", "attestation", "add", "--circuit", system, "--from", "2025-01-01T00:00", "--to",
        "2026-01-01T00:00", "--state", "up", "--origin", "system-log", "--reference", "日志", "--signed-by", "甲",
        "--by", "乙",
    )  # fmt: skip
    assert entered.returncode == 0, entered.stderr
    kept = json.loads(run("records", "attestation", "--json").stdout)["attestations"]
    mine = next(one["id"] for one in kept if one["subject"] == system)
    assert run("records", "attestation", "approve", mine, "--by", "丙").returncode == 0
    assert run("evidence", "plan.yaml", "-o", "amended.docx").returncode == 0
    lines = {
        row.cells[0].text: row.cells[-1].text
        for table in Document(str(place / "amended.docx")).tables
        for row in table.rows
        if table.rows[0].cells[1].text.startswith("downtime rate")
    }
    measured, amended = (
        next(
            one
            for one in judged(run, "indicators", "--group", "system")
            if (one["indicator"], one["view"], one["basis"]) == ("downtime_rate", "business", basis)
        )
        for basis in ("measured", "amended")
    )
    assert measured["upper"] > amended["upper"]
    upper = {name: float(text.split("…")[1].strip(" %")) for name, text in _brackets(lines).items()}
    assert upper["bracket"] == pytest.approx(amended["upper"] * 100, abs=0.011)
    assert upper["measured alone"] == pytest.approx(measured["upper"] * 100, abs=0.011)


def _brackets(lines: dict[str, str]) -> dict[str, str]:
    """The row's bracket stands in the second half of the line of its value."""
    return {"bracket": lines["value"], "measured alone": lines["measured alone"]}
