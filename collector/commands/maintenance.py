"""Maintenance windows 割接: entered before they begin, or afterwards, which is then told of them for ever."""

from typing import Any

import click

from collector.commands import entry_rows
from collector.commands.entries import (
    OPTIONS,
    At,
    Given,
    Office,
    enter,
    group_of,
    opened,
    or_a_list,
    read_subject,
    refuse,
    refuse_both,
    say_entered,
    subjects_option,
    typed,
    vouching,
)
from collector.commands.shared import chosen, tell_aside
from config.entries import read_entry
from config.entry_headings import MAINTENANCE, Sort

_SHAPE = entry_rows.MAINTENANCE
maintenance = group_of(_SHAPE, "List maintenance windows; enter, cancel and approve them.")


@maintenance.command()
@subjects_option
@click.option("--group", "groups", multiple=True, help="all circuits of this group")
@click.option("--from", "started_at", help="when it begins, such as 2026-03-01T00:00")
@click.option("--to", "ended_at", help="when it ends")
@click.option("--reason", help="what is done, and why")
@click.option("--reference", help="the notice or approval it rests on")
@click.option("--corrects", help="id of the window that this one takes the place of")
@or_a_list
@vouching
def add(
    given: Given,
    office: Office,
    subjects: tuple[str, ...],
    groups: tuple[str, ...],
    corrects: str | None,
    **texts: str | None,
) -> None:
    """Enter a maintenance window, or a list of them."""
    if office.path:
        refuse_both(subjects, groups)
        enter(_SHAPE, MAINTENANCE, texts, given, office, corrects)
    else:
        _add(subjects, groups, typed(texts), given, corrects)


def _add(
    subjects: tuple[str, ...],
    groups: tuple[str, ...],
    texts: dict[str, str],
    given: Given,
    corrects: str | None,
) -> None:
    with opened(_SHAPE, given) as at:
        meant = [read_subject(name, at.known) for name in subjects]
        meant += [
            ("circuit", id_) for id_ in sorted((chosen(at.config, (), groups) or set()) if groups else set())
        ]
        required = tuple(field for field in MAINTENANCE.required if field != "subjects" or not meant)
        values, problems = read_entry(Sort(_SHAPE.kind, MAINTENANCE.vocabulary, required), texts, at.known)
        refuse(problems, OPTIONS)
        values["subjects"] = tuple(dict.fromkeys(meant))
        say_entered(at.desk.enter([values], at.proof(given.file), corrects)[0])
        _say_late(at, values)


def _say_late(at: At, values: dict[str, Any]) -> None:
    if values["started_at"] <= at.desk.author.now:
        tell_aside("it was recorded after it began: by default a retroactive window excludes nothing")
