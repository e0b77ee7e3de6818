"""DNS as a kind of probe: which record to ask a name server for. The conversation is led in `probes.dns_talk`."""

from dataclasses import dataclass
from typing import Literal

from probes.columns import Prober, Targets
from probes.eyes import Eyes
from probes.kind import IpAddress, Probe
from probes.rhythm import Rhythm
from probes.tcp import RHYTHM, check_port

Record = Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]


@dataclass(frozen=True, slots=True)
class DnsSettings:
    """A record of a name, asked of one server.

    Of the contents in `expect` one must be answered, or with `match: all` each.
    """

    server: IpAddress
    name: str
    type: Record = "A"
    port: int = 53
    source: IpAddress | None = None
    expect: tuple[str, ...] = ()
    match: Literal["any", "all"] = "any"

    def __post_init__(self) -> None:
        from probes.dns_talk import check_names  # noqa: PLC0415 - only who asks so needs what it needs

        check_port(self.port)
        check_names(self)


def open_dns(targets: Targets, rhythm: Rhythm, eyes: Eyes) -> Prober:
    """A prober of name servers."""
    from probes.conversations import Conversations  # noqa: PLC0415
    from probes.dns_talk import talk  # noqa: PLC0415

    return Conversations(targets, rhythm, eyes, talk)


def address_of(settings: DnsSettings) -> str:
    """Server, name and type."""
    port = "" if settings.port == 53 else f"#{settings.port}"
    return f"{settings.server}{port} {settings.name} {settings.type}"


def host_of(settings: DnsSettings) -> str:
    """The server."""
    return settings.server


DNS = Probe(open=open_dns, settings=DnsSettings, rhythm=RHYTHM, address_of=address_of, host_of=host_of)
