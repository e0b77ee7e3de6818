"""Freezing a filled form: its values from the facts of this moment, the file as it stands, and a code over both.

Whenever this is killed, nothing is half: the form bears its code only once the ledger holds the revision, which is
written in one transaction, and the stamped file is kept under its digest before that.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.engine import Connection

from collector import proofs
from collector.entering import Author
from collector.keeping import chain as chains
from collector.keeping.seal import newest_numbers, seal_closed
from collector.keeping.verify import snapshot
from collector.ledger import schema
from collector.ledger.store import Ledger, micros, seconds
from collector.proof import revisions, signing
from collector.proof.content import Basis, Content, Seen, canonical, texts_of, values_of
from collector.proof.recomputing import Recompute
from collector.version import VERSION
from config.errors import LinewalkerError, MachineError
from exporters.forms.anchors import Anchors, anchored
from exporters.forms.filled import FilledPlan
from exporters.forms.places import Written, read
from exporters.forms.stamping import stamp
from exporters.words import Say

# What a form is for; that it does not repeat the words of the plan is nothing to be told.
_RESULTS = frozenset({"actual", "outcome", "grade", "score", "reason", "rate"})


class OpenRowsError(LinewalkerError):
    """The plan cannot be frozen yet: a bracket crosses the edge of a band."""

    exit_status = 1


@dataclass(frozen=True, slots=True)
class Office:
    """Where a form is frozen, and by whom: the ledger, the data directory, and the words of the footer."""

    ledger: Ledger
    data_dir: Path
    author: Author
    vantage: str
    say: Say
    key: Ed25519PrivateKey | None = None


@dataclass(frozen=True, slots=True)
class Frozen:
    """A revision that was just made, and the names of the results that its form does not show."""

    content: Content
    code: str
    not_shown: tuple[str, ...]


def freeze(
    office: Office, basis: Basis, form: Path, recompute: Recompute, places: Mapping[str, str] | None = None
) -> Frozen:
    """Freeze a form; it waits for a second person. `places` says where values stand, else they are looked for.

    Raises LinewalkerError where the form says something else than the facts do, OpenRowsError where rows are open,
    and what sealing raises where sealed facts were changed; then nothing was done.
    """
    ledger, author = office.ledger, office.author
    written = read(form)
    revisions.begin(ledger, author, office.vantage)
    seal_closed(ledger, ZoneInfo(basis.config.calendar.zone), seconds(author.now), office.data_dir)
    with snapshot(ledger) as connection:
        filled = recompute(basis, connection, author.now)
        _require_decided(filled)
        found = Anchors(places) if places is not None else anchored(filled, written.places)
        _require_same(found, form, half=basis.half)
        known = _knows_config(connection, basis.config.digest)
        texts = texts_of(basis, network=not known)
        number = revisions.next_number(connection, filled.plan.project.name, filled.plan.project.year)
        content = _content(basis, filled, written, found, _seen(connection), number, author)
    code = content.code
    signed = (signing.sign(office.key, content.text), signing.public(office.key)) if office.key else ("", "")
    with _stamped(form, code, _words(office.say, code, number), written) as part:
        proof = proofs.Proof(form.name, proofs.keep(part, office.data_dir).sha256)
        revisions.add(ledger, content, canonical(texts), proof, signed, author)
        part.replace(form)
    shown = set(found.places)
    missing = (name for name, text in content.cells.items() if text and name not in shown)
    return Frozen(content, code, tuple(name for name in missing if name.rpartition(".")[2] in _RESULTS))


def _content(
    basis: Basis,
    filled: FilledPlan,
    written: Written,
    found: Anchors,
    seen: Seen,
    number: int,
    author: Author,
) -> Content:
    cells, measures = values_of(filled)
    return Content(
        project=filled.plan.project.name,
        year=filled.plan.project.year,
        number=number,
        program=VERSION,
        profile=f"{filled.profile.name}/{filled.profile.version}",
        begin=micros(filled.begin),
        end=micros(filled.end),
        zone=filled.zone,
        now=author.now,
        by=author.by,
        digests=basis.digests(),
        seen=seen,
        cells=cells,
        measures=measures,
        anchors=found.places,
        places=written.texts,
        half=basis.half,
    )


def _require_decided(of: FilledPlan) -> None:
    if of.open_rows:
        raise OpenRowsError(
            "{count} rows are open, because what is not known could change them: {rows}; nothing was frozen",
            count=len(of.open_rows),
            rows=", ".join(f"{one.row.id} ({one.row.level3})" for one in of.open_rows),
        )


def _require_same(found: Anchors, form: Path, *, half: bool) -> None:
    if not found.other:
        return
    name, text = next(iter(found.other.items()))
    differs = {"file": form, "shown": text, "name": name, "count": len(found.other) - 1}
    if half:
        raise LinewalkerError(
            "{file} shows {shown} for {name}, which the facts do not give now, and {count} more such cells; make the"
            " form anew, then freeze it",
            **differs,
        )
    raise LinewalkerError(
        "{file} shows {shown} for {name}, which the facts do not give now, and {count} more such cells; make the"
        " form anew, then freeze it, with `--half-year` if it is the form of January to June",
        **differs,
    )


def _knows_config(connection: Connection, digest: str) -> bool:
    version = schema.config_version
    return (
        connection.scalar(sa.select(version.c.digest).where(version.c.digest == digest).limit(1)) is not None
    )


def _seen(connection: Connection) -> Seen:
    chain = chains.read(connection)
    newest = {str(life): seq for life, seq in newest_numbers(connection).items()}
    last = chain.seals[-1].place if chain.seals else 0
    return Seen(newest, last, chain.head, chain.newest[-1].day.ended_at if chain.newest else 0)


def _words(say: Say, code: str, number: int) -> str:
    return say("revision {number} · check code {code}").format(number=number, code=code)


@contextmanager
def _stamped(form: Path, code: str, words: str, before: Written) -> Iterator[Path]:
    """The form with its code in a file beside it, which is gone afterwards."""
    try:
        # Always the same name: what a kill leaves is written over the next time.
        part = form.with_name(f".{form.stem}.freezing{form.suffix}")
        try:
            stamp(form, part, code, words)
            part.chmod(form.stat().st_mode & 0o777)
            after = read(part)
            if after.texts != before.texts or after.code != code:
                raise LinewalkerError(
                    "{file} would lose text when it is stamped; nothing was frozen", file=form
                )
            with part.open("rb") as file:
                os.fsync(file.fileno())
            yield part
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise MachineError(
            "{place} cannot be written: {error}; the form is as it was", place=form, error=error.strerror
        ) from error
