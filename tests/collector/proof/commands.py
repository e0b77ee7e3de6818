"""What an office types: freeze a form, verify it; and a ledger that is changed behind everybody's back."""

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from exporters.forms.places import read
from tests.collector.proof.forms import YEAR, Year
from tests.practice import linewalker


def run(year: Year, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return linewalker(*words, "--data", year.data)


def freeze(year: Year, form: str = "form.docx", *more: str | Path) -> str:
    """Freeze a form as 张三; its check code."""
    place = year.folder / form
    done = run(
        year,
        "freeze",
        year.plan,
        "--year",
        str(YEAR),
        "--form",
        place,
        "--by",
        "张三",
        "-c",
        year.network,
        *more,
    )
    assert done.returncode == 0, done.stderr
    code = read(place).code
    assert code in done.stdout
    return code


def verified(year: Year, *words: str | Path) -> tuple[int, dict[str, Any]]:
    """Exit status and what `verify --json` says."""
    done = run(year, "verify", *words, "--json")
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def differing(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"] or one["place"]: one for one in said["cells"] if one["verdict"] == "differs"}


def errors(said: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["rule"], one["place"]) for one in said["findings"] if one["severity"] == "error"]


def changed(year: Year, sql: str, *values: object) -> None:
    """Change the ledger behind everybody's back."""
    with closing(sqlite3.connect(year.data / "ledger.sqlite")) as connection:
        assert connection.execute(sql, values).rowcount == 1
        connection.commit()
