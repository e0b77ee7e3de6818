"""Facts kept elsewhere: daily logs as an office keeps them, and the history of a real Prometheus."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from collector import entered
from collector.cli import main
from collector.entering import Author, Desk
from collector.judging.window import judgements, period
from collector.ledger.store import Batch
from collector.prometheus_history import Stretch, stretches
from indicators.entered import EnteredFacts
from tests.collector import facts
from tests.collector.facts import S
from tests.collector.judging.weeks import DAY, FIRST, HOUR, SHANGHAI, Weeks, judging, weeks
from tests.exporters.scraping import prometheus
from tests.programs import needed


@pytest.fixture
def of(tmp_path: Path) -> Iterator[Weeks]:
    found = weeks(tmp_path, 0)
    yield found
    found.ledger.close()


def _run(of: Weeks, *words: str, lang: str = "en") -> Result:
    given = ["-c", str(of.data_dir / "network.yaml"), "--data", str(of.data_dir)]
    return CliRunner().invoke(main, [*words, *given], env={"LINEWALKER_LANG": lang})


def _attested(of: Weeks) -> list[tuple[int, int, str]]:
    with of.ledger.reading() as connection:
        found = entered.facts(connection, 0, 1 << 51).attestations
    return [((one.begin // S - FIRST) // HOUR, (one.end // S - FIRST) // HOUR, one.state) for one in found]


def _log(folder: Path, *rows: tuple[str | int, ...]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (("短信平台日报",), ("日期", "发送数", "接收数", "备注"), *rows):
        book.active.append(row)
    place = folder / "短信日志.xlsx"
    book.save(place)
    return place


def test_days_on_which_enough_was_received_are_attested_as_up_the_others_as_down(
    of: Weeks, tmp_path: Path
) -> None:
    log = _log(
        tmp_path,
        ("2026-03-02", "1,000", 990, ""),
        ("2026-03-03", 1000, 1000, ""),
        ("2026/3/4", 1000, 400, "平台故障"),
        ("2026-03-05", 0, 0, "停发"),  # says nothing
        ("2026-03-06", 10, 10, ""),
    )
    words = ["import", "daily", str(log), "--subject", "own", "--signed-by", "甲"]
    shown = _run(of, *words)
    assert shown.exit_code == 0, shown.output
    assert "3 would be entered" in shown.output
    assert _attested(of) == []
    assert "3 entered, 0 were there" in _run(of, *words, "--write").output
    assert "0 entered, 3 were there" in _run(of, *words, "--write").output
    assert _attested(of) == [(0, 48, "up"), (48, 72, "down"), (96, 120, "up")]


def test_everything_that_is_wrong_in_a_log_is_told_with_row_and_column_and_nothing_is_entered(
    of: Weeks, tmp_path: Path
) -> None:
    log = _log(
        tmp_path, ("2026-03-02", 10, 11), ("2026-03-02", 10, 10), ("3月初", 10, 10), ("2026-03-04", "许多", 1)
    )
    told = _run(of, "import", "daily", str(log), "--subject", "own", "--signed-by", "甲", "--write")
    assert told.exit_code == 2
    for place in ("3, column 接收数", "4, column 日期", "5, column 日期", "6, column 发送数"):
        assert f"row {place}: " in told.output
    assert _attested(of) == []


def test_a_log_without_what_tells_how_a_day_was_is_refused(of: Weeks, tmp_path: Path) -> None:
    place = tmp_path / "log.csv"
    place.write_text("日期,发送数\n2026-03-02,10\n", "utf-8")
    told = _run(of, "import", "daily", str(place), "--subject", "own", "--signed-by", "甲")
    assert told.exit_code == 2
    assert "nothing tells how a day was; expected a column 状态, or two, 发送数 and 接收数" in told.output


def test_what_is_attested_settles_only_what_nobody_measured(of: Weeks, tmp_path: Path) -> None:
    check = of.checks["own"]
    of.ledger.write(Batch({"watch": [facts.watch(FIRST, FIRST + 12 * HOUR, reason="stopped")]}))
    down, up = FIRST + 6 * HOUR, FIRST + 7 * HOUR
    runs = [facts.run(check, down, 0), facts.run(check, up, 1)]
    of.ledger.write(Batch({"run": runs}, ends=[facts.end(check, FIRST, down), facts.end(check, down, up)]))
    log = _log(tmp_path, ("2026-03-02", 10, 10, ""))
    words = ["import", "daily", str(log), "--subject", "own", "--signed-by", "甲", "--by", "乙", "--write"]
    assert _run(of, *words).exit_code == 0
    assert _down_and_unknown(of) == (HOUR, 12 * HOUR)  # nobody approved it yet
    _approve(of)
    assert _down_and_unknown(of) == (HOUR, 0)  # the log says up; what was measured down stays down


def _approve(of: Weeks) -> None:
    with of.ledger.reading() as connection:
        ids = [one.id for one in entered.facts(connection, 0, 1 << 51).attestations]
    desk = Desk(of.ledger, "attestation", "", Author("丙", "c", (FIRST + 2 * DAY) * S), "centre")
    for one in ids:
        desk.approve(one, "")


def _down_and_unknown(of: Weeks) -> tuple[int, int]:
    with of.ledger.reading() as connection:
        known: EnteredFacts = entered.facts(connection, 0, 1 << 51)
    with judging(of, FIRST + 2 * DAY, entered=known, amended=True) as case:
        over = period(FIRST * S, (FIRST + DAY) * S, SHANGHAI, (FIRST + 2 * DAY) * S)
        own = [one for one in case.source.roster.by_kind["services"] if one.id == "own"]
        sums = judgements(case, "services", own, over)["business"].sums
    return round(sums.down.sum() / S), round(sums.unknown.sum() / S / 60) * 60


def test_samples_speak_for_one_step_each_and_a_missing_one_for_nothing() -> None:
    samples = [(0.0, 1.0), (60.0, 1.0), (120.0, 0.0), (300.0, 0.0), (360.0, 1.0)]
    assert list(stretches(iter(samples), 60)) == [
        Stretch(0, 120, up=True),
        Stretch(120, 180, up=False),
        Stretch(300, 360, up=False),
        Stretch(360, 420, up=True),
    ]


def _history(folder: Path) -> None:
    """Six hours of probe_success, a sample a minute: down from two to half past, not sampled from four to five."""
    lines = ["# TYPE probe_success gauge"]
    for at in range(FIRST, FIRST + 6 * HOUR, 60):
        hour = (at - FIRST) / HOUR
        if not 4 <= hour < 5:
            lines.append(f'probe_success{{instance="10.2.0.1"}} {0 if 2 <= hour < 2.5 else 1} {at}')
    (folder / "history").write_text("\n".join([*lines, "# EOF", ""]), "utf-8")
    made = [needed("promtool"), "tsdb", "create-blocks-from", "openmetrics", "history", "series"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True, timeout=60)


def test_a_real_prometheus_tells_its_history_and_what_it_did_not_sample_stays_unknown(
    of: Weeks, tmp_path: Path
) -> None:
    folder = tmp_path / "prometheus"
    folder.mkdir()
    _history(folder)
    with prometheus(folder, "http://127.0.0.1:1") as client:
        url = str(client.base_url).removesuffix("/api/v1/")
        query = 'probe_success{instance="10.2.0.1"}'
        words = ["import", "prometheus", url, "--subject", "own", "--query", query, "--signed-by", "甲"]
        span = ["--from", "2026-03-02T00:00", "--to", "2026-03-02T12:00"]
        told = _run(of, *words, *span, "--write")
        wrong = _run(of, *words[:6], "{", *words[7:], *span)
    assert told.exit_code == 0, told.output
    assert wrong.exit_code == 3
    with of.ledger.reading() as connection:
        found = entered.facts(connection, 0, 1 << 51).attestations
    minutes = [((one.begin // S - FIRST) // 60, (one.end // S - FIRST) // 60, one.state) for one in found]
    # Prometheus looks back up to five minutes for a sample: what follows the last one is told for so long.
    assert minutes[:2] == [(0, 120, "up"), (120, 150, "down")]
    assert [state for *_, state in minutes] == ["up", "down", "up", "up"]
    assert 240 <= minutes[2][1] <= 245
    assert minutes[3][0] == 300
    assert found[0].reason == "Prometheus, a sample every 60 s"


def test_a_prometheus_that_cannot_be_reached_is_said(of: Weeks) -> None:
    words = [
        "import",
        "prometheus",
        "http://127.0.0.1:1",
        "--subject",
        "own",
        "--query",
        "up",
        "--signed-by",
        "甲",
    ]
    told = _run(of, *words, "--from", "2026-03-02", "--to", "2026-03-03")
    assert told.exit_code == 3
    assert "does not tell its history" in told.output
