"""Which engine leads a conversation: gufo_snmp wherever it can, pysnmp for what it does not know."""

from probes.snmp_agent import Agent, Session
from probes.snmp_gufo import GufoSession, MasterKeys, can_lead


def start(agent: Agent, keys: MasterKeys) -> Session:
    """A conversation with an agent; `keys` are remembered from one to the next. Raises OSError without a socket."""
    if can_lead(agent.credentials):
        return GufoSession(agent, keys)
    from probes.snmp_pysnmp import PysnmpSession  # noqa: PLC0415 - half a second to import, and few need it

    return PysnmpSession(agent)
