"""What the five minutes of closed days were, kept beside the ledger so that nobody has to read a month every time.

As the verdicts of closed days, and by the same rules; a test that is told of later makes all be judged anew, too.
A bin's loss is that of the hour around it, so a day is kept once the day after it is sealed as well, and holds as
long as the seals of both its neighbours.
"""

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from collector.judging.bandwidth import provable, tallies
from collector.judging.closed import FOLDER, key_of, part_of, put, seals
from collector.judging.figures import Wanted, asked, measure, tallied
from collector.judging.judge import Case
from collector.judging.roster import Subject
from collector.judging.tested import tests
from collector.judging.window import Period
from indicators.measure import Measure
from indicators.tallies import Tallies


@dataclass(frozen=True, slots=True)
class _Kept:
    """Closed days until a moment, with the seals and the tests that they rest on."""

    until: int
    chains: tuple[str, ...]
    tests: str
    found: Tallies


def standing_bandwidth(
    of: Case, day: Period, month: Period, data_dir: Path, config: str
) -> Iterator[tuple[str, Measure]]:
    """The indicators of bandwidth of this day and this month, of groups in which a circuit is read; with the period.

    The 95th percentile is not among them: it does not follow from what is kept.
    """
    subjects = of.source.roster.by_kind["circuits"]
    read = {one.id for one in provable(of, subjects)}
    if not read:
        return
    found = kept_tallies(of, subjects, month, data_dir, config)
    rows = np.array([one.id in read for one in subjects], np.bool_)
    for name, over in (("day", day), ("month", month)):
        last = found.windows(slice(len(month.edges) - len(over.edges), None))
        for members in asked("circuits", subjects, over, Wanted()).whom:
            if members.counts[rows].any():
                for indicator, bracket in tallied(last, members).items():
                    yield name, measure(of, "circuits", "line", members.name, indicator, bracket, over)


def kept_tallies(of: Case, subjects: Sequence[Subject], over: Period, data_dir: Path, config: str) -> Tallies:
    """By the days of a period, which begins with one; closed days from what is kept where that still holds."""
    connection = of.source.connection
    sealed = seals(connection, over.begin - 1, over.end)
    until = seals(connection, over.begin - 1, sealed.until - 1).until
    if until <= over.begin:
        return tallies(of, subjects, over)
    place = data_dir / FOLDER / f"bandwidth-{over.begin // 1_000_000}-{of.source.policy.digest[:16]}.npz"
    key = _key(of, subjects, config)
    known = _load(place, key)
    if known is not None and not _holds(of, known, sealed.chains, subjects):
        known = None
    if known is None or known.until < until:
        known = _extended(of, known, subjects, part_of(of, over.begin, until), sealed.chains)
        _save(place, key, known)
    rest = part_of(of, known.until, over.end)
    return known.found.followed(tallies(of, subjects, rest)) if rest.begin < rest.end else known.found


def _extended(
    of: Case, known: _Kept | None, subjects: Sequence[Subject], over: Period, chains: tuple[str, ...]
) -> _Kept:
    """What is known with the closed days that came since; all of them where nothing is."""
    if known is None:
        found = tallies(of, subjects, over)
    else:
        found = known.found.followed(tallies(of, subjects, part_of(of, known.until, over.end)))
    return _Kept(over.end, chains, _tests(of, subjects, over.end), found)


def _holds(of: Case, known: _Kept, chains: tuple[str, ...], subjects: Sequence[Subject]) -> bool:
    same = known.chains == chains[: len(known.chains)]
    return same and known.tests == _tests(of, subjects, known.until)


def _key(of: Case, subjects: Sequence[Subject], config: str) -> str:
    whose = [one.id for one in provable(of, subjects)]
    return hashlib.sha256(repr((key_of(of, config), whose)).encode()).hexdigest()


def _tests(of: Case, subjects: Sequence[Subject], until: int) -> str:
    """By what all tests are known that speak of bins before a moment."""
    found = tests(of.source.connection, [one.id for one in subjects], until)
    return hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()


def _save(place: Path, key: str, of: _Kept) -> None:
    put(
        place,
        {
            "key": np.array(key),
            "until": np.array(of.until),
            "chains": np.array(of.chains),
            "tests": np.array(of.tests),
            "reasons": of.found.reasons.astype(np.int16),
            "congestion": of.found.congestion.astype(np.int16),
        },
    )


def _load(place: Path, key: str) -> _Kept | None:
    """What is kept; None where it was made of something else, or cannot be read."""
    try:
        with place.open("rb") as opened, np.load(opened) as file:
            if str(file["key"]) != key:
                return None
            found = Tallies(file["reasons"].astype(np.int64), file["congestion"].astype(np.int64))
            return _Kept(int(file["until"]), tuple(file["chains"].tolist()), str(file["tests"]), found)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None
