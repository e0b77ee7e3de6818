"""The command `reconcile`: a carrier's own list of faults held against what was judged here, fault by fault."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from collector import entered
from collector.commands import entry_rows
from collector.commands.entries import At, Given, named, opened, read_moment, say_notes, vouching
from collector.commands.judging import policy_of
from collector.commands.shared import formed, show, tell, tell_aside
from collector.entered import FOREVER
from collector.judging.judge import case
from collector.judging.lines import source
from collector.judging.roster import NEVER_ENDS, Subject, roster
from collector.paying.seen import Seen, seen
from config.entry_headings import CARRIER_FAULTS
from config.entry_lists import Row, read_entries
from config.errors import ConfigError, Finding, LinewalkerError
from config.policy import read_duration
from exporters.words import default_language, words
from indicators.entered import EnteredFacts, Ticket
from indicators.reconciling import Stretch, differs, exact, matched

_DIFFERS = 1


@dataclass(frozen=True, slots=True)
class _Pair:
    """A fault of a circuit in one list or in both, and by how much (microseconds) its edges lie apart."""

    circuit: str
    ours: Seen | None
    theirs: Row | None
    start: int = 0
    end: int | None = 0

    @property
    def result(self) -> str:
        """In which list it is, and whether times differ."""
        if self.ours is None or self.theirs is None:
            return "theirs only" if self.ours is None else "ours only"
        return "matched" if self.start == 0 == self.end else "times differ"


@click.command("reconcile")
@click.argument("path", metavar="LIST", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--carrier", required=True, help="whose list it is")
@click.option("--from", "begin", required=True, help="the list is about the time from here on")
@click.option("--to", "end", required=True, help="and before this time")
@click.option("--tolerance", default="5m", show_default=True, help="by how much times may differ")
@click.option("--sheet", default="", help="the sheet of a workbook that has several")
@click.option(
    "--column", "columns", multiple=True, metavar="HEADING=FIELD", help="what a heading means; - nothing"
)
@click.option("--confirm", is_flag=True, help="enter what agrees as tickets that both sides signed")
@click.option("--signed-by", default="", help="with --confirm: who signed the list for the carrier")
@formed
@vouching
def reconcile(
    *,
    path: Path,
    carrier: str,
    begin: str,
    end: str,
    tolerance: str,
    sheet: str,
    columns: tuple[str, ...],
    confirm: bool,
    signed_by: str,
    form: str | None,
    given: Given,
) -> None:
    """Hold a carrier's list of faults against those judged here; exit 1 where they differ."""
    if confirm and not signed_by.strip():
        raise LinewalkerError("nobody is named who signed the list; expected --signed-by beside --confirm")
    slack = round(read_duration(tolerance) * 1e6)
    with opened(entry_rows.FAULTS, given) as at:
        over = _period(at, begin, end)
        subjects = _lines_of(at, carrier)
        listed = _listed(at, path, sheet, columns, subjects, over)
        facts, ours = _judged(at, subjects, over)
        pairs = [
            pair
            for one in subjects
            for pair in _pairs(one.id, ours.get(one.id, ()), listed.get(one.id, ()), slack, at.known.now)
        ]
        _show(pairs, at.config.calendar.zone, form)
        if confirm:
            _confirm(at, facts, pairs, carrier, signed_by.strip(), given.file or path)
    if any(pair.result != "matched" for pair in pairs):
        raise SystemExit(_DIFFERS)


def _period(at: At, begin: str, end: str) -> tuple[int, int]:
    zone = at.config.calendar.zone
    first, last = read_moment("--from", begin, zone), read_moment("--to", end, zone)
    if first >= last:
        raise LinewalkerError(
            "the period ends before it begins: --from {begin} --to {end}", begin=begin, end=end
        )
    return first, last


def _lines_of(at: At, carrier: str) -> tuple[Subject, ...]:
    """The lines that are, or were, of a carrier. Raises LinewalkerError for one that nobody has."""
    if all(one.id != carrier for one in at.config.carriers):
        raise LinewalkerError("there is no carrier {name} in the configuration", name=carrier)
    circuits = roster(at.config).by_kind["circuits"]
    return tuple(one for one in circuits if any(era.carrier == carrier for era in one.eras))


def _listed(
    at: At,
    path: Path,
    sheet: str,
    columns: Sequence[str],
    subjects: Sequence[Subject],
    over: tuple[int, int],
) -> Mapping[str, list[Row]]:
    """The rows of the list that touch the period, by circuit. Raises ConfigError for lines of somebody else."""
    found = read_entries(path, CARRIER_FAULTS, at.known, sheet, named(columns))
    say_notes(found)
    mine = {one.id for one in subjects}
    strange = [
        Finding(
            "subject",
            "error",
            row.place,
            "{subject} is no line of this carrier; expected one of its circuits",
            {"subject": row.values["subject"]},
        )
        for row in found.rows
        if row.values["subject"] not in mine
    ]
    if strange:
        raise ConfigError(tuple(strange))
    told = defaultdict[str, list[Row]](list)
    for row in found.rows:
        if row.values["started_at"] < over[1] and row.values.get("ended_at", FOREVER) > over[0]:
            told[row.values["subject"]].append(row)
    outside = len(found.rows) - sum(map(len, told.values()))
    if outside:
        tell_aside("{count} rows lie outside the period and say nothing", count=outside)
    return told


def _judged(
    at: At, subjects: Sequence[Subject], over: tuple[int, int]
) -> tuple[EnteredFacts, Mapping[str, tuple[Seen, ...]]]:
    with at.desk.ledger.reading() as connection:
        prepared = source(connection, roster(at.config), policy_of(at.config, None), at.known.now)
        facts = entered.facts(connection, 0, NEVER_ENDS)
        lanes = seen(case(prepared, facts), subjects, *over)
        return facts, {lane.subject.id: lane.faults for lane in lanes}


def _pairs(
    circuit: str, ours: Sequence[Seen], theirs: Sequence[Row], tolerance: int, now: int
) -> Iterator[_Pair]:
    """What is in one list or in both, of one circuit, by time."""
    mine = [_stretch(one) for one in ours]
    others = [exact(row.values["started_at"], row.values.get("ended_at")) for row in theirs]
    pairs = matched(mine, others, tolerance, now)
    found = [
        (
            mine[row].start,
            _Pair(circuit, ours[row], theirs[column], *differs(mine[row], others[column], tolerance)),
        )
        for row, column in pairs
    ]
    rows, columns = {row for row, _ in pairs}, {column for _, column in pairs}
    found += [(mine[at].start, _Pair(circuit, one, None)) for at, one in enumerate(ours) if at not in rows]
    found += [
        (others[at].start, _Pair(circuit, None, one)) for at, one in enumerate(theirs) if at not in columns
    ]
    yield from (pair for _, pair in sorted(found, key=lambda each: each[0]))


def _stretch(one: Seen) -> Stretch:
    times = one.times
    after = times.start if times.start_after is None else times.start_after
    return Stretch(times.start, times.end, after, times.start_before, times.end_after, times.end_before)


def _show(pairs: Sequence[_Pair], zone: str, form: str | None) -> None:
    say = words(default_language())
    rows = [_told(one, zone) for one in pairs]
    if form is None:
        rows = [{**row, "result": say(row["result"])} for row in rows]
    show("faults", rows, form)
    if form is None:
        count = {name: sum(one.result == name for one in pairs) for name in _RESULTS}
        tell(
            "{matched} matched, {differ} with times that differ, {ours} ours only, {theirs} theirs only",
            **{key: count[name] for name, key in _RESULTS.items()},
        )


_RESULTS = {"matched": "matched", "times differ": "differ", "ours only": "ours", "theirs only": "theirs"}


def _told(one: _Pair, zone: str) -> dict[str, Any]:
    times, row = (one.ours.times if one.ours else None), one.theirs
    return {
        "circuit": one.circuit,
        "result": one.result,
        "fault": one.ours.id if one.ours else None,
        "start": _at(times.start, zone) if times else None,
        "end": _at(times.end, zone) if times else None,
        "their_start": _at(row.values["started_at"], zone) if row else None,
        "their_end": _at(row.values.get("ended_at"), zone) if row else None,
        "start_beyond_seconds": one.start / 1e6,
        "end_beyond_seconds": None if one.end is None else one.end / 1e6,
        "number": row.values.get("number", "") if row else "",
        "place": row.place if row else "",
    }


def _at(at: int | None, zone: str) -> str | None:
    return (
        None
        if at is None
        else dt.datetime.fromtimestamp(at / 1e6, ZoneInfo(zone)).isoformat(timespec="seconds")
    )


def _confirm(
    at: At, facts: EnteredFacts, pairs: Sequence[_Pair], carrier: str, signed_by: str, file: Path
) -> None:
    """What agrees, as tickets that both sides signed: each still waits for a second person."""
    proof = at.proof(file)
    agreed = [pair for pair in pairs if pair.result == "matched" and pair.ours and pair.theirs]
    said = {"party": carrier, "confirmed_by": at.desk.author.by, "party_confirmed_by": signed_by}
    new: list[dict[str, Any]] = []
    again = 0
    for pair in agreed:
        values = _ticket(pair, said)
        ticket = _ticket_of(facts, pair)
        if ticket is None:
            new.append(values)
        elif ticket.confirmed_by and ticket.party_confirmed_by:
            again += 1
        else:
            # What the office wrote down about it stays; its times are those that both sides now agree on.
            at.desk.update(ticket.id, {name: value for name, value in values.items() if value}, proof)
    at.desk.enter(new, proof)
    tell_aside(
        "{count} confirmed by both sides, {same} were so already; none counts before a second person approves it",
        count=len(agreed) - again,
        same=again,
    )


def _ticket(pair: _Pair, said: Mapping[str, str]) -> dict[str, Any]:
    assert pair.theirs is not None  # noqa: S101 - matched
    values = pair.theirs.values
    return {
        "kind": "circuit",
        "subject": pair.circuit,
        "reported_at": values["started_at"],
        "restored_at": values.get("ended_at"),
        "number": values.get("number", ""),
        "cause": values.get("cause", ""),
        "reference": Path(pair.theirs.place).name,
        **said,
    }


def _ticket_of(facts: EnteredFacts, pair: _Pair) -> Ticket | None:
    """The ticket that was open during a fault, if there is one."""
    assert pair.ours is not None  # noqa: S101 - matched
    times = pair.ours.times
    end = FOREVER if times.end is None else times.end
    return next(
        (
            one
            for one in facts.tickets
            if (one.subject.kind, one.subject.id) == ("circuit", pair.circuit)
            and one.reported_at < end
            and (one.restored_at is None or one.restored_at > times.start)
        ),
        None,
    )
