"""Holding a form against its revision and against the facts: printed, frozen and recomputed, cell by cell.

The plan is filled again from what the ledger held when the revision was made, under the plan, profile, policies and
configuration that were kept with it. What came later is told, and is no difference: it belongs into the next one.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.entered import KINDS
from collector.keeping import chain as chains
from collector.keeping.verify import broken, held, snapshot
from collector.ledger import schema
from collector.ledger.store import Ledger, micros, seconds
from collector.proof import signing
from collector.proof.as_of import as_of
from collector.proof.content import Basis, Content, basis_of, digests_of, sha256, values_of
from collector.proof.recomputing import Recompute
from collector.proof.revisions import Revision
from collector.version import VERSION
from config.errors import Finding, LedgerError, LinewalkerError
from exporters.forms.places import Written

Verdict = Literal["same", "differs"]


@dataclass(frozen=True, slots=True)
class Why:
    """Why a value is another: a sentence and what stands in it."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)


_EDITED = Why(text="edited in the file")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: as the form prints it (None: it does not show it), as it was frozen, and as it is recomputed.

    `recomputed` is None for a text that nothing computes. `why` says what is known of a difference.
    """

    name: str
    place: str
    printed: str | None
    frozen: str
    recomputed: str | None
    why: tuple[Why, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Whether all that is known of it agrees."""
        same = self.printed in (None, self.frozen) and self.recomputed in (None, self.frozen)
        return "same" if same else "differs"


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. `findings` of severity error are differences besides the cells; the others only tell."""

    cells: tuple[Cell, ...]
    findings: tuple[Finding, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        wrong = any(one.severity == "error" for one in self.findings)
        return not wrong and all(one.verdict == "same" for one in self.cells)


def verify(ledger: Ledger, of: Revision, form: Written | None, recompute: Recompute, now: float) -> Verified:
    """Hold a revision, and a form that claims to be it, against the ledger. `now` is in seconds since 1970 UTC.

    Raises LedgerError where the revision cannot be read any more or its configuration is gone.
    """
    content = of.content
    zone = ZoneInfo(content.zone)
    with snapshot(ledger) as connection:
        basis = _basis(connection, of, content)
        found = [*_of_revision(of, content, basis), *_of_chain(connection, content, zone)]
        changed = list(_of_facts(connection, content, zone, now))
        later = list(_later(connection, content, zone))
    with as_of(ledger, content.seen.through, min(content.end, content.now)) as connection:
        filled = recompute(basis, connection, content.now)
    cells, measures = values_of(filled)
    why = _reasons(content, of, changed)
    lines = [*_cells(content, form, cells, why), *_measures(content, measures, why)]
    if later:
        with snapshot(ledger) as connection:
            later += _next(content, *values_of(recompute(basis, connection, micros(now))))
    return Verified(tuple(lines), (*found, *changed, *later))


def _basis(connection: Connection, of: Revision, content: Content) -> Basis:
    texts = of.texts
    network = texts["network"] or _config_text(connection, content.digests["network"])
    if network is None:
        text = "the configuration of revision {code} is gone from the ledger; `linewalker ledger check` tells more"
        raise LedgerError(text, code=of.code)
    try:
        return basis_of(texts, network, half=content.half)
    except (ValueError, LinewalkerError) as error:
        text = "the texts of revision {code} cannot be read: {error}; `linewalker ledger check` tells more"
        raise LedgerError(text, code=of.code, error=error) from error


def _config_text(connection: Connection, digest: str) -> str | None:
    version = schema.config_version
    return connection.scalar(sa.select(version.c.text).where(version.c.digest == digest).limit(1))


def _of_revision(of: Revision, content: Content, basis: Basis) -> Iterator[Finding]:
    """Whether the revision is as it was made: its code, its texts, its columns, its signature."""
    place, row = f"revision {of.code}", of.row
    if not of.sound:
        yield Finding(
            "revision-code", "error", place, "its content was changed: the check code does not follow from it"
        )
    told = {name: row[name] for name in ("project", "year", "number", "program")}
    told |= {"begin": row["started_at"], "end": row["ended_at"], "by": row["recorded_by"]}
    for name, value in told.items():
        if getattr(content, name) != value:
            text = "{name} was changed in the ledger: {found} now, {frozen} when it was frozen"
            values = {"name": name, "found": value, "frozen": getattr(content, name)}
            yield Finding("revision-row", "error", place, text, values)
    for name, digest in digests_of(of.texts, basis.config.digest).items():
        if content.digests.get(name) != digest:
            text = "the {name} that was kept is not the one that was frozen: digest {found}…, {frozen}… was frozen"
            values = {"name": name, "found": digest[:12], "frozen": content.digests.get(name, "")[:12]}
            yield Finding("revision-text", "error", place, text, values)
    if row["signature"] and not signing.holds(row["public_key"], row["signature"], row["content"]):
        yield Finding(
            "revision-signature", "error", place, "the tamper check fails: the content is not what was signed"
        )


def _of_chain(connection: Connection, content: Content, zone: ZoneInfo) -> Iterator[Finding]:
    """Whether the chain of seals still holds the seal up to which it went."""
    chain = chains.read(connection)
    yield from broken(chain, zone)
    place = content.seen.seal_place
    there = chain.seals[place - 1].chain if 0 < place <= len(chain.seals) else chains.START
    if there != content.seen.seal_chain:
        text = "seal {place} of the chain is not the one that was there when the form was frozen"
        yield Finding("revision-chain", "error", "seals", text, {"place": place})


def _of_facts(connection: Connection, content: Content, zone: ZoneInfo, now: float) -> Iterator[Finding]:
    """The sealed days of the window whose facts were changed."""
    chain = chains.read(connection)
    days = [
        one for one in chain.newest if one.day.started_at < content.end and one.day.ended_at > content.begin
    ]
    for _, verdicts in held(connection, chain, days, zone, now):
        yield from (one.changed for one in verdicts if one.changed)


def _later(connection: Connection, content: Content, zone: ZoneInfo) -> Iterator[Finding]:
    """What came after the form was frozen and may concern its window: facts of sealed days, and entries."""
    chain = chains.read(connection)
    for seal in chain.seals[content.seen.seal_place :]:
        if seal.revision > 1 and content.begin <= seal.day.started_at < content.end:
            text = "facts came after the form was frozen; the day was sealed anew, revision {revision}"
            yield Finding(
                "later-facts", "info", _date(seal.day.started_at, zone), text, {"revision": seal.revision}
            )
    for kind in (*KINDS, "approval"):
        table = schema.metadata.tables[kind]
        at, by = (table.c.approved_at, table.c.approved_by) if kind == "approval" else (
            table.c.recorded_at, table.c.recorded_by
        )  # fmt: skip
        wanted = sa.select(table.c.id, at.label("at"), by.label("by"), table.c.incarnation, table.c.seq)
        if kind == "approval":
            wanted = wanted.where(table.c.kind.in_(KINDS))
        for row in connection.execute(wanted.order_by(at, table.c.id)):
            if row.seq > content.seen.through.get(str(row.incarnation), -1):
                text = "{kind} {id} was entered by {by} after the form was frozen"
                values = {"kind": kind, "id": row.id, "by": row.by}
                yield Finding("later-entry", "info", _moment(row.at, zone), text, values)


def _next(content: Content, cells: Mapping[str, str], measures: Mapping[str, Any]) -> Iterator[Finding]:
    """What the next revision would say otherwise."""
    for name, before, after in differences(content, cells, measures):
        text = "the next revision would say {after} instead of {before}"
        yield Finding("later-value", "info", name, text, {"before": before or "—", "after": after or "—"})


def differences(
    content: Content, cells: Mapping[str, str], measures: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    """Where other values stand against those of a revision: name, then, now."""
    for name in dict.fromkeys((*content.cells, *cells)):
        before, after = content.cells.get(name, ""), cells.get(name, "")
        if before != after:
            yield name, before, after
    for row in dict.fromkeys((*content.measures, *measures)):
        before, after = told(content.measures.get(row)), told(measures.get(row))
        if before != after:
            yield f"rows.{row}.measure", before, after


def told(measure: Any) -> str:
    """A judgement in one line: value, bracket, coverage, policy, and a digest of the evidence behind it."""
    if not isinstance(measure, dict):
        return ""
    bracket = measure["bracket"]
    value, lower, upper, coverage = (
        _number(bracket[name]) for name in ("value", "lower", "upper", "coverage")
    )
    evidence = sha256(json.dumps(bracket["evidence"], sort_keys=True))[:8]
    policy = str(measure["policy"])[:8]
    return f"{value} [{lower}, {upper}] coverage {coverage} policy {policy} evidence {evidence}"


def _number(value: object) -> str:
    return "—" if value is None else repr(value)


def _reasons(content: Content, of: Revision, changed: list[Finding]) -> list[Why]:
    """Why a recomputed value may be another, as far as it is known."""
    found: list[Why] = []
    if not of.sound:
        found.append(Why(text="the revision itself was changed in the ledger"))
    days = list(dict.fromkeys(one.place.partition(" ")[0] for one in changed))
    if days:
        named = ", ".join(days[:5]) + (" …" if days[5:] else "")
        found.append(Why(text="the facts of {days} changed", values={"days": named}))
    if content.program != VERSION:
        values = {"then": content.program, "now": VERSION}
        found.append(Why(text="it was filled by version {then}, this is {now}", values=values))
    return found or [Why(text="the facts changed")]


def _cells(
    content: Content,
    form: Written | None,
    recomputed: Mapping[str, str],
    why: list[Why],
) -> Iterator[Cell]:
    """Every value, then every other text of the form."""
    texts = form.texts if form else None
    for name in dict.fromkeys((*content.cells, *recomputed)):
        place = content.anchors.get(name, "")
        printed = _printed(content, texts, name, place) if texts is not None and place else None
        frozen, now = content.cells.get(name, ""), recomputed.get(name, "")
        reasons = [
            *([_EDITED] if printed not in (None, frozen) else []),
            *(why if now != frozen else []),
        ]
        yield Cell(name, place, printed, frozen, now, tuple(reasons))
    if texts is None:
        return
    named = {content.anchors[name] for name in content.anchors if name in content.cells}
    for place in dict.fromkeys((*content.places, *texts)):
        frozen, printed = content.places.get(place, ""), texts.get(place, "")
        if place not in named and frozen != printed:
            yield Cell("", place, printed, frozen, None, (_EDITED,))


def _printed(content: Content, texts: Mapping[str, str], name: str, place: str) -> str:
    """What a form prints as a value. What stands below it in an annotated form belongs to its place, too."""
    there = texts.get(place, "")
    return content.cells.get(name, "") if there == content.places.get(place, "") else there


def _measures(content: Content, recomputed: Mapping[str, Any], why: list[Why]) -> Iterator[Cell]:
    """The judgements behind the values: they may differ where the printed value does not."""
    for row in dict.fromkeys((*content.measures, *recomputed)):
        frozen, now = told(content.measures.get(row)), told(recomputed.get(row))
        yield Cell(f"rows.{row}.measure", "", None, frozen, now, tuple(why) if frozen != now else ())


def _date(at: int, zone: ZoneInfo) -> str:
    return dt.datetime.fromtimestamp(seconds(at), zone).date().isoformat()


def _moment(at: int, zone: ZoneInfo) -> str:
    return dt.datetime.fromtimestamp(seconds(at), zone).isoformat(timespec="seconds")
