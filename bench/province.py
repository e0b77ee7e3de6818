"""A configuration of very many circuits, as a user would write one: a file and its tables."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.sweep_contest import loopback

PORT = 8470
_NETWORK = """\
organisation: Bench
listen: 127.0.0.1:{port}
vantage: {{name: bench, sentinels: {{near: [{near}], far: [{far}]}}}}
rounds: {{icmp: {{interval: {interval:g}s}}}}
groups: [{{id: provincial, name: 省级部门}}, {{id: county, name: 县级部门}}]
carriers: [{{id: ct, name: 中国电信}}, {{id: cu, name: 中国联通}}, {{id: cm, name: 中国移动}}]
sites: sites.csv
circuits: circuits.csv
"""
_SITES = ("id", "name", "address", "contact", "phone")
_CIRCUITS = (
    "id", "name", "group", "carrier", "type", "termination_a", "termination_z", "commit_rate", "in_service_from",
    "address", "path", "cid", "contract", "monthly_fee", "fault_phone", "z_address", "z_contact",
)  # fmt: skip
_CARRIERS = (("ct", "电信主用", "10000"), ("cu", "联通备用", "10010"), ("cm", "移动备用", "10086"))


@dataclass(frozen=True, slots=True)
class Province:
    """So many circuits, two a site, asked every `interval` seconds, and what tells whether we see."""

    count: int
    interval: float = 10.0
    near: str = "127.255.1.1"
    far: str = "127.255.1.2"
    first: int = 127  # of every circuit's address, the octet before all others

    def addresses(self) -> list[str]:
        """A different address for every circuit."""
        return [f"{self.first}{one[3:]}" for one in loopback(self.count)]

    def identities(self) -> list[tuple[str, str]]:
        """The id and the address of every circuit."""
        return [(_circuit(at, address)[0], address) for at, address in enumerate(self.addresses())]

    def write(self, folder: Path) -> Path:
        """Write its configuration; the main file."""
        table = enumerate(self.addresses())
        _write(folder / "sites.csv", _SITES, (_site(at) for at in range(-1, (self.count + 1) // 2)))
        _write(folder / "circuits.csv", _CIRCUITS, (_circuit(at, address) for at, address in table))
        place = folder / "network.yaml"
        text = _NETWORK.format(port=PORT, near=self.near, far=self.far, interval=self.interval)
        place.write_text(text, encoding="utf-8")
        return place


def _write(place: Path, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


def _site(at: int) -> tuple[str, ...]:
    if at < 0:
        return ("centre", "省局机关大楼", "海口市", "信息中心值班室", "0898-00000000")
    return (f"site-{at}", f"第{at}分局", f"某县某镇{at}号", "值班室", f"0898-{at:08}")


def _circuit(at: int, address: str) -> tuple[str, ...]:
    carrier, what, phone = _CARRIERS[at % 3]
    return (
        f"site-{at // 2}-{carrier}-{at % 2}", f"第{at // 2}分局{what}", "county" if at % 20 else "provincial",
        carrier, "数字电路", "centre", f"site-{at // 2}", "10M", "2020-01-01", address, "direct",
        f"HN{2020_0000_0000 + at}", f"HNZC2020-{at % 40:03}", "1700", phone, f"某县某镇{at // 2}号",
        f"值班室 0898-{at // 2:08}",
    )  # fmt: skip
