"""The lines of `weeks` at 10 Mbit/s, all up and watched, and what may be counted and tested; no tests here."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from collector.judging.bandwidth import tallies
from collector.judging.figures import Wanted, bandwidth_measures
from collector.judging.window import period
from collector.ledger.store import Batch
from indicators.bins import BIN_SECONDS
from indicators.entered import EnteredFacts
from indicators.measure import Bracket
from indicators.policy import Policy
from indicators.tallies import Tallies
from tests.collector import facts
from tests.collector.facts import S
from tests.collector.judging.weeks import DAY, FIRST, HOUR, SHANGHAI, Weeks, judging, weeks
from tests.collector.keeping.counted import five_minutes

RATE = 10_000_000
FULL = RATE * BIN_SECONDS // 8  # octets of five minutes at the contracted rate
BINS = DAY // BIN_SECONDS  # of a day


def busy(folder: Path, days: int = 1) -> Weeks:
    """Everybody up over some days and an hour on either side."""
    found = weeks(folder, 0)
    watch = facts.watch(FIRST - HOUR, FIRST + days * DAY + HOUR, reason="stopped")
    found.ledger.write(Batch({"watch": [watch]}))
    for check in found.checks.values():  # they have been up for an hour before the first midnight
        before = {**facts.run(check, FIRST - HOUR, 1), "ended_at": FIRST * S}
        found.ledger.write(Batch({"run": [before]}))
    circuits = tuple(replace(one, commit_rate=RATE) for one in found.config.circuits)
    found.config = found.config.model_copy(update={"circuits": circuits})
    return found


def port(of: Weeks, circuit: str) -> int:
    """The check of the interface that carries a circuit."""
    common = {"kind": "interface", "probe": "interface", "source": "", "vantage": "centre"}
    return of.ledger.enrol([{**common, "subject": circuit, "address": f"core/{circuit}"}])[0]


def cut(of: Weeks, circuit: str, begin: int, end: int) -> None:
    """Have a line down for once."""
    check = of.checks[circuit]
    batch = Batch({"run": [facts.run(check, begin, 0), facts.run(check, end, 1)]})
    batch.ends += [facts.end(check, FIRST, begin), facts.end(check, begin, end)]
    of.ledger.write(batch)


def measured(of: Weeks, circuit: str, at: int, rate: int, **more: object) -> None:
    """A test of a line that came to a rate, nothing else going over it."""
    row = facts.measurement(f"{circuit}-{at}", at, circuit=circuit)
    row |= {"rate_bps": rate, "other_bps": 0, "direction": "both"}
    of.ledger.write(Batch({"throughput": [{**row, **more}]}))


def counts(of: Weeks, check: int, begin: int, rows: Iterable[Mapping[str, int | None]]) -> None:
    """Five minutes of a check, one after the other."""
    written = [
        five_minutes(check, (begin + number * BIN_SECONDS) * S, **one) for number, one in enumerate(rows)
    ]
    of.ledger.write(Batch({"quality": written}))


def figures(
    of: Weeks,
    wanted: Wanted,
    begin: int = FIRST,
    end: int = FIRST + DAY,
    *,
    entered: EnteredFacts | None = None,
    policy: Policy | None = None,
) -> dict[tuple[str, str], Bracket]:
    """Every figure of bandwidth of a period, by whom it is of and its indicator."""
    now = end + HOUR
    with judging(of, now, policy, entered) as case:
        over = period(begin * S, end * S, SHANGHAI, now * S)
        return {(one.subject, one.indicator): one.bracket for one in bandwidth_measures(case, over, wanted)}


def counted(of: Weeks, begin: int, end: int, now: int) -> Tallies:
    """What the five minutes of all lines were, as read from the ledger."""
    with judging(of, now) as case:
        subjects = case.source.roster.by_kind["circuits"]
        return tallies(case, subjects, period(begin * S, end * S, SHANGHAI, now * S))
