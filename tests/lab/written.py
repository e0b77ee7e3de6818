"""The configurations the tests of the practice network build."""

from pathlib import Path

from config.load import load
from config.model import Config

# Two dual-homed branches and a single one. Circuit n has 10.64.0.0 + 4n: .2, .6, .10, .14, .18.
SMALL = """
organisation: 试验局
vantage:
  name: centre
  sentinels: {near: [10.0.0.1], far: [10.0.1.1]}
carriers:
  - {id: ct, name: 中国电信}
  - {id: cm, name: 中国移动}
sites:
  - {id: centre, name: 中心}
  - {id: alpha, name: 甲}
  - {id: beta, name: 乙}
  - {id: gamma, name: 丙}
circuits:
  - {id: alpha-ct, name: 甲主, group: branch, carrier: ct, termination_a: centre, termination_z: alpha,
     address: 10.64.0.2, path: direct}
  - {id: alpha-cm, name: 甲备, group: branch, carrier: cm, termination_a: centre, termination_z: alpha,
     address: 10.21.0.1, source: 10.0.0.3, path: pinned}
  - {id: beta-ct, name: 乙主, group: branch, carrier: ct, termination_a: centre, termination_z: beta,
     address: 10.64.0.10, path: direct}
  - {id: beta-cm, name: 乙备, group: branch, carrier: cm, termination_a: centre, termination_z: beta,
     address: 10.21.0.2, path: unproven}
  - {id: gamma-ct, name: 丙, group: branch, carrier: ct, termination_a: centre, termination_z: gamma,
     address: 172.16.5.1, path: direct}
services:
  - {id: alpha, name: 甲, group: branch, site: alpha, check: {address: 10.20.0.1}, circuits: [alpha-ct, alpha-cm]}
  - {id: beta, name: 乙, group: branch, site: beta, check: {address: 10.20.0.2}, circuits: [beta-ct, beta-cm]}
devices:
  - {id: core-router, name: 核心路由器, group: core, check: {address: 10.0.2.1}}
  - {id: core-switch, name: 核心交换机, group: core, check: {address: 10.0.2.2}}
  - {id: gamma-router, name: 丙路由器, group: core, site: gamma, check: {address: 10.30.0.3}}
systems:
  - {id: portal, name: 门户网站, group: system, check: {address: 10.0.3.1}}
"""


def write_small(folder: Path) -> Path:
    """The small network, as a file in a folder."""
    path = folder / "network.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def small(folder: Path) -> Config:
    """The small network, loaded."""
    return load(write_small(folder))


def write_star(folder: Path, circuits: int) -> Path:
    """A network of single-homed sites, one circuit each."""
    sites = "".join(f"  - {{id: s{n}, name: s{n}}}\n" for n in range(circuits))
    lines = "".join(
        f"  - {{id: c{n}, name: c{n}, group: g, carrier: ct, termination_a: centre, termination_z: s{n}, "
        f"address: 10.64.{4 * n >> 8}.{4 * n % 256 + 2}, path: direct}}\n"
        for n in range(circuits)
    )
    path = folder / "star.yaml"
    path.write_text(
        "organisation: o\nvantage: {name: v, sentinels: {near: [10.0.0.1], far: [10.0.1.1]}}\n"
        "carriers: [{id: ct, name: ct}]\n"
        f"sites:\n  - {{id: centre, name: centre}}\n{sites}circuits:\n{lines}",
        encoding="utf-8",
    )
    return path
