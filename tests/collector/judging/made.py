"""A made-up year in a ledger, ready to be judged; no tests here."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from collector import entered, made_year
from collector.judging.judge import Case, case
from collector.judging.lines import source
from collector.judging.roster import NEVER_ENDS, roster
from collector.judging.window import Period, period
from collector.ledger.store import open_ledger
from config.load import load
from config.model import Config
from indicators.calendar import year_window
from indicators.policy import Policy
from lab.year import Year
from tests.collector.judging.truth import S
from tests.practice import EXAMPLES

DAY = 86_400 * S
NETWORKS = sorted(path.parent.name for path in EXAMPLES.glob("*/network.yaml"))


@dataclass(frozen=True)
class Made:
    """A configuration, the truth of its year, and the case that is judged from its ledger."""

    config: Config
    year: Year
    case: Case
    over: Period


@contextmanager
def made(url: str, network: str, seed: int, days: int) -> Iterator[Made]:
    """The first days of 2025, written into an empty ledger."""
    config = load(Path(EXAMPLES / network / "network.yaml"))
    zone = ZoneInfo(config.calendar.zone)
    begin, end = year_window(2025, zone)
    year = made_year.drawn(config, begin, min(end, begin + days * DAY), seed)
    ledger = open_ledger(url, create=True)
    made_year.write(ledger, config, year, "0")
    now = year.end + 3600 * S
    with ledger.reading() as connection:
        prepared = source(connection, roster(config), Policy(), now)
        told = entered.facts(connection, 0, NEVER_ENDS)
        assert len(told.maintenance) == len(year.windows)
        yield Made(config, year, case(prepared, told), period(year.begin, year.end, zone, now))
    ledger.close()
