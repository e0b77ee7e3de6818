"""Two routers and the network between them for tests of discovery: real agents that tell of lines to carriers."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_interface
from pathlib import Path

from tests.namespace import Host, run
from tests.probes.agents import User, snmpd

ROOTS = (
    "1.3.6.1.2.1.2.2.1",
    "1.3.6.1.2.1.31.1.1.1",
    *(f"1.3.6.1.2.1.4.{column}" for column in ("20.1.2", "20.1.3", "34.1.3", "34.1.5")),
)
USER = User("reader", "SHA-256", "AES-128")
HUAWEI, H3C = "1.3.6.1.4.1.2011.2.224.6", "1.3.6.1.4.1.25506.1.1"

Objects = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Port:
    """One interface; `alias` is what somebody wrote about it, in octets."""

    name: str
    address: str = ""
    alias: bytes = b""
    megabits: int = 1000
    enabled: bool = True

    def objects(self, index: int) -> Objects:
        table, high = f"1.3.6.1.2.1.2.2.1.{{}}.{index}", f"1.3.6.1.2.1.31.1.1.1.{{}}.{index}"
        status = ("integer", "1" if self.enabled else "2")
        found: Objects = {
            table.format(2): ("string", self.name),
            table.format(5): ("gauge", str(self.megabits * 1_000_000)),
            table.format(7): status,
            table.format(8): status,
            high.format(1): ("string", self.name),
            high.format(15): ("gauge", str(self.megabits)),
            high.format(18): ("octet", self.alias.hex(" ")) if self.alias else ("string", ""),
        }
        if self.address:
            here = ip_interface(self.address)
            found[f"1.3.6.1.2.1.4.20.1.2.{here.ip}"] = ("integer", str(index))
            found[f"1.3.6.1.2.1.4.20.1.3.{here.ip}"] = ("ipaddress", str(here.netmask))
        return found


CORE = (
    Port("LoopBack0", "10.0.0.1/32"),
    Port("GigabitEthernet0/0/1", "10.64.0.1/30", "海口 电信 20M CT0898202000009".encode()),
    Port("GigabitEthernet0/0/2", "10.64.0.5/30", "文昌移动专线 50M".encode("gb18030")),
    Port("GigabitEthernet0/0/3", "10.64.0.8/31"),
    Port("GigabitEthernet0/0/4", "10.64.0.13/30", "移动 备用".encode(), enabled=False),
    Port("Serial1/0", "10.64.0.17/30", "海口 电信 E1".encode(), megabits=2),
    Port("Vlanif10", "10.20.0.1/24"),
)
BRANCH = (Port("LoopBack0", "10.0.0.3/32"), Port("GigabitEthernet0/0/0", "10.64.0.2/30"))


def of(ports: tuple[Port, ...]) -> Objects:
    """The tables of a router with these interfaces."""
    return {oid: what for at, port in enumerate(ports, 1) for oid, what in port.objects(at).items()}


def system(name: str, object_id: str) -> list[str]:
    """What a router says of itself, as its agent's configuration has it."""
    return [f"sysName {name}", f"sysDescr {name} of a test", f"sysObjectID .{object_id}", "sysServices 6"]


@contextmanager
def network(folder: Path) -> Iterator[None]:
    """10.0.0.0/29: the core router at .1, a host that only answers pings at .2, a branch's router at .3."""
    folder.mkdir()
    with ExitStack() as stack:
        stack.enter_context(Host("wire0", "10.0.0.1/29", "10.0.0.2/29"))
        run("ip", "address", "add", "10.0.0.3/32", "dev", "lo")
        for name, object_id, ports, address in (
            ("core-1", HUAWEI, CORE, "10.0.0.1"),
            ("haikou", H3C, BRANCH, "10.0.0.3"),
        ):
            told, at = system(name, object_id), (f"udp:{address}",)
            stack.enter_context(snmpd(folder / name, of(ports), [USER], ROOTS, 161, at, told))
        yield
