"""Judge a year that lies in a ledger, in a process of its own, and print as JSON what it cost.

`write` makes the year, `cold` judges all of it from the ledger, `kept` again with its closed days kept, `one` a
single circuit's year, `live` what the service does each minute, `pandas` a plain evaluation of the same runs.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from bench import judged_ledger
from bench.account import peak_bytes
from bench.province import Province
from collector import processes
from collector.judging.closed import judged
from collector.judging.figures import Wanted, measures
from collector.judging.judge import Case, case
from collector.judging.lines import source
from collector.judging.roster import Subject, roster
from collector.judging.standing import PERIODS, reach, standing
from collector.judging.window import Period, period
from collector.ledger.store import Batch, Ledger, Life, Row, open_ledger, sqlite_url
from config.load import load
from config.model import Config
from indicators.calendar import day_edges
from indicators.entered import EnteredFacts
from indicators.policy import Policy

DAY = judged_ledger.DAY
DAYS = 365
ZONE = ZoneInfo("Asia/Shanghai")


def main() -> None:
    """Arguments: what to do, the folder with the configuration and the ledger; of `write` the size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("write", *_JUDGED))
    parser.add_argument("--kept", type=Path, required=True)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--runs", type=int, default=0)
    given = parser.parse_args()
    judge = _JUDGED.get(given.what)
    print(json.dumps(judge(given.kept) if judge else _write(given.kept, given.count, given.runs)))


def _end() -> int:
    """The last midnight UTC: until then the year reaches."""
    return int(time.time() * 1e6) // DAY * DAY


def _write(kept: Path, count: int, runs: int) -> dict[str, float]:
    province = Province(count)
    province.write(kept)
    written = judged_ledger.write_year(kept, province, runs, DAYS)
    ledger = open_ledger(sqlite_url(kept), create=True)
    ledger.begin(Life(collector="keep", vantage="bench", version="0", now=time.time()))
    ledger.write(Batch({"seal": list(_seals())}))
    ledger.close()
    return dict(written)


def _seals() -> Iterator[Row]:
    """A seal a day, so that days count as closed; what they are the digests of does not matter here."""
    edges = day_edges(_end() - DAYS * DAY, _end(), ZONE).tolist()
    for place, (begin, end) in enumerate(pairwise(edges), 1):
        yield {
            "started_at": begin,
            "revision": 1,
            "ended_at": end,
            "place": place,
            "digests": "{}",
            "through": "{}",
            "sealed_at": end,
            "chain": f"{place:064x}",
        }


@contextmanager
def _opened(kept: Path) -> Iterator[tuple[Ledger, Config]]:
    config = load(kept / "network.yaml")
    ledger = open_ledger(sqlite_url(kept), create=True)
    yield ledger, config
    ledger.close()


def _measured(work: Callable[[], int]) -> dict[str, float]:
    """CPU seconds of this process, seconds of the clock, how many figures came of it."""
    cpu, wall = time.process_time(), time.monotonic()
    count = work()
    return {
        "cpu": time.process_time() - cpu,
        "wall": time.monotonic() - wall,
        "peak": peak_bytes(),
        "count": count,
    }


@contextmanager
def _case(ledger: Ledger, config: Config, few: tuple[Subject, ...] = ()) -> Iterator[tuple[Case, Period]]:
    end = _end()
    with ledger.reading() as connection:
        prepared = source(connection, roster(config), Policy(), end, few=few)
        yield case(prepared, EnteredFacts()), period(end - DAYS * DAY, end, ZONE, end)


def _cold(kept: Path) -> dict[str, float]:
    with _opened(kept) as (ledger, config):

        def work() -> int:
            with _case(ledger, config) as (prepared, over):
                return len(list(measures(prepared, over, Wanted())))

        return _measured(work)


def _kept(kept: Path) -> dict[str, float]:
    """The second time: the first one keeps what closed days were judged as."""
    with _opened(kept) as (ledger, config), _case(ledger, config) as (prepared, over):
        by_kept = partial(judged, data_dir=kept, config=config.digest)
        list(measures(prepared, over, Wanted(), by_kept))
        return _measured(lambda: len(list(measures(prepared, over, Wanted(), by_kept))))


def _one(kept: Path) -> dict[str, float]:
    """A circuit of the ordinary kind: the last one."""
    with _opened(kept) as (ledger, config):
        subject = roster(config).by_kind["circuits"][-1]
        with _case(ledger, config, (subject,)) as (prepared, over):
            wanted = Wanted(subjects=(subject.id,))
            list(measures(prepared, over, wanted))
            return _measured(lambda: len(list(measures(prepared, over, wanted))))


def _live(kept: Path) -> dict[str, float]:
    """What a minute costs the service: today's (the median of three), and each tenth time month and year."""
    with _opened(kept) as (ledger, config):
        known, now = roster(config), int(time.time() * 1e6)
        processes.settle()  # as the service does

        def work(*periods: str) -> int:
            with ledger.reading() as connection:
                prepared = source(connection, known, config.rules, now, since=reach(now, ZONE))
                return len(standing(case(prepared, EnteredFacts()), config, kept, periods)["measures"])

        work(*PERIODS)
        short = sorted((_measured(lambda: work("day")) for _ in range(3)), key=lambda one: one["cpu"])[1]
        long = _measured(lambda: work(*PERIODS))
        return {
            **{name: 0.9 * short[name] + 0.1 * long[name] for name in ("cpu", "wall")},
            "peak": long["peak"],
            "count": long["count"],
        }


def _pandas(kept: Path) -> dict[str, float]:
    """Availability and normal days of each group: no unknown, no settling but for short silences, no bounds."""
    pd = import_module("pandas")
    with _opened(kept) as (ledger, config):

        def work() -> int:
            with ledger.reading() as connection:
                text = (
                    'SELECT c.subject, r.started_at, r.ended_at FROM run r JOIN "check" c ON c.id = r."check" '
                    "WHERE r.outcome = 0 AND r.ended_at - r.started_at >= 30000000"
                )
                runs = pd.read_sql_query(text, connection.connection.dbapi_connection)
            group = {one.id: one.group for one in config.circuits}
            first, last = runs.started_at // DAY, (runs.ended_at - 1) // DAY
            days = runs.loc[runs.index.repeat(last - first + 1)].copy()
            days["day"] = days.started_at // DAY + days.groupby(level=0).cumcount()
            begin, end = days.day * DAY, (days.day + 1) * DAY
            days["down"] = days.ended_at.clip(upper=end) - days.started_at.clip(lower=begin)
            days["group"] = days.subject.map(group)
            daily = days.groupby(["group", "day"]).down.sum()
            lines = pd.Series(group).value_counts()
            limit = 0.01 * DAY * daily.index.get_level_values(0).map(lines)
            normal = DAYS - (daily > limit).groupby(level=0).sum()
            available = 1 - days.groupby("group").down.sum() / (lines * DAYS * DAY)
            return len(normal) + len(available)

        return _measured(work)


_JUDGED = {"cold": _cold, "kept": _kept, "one": _one, "live": _live, "pandas": _pandas}


if __name__ == "__main__":
    main()
