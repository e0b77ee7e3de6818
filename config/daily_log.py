"""A log with a row a day, such as the SMS platform's 发送/接收 counts, and on which of its days all was well.

A day is well where the log says so in words, or where what was received is at least a share of what was sent. A day
on which nothing was sent says nothing. What a day was, the log says of the whole of it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from config.entry_headings import choice
from config.errors import ConfigError, WrongValueError
from config.headings import Heading, Vocabulary
from config.listing import Listing, read_listing
from config.spellings import is_nothing
from config.units import read_day

VOCABULARY = Vocabulary(
    (
        Heading("day", "日期", "Day", "统计日期 时间 发送日期 Date"),
        Heading("sent", "发送数", "Sent", "发送量 发送条数 发送 提交数 应收"),
        Heading("received", "接收数", "Received", "接收量 成功数 成功条数 送达数 接收 成功 实收"),
        Heading("state", "状态", "State", "运行情况 情况 运行状态 是否正常"),
    ),
    ("day",),
)


@dataclass(frozen=True, slots=True)
class LoggedDay:
    """One day of a log, and whether all was well on it."""

    day: dt.date
    well: bool


def read_daily_log(
    path: Path, least: Decimal, sheet: str = "", named: Mapping[str, str] | None = None
) -> list[LoggedDay]:
    """The days of a log that say something, in order; `least` is the share that must have been received.

    Raises ConfigError with everything that is wrong, by sheet, row and column.
    """
    listing = read_listing(path, sheet, named, VOCABULARY)
    _refuse_without_columns(listing)
    found: dict[dt.date, tuple[int, LoggedDay]] = {}
    for row, texts in listing.body():
        one = _day(listing, row, texts, least)
        if one is None:
            continue
        if one.day in found:
            listing.say(
                "doubled",
                row,
                "day",
                "{day} stands in row {other} already",
                day=one.day,
                other=found[one.day][0],
            )
        found[one.day] = row, one
    wrong = tuple(one for one in listing.findings if one.severity == "error")
    if wrong:
        raise ConfigError(wrong)
    return [one for _, (_, one) in sorted(found.items())]


def _refuse_without_columns(listing: Listing) -> None:
    if listing.of("day") is None:
        text = "no column is headed {known}; expected one, or --column HEADING=day"
        listing.say("missing", listing.head, "", text, known=VOCABULARY.examples("day"))
    if listing.of("state") is None and (listing.of("sent") is None or listing.of("received") is None):
        text = "nothing tells how a day was; expected a column 状态, or two, 发送数 and 接收数"
        listing.say("missing", listing.head, "", text)


def _day(listing: Listing, row: int, texts: Mapping[str, str], least: Decimal) -> LoggedDay | None:
    try:
        day = read_day(texts.get("day", "").strip())
    except WrongValueError as wrong:
        listing.say(wrong.rule, row, "day", wrong.text, **wrong.values)
        return None
    well = _in_words(listing, row, texts.get("state", ""))
    if well is None:
        well = _by_counts(listing, row, texts, least)
    return None if well is None else LoggedDay(day, well)


def _in_words(listing: Listing, row: int, written: str) -> bool | None:
    if is_nothing(written):
        return None
    meant = choice("state", written)
    if meant is None:
        text = "{found} says neither that all was well nor that it was not; expected 正常 or 中断"
        listing.say("choice", row, "state", text, found=written)
    return meant == "up"


def _by_counts(listing: Listing, row: int, texts: Mapping[str, str], least: Decimal) -> bool | None:
    sent, received = (_count(listing, row, name, texts.get(name, "")) for name in ("sent", "received"))
    if sent is None or received is None or sent == 0:
        return None
    if received > sent:
        text = "{received} were received of {sent} sent; expected no more than were sent"
        listing.say("counts", row, "received", text, received=received, sent=sent)
    return received >= least * sent


def _count(listing: Listing, row: int, name: str, written: str) -> Decimal | None:
    if is_nothing(written):
        return None
    try:
        count = Decimal(written.replace(",", "").replace("，", "").strip())
    except InvalidOperation:
        count = Decimal(-1)
    if count < 0 or not count.is_finite():
        listing.say("count", row, name, "{found} is not a count; expected such as 1200", found=written)
        return None
    return count
