"""What the commands of people's entries share: their options, reading them, entering, importing, approving, listing.

One group of commands a kind of entry is made by `group_of`; what is particular to a kind stands in its own file.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from collector import entered, processes, proofs
from collector.commands.entry_rows import Shape, shown, told
from collector.commands.shared import (
    Commands,
    common,
    config_of,
    ledger_of,
    moment,
    printing,
    show,
    tell,
    tell_aside,
)
from collector.entering import Author, Desk
from collector.ledger.store import micros
from config.entries import Known, Pair, Problem, known_of, read_entry, subject_of
from config.entry_headings import Sort
from config.entry_lists import Entries, read_entries
from config.errors import ConfigError, Finding, LinewalkerError, WrongValueError
from config.headings import Vocabulary
from config.instants import read_instant
from config.model import Config
from config.record_forms import Form
from config.spellings import is_nothing
from exporters.words import default_language, say
from indicators.entered import Entered

FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True, slots=True)
class Given:
    """What every entering command is told: where, by whom, and the file that goes with it."""

    config: Path | None
    data: Path
    by: str | None = None
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """An office's list: its file, if one was given, its sheet, what its headings mean, and what it leaves out."""

    path: Path | None
    sheet: str
    columns: tuple[str, ...]
    common: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class At:
    """A desk that is open, and what entries are read against there."""

    desk: Desk
    known: Known
    config: Config
    data: Path

    def proof(self, file: Path | None) -> proofs.Proof:
        """The copy of a file that is kept with an entry; of none nothing."""
        return proofs.keep(file, self.data) if file else proofs.Proof()


@contextmanager
def opened(shape: Shape, given: Given) -> Iterator[At]:
    """The desk where entries of a kind are made."""
    config, now = config_of(given.config, given.data), micros(time.time())
    account = processes.user()
    author = Author((given.by or "").strip() or account, account, now)
    ledger = ledger_of(config, given.data)
    try:
        desk = Desk(ledger, shape.kind, f"linewalker {shape.command}", author, config.vantage.name)
        yield At(desk, known_of(config, now), config, given.data)
    finally:
        ledger.close()


def vouching(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of whoever enters something: --by and --file, and the common ones, given as one `Given`."""

    @wraps(command)
    def gathered(*, config: Path | None, data: Path, by: str | None, file: Path | None, **more: Any) -> Any:
        return command(given=Given(config, data, by, file), **more)

    by = click.option("--by", help="who vouches for it; default the user who enters it")
    file = click.option("--file", type=FILE, help="a file that proves it; a copy is kept")
    return common(by(file(gathered)))


def listing(*path: Any, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options of whoever enters a list, given as one `Office`; the list itself by a parameter like this."""

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def gathered(
            *, path: Path | None, sheet: str, columns: tuple[str, ...], common: tuple[str, ...], **more: Any
        ) -> Any:
            return command(office=Office(path, sheet, columns, common), **more)

        title = click.option("--sheet", default="", help="the sheet of a workbook that has several")
        column = click.option(
            "--column",
            "columns",
            multiple=True,
            metavar="HEADING=FIELD",
            help="what a heading means; - nothing",
        )
        stands = click.option(
            "--set",
            "common",
            multiple=True,
            metavar="FIELD=TEXT",
            help="what a list leaves out, for all its rows",
        )
        named = click.option(*path, type=FILE, **settings) if settings else click.argument(*path, type=FILE)
        return named(title(column(stands(gathered))))

    return decorated


or_a_list = listing("--from-file", "path", help="a list of them, CSV or XLSX, instead of a single one")
a_list = listing("path")


_MEANT = "circuit, service, device or system: its id, name or 电路代号"
subject_option = click.option("--circuit", "--subject", "subject", help=_MEANT)
subjects_option = click.option("--circuit", "--subject", "subjects", multiple=True, help=_MEANT)


def refuse(problems: Sequence[Problem], options: Mapping[str, str]) -> None:
    """Tell everything that is wrong with what was typed, each with its option."""
    if problems:
        raise ConfigError(
            tuple(
                _finding(options.get(field, f"--{field.replace('_', '-')}"), wrong)
                for field, wrong in problems
            )
        )


def read_moment(option: str, written: str, zone: str) -> int:
    """A moment as typed, in microseconds; what is none is refused with its option."""
    try:
        return read_instant(written, zone)
    except WrongValueError as wrong:
        raise ConfigError((_finding(option, wrong),)) from None


def read_subject(written: str, known: Known) -> Pair:
    """Kind and id of what --circuit names; what it does not name is refused."""
    try:
        return subject_of(written, known)
    except WrongValueError as wrong:
        raise ConfigError((_finding("--circuit", wrong),)) from None


def _finding(option: str, wrong: WrongValueError) -> Finding:
    return Finding(wrong.rule, "error", option, wrong.text, wrong.values)


OPTIONS = {
    "subject": "--circuit", "subjects": "--circuit", "started_at": "--from", "ended_at": "--to",
    "reported_at": "--reported", "accepted_at": "--accepted", "arrived_at": "--arrived",
    "restored_at": "--restored",
}  # fmt: skip


def typed(texts: Mapping[str, str | None]) -> dict[str, str]:
    """What was given of some options."""
    return {field: text for field, text in texts.items() if text is not None}


def enter(
    shape: Shape,
    sort: Sort,
    texts: Mapping[str, str | None],
    given: Given,
    office: Office | None = None,
    corrects: str | None = None,
) -> None:
    """Enter one entry as typed, or all of a list where one was given, and say so."""
    if office and office.path:
        refuse_both(corrects, typed(texts))
        import_list(shape, sort, given, office)
        return
    with opened(shape, given) as at:
        values, problems = read_entry(sort, typed(texts), at.known)
        refuse(problems, OPTIONS)
        say_entered(at.desk.enter([values], at.proof(given.file), corrects)[0])


def refuse_both(*single: object) -> None:
    """Refuse what was typed of one entry beside a list of them."""
    if any(single):
        raise LinewalkerError(
            "--from-file enters a whole list; expected it without the options of a single entry"
        )


def say_entered(id_: str) -> None:
    """Say under which id something was entered."""
    tell("entered as {id}; not approved yet", id=id_)


def import_list(shape: Shape, what: Sort | Form, given: Given, office: Office) -> None:
    """Enter all of a list, or nothing; what is in force already is not entered again."""
    path = office.path or Path()
    with opened(shape, given) as at:
        common = set_fields(office.common, what.vocabulary)
        found = read_entries(path, what, at.known, office.sheet, named(office.columns), common)
        say_notes(found)
        listed = [{"reference": Path(row.place).name, **row.values} for row in found.rows]
        enter_new(at, listed, given.file or path)


def enter_new(
    at: At,
    rows: Sequence[Mapping[str, Any]],
    file: Path | None,
    tell: Callable[..., None] = tell,
) -> None:
    """Enter those of some rows that are not in force already, resting on a file, and say how many they were."""
    new = at.desk.new(rows)
    if new:
        at.desk.enter(new, at.proof(file))
    tell(
        "{count} entered, {same} were there already; none is approved yet",
        count=len(new),
        same=len(rows) - len(new),
    )


def say_notes(found: Entries) -> None:
    """Say what is worth knowing of a list, beside what is printed."""
    for note in found.notes:
        click.echo(f"{note.place}: {say(note, default_language())}", err=True)
    if found.unread:
        tell_aside("columns not read: {columns}", columns=", ".join(found.unread))


def set_fields(written: Sequence[str], vocabulary: Vocabulary) -> dict[str, str]:
    """What is said of fields, each named by its id or by what it is called, as FIELD=TEXT."""
    found = {}
    for one in written:
        name, sign, text = one.partition("=")
        field = vocabulary.field_of(name)[0]
        if not (sign and field):
            raise LinewalkerError(
                "{found} fills no field; expected FIELD=TEXT with one of {known}",
                found=one,
                known=", ".join(f"{heading.field} ({heading.zh})" for heading in vocabulary.headings),
            )
        found[field] = text
    return {field: text for field, text in found.items() if not is_nothing(text)}


def named(columns: Sequence[str]) -> dict[str, str]:
    """What --column says: the field by the heading."""
    parts = [column.rpartition("=") for column in columns]
    for column, (heading, _, field) in zip(columns, parts, strict=True):
        if not (heading.strip() and field.strip()):
            raise LinewalkerError(
                "{found} does not say what a column means; expected HEADING=FIELD, such as {example}",
                found=column,
                example="割接对象=subjects",
            )
    return {heading.strip(): field.strip() for heading, _, field in parts}


def group_of(shape: Shape, text: str) -> click.Group:
    """The commands of one kind of entry: it lists by itself, and has `cancel` and `approve`."""

    @click.group(shape.command.rpartition(" ")[2], cls=Commands, invoke_without_command=True, help=text)
    @printing
    @click.option(
        "--circuit", "--subject", "subjects", multiple=True, help="only of this circuit or other subject"
    )
    @click.option(
        "--from", "begin", help="what lasts beyond this time, such as 2026-03-01 or 2026-03-01T08:00"
    )
    @click.option("--to", "end", help="what begins before this time")
    @click.option("--history", is_flag=True, help="what was corrected or cancelled, too")
    @click.pass_context
    def group(context: click.Context, /, **options: Any) -> None:
        if context.invoked_subcommand is None:
            _list(shape, **options)

    group.add_command(_cancel(shape))
    group.add_command(_approve(shape))
    return group


def _cancel(shape: Shape) -> click.Command:
    @click.command("cancel")
    @click.argument("id_", metavar="ID")
    @click.option("--reason", required=True, help="why it is taken back")
    @vouching
    def cancel(id_: str, reason: str, given: Given) -> None:
        """Take an entry back by another one; it stays to be read with --history."""
        with opened(shape, given) as at:
            tell("{old} is cancelled by {id}", old=id_, id=at.desk.cancel(id_, reason, at.proof(given.file)))

    return cancel


def _approve(shape: Shape) -> click.Command:
    @click.command("approve")
    @click.argument("ids", metavar="ID…", nargs=-1)
    @click.option("--document", type=FILE, help="all that rests on exactly this file and waits for approval")
    @click.option("--by", help="who approves; default the user who types this; never who entered it")
    @click.option("--note", default="", help="what is to be said with it")
    @common
    def approve(
        ids: tuple[str, ...],
        document: Path | None,
        by: str | None,
        note: str,
        config: Path | None,
        data: Path,
    ) -> None:
        """Approve entries as a second person; of several all or none."""
        if bool(ids) == (document is not None):
            raise LinewalkerError("nothing is named to approve, or both; expected ids, or --document FILE")
        with opened(shape, Given(config, data, by)) as at:
            named = ids if document is None else at.desk.waiting(proofs.digest(document))
            authors = at.desk.approve_all(named, note)
            _say_approved(authors, at.desk.author.by, document)

    return approve


def _say_approved(authors: Mapping[str, str], by: str, document: Path | None) -> None:
    if document is not None:
        tell(
            "{count} entries that rest on {file} are approved by {by}",
            count=len(authors),
            file=document.name,
            by=by,
        )
        return
    for id_, author in authors.items():
        tell("{id}, entered by {author}, is approved by {by}", id=id_, author=author, by=by)


def _list(
    shape: Shape,
    subjects: Sequence[str],
    begin: str | None,
    end: str | None,
    history: bool,
    config: Path | None,
    data: Path,
    form: str | None,
) -> None:
    loaded = config_of(config, data)
    zone = loaded.calendar.zone
    first, last = moment(begin, zone), moment(end, zone)
    kept = _kept(shape, loaded, data, history)
    wanted = _meant(subjects, known_of(loaded, 0), [one for one, *_ in kept])
    chosen = [
        (one, told(one, root, later, zone))
        for one, root, later in kept
        if (first is None or entered.span(one)[1] > micros(first))
        and (last is None or entered.span(one)[0] < micros(last))
        and (wanted is None or any(subject.id in wanted for subject in entered.subjects_of(one)))
    ]
    chosen.sort(key=lambda pair: (entered.span(pair[0])[0], pair[0].recorded_at, pair[0].id))
    rows = [row for _, row in chosen]
    show(shape.name, rows if form else [shown(row, shape, default_language()) for row in rows], form)


def _kept(shape: Shape, config: Config, data: Path, history: bool) -> list[tuple[Entered, str, str | None]]:
    """What is in force, or ever was entered: each with the first of its line, and by what it was replaced."""
    ledger = ledger_of(config, data)
    try:
        with ledger.reading() as connection:
            lines: list[tuple[Entered, ...]] = [
                (*one.earlier, one) for one in entered.newest(connection, shape.kind)
            ]
    finally:
        ledger.close()
    if not history:
        return [(line[-1], line[0].id, None) for line in lines if not line[-1].cancelled]
    later = {one.supersedes: one.id for line in lines for one in line}
    return [(one, line[0].id, later.get(one.id)) for line in lines for one in line]


def _meant(names: Sequence[str], known: Known, kept: Sequence[Entered]) -> set[str] | None:
    """The ids that --circuit names; who is in the ledger only is no mistake."""
    there = {subject.id for one in kept for subject in entered.subjects_of(one)}
    return {name if name in there else read_subject(name, known)[1] for name in names} if names else None
