"""Freezing forms, approving, listing and verifying their revisions; keys for the tamper check."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from collector import processes, proofs
from collector.commands.shared import Commands, common, config_of, ledger_of, printing, show, tell, tell_aside
from collector.entering import Author
from collector.ledger.store import Ledger, micros, seconds
from collector.proof import revisions, signing
from collector.proof.content import Basis
from collector.proof.freezing import Office, freeze
from collector.proof.recomputing import recompute
from collector.proof.revisions import Revision
from collector.proof.verifying import Cell, Verified, differences, verify
from config.errors import Finding, LinewalkerError
from config.model import Config
from config.plan import HALF_YEAR
from config.plan_files import load_plan
from config.policy import load_policy
from exporters.figures import rfc3339
from exporters.forms.places import KINDS, read
from exporters.words import default_language, say, words

FILE = click.Path(path_type=Path, dir_okay=False)


@contextmanager
def _opened(
    config: Path | None, data: Path, by: str | None = None
) -> Iterator[tuple[Config, Ledger, Author]]:
    """The configuration, the ledger, and who is at work."""
    loaded = config_of(config, data)
    account = processes.user()
    author = Author((by or "").strip() or account, account, micros(time.time()))
    ledger = ledger_of(loaded, data)
    try:
        yield loaded, ledger, author
    finally:
        ledger.close()


@click.command("freeze")
@click.argument("plan", type=FILE)
@click.option("--year", type=click.IntRange(2000, 2100), help="the year the plan has to be of")
@click.option(
    "--form", type=FILE, required=True, help="the filled form, .docx or .xlsx; it gets its check code"
)
@click.option("--half-year", is_flag=True, help="it is the monitoring form of January to June")
@click.option("--by", help="who filled it (经办); default the user who freezes it")
@click.option("--key", type=FILE, help="sign with this key, for the tamper check")
@common
def freeze_command(
    *,
    plan: Path,
    year: int | None,
    form: Path,
    half_year: bool,
    by: str | None,
    key: Path | None,
    config: Path | None,
    data: Path,
) -> None:
    """Freeze a filled form as a revision, which waits for a second person to approve it."""
    with _opened(config, data, by) as (loaded, ledger, author):
        basis = basis_of_plan(plan, loaded, year, half=half_year)
        signed = signing.read_key(key) if key else None
        office = Office(ledger, data, author, loaded.vantage.name, words(default_language()), signed)
        made = freeze(office, basis, form, recompute)
    if made.not_shown:
        tell_aside(
            "the form does not show {count} values: {names}",
            count=len(made.not_shown),
            names=", ".join(made.not_shown),
        )
    tell(
        "frozen as revision {number}, check code {code}; it is final once a second person approves:"
        " `linewalker approve {code} --by NAME`",
        number=made.content.number,
        code=made.code,
    )


def basis_of_plan(plan: Path, config: Config, year: int | None, *, half: bool = False) -> Basis:
    """What a plan is filled from. Raises ConfigError for what cannot be read, and for a plan of another year."""
    loaded = load_plan(plan)
    found = loaded.plan.project.year
    if year is not None and year != found:
        raise LinewalkerError(
            "{file} is a plan of {found}; expected one of {year}", file=plan, found=found, year=year
        )
    names = dict.fromkeys(
        row.measure.policy for row in loaded.plan.rows if row.measure and row.measure.policy
    )
    policies = {name: load_policy(plan.parent / name) for name in names}
    return Basis(loaded, loaded.network or config, policies, half or loaded.plan.form == HALF_YEAR)


@click.command("approve")
@click.argument("revision")
@click.option("--by", help="who approves it (复核): not the one who filled it")
@click.option("--note", default="", help="what is said with it")
@common
def approve_command(*, revision: str, by: str | None, note: str, config: Path | None, data: Path) -> None:
    """Approve a frozen form as the second person; it is final then."""
    with _opened(config, data, by) as (loaded, ledger, author):
        one = revisions.approve(ledger, revision, note, author, loaded.vantage.name)
    tell("revision {number}, {code}, is final now", number=one.row["number"], code=one.code)


@click.group("revisions", cls=Commands, invoke_without_command=True)
@printing
@click.pass_context
def revisions_command(ctx: click.Context, *, config: Path | None, data: Path, form: str | None) -> None:
    """List the frozen forms, show one with its differences to the one before, file a scan to one."""
    if ctx.invoked_subcommand is None:
        with _opened(config, data) as (_, ledger, _author), ledger.reading() as connection:
            found = [
                _line(one, len(revisions.files(connection, one))) for one in revisions.listed(connection)
            ]
        show("revisions", found, form)


@revisions_command.command("show")
@click.argument("revision")
@click.option(
    "--differences", "only_differences", is_flag=True, help="what it says otherwise than the one before"
)
@click.option("--save", type=FILE, help="write the form as it was frozen into this file")
@printing
def show_command(
    *,
    revision: str,
    only_differences: bool,
    save: Path | None,
    config: Path | None,
    data: Path,
    form: str | None,
) -> None:
    """Show the values of a revision, or its differences to the one before."""
    with _opened(config, data) as (_, ledger, _author), ledger.reading() as connection:
        one = revisions.find(connection, revision)
        before = revisions.before(connection, one) if only_differences else None
    if save:
        _save(one, data, save)
    elif only_differences:
        show("differences", _differences(before, one), form)
    else:
        content = one.content
        show("cells", [{"name": name, "place": content.anchors.get(name, ""), "value": text}
                       for name, text in content.cells.items()], form)  # fmt: skip


@revisions_command.command("file")
@click.argument("revision")
@click.argument("scan", type=FILE)
@click.option("--by", help="who files it; default the user of this machine")
@click.option("--note", default="", help="what it is")
@common
def file_command(
    *, revision: str, scan: Path, by: str | None, note: str, config: Path | None, data: Path
) -> None:
    """File what belongs to a revision, such as the scan of its stamped print; a copy is kept."""
    with _opened(config, data, by) as (loaded, ledger, author):
        with ledger.reading() as connection:
            one = revisions.find(connection, revision)
        proof = proofs.keep(scan, data)
        revisions.file(ledger, one, proof, note, author, loaded.vantage.name)
    tell(
        "{file} is filed to revision {number}, {code}",
        file=scan.name,
        number=one.row["number"],
        code=one.code,
    )


@click.command("verify")
@click.argument("file", type=FILE, required=False)
@click.option("--revision", help="hold it against this one instead of the one whose code it bears")
@click.option("--plan", type=FILE, help="tell, too, where plan, policy or profile are others now")
@printing
@click.pass_context
def verify_command(
    ctx: click.Context, *, file: Path | None, revision: str | None, plan: Path | None,
    config: Path | None, data: Path, form: str | None,
) -> None:  # fmt: skip
    """Hold a form against its revision and recompute it from the ledger: same or differs, cell by cell."""
    if file is None and revision is None:
        raise LinewalkerError("nothing to verify; expected a form, or --revision CODE")
    written = read(file) if file else None
    if not revision and written and not written.code:
        raise LinewalkerError(
            "{file} bears no check code; name its revision with --revision (`linewalker revisions` lists them)",
            file=file,
        )
    with _opened(config, data) as (loaded, ledger, _):
        with ledger.reading() as connection:
            one = revisions.find(connection, revision or (written.code if written else ""))
        found = verify(ledger, one, written, recompute, time.time())
        now = basis_of_plan(plan, loaded, None) if plan else None
    if now:
        found = Verified(found.cells, (*found.findings, *_others(one, now)))
    _show_verified(one, found, form)
    ctx.exit(0 if found.same else 1)


@click.group("key", cls=Commands)
def key_command() -> None:
    """Keys for the tamper check (防篡改校验): Ed25519."""


@key_command.command("new")
@click.argument("file", type=FILE)
def key_new_command(file: Path) -> None:
    """Make a private key in a file that only its owner can read; show its public key."""
    tell("{file} holds a new key; its public key is {key}", file=file, key=signing.new_key(file))


def _line(one: Revision, files: int) -> dict[str, Any]:
    row, content = one.row, one.content
    zone = ZoneInfo(content.zone)
    return {
        "number": row["number"],
        "code": one.code,
        "project": row["project"],
        "year": row["year"],
        "months": "1-6" if content.half else None,
        "state": one.state,
        "recorded_by": row["recorded_by"],
        "recorded": rfc3339(seconds(row["recorded_at"]), zone, "seconds"),
        "approved_by": one.approved_by,
        "approved": one.approved_at and rfc3339(seconds(one.approved_at), zone, "seconds"),
        "program": row["program"],
        "form": row["file_name"],
        "sha256": row["file_sha256"],
        "public_key": row["public_key"],
        "files": files,
    }


def _differences(before: Revision | None, one: Revision) -> list[dict[str, Any]]:
    if before is None:
        raise LinewalkerError("revision {code} is the first; there is none before it", code=one.code)
    older, newer = before.content, one.content
    names = dict.fromkeys((*older.digests, *newer.digests))
    found = [(name, older.digests.get(name, "")[:12], newer.digests.get(name, "")[:12]) for name in names]
    changed = [(name, then, now) for name, then, now in found if then != now]
    changed += differences(older, newer.cells, newer.measures)
    return [{"name": name, "before": then, "after": now} for name, then, now in changed]


def _save(one: Revision, data: Path, into: Path) -> None:
    """Write the form of a revision anew. Raises LinewalkerError where its copy is gone or something is there."""
    kept = data / proofs.FOLDER / str(one.row["file_sha256"])
    state = proofs.state(str(one.row["file_sha256"]), data)
    if state != "kept":
        raise LinewalkerError("the copy of the form in {place} is {state}", place=kept, state=state)
    if into.suffix.lower() not in KINDS or into.exists():
        raise LinewalkerError(
            "{file} cannot be written; expected a new file that ends in {ending}",
            file=into, ending=Path(str(one.row["file_name"])).suffix,
        )  # fmt: skip
    shutil.copyfile(kept, into)
    tell(
        "{file} is the form of revision {number}, {code}", file=into, number=one.row["number"], code=one.code
    )


def _others(one: Revision, now: Basis) -> Iterator[Finding]:
    """The texts of a plan that are others now than those that were frozen."""
    frozen, found = one.content.digests, now.digests()
    for name in dict.fromkeys((*frozen, *found)):
        if frozen.get(name) != found.get(name):
            text = "the {name} in force now is not the one that was frozen: digest {found}…, {frozen}… was frozen"
            values: dict[str, object] = {
                "name": name,
                "found": found.get(name, "—")[:12],
                "frozen": frozen.get(name, "—")[:12],
            }
            yield Finding("basis-differs", "error", name, text, values)


def _show_verified(one: Revision, found: Verified, form: str | None) -> None:
    language = default_language()
    cells = [_cell(cell) for cell in found.cells]
    told = [{"rule": each.rule, "severity": each.severity, "place": each.place, "message": say(each, language)}
            for each in found.findings]  # fmt: skip
    if form == "json":
        head = {"revision": one.row["number"], "code": one.code, "state": one.state, "same": found.same}
        click.echo(json.dumps({**head, "cells": cells, "findings": told}, ensure_ascii=False, indent=1))
        return
    if form == "csv":
        show("cells", cells, form)
        return
    differing = [cell for cell in cells if cell["verdict"] == "differs"]
    if differing:
        show("cells", differing, form)
    if told:
        show("findings", told, form)
    values = {"number": one.row["number"], "code": one.code, "state": one.state, "count": len(cells)}
    if one.state != "frozen":
        tell("nobody has approved revision {code} yet", code=one.code)
    if found.same:
        tell("same: {count} values agree with revision {number}, {code}", **values)
    else:
        tell("differs from revision {number}, {code}: {differing} of {count} values, and {wrong} other findings",
             differing=len(differing), wrong=sum(each["severity"] == "error" for each in told), **values)  # fmt: skip


def _cell(of: Cell) -> dict[str, Any]:
    translate = words(default_language())
    return {
        "name": of.name,
        "place": of.place,
        "printed": of.printed,
        "frozen": of.frozen,
        "recomputed": of.recomputed,
        "verdict": of.verdict,
        "why": "; ".join(translate(one.text).format(**one.values) for one in of.why),
    }
