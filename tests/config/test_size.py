"""Ten thousand circuits load, right or wrong; loading stays a light import."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.load import check
from tests.config.written import COLUMNS, HEAD, load_written

MANY = 10_000


def rows(carrier: str) -> bytes:
    lines = [
        f"c{n},专线{n},branch,{carrier},centre,haikou,10.{64 + n // 65536}.{n // 256 % 256}.{n % 256},10M,2026-01-01"
        for n in range(MANY)
    ]
    return "\n".join((f"{COLUMNS},commit_rate,in_service_from", *lines)).encode()


def test_ten_thousand_circuits_load(tmp_path: Path) -> None:
    network = load_written(tmp_path, HEAD + "circuits: lines.csv\n", {"lines.csv": rows("ct")})
    assert len(network.circuits) == MANY


def test_ten_thousand_mistakes_are_all_told_of(tmp_path: Path) -> None:
    (tmp_path / "network.yaml").write_text(HEAD + "circuits: lines.csv\n", "utf-8")
    (tmp_path / "lines.csv").write_bytes(rows("cu"))
    assert len(check(tmp_path / "network.yaml")) == MANY


@pytest.mark.parametrize("heavy", ["sqlalchemy", "starlette", "uvicorn"])
def test_reading_a_configuration_imports_nothing_heavy(heavy: str) -> None:
    program = f"import sys, config.load; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=30).returncode == 0
