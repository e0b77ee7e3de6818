"""Facts kept elsewhere, so that a first year can be whole: `import daily`, `import prometheus`.

What others recorded becomes attestations: signed by somebody, approved by a second person, and settling unknown time
only. Lists of outages are taken over in `outage_lists.py`.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from collector.attested import DAY, SECOND, Paper, Row, row
from collector.commands import entry_rows
from collector.commands.entries import (
    At,
    Given,
    enter_new,
    opened,
    read_moment,
    read_subject,
    subject_option,
    vouching,
)
from collector.commands.shared import show, tell
from collector.ledger.store import micros, seconds
from collector.prometheus_history import HistoryError, samples, stretches
from config.daily_log import read_daily_log
from config.errors import LinewalkerError, MachineError
from config.policy import read_share
from exporters.figures import rfc3339
from indicators.calendar import day_window

_MOST_STEPS = 4_000_000  # a year of samples every eight seconds
_DAY = dt.timedelta(days=1)


@click.command("daily")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@subject_option
@click.option("--signed-by", required=True, help="who signed the log")
@click.option(
    "--least", default="95 %", show_default=True, help="share of what was sent that must have been received"
)
@click.option("--sheet", default="", help="the sheet of a workbook that has several")
@click.option(
    "--column", "columns", multiple=True, metavar="HEADING=FIELD", help="what a heading means; - nothing"
)
@click.option("--write", is_flag=True, help="enter it; else only show what would be entered")
@vouching
def import_daily(
    *,
    path: Path,
    subject: str | None,
    signed_by: str,
    least: str,
    sheet: str,
    columns: tuple[str, ...],
    write: bool,
    given: Given,
) -> None:
    """Take over a log with a row a day, such as what an SMS platform sent and received."""
    named = dict(one.partition("=")[::2] for one in columns)
    with opened(entry_rows.ATTESTATION, given) as at:
        pair = read_subject(subject or "", at.known)
        logged = read_daily_log(path, Decimal(str(read_share(least))), sheet, named)
        zone = ZoneInfo(at.config.calendar.zone)
        days = [(*day_window(one.day, one.day + _DAY, zone), one.well) for one in logged]
        paper = Paper("message-log", signed_by, path.name, f"{least} of what was sent, day by day", DAY)
        rows = _rows(_joined(days), pair, paper)
        _finish(at, rows, zone, write, given.file or path)


@click.command("prometheus")
@click.argument("url")
@subject_option
@click.option("--query", required=True, help="such as 'probe_success{instance=\"10.64.0.2\"}'")
@click.option("--from", "begin", required=True, help="from this time on")
@click.option("--to", "end", required=True, help="before this time")
@click.option(
    "--step", type=click.IntRange(1, 3600), default=60, show_default=True, help="seconds between samples"
)
@click.option("--signed-by", required=True, help="who vouches for that Prometheus")
@click.option("--write", is_flag=True, help="enter it; else only show what would be entered")
@vouching
def import_prometheus(
    *,
    url: str,
    subject: str | None,
    query: str,
    begin: str,
    end: str,
    step: int,
    signed_by: str,
    write: bool,
    given: Given,
) -> None:
    """Take over what a Prometheus recorded of a target, sample by sample; what it did not sample stays unknown."""
    with opened(entry_rows.ATTESTATION, given) as at:
        pair = read_subject(subject or "", at.known)
        first, last = (
            read_moment(option, text, at.config.calendar.zone)
            for option, text in (("--from", begin), ("--to", end))
        )
        if first >= last or seconds(last - first) / step > _MOST_STEPS:
            raise LinewalkerError(
                "from {begin} to {end} are no samples, or too many; expected up to {most}",
                begin=begin,
                end=end,
                most=_MOST_STEPS,
            )
        try:
            found = list(stretches(samples(url, query, seconds(first), seconds(last), step), step))
        except HistoryError as error:
            raise MachineError("{url} does not tell its history: {error}", url=url, error=error) from error
        told = [(micros(one.begin), min(micros(one.end), last), one.up) for one in found]
        how = f"Prometheus, a sample every {step} s"
        rows = _rows(told, pair, Paper("monitor", signed_by, f"{url} {query}", how, step * SECOND))
        _finish(at, rows, ZoneInfo(at.config.calendar.zone), write, given.file)


def _joined(days: Sequence[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    """Days that follow each other and were alike as one stretch."""
    found: list[tuple[int, int, bool]] = []
    for begin, end, well in days:
        if found and found[-1][1:] == (begin, well):
            found[-1] = (found[-1][0], end, well)
        else:
            found.append((begin, end, well))
    return found


def _rows(told: Sequence[tuple[int, int, bool]], pair: tuple[str, str], paper: Paper) -> list[Row]:
    return [row(pair, begin, end, paper, up=up) for begin, end, up in told if begin < end]


def _finish(at: At, rows: list[Row], zone: ZoneInfo, write: bool, file: Path | None) -> None:
    """Show what would be entered, or enter what is not in force already."""
    if not write:
        show("attestations", [_shown(one, zone) for one in rows], None)
        tell("{count} would be entered with --write", count=len(rows))
        return
    enter_new(at, rows, file)


def _shown(one: Row, zone: ZoneInfo) -> Row:
    times = {
        name: rfc3339(seconds(one[key]), zone, "seconds")
        for name, key in (("from", "started_at"), ("to", "ended_at"))
    }
    return {"subject": one["subject"], **times, "state": one["state"], "origin": one["origin"]}
