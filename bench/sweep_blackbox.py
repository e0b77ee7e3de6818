"""blackbox_exporter asked over HTTP for one ICMP probe after the other; only the exporter's CPU is counted."""

from collections.abc import Sequence

from bench.asked_over_http import Exporter, sample_of
from bench.figures import Sample

PROGRAM = "prometheus-blackbox-exporter"
_MODULES = "modules: {icmp: {prober: icmp, timeout: 2s, icmp: {preferred_ip_protocol: ip4}}}\n"
_EXPORTER = Exporter(PROGRAM, _MODULES, "/probe?module=icmp&target={address}", "\nprobe_success 1")


def sample(addresses: Sequence[str], connections: int) -> Sample:
    """Start the exporter, ask it once for each address over so many kept connections, end it."""
    return sample_of(_EXPORTER, addresses, connections)
