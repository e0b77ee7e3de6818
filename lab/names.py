"""A name server: knows every host of a practice network by `<id>.practice.test`; can be broken like a portal."""

import asyncio
from collections.abc import Mapping
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from lab.hosts import State

DOMAIN = "practice.test"
Records = Mapping[tuple[str, str], tuple[str, ...]]
"""Contents of records by name (in small letters, no dot at the end) and type."""

_TTL = 60
_WRONG = "192.0.2.1"  # TEST-NET-1: nobody's


class NameServer(asyncio.DatagramProtocol):
    """Answers for the names it knows."""

    def __init__(self, records: Records, state: State) -> None:
        self.records, self.state = records, state
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where answers leave."""
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one question; what is none is dropped."""
        try:
            asked = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return
        if self.transport and asked.question and not self.state.has("hung"):
            self.transport.sendto(self._answer(asked).to_wire(), addr)

    def _answer(self, asked: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.AA
        question = asked.question[0]
        name, kind = (
            question.name.to_text(omit_final_dot=True).lower(),
            dns.rdatatype.to_text(question.rdtype),
        )
        found = self.records.get((name, kind))
        if self.state.has("500"):
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif found:
            wrong = self.state.has("wrong")
            kind, found = ("A", (_WRONG,)) if wrong else (kind, found)
            answer.answer.append(dns.rrset.from_text_list(question.name, _TTL, "IN", kind, found))
        elif all(name != known for known, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


def names_of(subjects: Mapping[str, str]) -> dict[str, str]:
    """Names to addresses, from ids to addresses."""
    return {f"{subject.lower()}.{DOMAIN}": address for subject, address in subjects.items()}
