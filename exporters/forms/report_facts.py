"""The passages of the report: facts in sentences, tables, places where people have to write; nothing invented."""

from collections.abc import Iterator
from dataclasses import dataclass

from config.plan_case import added
from exporters.figures import NONE
from exporters.forms.annex import Annex, Part
from exporters.forms.annex_words import day_counts, kind, scope, window
from exporters.forms.filled import FilledMoney, FilledPlan, printed
from exporters.forms.voice import Voice
from exporters.measures import between
from exporters.words import Say


@dataclass(frozen=True, slots=True)
class Given:
    """What a report is written from."""

    of: FilledPlan
    annex: Annex
    voice: Voice

    @property
    def say(self) -> Say:
        """The lookup of sentences."""
        return self.voice.say


@dataclass(frozen=True, slots=True)
class Fact:
    """A paragraph that follows from the ledger or the plan."""

    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person has to write, and what."""

    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table; widths in centimetres."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


Passage = Iterator[Fact | Place | Sheet]


def project(given: Given) -> Passage:
    """What is evaluated, by whom, and what of it is watched."""
    say, about = given.say, given.of.plan.project
    yield Fact(
        say("{name} is carried out by {unit} in {year}.").format(
            name=about.name, unit=about.unit, year=about.year
        )
    )
    if about.department:
        yield Fact(say("Its department is {department}.").format(department=about.department))
    if about.number or about.kind:
        yield Fact(
            say("Number and kind: {text}.").format(text=" ".join(filter(None, (about.number, about.kind))))
        )
    yield Place(say("to be written by the unit: purpose, main contents and scope of the project"))
    if given.annex.inventory:
        yield Fact(say("By the inventory, in service at the end of the period and watched:"))
        rows = tuple(
            (kind(one.kind, given.voice), one.name or NONE, str(one.count)) for one in given.annex.inventory
        )
        yield Sheet((say("kind"), say("group"), say("count")), rows, (4.0, 8.0, 3.0))


def goals(given: Given) -> Passage:
    """What was to be reached: the goal and the targets, as approved."""
    say, goal = given.say, given.of.plan.goal
    yield (
        Fact(goal.expected)
        if goal.expected
        else Place(say("to be written by the unit: the overall goal as approved"))
    )
    rows = tuple((row.row.level1, row.row.level2, row.row.level3, row.row.target) for row in given.of.rows)
    yield Sheet((say("level 1"), say("level 2"), say("level 3"), say("target")), rows, (2.6, 3.0, 6.8, 3.4))


def method(given: Given) -> Passage:
    """By what the figures were made; how people went about it they write themselves."""
    say = given.say
    yield Fact(say("Measured figures cover {window}.").format(window=window(given.annex, given.voice)))
    measured = sum(row.measure is not None for row in given.of.rows)
    text = say(
        "Of {rows} rows {measured} are measured, {given} have their value from people with who, when and proof."
    )
    by_people = sum(row.measure is None and row.row.manual is not None for row in given.of.rows)
    yield Fact(text.format(rows=len(given.of.rows), measured=measured, given=by_people))
    yield Fact(
        say("Time that nobody watched is neither up nor down; every figure is a bracket with its coverage.")
    )
    yield Place(
        say("to be written by the unit: how the evaluation was prepared, who took part, what was inspected")
    )


def money(given: Given) -> Passage:
    """Every row of the money, with its rate."""
    say = given.say
    for one in given.of.money:
        yield from _money(one, given.voice)
    if not given.of.money:
        yield Place(say("to be written by the unit: budget, what arrived, what was spent"))


def _money(one: FilledMoney, voice: Voice) -> Passage:
    row, say = one.money, voice.say
    amounts = [
        (say("planned"), row.planned), (say("budget of the year"), row.budget), (say("arrived"), row.arrived),
        (say("spent"), row.spent),
    ]  # fmt: skip
    told = [
        say("{what} {amount} (10,000 yuan)").format(what=what, amount=printed(amount))
        for what, amount in amounts
        if amount is not None
    ]
    if one.rate:
        told.append(say("rate {rate}").format(rate=one.rate))
    if one.points is not None:
        told.append(say("{points} points").format(points=printed(one.points)))
    yield Fact(voice.ended(voice.led(row.name, voice.joined(told) or NONE)))
    if row.part_of is None and row.spent is None:
        yield Place(say("to be written by the unit: what was spent of {name}").format(name=row.name))
    if row.reason:
        yield Fact(voice.led(say("reason of the deviation"), row.reason))


def management(given: Given) -> Passage:
    """Rules of the house: people know them, the ledger does not."""
    yield Place(
        given.say("to be written by the unit: rules by which money is managed and how they were kept")
    )


def organisation(given: Given) -> Passage:
    """How the project was run, and what was entered about that."""
    say = given.say
    windows = given.annex.windows
    if windows:
        agreed = sum(one.agreed for one in windows)
        text = say("{count} maintenance windows are recorded, {agreed} of them agreed before they began.")
        yield Fact(text.format(count=len(windows), agreed=agreed))
    yield Place(say("to be written by the unit: organisation, responsibilities, inspections"))


def overall(given: Given) -> Passage:
    """What became of the overall goal."""
    actual = given.of.plan.goal.actual
    yield (
        Fact(actual)
        if actual
        else Place(given.say("to be written by the unit: what became of the overall goal"))
    )


def observed(given: Given) -> Passage:
    """What the ledger holds of each group: days, outages, faults, unknown time."""
    say, voice = given.say, given.voice
    for part in given.annex.parts.values():
        told = voice.ended(voice.joined(_part(part, voice)))
        yield Fact(voice.led(scope(part.scope, part.title, voice), told))
    for one in given.annex.carriers:
        available = one.measures.get("availability")
        if available is not None and one.lines:
            text = say("Carrier {name}: {lines} proven lines, availability within {bracket}.")
            yield Fact(text.format(name=one.name, lines=one.lines, bracket=between(available, say)))
    if not given.annex.parts:
        yield Fact(say("No row is measured."))


def _part(of: Part, voice: Voice) -> Iterator[str]:
    say, counts = voice.say, day_counts(of)
    counted = [one for one in of.outages if one.fault]
    yield say("{members} watched; {normal} days normal, {bad} not normal, {open} undecided").format(
        members=of.members, normal=counts["normal"], bad=counts["not normal"], open=counts["undecided"]
    )
    down = voice.lasted(sum(one.down for one in counted))
    yield say("{count} outages that count, {time} in all").format(count=len(counted), time=down)
    if of.faults:
        yield say("{count} faults, {good} of them restored within {limit}, the longest {longest}").format(
            count=len(of.faults),
            good=sum(one.verdict == "in time" for one in of.faults),
            limit=voice.lasted(of.limit),
            longest=voice.lasted(max(one.clock for one in of.faults)),
        )
    yield say("{time} unknown").format(time=voice.lasted(sum(of.unknown.values())))


def conclusion(given: Given) -> Passage:
    """Total and grade, where every row has its points."""
    of, say = given.of, given.say
    if of.total is None:
        without = [row.row.level3 for row in of.rows if row.row.weight is not None and row.points is None]
        if without:
            yield Fact(
                say("No total yet: without points are {rows}.").format(rows=given.voice.listed(without))
            )
        yield Place(say("total and grade, once every row has its points"))
        return
    lines = [one.points for one in of.rows] + [one.points for one in of.money]
    points = [one for one in lines if one is not None]
    sum_ = f" ({added(points)})" if points and sum(points) == of.total else ""
    text = say("The evaluation comes to {total} points{sum}, grade {grade}.")
    yield Fact(text.format(total=printed(of.total), sum=sum_, grade=of.grade or NONE))


def problems(given: Given) -> Passage:
    """Deviations with their accepted reasons; proposals as such; what was not watched."""
    say, found = given.say, False
    for row in given.of.rows:
        if row.reason:
            found = True
            yield Fact(given.voice.led(row.row.level3, row.reason))
        elif row.proposed:
            found = True
            head = say("proposal from the facts, not accepted by anybody yet")
            yield Place(given.voice.led(head, given.voice.led(row.row.level3, row.proposed)))
    if given.annex.unwatched:
        found = True
        names = given.voice.listed(one.name or one.id for one in given.annex.unwatched[:10])
        text = say("{count} subjects were not watched at all in this period: {names}")
        yield Fact(text.format(count=len(given.annex.unwatched), names=names))
    if not found:
        yield Fact(say("No measured row deviates from its target."))
    yield Place(say("to be written by the unit: further problems"))


def measures(given: Given) -> Passage:
    """What is to be done: people say that."""
    yield Place(given.say("to be written by the unit: experience, measures and proposals"))


def use(given: Given) -> Passage:
    """What the result is used for."""
    yield Place(given.say("to be written by the unit: use and publication of the result"))


def other(given: Given) -> Passage:
    """Anything else; the check code of a frozen revision."""
    of, say = given.of, given.say
    if of.revision is not None:
        text = say("Frozen as revision {revision}, check code {code}.")
        yield Fact(text.format(revision=of.revision, code=of.code))
    yield Place(say("to be written by the unit: what else has to be said, or that there is nothing"))
