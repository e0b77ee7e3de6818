"""net-snmp's agent for measurements: one snmpd answers on every address of 127.0.0.0/8, and what is asked of it.

To be run in a network namespace of its own, where port 161 is free and ours to take.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import account

COMMUNITY, USER = "measured-here", "measurer"
AUTH_PASSWORD, PRIVACY_PASSWORD = "first-word-of-two", "second-word-of-two"
SCALARS = tuple(
    f"1.3.6.1.2.1.11.{number}" for number in (*range(1, 7), *range(8, 19))
)  # SNMPv2-MIB, snmp group
OIDS = (
    "1.3.6.1.2.1.1.3.0",
    "1.3.6.1.2.1.1.2.0",
    *(f"{scalar}.0" for scalar in SCALARS),
)  # 19, as every device has
VERSIONS = {"2c": "v2c", "3": "v3 authPriv"}
SECRETS = {"BENCH_COMMUNITY": COMMUNITY, "BENCH_AUTH": AUTH_PASSWORD, "BENCH_PRIVACY": PRIVACY_PASSWORD}

_SEARCH = "/usr/sbin:/usr/local/sbin:/usr/bin"
# A burst is for many devices, and one process takes it all: let it wait in the socket and not be lost.
_CONF = f"""\
agentaddress udp:0.0.0.0:161
[snmp] serverRecvBuf 4194304
rocommunity {COMMUNITY}
createUser {USER} SHA-256 "{AUTH_PASSWORD}" AES "{PRIVACY_PASSWORD}"
rouser {USER} priv
"""
_START_SECONDS = 20.0


def program() -> str | None:
    """Where the agent is; None where it is not installed."""
    return shutil.which("snmpd", path=_SEARCH)


@contextmanager
def answering() -> Iterator[int]:
    """An agent that answers when this is entered; its process id."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "snmpd.conf").write_text(_CONF)
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(
                [program() or "snmpd", "-f", "-Lo", "-C", "-c", "snmpd.conf", "-I", "-smux"],
                cwd=place,
                env={"SNMP_PERSISTENT_DIR": str(place / "kept"), "MIBS": "", "SNMPCONFPATH": folder},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            _await(process, place / "log")
            yield process.pid
        finally:
            account.end(process)


def _await(process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the agent says its version, which it does when its socket is open."""
    deadline = time.monotonic() + _START_SECONDS
    while b"NET-SNMP version" not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            raise account.RunError(f"snmpd does not answer: {log.read_text()[-2000:]}")
        time.sleep(0.05)
