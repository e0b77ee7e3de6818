"""The machine in general terms and the versions that ran. No name of it, no path, no user."""

import datetime as dt
import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

from bench import postgres, snmp_exporter, sweep_blackbox

_DISTRIBUTIONS = ("numpy", "SQLAlchemy", "icmplib", "prometheus-client", "psycopg", "gufo-snmp", "pysnmp")


def described(day: dt.date) -> str:
    """One paragraph."""
    kernel = ".".join(platform.release().split(".")[:2])
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    parts = [f"{name} {found}" for name, found in _versions()]
    return (
        f"Written by `make bench` on {day}. {os.cpu_count()} cores ({platform.machine()}) shared with other work,"
        f" {memory:.0f} GiB, Linux {kernel}, Python {platform.python_version()}; {', '.join(parts)}."
        " Ratios hold where absolute times drift: compare what stands in one table."
    )


def _versions() -> list[tuple[str, str]]:
    found = [(name, version(name)) for name in _DISTRIBUTIONS]
    place = postgres.programs()
    asked = {
        "fping": "fping",
        "blackbox_exporter": sweep_blackbox.PROGRAM,
        "snmp_exporter": snmp_exporter.PROGRAM,
        "PostgreSQL": str(place / "postgres") if place else "postgres",
    }
    return found + [(name, said) for name, program in asked.items() if (said := _asked(program))]


def _asked(program: str) -> str:
    if not shutil.which(program):
        return ""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=10)
    number = re.search(r"\d+\.\d+(\.\d+)?", said.stdout + said.stderr)
    return number[0] if number else Path(program).name
