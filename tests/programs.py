"""Programs that tests run beside ours: where each is, or a skip that names the Debian package that brings it."""

import shutil

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
