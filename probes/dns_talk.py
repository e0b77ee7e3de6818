"""One conversation with a name server. What may be asked for is in `probes.dns`."""

import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from probes.columns import DOWN, UP
from probes.dns import DnsSettings
from probes.kind import WrongSettingError
from probes.replies import Reply, Stage


def check_names(settings: DnsSettings) -> None:
    """Raises WrongSettingError for a name that cannot be looked up and records that cannot be found."""
    try:
        dns.name.from_text(settings.name)
    except (dns.exception.DNSException, ValueError):
        raise WrongSettingError(
            "{name} is not a name that can be looked up, such as www.example.gov.cn", name=settings.name
        ) from None
    for record in settings.expect:
        try:
            _rdata(settings.type, record)
        except (dns.exception.DNSException, ValueError):
            raise WrongSettingError(
                "{record} is not the content of a record of type {type}", record=record, type=settings.type
            ) from None


async def talk(settings: DnsSettings, _stage: Stage) -> Reply:
    """Ask by UDP, and by TCP where the answer did not fit."""
    query = dns.message.make_query(settings.name, settings.type)
    try:
        answer, _by_tcp = await dns.asyncquery.udp_with_fallback(
            query,
            settings.server,
            port=settings.port,
            source=settings.source,
            ignore_errors=True,
            ignore_unexpected=True,
        )
    except EOFError:
        return Reply(DOWN, "the server ended the connection without an answer")
    except dns.exception.DNSException as error:
        return Reply(DOWN, f"the answer is no answer: {type(error).__name__}")
    return judge(settings, answer)


def judge(settings: DnsSettings, answer: dns.message.Message) -> Reply:
    """What an answer means for the check."""
    if answer.rcode() != dns.rcode.NOERROR:
        told = dns.rcode.to_text(answer.rcode())
        return Reply(DOWN, f"there is no name {settings.name}" if told == "NXDOMAIN" else f"answered {told}")
    found = _records(settings, answer)
    if not found:
        return Reply(DOWN, f"the name has no record of type {settings.type}")
    wanted = {_rdata(settings.type, record) for record in settings.expect}
    missing = wanted - set(found)
    if missing and (settings.match == "all" or missing == wanted):
        expected = ", ".join(sorted(str(record) for record in missing))
        return Reply(DOWN, f"expected {expected}, found {', '.join(sorted(map(str, found)))}")
    return Reply(UP)


def _records(settings: DnsSettings, answer: dns.message.Message) -> list[dns.rdata.Rdata]:
    """The records of the wanted type, wherever a chain of other names led."""
    kind = dns.rdatatype.from_text(settings.type)
    return [record for held in answer.answer if held.rdtype == kind for record in held]


def _rdata(kind: str, record: str) -> dns.rdata.Rdata:
    return dns.rdata.from_text(
        dns.rdataclass.IN, dns.rdatatype.from_text(kind), record, origin=dns.name.root, relativize=False
    )
