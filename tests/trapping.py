"""Real traps and informs: net-snmp's own programs, run by tests as a device would send; no tests here."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from probes.credentials import Hidden
from probes.snmp_agent import Auth, Credentials, Privacy
from tests.programs import needed

COMMUNITY = "a-community-of-ours"
AUTH, PRIVACY = "auth-password-1", "privacy-password-1"

COLD_START = "1.3.6.1.6.3.1.1.5.1"
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
LINK_UP = "1.3.6.1.6.3.1.1.5.4"
ENTERPRISE = "1.3.6.1.4.1.2011.2.23"
INTERFACE = (
    *("1.3.6.1.2.1.2.2.1.1.7", "i", "7"),
    *("1.3.6.1.2.1.31.1.1.1.1.7", "s", "GigabitEthernet0/0/1"),
)

V2 = ("-v2c", f"-c{COMMUNITY}")
SIGNED = ("-v3", "-lauthNoPriv", "-usigned", "-aSHA", f"-A{AUTH}")
FULL = ("-v3", "-lauthPriv", "-ufull", "-aSHA-256", f"-A{AUTH}", "-xAES", f"-X{PRIVACY}")


def user(name: str, auth: Auth | None, privacy: Privacy | None = None) -> Credentials:
    """A user of version 3 with the passwords of this file."""
    return Credentials(
        "3",
        user=name,
        auth=auth,
        auth_password=Hidden(AUTH if auth else ""),
        privacy=privacy,
        privacy_password=Hidden(PRIVACY if privacy else ""),
    )


def send(
    kept: Path, to: str, options: Sequence[str], *what: str, inform: bool = False
) -> subprocess.Popen[str]:
    """Send one; net-snmp keeps who it is, and how often it began, in the folder `kept`."""
    program = needed("snmpinform" if inform else "snmptrap")
    # No MIBs: they are not on every machine, and numbers need none. HOME would hold a user's own defaults.
    own = {"SNMP_PERSISTENT_DIR": str(kept), "SNMPCONFPATH": str(kept), "HOME": str(kept), "MIBS": ""}
    return subprocess.Popen(
        [program, "-r0", "-t2", *options, to, *what],
        env={**os.environ, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def sent(kept: Path, to: str, options: Sequence[str], *what: str, inform: bool = False) -> tuple[int, str]:
    """Send one and wait until it has left, or was acknowledged: the status, and what was said."""
    with send(kept, to, options, *what, inform=inform) as process:
        said, _ = process.communicate(timeout=20)
    return process.returncode, said
