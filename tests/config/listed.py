"""Lists of circuits made and read for tests, and a small inventory to hold them against; no tests here."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.errors import ConfigError
from config.inventory import Proposal, propose
from config.listing import Listing, read_listing
from config.model import Config
from tests.config.written import CIRCUIT, HEAD, load_written

TODAY = date(2026, 6, 1)
TITLES = ["专线编号", "线路名称", "类别", "运营商", "A端", "Z端", "带宽", "互联地址", "开通日期"]
LINE: list[object] = ["CM1", "海口移动", "branch", "移动", "中心", "海口", "20M", "10.64.0.6", "2026-03-01"]
LEADS = "专线编号,线路名称,类别,运营商,A端,Z端,带宽,互联地址,开通日期"
ROW = "CM1,海口移动,branch,移动,中心,海口,20M,10.64.0.6,2026-03-01"


def network(folder: Path, more: str = "", circuit: str = CIRCUIT) -> Config:
    return load_written(folder, HEAD + circuit + more)


def listed(folder: Path, raw: bytes | str, name: str = "list.csv", **named: str) -> Listing:
    path = folder / name
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return read_listing(path, named=named)


def proposed(folder: Path, raw: bytes | str, config: Config | None = None, **since: date) -> Proposal:
    name = "list.xlsx" if isinstance(raw, bytes) and raw.startswith(b"PK") else "list.csv"
    return propose(listed(folder, raw, name), config or network(folder), TODAY, **since)


def sheet_of(rows: Sequence[Sequence[Any]], *merged: str, titles: tuple[str, ...] = ("专线",)) -> bytes:
    """A workbook with these rows in its first sheet."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = titles[0]
    for row in rows:
        first.append(list(row))
    for cells in merged:
        first.merge_cells(cells)
    for title in titles[1:]:
        book.create_sheet(title).append(["x"])
    file = io.BytesIO()
    book.save(file)
    book.close()
    return file.getvalue()


def only(proposal: Proposal) -> Mapping[str, str]:
    """The one new circuit of a proposal about which there is nothing to say."""
    assert [str(one) for one in proposal.findings if one.severity == "error"] == []
    (new,) = proposal.added
    return new.texts


def errors(proposal: Proposal) -> list[str]:
    return [one.message for one in proposal.findings if one.severity == "error"]


def refused(folder: Path, raw: bytes | str, name: str = "list.csv") -> str:
    with pytest.raises(ConfigError) as said:
        listed(folder, raw, name)
    (finding,) = said.value.findings
    return finding.message
