"""Building real networks: all that the examples ask for, and that more than pings passes."""

import subprocess
import sys
from pathlib import Path

import pytest

from lab import enter
from tests.lab.practice import practice
from tests.lab.written import write_small, write_star

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "config" / "examples"


@pytest.mark.parametrize(
    ("example", "lines"),
    [
        ("hainan-transport-fees-2020", 94),
        ("hainan-commerce-info-centre-2018", 52),
        ("yiyang-egov-network-2020", 152),
        ("hainan-commerce-dept-2020", 4),
    ],
)
def test_every_example_becomes_a_network_with_all_its_lines(tmp_path: Path, example: str, lines: int) -> None:
    argv = enter.command(EXAMPLES / example / "network.yaml", tmp_path, ["true"])
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True)
    assert f"practice network: {lines} lines in " in done.stderr


def test_a_burst_to_all_of_150_lines_loses_nothing(tmp_path: Path) -> None:
    everybody = [f"10.64.{4 * n >> 8}.{4 * n % 256 + 2}" for n in range(150)]
    with practice(write_star(tmp_path, 150), tmp_path / "kept") as network:
        pings = network.ask(everybody, count=3, every=0.2, within=1.0)
    assert all(received for target in pings for _, received in target)


def test_tcp_passes_both_ways_whole(tmp_path: Path) -> None:
    argv = [
        sys.executable,
        "-m",
        "tests.lab.tcp_through_relay",
        str(write_small(tmp_path)),
        "10.20.0.1",
        "site alpha",
    ]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=40, check=True)
    assert done.stdout == "3000000\n"
