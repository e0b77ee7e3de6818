"""What the commands about a plan begin with: whether it is of the year that was typed, its network and its facts."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collector.commands.shared import config_of, ledger_of
from collector.evaluating.measured import Facts
from collector.ledger.store import micros
from config.errors import LinewalkerError
from config.model import Config
from config.plan import Plan


def require_year(plan: Path, of: Plan, year: int | None) -> None:
    """Refuse a plan of another year than the one that was typed, if one was."""
    own = of.project.year
    if year is not None and year != own:
        raise LinewalkerError("{plan} is the plan of {own}, not of {year}", plan=plan, own=own, year=year)


@contextmanager
def facts_of(own: Config | None, config: Path | None, data: Path) -> Iterator[Facts]:
    """The facts of now, of the configuration named, else of the plan's `own`, else as every command finds it."""
    now = micros(time.time())
    network = own if config is None and own is not None else config_of(config, data)
    ledger = ledger_of(network, data)
    try:
        with ledger.reading() as connection:
            yield Facts(connection, network, data, now)
    finally:
        ledger.close()
