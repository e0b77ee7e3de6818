"""`lab year`: fill an empty practice directory with a made-up year, to try indicators and forms on."""

import datetime as dt
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from collector import app, made_year
from collector.commands.practice import EXAMPLE
from collector.commands.shared import DEFAULT_DATA, tell
from collector.ledger.store import micros, open_ledger, sqlite_url
from collector.version import VERSION
from config.errors import LinewalkerError
from config.load import load
from config.model import Config
from indicators.calendar import SECOND, date_at, instant, year_window
from lab import year_truth


@click.command("year")
@click.option(
    "--network", type=click.Path(path_type=Path), default=EXAMPLE, help="the network it is a year of"
)
@click.option("-c", "--config", "network", type=click.Path(path_type=Path), help="the same as --network")
@click.option("--year", type=click.IntRange(1980, 2100), help="default the last year that is over")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="another seed, another year"
)
@click.option("--gapless", is_flag=True, help="a year in which the collector was never away")
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=DEFAULT_DATA, show_default=True
)
def year_command(*, network: Path, year: int | None, seed: int, gapless: bool, data: Path) -> None:
    """Fill an empty directory with a made-up year, and write down what truly happened in it."""
    config = load(network)
    if config.storage.url:
        raise LinewalkerError(
            "{file} names a ledger of its own under storage.url; practice facts are kept in the data directory only",
            file=network,
        )
    begin, end = _window(config, year, time.time())
    _claim(data)
    made = made_year.drawn(config, begin, end, seed, gapless=gapless)
    ledger = open_ledger(sqlite_url(data), create=True)
    try:
        rows = made_year.write(ledger, config, made, VERSION)
    finally:
        ledger.close()
    year_truth.write(made, data)
    tell(
        "{runs} runs and {days} days of {checks} checks; what truly happened is in {truth}",
        runs=rows["run"],
        days=rows["quality_day"],
        checks=rows["check"],
        truth=data / year_truth.WHOLE,
    )


def _window(config: Config, year: int | None, now: float) -> tuple[int, int]:
    """The days of a year that are over, microseconds. Raises LinewalkerError where there are too few."""
    zone = ZoneInfo(config.calendar.zone)
    today = date_at(micros(now), zone)
    begin, end = year_window(today.year - 1 if year is None else year, zone)
    end = min(end, instant(today, 0, zone))
    if end - begin < dt.timedelta(days=2).total_seconds() * SECOND:
        raise LinewalkerError(
            "of {year} fewer than two days are over; expected an earlier year", year=year or today.year - 1
        )
    return begin, end


def _claim(data: Path) -> None:
    """Make the directory and mark it as practice. Raises LinewalkerError where anything is kept in it."""
    if data.exists() and any(data.iterdir()):
        raise LinewalkerError(
            "{place} is not empty; a made-up year is written into an empty directory only: give another with --data",
            place=data,
        )
    app.claim(data, practice=True)
