"""What a year's form costs: the largest example, and a plan over ten thousand circuits; the first time and again."""

import datetime as dt
import tempfile
from pathlib import Path

from bench import account
from bench.account import Spent
from bench.section import Goal, Section

_EXAMPLE = account.ROOT / "config" / "examples" / "hainan-transport-fees-2020"
_CIRCUITS, _RUNS = 10_000, 1_000_000
_HOW = """\
`linewalker evaluate PLAN -o FILE.docx` as it is typed, Python's own start among it. *S0*: the plan of the largest
example, {rows} rows, over a made-up year of all its lines, devices and systems. *10,000 circuits*: five measured rows
over the ledger of *Judging a year*. *First*: every day is judged from the ledger; *again*: closed days are kept."""
_LIMITS = """\
**What limits it.** Of S0 much is the start: Python reading its packages. Of ten thousand circuits nearly all is
judging, see there. No peer fills such forms."""
_PLAN = """\
project: {{name: 专线租赁, unit: 测试单位, department: 主管部门, year: {year}}}
profile: mof-2020
network: network.yaml
weights: [{{level1: 产出指标, weight: 90}}]
money: [{{id: total, name: 年度资金总额, budget: 100, spent: 100, weight: 10}}]
rows:
"""
_ROW = """\
  - {{id: {name}, level1: 产出指标, level2: 质量指标, level3: {name}, target: {target}, direction: {way}, weight: 18,
     measure: {{indicator: {indicator}, of: circuits, view: line}}}}
"""
_ROWS = (
    ("availability", "≥99.9%", "positive"),
    ("fault_rate", "≤1%", "reverse"),
    ("normal_days", "≥360天", "positive"),
    ("restored_within", "≥95%", "positive"),
    ("clean_lines", "≥90%", "positive"),
)


def section() -> Section:
    """Write the ledgers, fill the plans."""
    with tempfile.TemporaryDirectory() as folder:
        small, rows = _example(Path(folder, "small"))
        large = _province(Path(folder, "large"))
    found = [("S0", small), (f"{_CIRCUITS:,} circuits", large)]
    table = [
        (f"{name}, {which}", f"{one.wall:.1f}", f"{one.cpu:.1f}", f"{one.peak / 2**20:,.0f}")
        for name, both in found
        for which, one in zip(("first", "again"), both, strict=True)
    ]
    goals = [
        Goal("S0's form for a year", "≤ 3 s", f"{small[1].wall:.1f} s", small[1].wall <= 3),
        Goal(
            f"{_CIRCUITS:,} circuits' form for a year",
            "≤ 15 s",
            f"{large[1].wall:.1f} s",
            large[1].wall <= 15,
        ),
    ]
    head = ("What", "Time, s", "CPU, s", "Peak, MiB")
    return Section("A year's form", _HOW.format(rows=rows), head, table, _LIMITS, (), goals)


def _example(folder: Path) -> tuple[tuple[Spent, Spent], int]:
    folder.mkdir()
    for one in _EXAMPLE.iterdir():
        if one.is_file():
            (folder / one.name).write_bytes(one.read_bytes())
    plan, year = folder / "plan-next.yaml", dt.date.today().year - 1
    plan.write_text(plan.read_text("utf-8").replace("year: 2026", f"year: {year}"), "utf-8")
    account.spend(
        _typed("lab", "year", "-c", folder / "network.yaml", "--year", year, "--data", folder / "data"),
        within=600,
    )
    rows = len((folder / "rows-next.csv").read_text("utf-8-sig").splitlines()) - 1
    return _twice(plan, folder / "data"), rows


def _province(folder: Path) -> tuple[Spent, Spent]:
    folder.mkdir()
    argv = ("--kept", folder, "--count", _CIRCUITS, "--runs", _RUNS)
    account.spend(account.python("bench.judging_run", "write", *argv), within=3600)
    plan = folder / "plan.yaml"
    rows = "".join(
        _ROW.format(name=name, target=target, way=way, indicator=name) for name, target, way in _ROWS
    )
    plan.write_text(_PLAN.format(year=dt.date.today().year) + rows, "utf-8")
    return _twice(plan, folder)


def _twice(plan: Path, data: Path) -> tuple[Spent, Spent]:
    """A draft, because what is not known leaves rows open; its values are those of the form."""
    argv = _typed("evaluate", plan, "--data", data, "-o", plan.with_name("form.docx"), "--draft", "--force")
    first = account.spend(argv, within=600)
    return first, account.spend(argv, within=600)


def _typed(*words: object) -> list[str]:
    return account.python("collector.cli", *words)
