"""The records that people keep: filled-in sheets of inspections and repairs, values nobody measures, attestations."""

from collections.abc import Callable
from typing import Any

import click

from collector.commands import entry_rows
from collector.commands.entries import (
    Given,
    Office,
    a_list,
    enter,
    group_of,
    import_list,
    opened,
    refuse,
    say_entered,
    set_fields,
    subject_option,
    subjects_option,
    vouching,
)
from collector.commands.entry_rows import Shape
from config.entries import read_sheet
from config.entry_headings import ATTESTATION, MANUAL_VALUE, Sort
from config.errors import LinewalkerError
from config.record_forms import FORMS, Form, form_of

inspection = group_of(
    entry_rows.INSPECTION, "List sheets of inspections; enter, import, cancel and approve them."
)
repair = group_of(
    entry_rows.REPAIR, "List sheets of repairs and of help given; enter, import, cancel, approve."
)
manual_value = group_of(
    entry_rows.MANUAL_VALUE, "List values that nothing here measures; enter, import, cancel, approve."
)
attestation = group_of(
    entry_rows.ATTESTATION, "List what was attested of subjects; enter, import, cancel, approve."
)


def _form_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--form", required=True, help="the form: its id or its title, such as 系统运行检查记录"
    )(command)


def _add_sheet(shape: Shape) -> click.Command:
    @click.command("add")
    @_form_option
    @click.option("--at", help="the day or time that dates it")
    @click.option(
        "--field", "fields", multiple=True, metavar="FIELD=TEXT", help="what stands in a field of the form"
    )
    @subjects_option
    @click.option("--reference", help="its number, or what it rests on")
    @click.option("--reason", help="why it is entered so late, or corrected")
    @click.option("--corrects", help="id of the sheet that this one takes the place of")
    @vouching
    def add(
        given: Given,
        form: str,
        at: str | None,
        fields: tuple[str, ...],
        subjects: tuple[str, ...],
        reference: str | None,
        reason: str | None,
        corrects: str | None,
    ) -> None:
        """Enter a filled-in sheet."""
        known = _form(form, shape)
        common = {"at": at, "reference": reference, "reason": reason, "subjects": " ".join(subjects)}
        texts = {field: text for field, text in common.items() if text} | set_fields(fields, known.vocabulary)
        with opened(shape, given) as place:
            values, problems = read_sheet(known, texts, place.known)
            refuse(
                problems,
                {"subjects": "--circuit", "at": "--at"} | {one: f"--field {one}" for one in _own(known)},
            )
            say_entered(place.desk.enter([values], place.proof(given.file), corrects)[0])

    return add


def _own(form: Form) -> list[str]:
    return [one.field for one in form.fields if one.field != "at"]


def _form(written: str, shape: Shape) -> Form:
    form = form_of(written, shape.kind)
    if form is None:
        raise LinewalkerError(
            "there is no form {found} here; expected one of {known}",
            found=written,
            known=", ".join(f"{one.id} ({one.zh})" for one in FORMS if one.kind == shape.kind),
        )
    return form


def _import_sheets(shape: Shape) -> click.Command:
    @click.command("import")
    @a_list
    @_form_option
    @vouching
    def import_(given: Given, office: Office, form: str) -> None:
        """Enter a list of filled-in sheets, CSV or XLSX: all of it or nothing."""
        import_list(shape, _form(form, shape), given, office)

    return import_


def _import_entries(shape: Shape, sort: Sort) -> click.Command:
    @click.command("import")
    @a_list
    @vouching
    def import_(given: Given, office: Office) -> None:
        """Enter a list of them, CSV or XLSX: all of it or nothing."""
        import_list(shape, sort, given, office)

    return import_


@manual_value.command("add")
@click.option("--name", help="what a form asks for it by")
@click.option("--value", help="the value, as it is written")
@click.option("--unit", help="its unit, such as 条")
@click.option("--period", help="of when: 2026, 2026-03, 2026Q1 or 2026-03-01..2026-03-15")
@subject_option
@click.option("--reason", help="how it came about")
@click.option("--reference", help="the document it rests on")
@click.option("--corrects", help="id of the value that this one takes the place of")
@vouching
def add_value(given: Given, corrects: str | None, **texts: str | None) -> None:
    """Enter a value of a period."""
    enter(entry_rows.MANUAL_VALUE, MANUAL_VALUE, texts, given, corrects=corrects)


@attestation.command("add")
@subject_option
@click.option("--from", "started_at", help="from when on")
@click.option("--to", "ended_at", help="until when")
@click.option("--state", help="up or down")
@click.option("--origin", help="duty-log, carrier-list, message-log, system-log, monitor or other")
@click.option("--reference", help="the document that says so")
@click.option("--signed-by", help="who signed it")
@click.option("--reason", help="what is to be said with it")
@click.option("--corrects", help="id of the attestation that this one takes the place of")
@vouching
def add_attestation(given: Given, corrects: str | None, **texts: str | None) -> None:
    """Enter what somebody signed: that a subject was up or down for a time."""
    enter(entry_rows.ATTESTATION, ATTESTATION, texts, given, corrects=corrects)


for group, shape in ((inspection, entry_rows.INSPECTION), (repair, entry_rows.REPAIR)):
    group.add_command(_add_sheet(shape))
    group.add_command(_import_sheets(shape))
manual_value.add_command(_import_entries(entry_rows.MANUAL_VALUE, MANUAL_VALUE))
attestation.add_command(_import_entries(entry_rows.ATTESTATION, ATTESTATION))
