"""Asking: one file a probe, many targets one question. Nothing here knows the ledger or the configuration."""

from collections.abc import Callable

from probes.columns import Prober, Targets
from probes.icmp import IcmpProber
from probes.rhythm import Rhythm

PROBERS: dict[str, Callable[[Targets, Rhythm], Prober]] = {"icmp": IcmpProber}
