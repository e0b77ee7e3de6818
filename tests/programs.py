"""Programs that tests run beside ours: where each is, or a skip that names its Debian package; and which runs."""

import shutil
from pathlib import Path

import pytest

_PACKAGES = {
    "chromium": "chromium",
    "chronyd": "chrony",
    "createdb": "postgresql",
    "initdb": "postgresql",
    "ip": "iproute2",
    "iperf3": "iperf3",
    "mount": "mount",
    "nsenter": "util-linux",
    "pdftotext": "poppler-utils",
    "pg_isready": "postgresql",
    "postgres": "postgresql",
    "prlimit": "util-linux",
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "ps": "procps",
    "setpriv": "util-linux",
    "snmpd": "snmpd",
    "snmpinform": "snmp",
    "snmptrap": "snmp",
    "soffice": "libreoffice-writer",
    "sysctl": "procps",
    "unshare": "util-linux",
}


def needed(name: str, path: str | None = None) -> str:
    """Where a program is, looked for on `path` first; the test is skipped where it is not installed."""
    found = (path and shutil.which(name, path=path)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is missing: apt install {_PACKAGES[name]}")
    return found


def process_of(*words: str) -> int:
    """The process whose command line holds all these words; 0 while there is none."""
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            said = place.read_bytes().decode(errors="replace").split("\0")
        except OSError:  # it ended meanwhile
            continue
        if set(words) <= set(said):
            return int(place.parent.name)
    return 0
