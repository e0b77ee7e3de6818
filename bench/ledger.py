"""What the ledger takes: rows a second on SQLite and PostgreSQL. There is no peer: it says what is normal."""

import json
import tempfile
from pathlib import Path

from bench import account, postgres
from bench.figures import spread
from bench.section import Section

_HOW = """\
Rows a second through the collector's own `Ledger.write`, in transactions of 5,000 rows, six of each kind, from Python
values to the commit. Median (least–most)."""
_LIMITS = """\
Both are limited by SQLAlchemy making and binding a dictionary a row, PostgreSQL also by its upserts, one row each;
the disk has little to do with it. A round of 10,000 circuits writes one row when nothing changes."""


def section() -> Section:
    """Both databases."""
    found: dict[str, dict[str, list[float]]] = {}
    skipped = []
    with tempfile.TemporaryDirectory() as folder:
        found["SQLite"] = _rates(f"sqlite:///{Path(folder) / 'ledger.sqlite'}")
    place = postgres.programs()
    if place is None:
        skipped.append(f"PostgreSQL, which Debian has in `{postgres.PACKAGE}`")
    else:
        with postgres.server(place) as url:
            found["PostgreSQL"] = _rates(url)
    kinds = list(found["SQLite"])
    rows = [(name, *(spread(rates[kind], 0) for kind in kinds)) for name, rates in found.items()]
    return Section("Ledger", _HOW, ("Rows a second", *kinds), rows, _LIMITS, skipped)


def _rates(url: str) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = json.loads(
        account.spend(account.python("bench.ledger_run", url), within=60).printed
    )
    return rates
