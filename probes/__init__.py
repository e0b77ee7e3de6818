"""Asking: one file a probe, many targets one question. Nothing here knows the ledger or the configuration."""

from probes.bfd import BFD
from probes.dns import DNS
from probes.http import HTTP
from probes.icmp import ICMP
from probes.interface import INTERFACE
from probes.kind import Probe
from probes.neighbour import NEIGHBOUR
from probes.nqa import NQA
from probes.snmp import SNMP
from probes.tcp import TCP

PROBERS: dict[str, Probe] = {
    "icmp": ICMP,
    "tcp": TCP,
    "http": HTTP,
    "dns": DNS,
    "snmp": SNMP,
    "interface": INTERFACE,
    "nqa": NQA,
    "bfd": BFD,
    "neighbour": NEIGHBOUR,
}
