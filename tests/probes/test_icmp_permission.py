"""A process that may not open ICMP sockets is told exactly what would help."""

import subprocess
import sys
from pathlib import Path

import pytest

from probes import PROBERS
from probes.icmp import NotPermitted
from tests.namespace import ROOT, in_namespace, run, sysctl
from tests.probes.asking import prober, targets

WITHOUT_CAPABILITIES = ("setpriv", "--inh-caps=-all", "--bounding-set=-all", "--ambient-caps=-all")
TRY = """
from probes import PROBERS
from probes.eyes import Eyes
from probes.rhythm import Rhythm
from tests.probes.asking import targets
PROBERS["icmp"].open(targets(["127.0.0.1"]), Rhythm(), Eyes(Rhythm())).close()
"""


def test_icmp_is_among_the_probers() -> None:
    assert "icmp" in PROBERS


@in_namespace
def test_without_permission_the_remedy_is_named() -> None:
    tried = subprocess.run(
        (*WITHOUT_CAPABILITIES, sys.executable, "-c", TRY),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    python = Path(sys.executable).resolve()
    assert tried.stderr.splitlines()[-1] == (
        "probes.icmp.NotPermitted: This process may not open ICMP sockets. Allow it for everybody with "
        '`sysctl -w net.ipv4.ping_group_range="0 2147483647"`, or for this program with '
        f"`setcap cap_net_raw+ep {python}`; both need root."
    )


@in_namespace
def test_the_first_remedy_helps() -> None:
    sysctl("net.ipv4.ping_group_range", "0 0")
    run(*WITHOUT_CAPABILITIES, "sh", "-c", f"cd {ROOT} && {sys.executable} -c '{TRY}'")


@in_namespace
def test_only_the_kinds_of_socket_that_are_wanted_are_tried() -> None:
    # A fresh namespace allows datagram sockets to nobody.
    with pytest.raises(NotPermitted), prober(targets(["127.0.0.1"]), kinds=("datagram",)):
        pass
