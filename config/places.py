"""Where a place of the tree stands in the files it was read from: the file itself, or one of the tables it names."""

from collections.abc import Mapping

from config.tables import Table
from config.tree import Loc, Remark, path_text
from config.yaml_places import Document

Place = tuple[int, int, str]
"""Which file, which line or row, and both as text."""


def place_in(document: Document, tables: Mapping[str, Table], shown: str, loc: Loc) -> Place:
    """The place of `loc`; `tables` hold the lists that stand in tables, `shown` is the file as the user named it."""
    section = str(loc[0]) if loc else ""
    if section in tables and len(loc) > 1:
        table, number = tables[section], loc[1]
        row = table.rows[number] if isinstance(number, int) else table.head
        return 1 + list(tables).index(section), row, table.place(loc[1:])
    line = document.line(loc)
    path = path_text(document.tree, loc)
    return 0, line, f"{shown}:{line}: {path}" if path else f"{shown}:{line}"


def said_of_table(tables: Mapping[str, Table], said: Remark) -> bool:
    """Whether a table has said already that something is missing: in its header, or of a cell that cannot be read."""
    table = tables.get(str(said.loc[0])) if said.loc else None
    if table is None or said.rule != "missing":
        return False
    keys = ".".join(step for step in said.loc[1:] if isinstance(step, str))
    return table.lacks(keys) or table.refuses(said.loc[1:])
