"""The SNMP agents of a practice network: which device has one, and the snmpd.conf of each. Pure; nothing is started.

Each is a real net-snmp agent in the network namespace of its device's node, so IF-MIB tells that node's own
interfaces: their state, and the octets that really crossed them. What no kernel can tell is served beside it, see
`responders.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from lab import line_tables, room_tables
from lab.build import router_index
from lab.plan import CORE, CORE_SWITCH, UPLINK, Line, Plan

Kind = Literal["router", "plain", "ups", "room"]
"""`router` tests the circuits' lines; `plain` has its node's interfaces and a chassis."""

SUBTREES: dict[Kind, tuple[str, ...]] = {
    "router": line_tables.SUBTREES,
    "plain": (),
    "ups": room_tables.UPS_SUBTREES,
    "room": room_tables.ROOM_SUBTREES,
}
"""What the responder of a kind answers for."""

PORT_MEGABITS = 1000  # a second; lines are handed over on gigabit ports, whatever their rate
_SPEED, _HIGH_SPEED = "1.3.6.1.2.1.2.2.1.5", "1.3.6.1.2.1.31.1.1.1.15"
_ALIAS = "1.3.6.1.2.1.31.1.1.1.18"
# What is left of net-snmp's modules: each agent then takes 1.6 MB instead of 8.
MODULES = (
    "system_mib,ifTable,ifXTable,vacm_conf,vacm_vars,usmConf,usmStats,usmUser,snmpEngine,snmp_mib,"
    "pass,pass_persist,override,hr_system,hrh_storage,memory,cpu_linux"
)
_OVERRIDDEN = {"integer": "integer", "string": "octet_str"}
_HUAWEI, _H3C = "1.3.6.1.4.1.2011.2.224.6", "1.3.6.1.4.1.25506.1.1"
_OBJECT_IDS: dict[Kind, str] = {"ups": "1.3.6.1.2.1.33", "room": "1.3.6.1.4.1.8072.3.2.10"}
_AUTH = {"MD5": "MD5", "SHA-1": "SHA"}
_PRIVACY = {"DES": "DES", "3DES": "3DES", "AES-128": "AES"}


@dataclass(frozen=True, slots=True, repr=False)
class Access:
    """How an agent lets somebody in, secrets already known: a community, or a user with passwords."""

    community: str = ""
    user: str = ""
    auth: str = ""
    auth_password: str = ""
    privacy: str = ""
    privacy_password: str = ""


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent: whose it is, where it answers, and whom."""

    subject: str
    name: str
    node: str
    address: str
    port: int
    access: tuple[Access, ...]
    site: str = ""
    kind: Kind = "plain"


def configuration(agent: Agent, plan: Plan, responder: Sequence[str]) -> str:
    """The snmpd.conf of an agent; `responder` is the command behind its pass_persist lines."""
    return "\n".join(_lines(agent, plan, responder)) + "\n"


def _lines(agent: Agent, plan: Plan, responder: Sequence[str]) -> Iterator[str]:
    yield f"agentaddress udp:{agent.address}:{agent.port}"
    yield f"sysname {agent.subject}"
    yield f"sysdescr Linewalker practice network, {agent.kind}"
    yield f"syslocation {agent.site}"
    yield f"sysobjectid .{_object_id(agent)}"
    yield "dontLogTCPWrappersConnects yes"
    for access in agent.access:
        yield from _access(access)
    for line in interfaces_of(agent.node, plan):
        index = router_index(line)
        yield f'override .{_ALIAS}.{index} octet_str "{line.name}"'
        yield f"override .{_SPEED}.{index} uinteger {PORT_MEGABITS * 1_000_000}"
        yield f"override .{_HIGH_SPEED}.{index} uinteger {PORT_MEGABITS}"
    if agent.kind == "plain":
        for oid, kind, value in line_tables.chassis():
            yield f'override .{".".join(map(str, oid))} {_OVERRIDDEN[kind]} "{value}"'
    for subtree in SUBTREES[agent.kind]:
        yield f"pass_persist .{subtree} {' '.join(responder)}"


def _object_id(agent: Agent) -> str:
    """The core router passes for Huawei's, other devices for H3C's: profiles are chosen by this."""
    if agent.kind in _OBJECT_IDS:
        return _OBJECT_IDS[agent.kind]
    return _HUAWEI if agent.node == CORE else _H3C


def _access(access: Access) -> Iterator[str]:
    if access.community:
        yield f'rocommunity "{access.community}"'
    if access.user:
        made = f"createUser {access.user}"
        if access.auth:
            made += f' {_AUTH.get(access.auth, access.auth)} "{access.auth_password}"'
        if access.privacy:
            made += f' {_PRIVACY.get(access.privacy, access.privacy)} "{access.privacy_password}"'
        yield made
        yield f"rouser {access.user} {'priv' if access.privacy else 'auth' if access.auth else 'noauth'}"


def interfaces_of(node: str, plan: Plan) -> tuple[Line, ...]:
    """The lines that end at a node, each of which is an interface there."""
    return tuple(line for line in plan.lines if node in (CORE, line.node))


def circuits_of(plan: Plan) -> tuple[Line, ...]:
    """The lines that are circuits."""
    return tuple(line for line in plan.lines if line.name not in (UPLINK, CORE_SWITCH))
