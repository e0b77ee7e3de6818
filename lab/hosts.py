"""What can answer in a practice network beside the routers, and how each kind of it can be broken. Pure.

A host is what serves a system, or an agent: it is known by the id of the system, service or device it stands for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal, get_args

from config.errors import LinewalkerError

Kind = Literal["http", "https", "tcp", "dns", "agent", "ups", "room"]
Fault = Literal[
    "hung", "500", "wrong", "expired", "closed", "silent", "battery", "hot", "humid", "door", "water"
]
FAULTS: tuple[Fault, ...] = get_args(Fault)
_SILENT: tuple[Fault, ...] = ("silent",)
FAULTS_OF: dict[Kind, tuple[Fault, ...]] = {
    "http": ("hung", "500", "wrong", "closed"),
    "https": ("hung", "500", "wrong", "expired", "closed"),
    "tcp": ("hung", "wrong", "closed"),
    "dns": ("hung", "500", "wrong", "closed"),
    "agent": _SILENT,
    "ups": ("battery", *_SILENT),
    "room": ("hot", "humid", "door", "water", *_SILENT),
}
"""`500` of a DNS responder is SERVFAIL; `hung` takes what is sent and never answers; `silent` answers nothing."""


@dataclass(frozen=True, slots=True)
class Host:
    """One thing that answers at an address of a node.

    `words` are texts its answer must hold; `document` is a dotted path in a JSON document and the value there.
    """

    subject: str
    name: str
    kind: Kind
    node: str
    address: str
    port: int
    words: tuple[str, ...] = ()
    document: tuple[str, str] | None = None


@dataclass(slots=True)
class State:
    """What is done to a host just now: each fault, and since when (seconds since 1970)."""

    faults: dict[str, float] = field(default_factory=dict)

    def has(self, fault: Fault) -> bool:
        """Whether this is being done to it."""
        return fault in self.faults


def require_host(subject: str, hosts: Sequence[Host]) -> tuple[Host, ...]:
    """What stands for a subject. Raises LinewalkerError, naming what it may have meant, if nothing does."""
    found = tuple(host for host in hosts if host.subject == subject)
    if found:
        return found
    known = list(dict.fromkeys(host.subject for host in hosts))
    near = get_close_matches(subject, known, n=3)
    if near:
        raise LinewalkerError(
            "nothing in the practice network answers for {host}; did you mean {near}?",
            host=subject,
            near=", ".join(near),
        )
    raise LinewalkerError(
        "nothing in the practice network answers for {host}; `{command}` lists the {count} that can be broken",
        host=subject,
        command="linewalker lab hosts",
        count=len(known),
    )


def require_fault(hosts: Iterable[Host], fault: str) -> tuple[Host, ...]:
    """Those of a subject's hosts that can be broken so. Raises LinewalkerError if none can."""
    several = tuple(hosts)
    found = tuple(host for host in several if fault in FAULTS_OF[host.kind])
    if found:
        return found
    possible = dict.fromkeys(one for host in several for one in FAULTS_OF[host.kind])
    raise LinewalkerError(
        "{host} cannot be broken that way; expected {possible}",
        host=several[0].subject,
        possible=", ".join(possible),
    )
