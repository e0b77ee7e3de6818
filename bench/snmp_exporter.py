"""snmp_exporter asked over HTTP for one agent after the other; only the exporter's CPU is counted."""

from collections.abc import Sequence

from bench import snmp_agents
from bench.asked_over_http import Exporter, sample_of
from bench.figures import Sample

PROGRAM = "prometheus-snmp-exporter"
_MODULE = """\
measured:
  get: [{oids}]
  metrics:
{metrics}
  retries: 0
  timeout: 10s
"""
_AUTH = {
    "2c": f"  version: 2\n  auth: {{community: {snmp_agents.COMMUNITY}}}\n",
    "3": f"""\
  version: 3
  auth:
    security_level: authPriv
    username: {snmp_agents.USER}
    password: {snmp_agents.AUTH_PASSWORD}
    auth_protocol: SHA256
    priv_protocol: AES
    priv_password: {snmp_agents.PRIVACY_PASSWORD}
""",
}


def sample(addresses: Sequence[str], version: str, connections: int) -> Sample:
    """Start the exporter, ask it once for each agent over so many kept connections, end it."""
    text = _MODULE.format(oids=", ".join(snmp_agents.OIDS), metrics="\n".join(map(_metric, snmp_agents.OIDS)))
    last = _metric_name(snmp_agents.OIDS[-1])
    exporter = Exporter(
        PROGRAM, text + _AUTH[version], "/snmp?module=measured&target={address}", f"\n{last} "
    )
    return sample_of(exporter, addresses, connections)


def _metric(oid: str) -> str:
    # sysObjectID is no number; everything else is a counter, or uptime.
    kind = "OctetString" if oid == "1.3.6.1.2.1.1.2.0" else "counter"
    return f"  - {{name: {_metric_name(oid)}, oid: {oid.removesuffix('.0')}, type: {kind}, help: measured}}"


def _metric_name(oid: str) -> str:
    return "snmp_" + oid.removesuffix(".0").replace(".", "_")
