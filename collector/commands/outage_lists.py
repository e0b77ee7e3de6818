"""`import outages`: a list of outages that an office or a carrier kept, as attestations of a period.

It says *down* in the outages that it lists, and *up* elsewhere only where somebody says that it is complete. What was
measured stands whatever the list says; how far the two agree is shown before anything is entered.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from collector import entered
from collector.attested import Paper, Row, as_if_approved, elsewhere, row, written_to
from collector.commands import entry_rows
from collector.commands.entries import (
    At,
    Given,
    enter_new,
    named,
    opened,
    read_moment,
    read_subject,
    say_notes,
    vouching,
)
from collector.commands.judging import policy_of
from collector.commands.shared import formed, show, tell, tell_aside
from collector.judging.lines import source
from collector.judging.roster import NEVER_ENDS, roster
from collector.judging.settles import Settles, settles
from config.entries import LATER, Pair
from config.entry_headings import CHOICES, OUTAGES
from config.entry_lists import Entries, read_entries
from config.errors import LinewalkerError
from exporters.figures import duration
from exporters.words import default_language, words


@dataclass(frozen=True, slots=True)
class _Period:
    """The period that a list is about, microseconds, and how it was typed."""

    begin: int
    end: int
    typed: str


@click.command("outages")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--from", "begin", required=True, help="the list is about the time from here on")
@click.option("--to", "end", required=True, help="and before this time")
@click.option("--complete", is_flag=True, help="it lists every outage: whoever it is about was up elsewhere")
@click.option("--circuit", "--subject", "subjects", multiple=True, help="it is about this one, too")
@click.option("--group", "groups", multiple=True, help="and about every circuit of this group")
@click.option("--carrier", "carriers", multiple=True, help="and about every circuit of this carrier")
@click.option("--signed-by", required=True, help="who signed the list")
@click.option(
    "--origin", type=click.Choice(list(CHOICES["origin"])), default="carrier-list", show_default=True
)
@click.option("--reference", default="", help="what the list is called; default the name of the file")
@click.option("--sheet", default="", help="the sheet of a workbook that has several")
@click.option(
    "--column", "columns", multiple=True, metavar="HEADING=FIELD", help="what a heading means; - nothing"
)
@click.option("--write", is_flag=True, help="enter it; else only show what it would settle")
@formed
@vouching
def import_outages(
    *,
    path: Path,
    begin: str,
    end: str,
    complete: bool,
    subjects: tuple[str, ...],
    groups: tuple[str, ...],
    carriers: tuple[str, ...],
    signed_by: str,
    origin: str,
    reference: str,
    sheet: str,
    columns: tuple[str, ...],
    write: bool,
    form: str | None,
    given: Given,
) -> None:
    """Take over a list of outages; shown first is how much unknown time it would settle."""
    with opened(entry_rows.ATTESTATION, given) as at:
        over = _period(at, begin, end)
        about = _about(at, subjects, groups, carriers)
        if about and not complete:
            raise LinewalkerError("only a complete list tells of those it does not name; expected --complete")
        found = read_entries(path, OUTAGES, at.known, sheet, named(columns))
        say_notes(found)
        precision = written_to(one.values[name] for one in found.rows for name in ("started_at", "ended_at"))
        paper = Paper(origin, signed_by, reference or path.name, "", precision)
        rows = list(_rows(found, over, about if complete else None, paper))
        _show(at, rows, form)
        if write:
            enter_new(at, rows, given.file or path, tell_aside if form else tell)
        else:
            tell_aside("{count} would be entered with --write", count=len(rows))


def _period(at: At, begin: str, end: str) -> _Period:
    zone = at.config.calendar.zone
    first, last = read_moment("--from", begin, zone), read_moment("--to", end, zone)
    if first >= last:
        raise LinewalkerError(
            "the period ends before it begins: --from {begin} --to {end}", begin=begin, end=end
        )
    if last > at.known.now + LATER:
        raise LinewalkerError("--to {end} is still to come; expected a time that has been", end=end)
    return _Period(first, last, f"{begin} … {end}")


def _about(at: At, subjects: Sequence[str], groups: Collection[str], carriers: Collection[str]) -> list[Pair]:
    """Whom the list is about besides those that it names. Raises LinewalkerError for a name that nobody has."""
    circuits = at.config.circuits
    for name in groups:
        if all(one.group != name for one in circuits):
            raise LinewalkerError("there is no group {name} in the configuration", name=name)
    for name in carriers:
        if all(one.carrier != name for one in circuits):
            raise LinewalkerError("there is no carrier {name} in the configuration", name=name)
    theirs = [("circuit", one.id) for one in circuits if one.group in groups or one.carrier in carriers]
    return [*(read_subject(one, at.known) for one in subjects), *theirs]


def _rows(found: Entries, over: _Period, complete_for: Sequence[Pair] | None, paper: Paper) -> Iterator[Row]:
    """Down in every outage, as far as it lies in the period; up elsewhere in it, of those it is complete for."""
    outside, told = 0, defaultdict[Pair, list[tuple[int, int]]](list)
    for one in found.rows:
        values = one.values
        pair = values["kind"], values["subject"]
        begin, end = max(values["started_at"], over.begin), min(values["ended_at"], over.end)
        listed = told[pair]
        if begin >= end:
            outside += 1
            continue
        listed.append((begin, end))
        said = {name: values[name] for name in ("reason", "reference", "recorded_by") if name in values}
        yield row(pair, begin, end, paper, up=False) | said
    if outside:
        tell_aside("{count} rows lie outside the period and say nothing", count=outside)
    if complete_for is None:
        return
    why = f"complete list of outages, {over.typed}"
    for pair in dict.fromkeys((*complete_for, *told)):
        for begin, end in elsewhere(told.get(pair, ()), over.begin, over.end):
            yield row(pair, begin, end, paper, up=True) | {"reason": why}


def _show(at: At, rows: Sequence[Row], form: str | None) -> None:
    """What every subject would gain by the policy of the configuration, and where it was measured otherwise."""
    now = at.known.now
    papers = [as_if_approved(one, now) for one in rows]
    counts = defaultdict[Pair, list[Row]](list)
    for one in rows:
        counts[one["kind"], one["subject"]].append(one)
    with at.desk.ledger.reading() as connection:
        prepared = source(connection, roster(at.config), policy_of(at.config, None), now)
        known = entered.facts(connection, 0, NEVER_ENDS)
        gained = settles(prepared, known, papers) if papers else []
    if form:
        show("settled", [_told(one, counts) for one in gained], form)
    else:
        show("settled", [_shown(one, counts) for one in gained], form)
        total = sum(one.up + one.down for one in gained) / 1e6
        say = words(default_language())
        tell(
            "unknown time that it would settle once approved: {time}; measured otherwise: {against}",
            time=duration(total, say),
            against=duration(sum(one.against for one in gained) / 1e6, say),
        )


def _told(of: Settles, counts: Mapping[Pair, Sequence[Row]]) -> Row:
    return {
        "kind": of.kind,
        "subject": of.subject,
        "stretches": len(counts[of.kind, of.subject]),
        "settled_up_seconds": of.up / 1e6,
        "settled_down_seconds": of.down / 1e6,
        "against_measured_seconds": of.against / 1e6,
    }


def _shown(of: Settles, counts: Mapping[Pair, Sequence[Row]]) -> Row:
    say = words(default_language())
    return {
        "subject": of.subject,
        "stretches": len(counts[of.kind, of.subject]),
        "settled_up": duration(of.up / 1e6, say),
        "settled_down": duration(of.down / 1e6, say),
        "against_measured": duration(of.against / 1e6, say) if of.against else "",
    }
