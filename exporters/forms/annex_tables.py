"""What stands behind the figures, as tables: days, outages, restore times, unknown time, carriers, papers."""

from collections.abc import Iterator

from docx.document import Document as Word

from exporters.because import CAUSES
from exporters.figures import NONE
from exporters.forms.annex import Annex, CarrierLine, FaultLine, OutageLine, PaperLine, Part, WindowLine
from exporters.forms.annex_heat import heat_map
from exporters.forms.annex_words import (
    at,
    blamed,
    day_counts,
    kind,
    lasted,
    longest,
    reason,
    scope,
    verdict,
    within,
)
from exporters.forms.paper import Cell, Cells, heading, note, table
from exporters.forms.voice import Voice
from exporters.measures import between, figure
from indicators.catalogue import CATALOGUE
from indicators.percentages import towards

MOST = 40
"""So many outages, faults and days of a part are printed; the others are in the files beside it."""
_RED, _YELLOW = "F4CCCC", "FFF2CC"


def part_tables(document: Word, of: Part, annex: Annex, voice: Voice) -> None:
    """All of one part."""
    heading(document, scope(of.scope, of.title, voice), 2)
    note(
        document,
        voice.say("{members} watched, {time} that count in all; limit to restore: {limit}").format(
            members=of.members, time=lasted(of.counted, voice), limit=lasted(of.limit, voice)
        ),
    )
    heat_map(document, of, voice)
    _days(document, of, voice)
    _outages(document, of, annex, voice)
    _faults(document, of, annex, voice)
    _unknown(document, of, voice)


def _days(document: Word, of: Part, voice: Voice) -> None:
    """Days that are not plainly normal."""
    chosen = [day for day in of.days if day.verdict in ("not normal", "undecided")]
    if not chosen:
        return
    note(document, voice.say("Days that were not normal, or are undecided"), above=True)
    rows: list[Cells] = [
        [
            day.date,
            voice.say(day.verdict),
            *_right(*(lasted(size, voice) for size in (day.down, day.limit, day.unknown, day.counted))),
        ]
        for day in chosen[:MOST]
    ]
    titles = [
        voice.say("day"),
        voice.say("verdict"),
        voice.say("down"),
        voice.say("limit"),
        voice.say("unknown"),
        voice.say("counted"),
    ]
    table(document, titles, rows, (3.2, 3.2, 4.2, 4.2, 4.2, 4.2))
    _more(document, len(chosen), voice)


def _right(*texts: str) -> Iterator[Cell]:
    return (Cell(text, right=True) for text in texts)


def _more(document: Word, count: int, voice: Voice) -> None:
    if count > MOST:
        text = voice.say("{shown} of {count} are printed here; all are in the files of the evidence")
        note(document, text.format(shown=MOST, count=count))


def _outages(document: Word, of: Part, annex: Annex, voice: Voice) -> None:
    say = voice.say
    note(
        document,
        say("Outages: {count}, the longest of them").format(count=len(of.outages)),
        above=bool(of.outages),
    )
    if not of.outages:
        return
    titles = [
        say("subject"), say("start"), "±", say("end"), "±", say("lasted"), say("of it unknown"), say("reason"),
        say("responsible"), say("fault"),
    ]  # fmt: skip
    rows = [_outage(one, annex.zone, voice) for one in longest(of.outages, MOST)]
    table(document, titles, rows, (4.3, 3.5, 1.5, 3.5, 1.5, 2.0, 1.9, 2.5, 3.4, 1.5))
    _more(document, len(of.outages), voice)


def _outage(one: OutageLine, zone: str, voice: Voice) -> Cells:
    return [
        f"{one.name}\n{one.subject}",
        at(one.start, zone),
        within(one.start, one.start_after, one.start_before),
        voice.say("still down") if one.end is None else at(one.end, zone),
        within(one.end, one.end_after, one.end_before),
        Cell(lasted(one.seconds, voice), right=True),
        Cell(lasted(one.unknown, voice) if one.unknown else NONE, right=True),
        reason(one.reason, voice),
        blamed(one.blame, voice) or NONE,
        voice.say("counts") if one.fault else voice.say("excluded"),
    ]


def _faults(document: Word, of: Part, annex: Annex, voice: Voice) -> None:
    """Restore times: each fault against the limit, the worst first to be seen."""
    say = voice.say
    if not of.faults:
        note(document, say("Faults: none began in this period"))
        return
    late = sum(one.verdict == "too late" for one in of.faults)
    text = say("Faults and their restore times: {count}, {late} of them beyond the limit of {limit}")
    note(document, text.format(count=len(of.faults), late=late, limit=lasted(of.limit, voice)), above=True)
    titles = [
        say("subject"), say("start"), say("end"), say("clock"), say("shortest … longest"), say("against the limit"),
        say("responsible"),
    ]  # fmt: skip
    table(
        document,
        titles,
        [_fault(one, annex.zone, voice) for one in _worst(of)],
        (5.4, 3.5, 3.5, 2.4, 4.2, 2.8, 3.8),
    )
    _more(document, len(of.faults), voice)


def _worst(of: Part) -> list[FaultLine]:
    chosen = sorted(of.faults, key=lambda one: (one.verdict == "in time", -one.clock, one.start))[:MOST]
    return sorted(chosen, key=lambda one: (one.start, one.subject))


def _fault(one: FaultLine, zone: str, voice: Voice) -> Cells:
    fill = {"too late": _RED, "undecided": _YELLOW, "waiting": _YELLOW}.get(one.verdict, "")
    return [
        f"{one.name} {one.subject}",
        at(one.start, zone),
        at(one.end, zone) if one.ended else voice.say("not seen to end"),
        Cell(lasted(one.clock, voice), right=True),
        Cell(f"{lasted(one.shortest, voice)} … {lasted(one.longest, voice)}", right=True),
        Cell(verdict(one, voice), fill),
        blamed(one.blame, voice) or NONE,
    ]


def _unknown(document: Word, of: Part, voice: Voice) -> None:
    """Time that is neither up nor down, by its cause."""
    rows: list[Cells] = [
        [
            voice.say(CAUSES.get(cause, cause)),
            *_right(lasted(size, voice), f"{size / of.counted:.4%}" if of.counted else NONE),
        ]
        for cause, size in sorted(of.unknown.items(), key=lambda one: -one[1])
        if size
    ]
    if not rows:
        note(document, voice.say("Unknown time: none"))
        return
    note(document, voice.say("Unknown time by cause"), above=True)
    table(
        document,
        [voice.say("reason"), voice.say("lasted"), voice.say("share of what counts")],
        rows,
        (13.0, 5.0, 5.0),
    )


def carriers(document: Word, of: Annex, voice: Voice) -> None:
    """Availability and restore times per carrier; only proven lines count."""
    say = voice.say
    heading(document, say("4. Carriers"))
    titles = [
        say("carrier"), say("proven lines"), say("unproven lines"), say("availability"), say("bracket"),
        say("coverage"), say("faults"), say("restored in time"), say("mean time to restore"),
    ]  # fmt: skip
    table(
        document,
        titles,
        [_carrier(one, voice) for one in of.carriers],
        (3.6, 2.6, 2.6, 2.6, 4.4, 2.4, 1.8, 2.6, 3.0),
    )
    note(document, say("lines whose path is not proven enter no figure of a carrier"))


def _carrier(one: CarrierLine, voice: Voice) -> Cells:
    def of(name: str) -> str:
        measure = one.measures.get(name)
        if measure is None:
            return NONE
        return figure(measure, measure.bracket.value, towards(CATALOGUE[name].bad), voice.say)

    available, mended = one.measures.get("availability"), one.measures.get("mttr")
    coverage = None if available is None else available.bracket.coverage
    return [
        f"{one.name} {one.carrier}" if one.name != one.carrier else one.name,
        *_right(
            str(one.lines),
            str(one.unproven),
            of("availability"),
            NONE if available is None else between(available, voice.say),
            NONE if coverage is None else f"{coverage:.2%}",
            NONE if mended is None else str(mended.bracket.evidence.get("faults", NONE)),
            of("restored_within"),
            of("mttr"),
        ),
    ]


def people(document: Word, of: Annex, voice: Voice) -> None:
    """Maintenance, amendments and attestations."""
    say = voice.say
    heading(document, say("5. Maintenance"))
    if of.windows:
        titles = [
            say("subjects"), say("start"), say("end"), say("recorded"), say("recorded by"), say("reason"),
            say("reference"), say("agreed"), say("applies"),
        ]  # fmt: skip
        rows = [_window(one, of.zone, voice) for one in of.windows[:MOST]]
        table(document, titles, rows, (6.0, 3.0, 3.0, 3.0, 2.2, 2.8, 2.4, 1.9, 1.3))
        _more(document, len(of.windows), voice)
    else:
        note(document, say("none in this period"))
    heading(document, say("6. Amendments and attestations"))
    if of.papers:
        titles = [
            say("kind"), say("subject"), say("start"), say("end"), say("says"), say("signed by"), say("recorded by"),
            say("approved by"), say("reference"), say("file"),
        ]  # fmt: skip
        rows = [_paper(one, of.zone, voice) for one in of.papers[:MOST]]
        table(document, titles, rows, (2.2, 3.0, 3.0, 3.0, 2.4, 2.2, 2.2, 2.2, 2.8, 2.6))
        _more(document, len(of.papers), voice)
        note(document, say("what nobody approved changes no figure"))
    else:
        note(document, say("none in this period"))


def _window(one: WindowLine, zone: str, voice: Voice) -> Cells:
    return [
        "\n".join(one.names),
        at(one.begin, zone, "minutes"),
        at(one.end, zone, "minutes"),
        at(one.recorded_at, zone, "minutes"),
        one.recorded_by,
        one.reason or NONE,
        one.reference or NONE,
        voice.say("agreed") if one.agreed else Cell(voice.say("retroactive"), _YELLOW),
        voice.say("yes") if one.applies else voice.say("no"),
    ]


def _paper(one: PaperLine, zone: str, voice: Voice) -> Cells:
    return [
        voice.say("attestation") if one.kind == "attestation" else voice.say("amendment"),
        one.subject,
        at(one.begin, zone, "minutes"),
        at(one.end, zone, "minutes"),
        voice.say(one.says),
        one.signed_by or NONE,
        one.recorded_by,
        one.approved_by or Cell(voice.say("not approved"), _YELLOW),
        one.reference or NONE,
        one.file_name or NONE,
    ]


def not_measured(document: Word, of: Annex, voice: Voice) -> None:
    """Subjects of which nothing was seen at all."""
    heading(document, voice.say("7. What was not watched"))
    if of.unwatched:
        rows = [[kind(one.kind, voice), one.id, one.name] for one in of.unwatched]
        table(document, [voice.say("kind"), voice.say("id"), voice.say("name")], rows, (4.0, 7.0, 12.0))
    else:
        note(document, voice.say("none: of everybody in service something was seen"))
    if of.gone:
        names = voice.listed(name for _, name in of.gone)
        note(
            document, voice.led(voice.say("watched, named by no configuration any more, in no figure"), names)
        )


def rules(document: Word, of: Annex, voice: Voice) -> None:
    """Policies with who adopted them, and the configurations in force."""
    heading(document, voice.say("8. Policies and configurations"))
    rows = [
        [
            one.name,
            digest,
            " ".join(filter(None, (one.adoption.document, one.adoption.approver, one.adoption.date)))
            or Cell(voice.say("adopted by nobody"), _YELLOW),
        ]
        for digest, one in sorted(of.policies.items())
    ]
    table(document, [voice.say("policy"), voice.say("digest"), voice.say("adopted")], rows, (5.0, 11.6, 9.0))
    loaded = [[digest, at(moment, of.zone)] for digest, moment in of.configurations]
    if loaded:
        table(document, [voice.say("configuration"), voice.say("loaded")], loaded, (18.0, 7.6))


def parts_heading(voice: Voice) -> str:
    """The heading over all parts."""
    return voice.say("3. What the figures rest on")


def verdicts(of: Part, voice: Voice) -> str:
    """Days by verdict in one line."""
    counts = day_counts(of)
    return ", ".join(f"{voice.say(name)} {count}" for name, count in counts.items())
