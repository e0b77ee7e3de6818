"""A small network as text, for tests to change one thing in; no tests here."""

from pathlib import Path

from config.load import load
from config.model import Config

HEAD = """\
organisation: 县局
vantage: {name: 机房, sentinels: {near: [10.0.0.1], far: [10.0.1.1]}}
carriers: [{id: ct, name: 电信}, {id: cm, name: 移动}]
sites: [{id: centre, name: 中心}, {id: haikou, name: 海口}]
"""
CIRCUIT = """\
circuits:
  - {id: haikou-ct, name: 海口, group: branch, carrier: ct,
     termination_a: centre, termination_z: haikou, address: 10.64.0.2}
"""
COLUMNS = "id,name,group,carrier,termination_a,termination_z,address"
ROW = "haikou-ct,海口专线,branch,ct,centre,haikou,10.64.0.2"


def load_written(folder: Path, network: str, tables: dict[str, bytes] | None = None) -> Config:
    """Load this text and these tables from a folder of their own."""
    (folder / "network.yaml").write_text(network, "utf-8")
    for name, raw in (tables or {}).items():
        (folder / name).write_bytes(raw)
    return load(folder / "network.yaml")
